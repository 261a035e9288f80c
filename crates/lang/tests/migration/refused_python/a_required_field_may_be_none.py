from models import Event


def migrate(event):
    return Event(**vars(event))
