from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Trace:
    id: Key[str]
    names: list[str]
    steps: list[int]
