from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Reading:
    id: Key[str]
    x: float
    y: float
    n: int
