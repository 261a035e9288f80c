from dataclasses import replace


def migrate(event):
    return replace(event, note="", name=event.name + event.number)
