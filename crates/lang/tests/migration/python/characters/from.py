from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Item:
    name: str
    size: int
    price: float


@dataclass
class Box:
    id: Key[str]
    label: str
    tags: list[str]
    items: list[Item]
    sizes: list[int]
