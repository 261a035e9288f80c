from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Sample:
    id: Key[str]
    sum: int
    name: str
    length: int
    is_less: bool
    text: str
