from dataclasses import dataclass


@dataclass
class City:
    name: str
