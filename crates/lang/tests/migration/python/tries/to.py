from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Raw:
    id: Key[str]
    count: int
    maybe: Optional[int]
    second: str
    ratio: float
    total: int
    name: str
