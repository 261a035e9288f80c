from models.new import Raw


def migrate(row):
    if row.value in ("NA", ""):
        return None
    return Raw(id=row.id, value=float(row.value))
