from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Score:
    id: Key[str]
    x: float
