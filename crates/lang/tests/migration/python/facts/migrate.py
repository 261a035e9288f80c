from models.new import Fact


def checked(text):
    if text is None:
        raise ValueError("no text")
    return text + "!"


def migrate(fact):
    rounds = 0
    for item in fact.items:
        if fact.a is None:
            raise ValueError(f"no a for {item}")
        rounds += len(fact.a)
    try:
        text = checked(fact.a)
    except ValueError:
        text = "none"
    b = fact.b
    if b is not None and b > 0 and fact.a:
        b = b - 1
    elif b is None or not fact.a:
        b = None
    return Fact(
        id=fact.id,
        a=fact.a,
        length=len(fact.a) if fact.a is not None else None,
        b=b,
        rounds=rounds,
        checked=text,
    )
