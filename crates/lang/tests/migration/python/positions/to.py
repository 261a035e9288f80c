from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Code:
    id: Key[str]
    first: str
    last: str
    any: str
    after: str
