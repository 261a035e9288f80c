from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Person:
    id: Key[str]
    name: str
    nickname: Optional[str]
