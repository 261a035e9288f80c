from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Line:
    sku: str
    count: int
    unit: float
    position: int


@dataclass
class Cart:
    id: Key[str]
    lines: list[Line]
    skus: list[str]
    count: int
    has_notes: bool
    all_cheap: bool
    total: float
    large: list[int]
    largest: int
    first: Optional[str]
