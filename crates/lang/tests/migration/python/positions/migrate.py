from models.new import Code


def migrate(row):
    if row.code == "":
        return Code(row.id, "", "", "", "")
    return Code(
        id=row.id,
        first=row.code[0],
        last=row.code[-1],
        any=row.code[row.n],
        after=row.code[row.code.index("a") + 1 :],
    )
