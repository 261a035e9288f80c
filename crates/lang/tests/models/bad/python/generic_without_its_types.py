from dataclasses import dataclass
from typing import Generic, TypeVar
from moose_lib import Key

T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    content: T


@dataclass
class Parcel:
    id: Key[str]
    a: Box
    b: Box[str, int]
    c: Box[dict]
