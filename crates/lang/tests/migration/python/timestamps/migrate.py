from datetime import datetime, timedelta, timezone

from models.new import Session

DAY = timedelta(days=1)


def migrate(session):
    duration = None
    if session.ended is not None:
        duration = (session.ended - session.started).total_seconds()
    return Session(
        id=session.id,
        started_at=session.started.timestamp(),
        day=session.started.strftime("%Y-%m-%d"),
        iso=session.started.isoformat(),
        year=session.started.year,
        month=session.started.month,
        hour=session.started.hour,
        weekday=session.started.weekday(),
        duration=duration,
        expires=session.started + timedelta(days=30, hours=1),
        is_later=session.ended is not None and session.ended > session.started,
        is_long=duration is not None and duration > 3600,
    )
