from datetime import datetime
from dataclasses import replace


def migrate(event):
    return replace(event, note="", at=datetime.now())
