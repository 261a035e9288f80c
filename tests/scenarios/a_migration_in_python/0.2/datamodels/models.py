from dataclasses import dataclass
from datetime import datetime

from antler import Key


@dataclass
class Event:
    id: Key[str]
    week: str
    day: datetime
    initials: str
