from dataclasses import dataclass
from moose_lib import Key
from .parts import City
from app.datamodels import parts


@dataclass
class Trip:
    id: Key[str]
    home: City
    goal: parts.City
