from models.new import Raw

NAMES = {"517": "a", "NA": "b"}


def parse(text):
    try:
        return int(text)
    except ValueError:
        return None


def migrate(raw):
    try:
        count = int(raw.count)
    except ValueError:
        count = -1
    try:
        second = raw.parts[1]
    except (IndexError, KeyError):
        second = "none"
    try:
        ratio = raw.weight / raw.n
    except ZeroDivisionError:
        ratio = 0.0
    except_count = 0
    total = 0
    for part in raw.parts:
        try:
            total += int(part) % 100
        except ValueError:
            except_count += 1
    try:
        name = NAMES[raw.count]
    except Exception:
        if raw.n < 0:
            raise ValueError("no name")
        name = "other"
    return Raw(
        id=raw.id,
        count=count,
        maybe=parse(raw.id),
        second=second,
        ratio=ratio,
        total=total * 10 + except_count,
        name=name,
    )
