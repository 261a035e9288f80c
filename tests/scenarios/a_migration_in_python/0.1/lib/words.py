"""What several migrations need."""

import re
import unicodedata

SPLIT = re.compile(r"(?<!-)[\s,;]+")


def words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return [word for word in SPLIT.split(folded) if word]
