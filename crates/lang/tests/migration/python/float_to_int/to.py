from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Score:
    id: Key[str]
    cut: int
    rounded: int
    floor: int
    ceiling: int
    cents: int
