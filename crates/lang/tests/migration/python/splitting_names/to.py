from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Person:
    id: Key[str]
    first: str
    last: str
    words: int
    initials: str
    called: str
    slug: str
    shout: Optional[str]
    before_comma: str
    behind_comma: str
