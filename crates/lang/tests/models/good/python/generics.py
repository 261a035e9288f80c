from dataclasses import dataclass
from typing import Generic, Optional, TypeVar

from moose_lib import Key
from pydantic import BaseModel

T = TypeVar("T")
U = TypeVar("U")


@dataclass
class Envelope(Generic[T, U]):
    id: Key[str]
    payload: T
    more: Optional[U]


@dataclass
class Order:
    total: float


@dataclass
class OrderEvent(Envelope[Order, str]):
    by: str


class Page[T](BaseModel):
    items: list[T]


type Pair[T] = list[T]


class Numbers(BaseModel):
    id: Key[int]
    page: Page[float]
    pair: Pair[bool]
