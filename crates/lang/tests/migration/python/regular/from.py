from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Contact:
    id: Key[str]
    phone: str
    email: Optional[str]
