from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Job:
    id: Key[str]
    kind: str
    attempts: int
    error: Optional[str]
    weight: Optional[float]
