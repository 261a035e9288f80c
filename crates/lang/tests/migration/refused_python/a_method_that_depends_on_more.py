from dataclasses import replace


def migrate(event):
    return replace(event, note=event.name.title())
