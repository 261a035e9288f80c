from dataclasses import replace


def migrate(event):
    note = None
    for item in event.items:
        if note < item:
            break
    return replace(event, note="")
