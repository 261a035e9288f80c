from dataclasses import dataclass
from enum import Enum
from typing import Literal

from moose_lib import Key


class Kind(Enum):
    CLICK = "click"
    TAP = "tap"
    SWIPE = "swipe"


@dataclass
class Press:
    id: Key[str]
    kind: Literal[Kind.CLICK, Kind.TAP]
