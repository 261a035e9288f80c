from dataclasses import replace


def migrate(event):
    score = event.score if event.number > 0 else 0
    return replace(event, note=str(score))
