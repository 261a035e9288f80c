from app.lib import clean


def migrate(event):
    return clean(event.name)
