import re

from models.new import Contact

DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
CODE = re.compile(r"[A-Z]{1,3}\d+")


def year_of(text):
    found = DATE.match(text)
    if found is None:
        return None
    return int(found.group(1))


def migrate(contact):
    text = contact.phone
    found = re.search(r"([a-z]+)\s*,", text)
    return Contact(
        id=contact.id,
        digits=re.sub(r"\D", "", text),
        slug=re.sub(r"[^a-z0-9]+", "-", text.strip()),
        first=found.group(1) if found else "none",
        words=re.findall(r"\w+", text),
        parts=re.split(r"[,;\s]", text),
        dashed=DATE.sub(r"\3.\2.\1", text),
        once=re.sub(r"\s", "_", text, count=1),
        year=year_of(text),
        is_code=bool(CODE.fullmatch(text)),
        is_number=re.match(r"^[+-]?\d+$", text) is not None,
        ends=bool(re.search(r"a.?$", text)),
        host=re.search(r".", contact.email).group() if contact.email else "",
    )
