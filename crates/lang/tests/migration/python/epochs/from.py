from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Event:
    id: Key[str]
    ms: int
    seconds: int
