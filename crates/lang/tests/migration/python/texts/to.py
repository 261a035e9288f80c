from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Note:
    id: Key[str]
    upper: str
    lower: str
    stripped: str
    left: str
    right: str
    unquoted: str
    length: int
    middle: str
    end: str
    without_end: str
    dynamic: str
    replaced: str
    once: str
    parts: list[str]
    words: list[str]
    count: int
    position: int
    contains: bool
    starts: bool
    ends: bool
    before: bool
    padded: str
    dotted: str
    space: bool
    doubled: str
    joined: str
