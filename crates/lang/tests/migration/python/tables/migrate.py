from models.new import Flight

CARRIERS = {"NA": "none", "abc": "ABC Air", "": "unknown", "it's": "odd"}
LEVELS = {0: "none", 1: "low", 42: "high"}
WEIGHTS = {"a,b,c": 1, "abc": 2.5}
SKIPPED = {"null", "nan"}


def migrate(flight):
    if flight.carrier in SKIPPED:
        return None
    if flight.code > 1_000_000:
        carrier = CARRIERS[flight.carrier]
    else:
        carrier = CARRIERS.get(flight.carrier, flight.carrier)
    return Flight(
        id=flight.id,
        carrier=carrier,
        level=LEVELS[flight.code] if flight.code < 100 else "far",
        known=flight.carrier in CARRIERS and flight.code not in LEVELS,
        region={"abc": "north"}.get(flight.origin),
        weight=WEIGHTS.get(flight.carrier, 0),
    )
