from typing import NotRequired, Optional, TypedDict

from moose_lib import Key


class Point(TypedDict):
    x: float
    y: int


class Click(TypedDict):
    id: Key[str]
    point: Point
    label: Optional[str]
    note: str
    rest: NotRequired[str]
