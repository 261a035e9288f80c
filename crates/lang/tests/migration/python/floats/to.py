from dataclasses import dataclass

from moose_lib import Key


@dataclass
class Reading:
    id: Key[str]
    text: str
    sum: float
    product: float
    difference: float
    rounded: float
    tenths: float
    fixed: str
    whole: str
    size: float
    is_large: bool
    equals: bool
    truthy: bool
    fahrenheit: float
    mixed: float
    minutes: float
    larger: float
