from models.new import Address, Customer


def lift(customer):
    return Address(street=customer.street, city=customer.city, zip=customer.address.zip)


def migrate(customer):
    return Customer(
        id=customer.id,
        home=lift(customer),
        street=customer.address.street,
        zip=customer.address.zip or "unknown",
        tags=sorted(customer.tags, key=lambda tag: len(tag), reverse=True),
        tag_count=len(customer.tags),
        first_tag=customer.tags[0] if customer.tags else None,
    )
