from models.new import Contact

PREFIXES = {"1": "US", "5": "MX", "0": "local"}


def clean(phone: str) -> str:
    for_machines = phone.replace(" ", "").replace("-", "").replace("+", "")
    return for_machines.removeprefix("00").removesuffix("x")


def domain_of(email):
    if email is None:
        return "none"
    position = email.find("@")
    if position < 0:
        return "unknown"
    return email[position + 1 :].lower()


def migrate(contact):
    phone = clean(contact.phone)
    return Contact(
        id=contact.id,
        phone=phone,
        country=PREFIXES.get(phone[:1], "other"),
        last_four=phone[-4:],
        digits=len(phone),
        email=contact.email and contact.email.strip(),
        domain=domain_of(contact.email),
    )
