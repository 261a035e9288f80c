from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from typing import Optional

from antler import Key


class Kind(Enum):
    CLICK = "click"
    VIEW = "view"
    OTHER = "ünï cödé"


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
    number: float
    big: int
    flag: bool
    at: datetime
    kind: Kind
    grade: Grade
    inner: Inner
    parts: list[Inner]
    note: Optional[str] = None
    maybe: Optional[float] = None
    kinds: Optional[list[Kind]] = None
