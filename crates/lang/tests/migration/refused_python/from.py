from dataclasses import dataclass
from datetime import datetime
from typing import Optional

from moose_lib import Key


@dataclass
class Event:
    id: Key[str]
    name: str
    number: int
    score: float
    note: Optional[str]
    at: datetime
    items: list[str]
