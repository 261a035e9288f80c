import re
from dataclasses import replace

WORD = re.compile(r"\bword\b")


def migrate(event):
    return replace(event, note=WORD.sub("", event.name))
