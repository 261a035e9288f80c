from dataclasses import dataclass
from moose_lib import Key


@dataclass
class Base:
    id: Key[str]


class City(Base):
    name: str


class Circle(Circle):
    name: str


@dataclass
class Trip:
    id: Key[str]
    home: City
    circle: Circle
