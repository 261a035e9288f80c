from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Job:
    id: Key[str]
    kind: str
    state: str
    weight: float
    doubled: Optional[float]
    message: str
