from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Raw:
    id: Key[str]
    count: str
    parts: list[str]
    weight: Optional[float]
    n: int
