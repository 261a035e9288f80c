import datetime
import math
from dataclasses import dataclass


@dataclass
class Part:
    name: str
    numbers: list
    at: object


def migrate(event):
    if event.note == "":
        return None
    parts = [Part(part.name[::-1], sorted(part.numbers, key=str), part.at) for part in event.parts]
    numbers = iter(event.inner.numbers)
    while True:
        try:
            first = next(numbers)
        except StopIteration:
            first = None
            break
        if not math.isnan(first):
            break
    return {
        "id": event.id,
        "half": event.number / 2,
        "rest": event.big % -7 + event.big // 3,
        "day": event.at.replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1),
        "kind": event.kind,
        "grade": 300 if event.flag else event.grade,
        "parts": [event.inner, *parts],
        "text": f"{event.number} {event.big:,} {event.flag} {event.at:%Y-%m-%d} {event.kind} {event.maybe}",
        "note": event.note,
        "first": first,
        "kinds": None if event.kinds is None else [kind.upper() for kind in event.kinds],
    }
