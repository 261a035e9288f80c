from datetime import datetime, timezone

from models.new import Event


def migrate(event):
    return Event(
        id=event.id,
        at=datetime.fromtimestamp(event.ms / 1000, tz=timezone.utc),
        since=datetime.fromtimestamp(event.seconds % 1_000_000_000, timezone.utc),
    )
