from dataclasses import replace


def migrate(event):
    items = []
    others = []
    for item in event.items:
        others = items
    items.append(event.name)
    return replace(event, note="", items=items + others)
