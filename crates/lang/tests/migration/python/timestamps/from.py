from dataclasses import dataclass
from datetime import datetime
from typing import Optional

from moose_lib import Key


@dataclass
class Session:
    id: Key[str]
    started: datetime
    ended: Optional[datetime]
    created_ms: int
    seconds: int
