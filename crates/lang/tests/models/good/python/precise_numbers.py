from dataclasses import dataclass
from typing import Annotated, Optional

from antler_types import Float32, Int16, Int64, UInt64

Percent = Annotated[int, "uint8"]


@dataclass
class Reading:
    id: Key[UInt64]
    level: Annotated[int, "int8"]
    offset: Int16
    delta: Annotated[int, "how far it moved", "int32"]
    count: Int64
    percent: Percent
    share: Optional[Float32]
    ratio: Annotated[float, "float32"]
    samples: list[Int16]
    note: Annotated[str, "what a person said"]
