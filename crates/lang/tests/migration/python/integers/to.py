from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Counter:
    id: Key[str]
    quotient: int
    remainder: int
    sum: int
    product: int
    negative: int
    size: int
    square: int
    flags: int
    least: int
    text: str
    less: bool
    between: bool
    back: int
    sevenths: int
