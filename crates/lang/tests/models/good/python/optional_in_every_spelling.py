import typing
from dataclasses import dataclass
from typing import Optional, Union
from moose_lib import Key


@dataclass
class Click:
    id: Key[str]
    a: Optional[str]
    b: str | None
    c: None | str
    d: Union[str, None]
    e: typing.Optional[str] = None
    f: "str | None" = None
