from dataclasses import dataclass
from moose_lib import Key


@dataclass
class Click:
    id: Key[str]
