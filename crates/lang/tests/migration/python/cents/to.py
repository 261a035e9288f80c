from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Payment:
    id: Key[str]
    amount: float
    whole: int
    rest: int
    net: int
    rounded: float
    total: float
    shown: str
    label: str
    odd: bool
