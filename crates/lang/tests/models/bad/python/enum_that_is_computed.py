from dataclasses import dataclass
from enum import Enum
from moose_lib import Key


class Kind(Enum):
    A = len("a")


@dataclass
class Click:
    id: Key[str]
    kind: Kind
