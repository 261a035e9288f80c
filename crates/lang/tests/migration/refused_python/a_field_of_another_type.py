from dataclasses import replace


def migrate(event):
    return replace(event, note="", number=event.score)
