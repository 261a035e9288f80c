from app.datamodels.models import Event


def initials(words):
    letters = (word[0] for word in words)
    while True:
        try:
            yield next(letters)
        except StopIteration:
            return


def migrate(event):
    if len(event.words) > 2 and event.city is None:
        raise LookupError(event.id)
    return Event(
        id=event.id,
        week=event.day.strftime("%G-W%V"),
        day=event.day,
        initials="".join(initials(event.words)),
    )
