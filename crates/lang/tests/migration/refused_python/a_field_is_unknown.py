from dataclasses import replace


def migrate(event):
    return replace(event, name=event.title)
