from models.new import Counter


def migrate(row):
    quotient = row.a // row.b
    remainder = row.a % row.b
    return Counter(
        id=row.id,
        quotient=quotient,
        remainder=remainder,
        sum=row.a + row.b - 1,
        product=row.a * 2,
        negative=-row.b,
        size=abs(row.b),
        square=(row.b % 1000) ** 2,
        flags=row.flag + (1 if row.a > 0 else 0),
        least=min(row.a, row.b, 10),
        text=str(row.a) + "/" + str(row.b),
        less=row.a < row.b,
        between=-5 <= row.a < 1_000_000 != row.b,
        back=(row.a // -7) * -7 + row.a % -7,
        sevenths=row.a // 7,
    )
