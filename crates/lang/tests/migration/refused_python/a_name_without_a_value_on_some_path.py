from dataclasses import replace


def migrate(event):
    if event.number > 0:
        note = "positive"
    return replace(event, note=note)
