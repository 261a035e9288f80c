from models.new import Cart, Line


def migrate(cart):
    total = 0.0
    for item in cart.items:
        if item.quantity < 0:
            continue
        total += item.price * item.quantity
    first = None
    for item in cart.items:
        if item.note is not None:
            first = item.note
            break
    return Cart(
        id=cart.id,
        lines=[
            Line(sku=item.sku, count=item.quantity, unit=item.price, position=i)
            for i, item in enumerate(cart.items)
        ],
        skus=[item.sku.upper() for item in cart.items if item.sku],
        count=sum(item.quantity for item in cart.items),
        has_notes=any(item.note for item in cart.items),
        all_cheap=all(item.price < 100 for item in cart.items),
        total=total,
        large=[size for size in cart.sizes if size > 1],
        largest=max(cart.sizes, default=0),
        first=first,
    )
