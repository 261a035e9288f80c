from dataclasses import dataclass
from typing import Any
from moose_lib import Key


@dataclass
class Click:
    id: Key[str]
    payload: Any
    raw: bytes
    when: timedelta
