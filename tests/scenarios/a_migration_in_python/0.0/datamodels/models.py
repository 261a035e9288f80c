from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Optional

from antler import Key


class Kind(Enum):
    CLICK = "click"
    VIEW = "view"


@dataclass
class Place:
    city: str
    stops: list[int]


@dataclass
class Event:
    id: Key[str]
    at: datetime
    kind: Kind
    text: str
    place: Optional[Place] = None
    weight: Optional[float] = None
