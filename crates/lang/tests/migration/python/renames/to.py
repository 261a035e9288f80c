from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Visit:
    id: Key[str]
    path: str
    referrer: Optional[str]
    seconds: float
    bot: bool
    source: str
