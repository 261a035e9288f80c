from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Code:
    id: Key[str]
    code: str
    n: int
