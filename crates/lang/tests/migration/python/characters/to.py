from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Box:
    id: Key[str]
    ascii: str
    spelled: str
    count: int
    tags: list[str]
    descending: list[str]
    cheapest: list[str]
    sizes: str
    first_large: Optional[int]
    named: str
    longest: str
    largest: int
    shouted: list[str]
    chars: list[str]
