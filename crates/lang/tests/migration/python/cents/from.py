from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Payment:
    id: Key[str]
    cents: int
    fee: Optional[int]
    rate: float
    currency: str
