from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum, auto
from moose_lib import Key


class Kind(Enum):
    BUY = "buy"
    SELL = "sell"


class Side(str, Enum):
    LEFT = "left"


class Code(IntEnum):
    OK = 200
    MISSING = 404


class Tone(StrEnum):
    WARM = auto()
    COLD = auto()


@dataclass
class Trade:
    id: Key[str]
    kind: Kind
    side: Side
    code: Code
    tone: Tone
