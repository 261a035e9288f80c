from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Ratio:
    id: Key[str]
    x: float
    y: float
