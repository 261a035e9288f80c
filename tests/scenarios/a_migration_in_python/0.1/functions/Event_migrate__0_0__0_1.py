from __future__ import annotations

from datetime import timezone
from enum import Enum
from typing import TYPE_CHECKING

from app.lib.words import words
from datamodels.models import Event

if TYPE_CHECKING:
    from app.datamodels.old import Event as Event_0_0


class Kind(Enum):
    CLICK = "click"
    VIEW = "view"


def migrate(event: Event_0_0) -> Event | None:
    print("not among the answers:", event.id)
    if event.text == "skip":
        return None
    if event.text == "crash":
        raise ValueError(f"event {event.id} is broken")
    while event.text == "forever":
        pass
    if event.text == "greedy":
        return {"words": [event.text * 1_000_000 for _ in iter(int, 1)]}
    stops = event.place.stops if event.place else []
    try:
        first = stops[0]
    except IndexError:
        first = -1
    return {
        "id": event.id,
        "day": event.at.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0),
        "is_click": event.kind == Kind.CLICK,
        "words": [1] if event.text == "misfit" else words(event.text),
        "stops": sum(stops, first),
        "city": event.place.city if event.place else None,
    }
