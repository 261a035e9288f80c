from models import Event


def migrate(event):
    return Event(id=event.id, name="", number=1, score=1, at=event.at, items=[])
