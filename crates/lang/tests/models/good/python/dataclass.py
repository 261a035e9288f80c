from dataclasses import dataclass
from datetime import datetime
from moose_lib import Key


@dataclass
class Click:
    id: Key[str]
    target: str
    count: int
    share: float
    bot: bool
    at: datetime
