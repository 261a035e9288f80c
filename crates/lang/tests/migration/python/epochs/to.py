from dataclasses import dataclass
from datetime import datetime

from moose_lib import Key


@dataclass
class Event:
    id: Key[str]
    at: datetime
    since: datetime
