from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Flight:
    id: Key[str]
    carrier: str
    code: int
    origin: Optional[str]
