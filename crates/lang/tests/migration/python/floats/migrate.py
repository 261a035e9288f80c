from models.new import Reading


def migrate(row):
    return Reading(
        id=row.id,
        text=f"{row.x}",
        sum=row.x + row.y,
        product=row.x * row.y,
        difference=row.x - 1,
        rounded=round(row.x, 2),
        tenths=round(row.y, 1),
        fixed=f"{row.x:.3f}",
        whole=f"{row.y:.0f}",
        size=abs(row.x),
        is_large=row.x >= 1000 or row.y > 0.5,
        equals=row.x == row.y,
        truthy=bool(row.x),
        fahrenheit=row.x * 9 / 5 + 32,
        mixed=row.n + row.x,
        minutes=row.n,
        larger=max(row.x, row.y),
    )
