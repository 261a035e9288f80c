from models.new import Raw


def migrate(row):
    return Raw(
        id=row.id,
        count=int(row.count),
        digits=row.count.isdigit(),
        padded=row.count.zfill(6),
    )
