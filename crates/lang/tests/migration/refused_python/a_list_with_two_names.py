from dataclasses import replace


def migrate(event):
    items = []
    others = items
    others.append(event.name)
    return replace(event, note="", items=items)
