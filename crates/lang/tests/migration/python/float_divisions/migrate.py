from models.new import Ratio


def migrate(row):
    return Ratio(
        id=row.id,
        quotient=row.x / row.y,
        floor=row.x // row.y,
        remainder=row.x % row.y,
        hours=row.x // 60,
        minutes=row.x % 60,
    )
