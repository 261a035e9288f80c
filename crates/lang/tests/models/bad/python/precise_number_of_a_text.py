from dataclasses import dataclass
from typing import Annotated


@dataclass
class Reading:
    id: Key[str]
    level: Annotated[str, "int8"]
    ratio: Annotated[float, "int32"]
