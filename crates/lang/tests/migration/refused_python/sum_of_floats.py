from dataclasses import replace


def migrate(event):
    return replace(event, note="", score=sum(float(item) for item in event.items))
