from dataclasses import dataclass
from typing import Literal
from moose_lib import Key

Delay = Literal["none", "small"]


@dataclass
class Flight:
    id: Key[str]
    delay: Delay
    terminal: Literal[1, 2]
    maybe: Literal["a", None]
