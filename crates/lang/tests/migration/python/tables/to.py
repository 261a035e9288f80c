from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Flight:
    id: Key[str]
    carrier: str
    level: str
    known: bool
    region: Optional[str]
    weight: float
