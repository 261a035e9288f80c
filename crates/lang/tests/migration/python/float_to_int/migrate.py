import math

from models.new import Score


def migrate(row):
    return Score(
        id=row.id,
        cut=int(row.x),
        rounded=round(row.x),
        floor=math.floor(row.x),
        ceiling=math.ceil(row.x),
        cents=round(row.x * 100),
    )
