from dataclasses import dataclass
from typing import Dict, Tuple
from moose_lib import Key


@dataclass
class Click:
    id: Key[str]
    scores: dict[str, int]
    more: Dict[str, str]
    tags: set[str]
    pair: Tuple[int, str]
