from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Fact:
    id: Key[str]
    a: Optional[str]
    b: Optional[int]
    items: list[int]
