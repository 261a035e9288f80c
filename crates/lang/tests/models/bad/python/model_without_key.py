from dataclasses import dataclass


@dataclass
class Click:
    target: str
