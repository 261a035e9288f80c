from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Note:
    id: Key[str]
    title: str
    body: str
    n: int
