from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Ratio:
    id: Key[str]
    quotient: float
    floor: float
    remainder: float
    hours: float
    minutes: float
