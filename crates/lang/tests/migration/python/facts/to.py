from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Fact:
    id: Key[str]
    a: Optional[str]
    length: Optional[int]
    b: Optional[int]
    rounds: int
    checked: str
