from dataclasses import dataclass
from moose_lib import Key


class City:
    name: str


@dataclass
class Trip:
    id: Key[str]
    home: City
