from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Item:
    sku: str
    quantity: int
    price: float
    note: Optional[str]


@dataclass
class Cart:
    id: Key[str]
    items: list[Item]
    sizes: list[int]
