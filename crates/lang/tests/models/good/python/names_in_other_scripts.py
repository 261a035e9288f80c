from dataclasses import dataclass
from moose_lib import Key


@dataclass
class Messung:
    größe: Key[str]
    температура: float
    select: str
