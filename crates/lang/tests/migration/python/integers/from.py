from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Counter:
    id: Key[str]
    a: int
    b: int
    flag: bool
