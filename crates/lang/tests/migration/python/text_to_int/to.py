from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Raw:
    id: Key[str]
    count: int
    digits: bool
    padded: str
