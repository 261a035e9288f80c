from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal, Optional

from moose_lib import Key


class Status(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"


class Level(IntEnum):
    LOW = 1
    MIDDLE = 2
    HIGH = 3


@dataclass
class Account:
    id: Key[str]
    status: Status
    level: Level
    plan: Literal["free", "paid"]
    old_status: Optional[Status]
