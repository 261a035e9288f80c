from models.new import Click


def migrate(click) -> Click:
    if click["x"] < 0:
        return {"id": click["id"], "point": {"x": 0, "y": 0}, "label": None, "note": click["note"]}
    return {
        "id": click["id"],
        "point": {"x": click["x"], "y": 1},
        "label": click.get("label"),
        "note": click.get("note", "none"),
    }
