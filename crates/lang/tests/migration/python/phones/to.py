from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Contact:
    id: Key[str]
    phone: str
    country: str
    last_four: str
    digits: int
    email: Optional[str]
    domain: str
