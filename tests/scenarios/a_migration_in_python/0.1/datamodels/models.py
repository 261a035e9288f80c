from dataclasses import dataclass
from datetime import datetime
from typing import Optional

from antler import Key


@dataclass
class Event:
    id: Key[str]
    day: datetime
    is_click: bool
    words: list[str]
    stops: int
    city: Optional[str] = None
