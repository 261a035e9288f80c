from dataclasses import dataclass

from antler import Key


@dataclass
class Event:
    id: Key[str]
    number: float
    whole: int
    text: str
    words: list[str]
