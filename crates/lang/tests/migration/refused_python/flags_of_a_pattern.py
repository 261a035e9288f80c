import re
from dataclasses import replace


def migrate(event):
    return replace(event, note=re.sub("a", "", event.name, flags=re.IGNORECASE))
