from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Sample:
    id: Key[str]
    a: Optional[int]
    b: Optional[int]
    name: Optional[str]
    list: Optional[list[int]]
