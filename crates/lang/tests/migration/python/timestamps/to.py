from dataclasses import dataclass
from datetime import datetime
from typing import Optional

from moose_lib import Key


@dataclass
class Session:
    id: Key[str]
    started_at: float
    day: str
    iso: str
    year: int
    month: int
    hour: int
    weekday: int
    duration: Optional[float]
    expires: datetime
    is_later: bool
    is_long: bool
