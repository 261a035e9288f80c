from models.new import Person
from models.old import Person as OldPerson


def migrate(person: OldPerson) -> Person | None:
    parts = person.name.strip().split(" ", 1)
    first = parts[0]
    last = parts[1] if len(parts) > 1 else ""
    words = person.name.split()
    if not words:
        return None
    before, _comma, behind = person.name.partition(",")
    return Person(
        id=person.id,
        first=first,
        last=last.strip(),
        words=len(words),
        initials="".join(word[0] for word in words).upper(),
        called=person.nickname or first,
        slug="-".join([word.lower() for word in words if word != "the"]),
        shout=person.nickname.upper() if person.nickname is not None else None,
        before_comma=before.rstrip(),
        behind_comma=behind.lstrip(),
    )
