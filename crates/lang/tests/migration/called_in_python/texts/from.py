from dataclasses import dataclass
from typing import Optional

from antler import Key


@dataclass
class Event:
    id: Key[str]
    text: str
    words: list[str]
    note: Optional[str] = None
