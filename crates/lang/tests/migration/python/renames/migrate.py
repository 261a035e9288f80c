from models.new import Visit
from models.old import Visit as OldVisit


def migrate(visit: OldVisit) -> Visit:
    """The names that the web uses."""
    return Visit(
        id=visit.id,
        path=visit.url,
        referrer=visit.referer,
        seconds=visit.duration,
        bot=visit.is_bot,
        source="web",
    )
