import re
import unicodedata
from collections import Counter
from decimal import Decimal, InvalidOperation

WORD = re.compile(r"(?P<word>\w+)(?=\W|$)")


def number(text):
    try:
        return float(Decimal(text))
    except InvalidOperation:
        return -1


def migrate(event):
    counts = Counter(event.text.casefold())
    common = max(counts, key=lambda letter: (counts[letter], letter))
    return {
        "id": event.id,
        "number": number(event.text),
        "whole": int(event.note or len(event.text)),
        "text": unicodedata.normalize("NFD", event.text.title()) + common,
        "words": [match["word"] for word in event.words for match in WORD.finditer(word)],
    }
