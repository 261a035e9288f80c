from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal, Optional

from moose_lib import Key


class State(StrEnum):
    ON = "on"
    OFF = "off"


class Priority(IntEnum):
    NONE = 0
    SOME = 10
    MOST = 20


@dataclass
class Account:
    id: Key[str]
    state: State
    priority: Priority
    plan: Literal["free", "paid", "trial"]
    status: str
    level: int
    above: bool
    label: str
    old_state: Optional[State]
    points: int
