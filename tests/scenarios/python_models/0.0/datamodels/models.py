from dataclasses import dataclass
from datetime import datetime
from typing import Optional

from antler import Key


@dataclass
class Event:
    id: Key[str]
    at: datetime
    note: Optional[str] = None
