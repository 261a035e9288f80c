from typing import NotRequired, Optional, TypedDict

from moose_lib import Key


class Click(TypedDict):
    id: Key[str]
    x: float
    label: Optional[str]
    note: NotRequired[str]
