from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from typing import Optional

from antler import Key


class Kind(Enum):
    CLICK = "click"
    VIEW = "view"


class Grade(IntEnum):
    LOW = -1
    HIGH = 300


@dataclass
class Inner:
    name: str
    numbers: list[float]
    at: Optional[datetime]


@dataclass
class Event:
    id: Key[str]
    half: float
    rest: int
    day: datetime
    kind: Kind
    grade: Grade
    parts: list[Inner]
    text: str
    note: Optional[str] = None
    first: Optional[float] = None
    kinds: Optional[list[str]] = None
