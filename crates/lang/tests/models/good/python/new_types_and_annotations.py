from dataclasses import dataclass
from typing import Annotated, ClassVar, NewType, TypeAlias

from moose_lib import JWT, Key

UserId = NewType("UserId", str)
Seconds: TypeAlias = float
Name = Annotated[str, "not empty"]


@dataclass
class Login:
    user: Key[UserId]
    took: Seconds
    name: Name
    roles: tuple[str, ...]
    subject: JWT[str]
    registry: ClassVar[int] = 0
