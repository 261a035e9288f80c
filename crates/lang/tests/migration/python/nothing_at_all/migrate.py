from models.new import Sample


def migrate(row):
    text = f"{row.name} {row.a}"
    if row.id == "":
        return Sample(id="", sum=0, name="", length=0, is_less=row.a == row.b, text=text)
    if row.id > "m":
        return Sample(id=row.id, sum=0, name="by " + row.name, length=len(row.list), is_less=row.a != None, text=text)
    return Sample(
        id=row.id,
        sum=row.a + row.b,
        name=row.name.strip(),
        length=len(row.name),
        is_less=row.a < row.b,
        text=text,
    )
