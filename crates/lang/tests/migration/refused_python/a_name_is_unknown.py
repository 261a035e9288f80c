def migrate(event):
    return Event(id=event.id)
