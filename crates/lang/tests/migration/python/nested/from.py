from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Address:
    street: str
    zip: Optional[str]


@dataclass
class Customer:
    id: Key[str]
    street: str
    city: str
    address: Address
    tags: list[str]
