from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Address:
    street: str
    city: str
    zip: Optional[str]


@dataclass
class Customer:
    id: Key[str]
    home: Address
    street: str
    zip: str
    tags: list[str]
    tag_count: int
    first_tag: Optional[str]
