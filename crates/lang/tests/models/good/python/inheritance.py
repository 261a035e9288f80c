from dataclasses import dataclass
from moose_lib import Key


@dataclass
class Base:
    id: Key[str]
    kind: str


@dataclass
class Timed:
    seconds: float


@dataclass
class Click(Base, Timed):
    kind: Literal["click"]
    target: str
