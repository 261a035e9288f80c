from typing import NotRequired, Required, TypedDict

from moose_lib import Key


class Place(TypedDict, total=False):
    city: Required[str]
    zip: str
    country: str | None


class Click(TypedDict):
    id: Key[str]
    place: Place
    note: NotRequired[str]


class Tap(Click):
    force: float
