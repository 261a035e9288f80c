from dataclasses import dataclass, field
from typing import List, Sequence
from moose_lib import Key


@dataclass
class City:
    name: str
    zips: list[str]


@dataclass
class Trip:
    id: Key[str]
    home: City
    stops: List[City]
    notes: Sequence[str] = field(default_factory=list)
    grid: list[list[float]]
