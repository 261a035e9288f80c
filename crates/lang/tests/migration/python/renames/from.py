from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Visit:
    id: Key[str]
    url: str
    referer: Optional[str]
    duration: float
    is_bot: bool
