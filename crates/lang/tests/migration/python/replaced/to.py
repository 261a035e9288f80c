from dataclasses import dataclass
from typing import Optional

from moose_lib import Key


@dataclass
class Page:
    id: Key[str]
    url: str
    views: int
    title: Optional[str] = None
    language: Optional[str] = None
