from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Contact:
    id: Key[str]
    digits: str
    slug: str
    first: str
    words: list[str]
    parts: list[str]
    dashed: str
    once: str
    year: Optional[int]
    is_code: bool
    is_number: bool
    ends: bool
    host: str
