from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Trace:
    id: Key[str]
    unique: list[str]
    path: str
    sum: int
    alternating: int
    last: str
    pairs: list[str]
    reversed: list[int]
    ordered: list[int]
    has_a: bool
    nested: int
