# Runs a migration as its author would: in a plain interpreter, over simple objects. Reads one job from standard
# input and answers one line for each row, in the forms of `oracle.mjs`.
import datetime
import enum
import json
import struct
import sys
import types

job = json.load(sys.stdin)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Misfit(Exception):
    pass


def read(kind, value):
    if value is None:
        return None
    if kind == "number":
        return struct.unpack("<d", struct.pack("<Q", int(value)))[0]
    if kind == "big_int":
        return int(value)
    if kind == "date":
        return EPOCH + datetime.timedelta(milliseconds=value)
    if "array" in kind:
        return [read(kind["array"]["type"], item) for item in value]
    if "object" in kind:
        return record(kind["object"], value)
    return value


def record(fields, values):
    return types.SimpleNamespace(
        **{field["name"]: read(field["type"], value) for field, value in zip(fields, values)}
    )


def stored(kind, value):
    def fits(condition):
        if not condition:
            raise Misfit(f"{value!r} is not {kind}")

    value = value.value if isinstance(value, enum.Enum) else value
    if kind == "string" or "string_enum" in kind:
        fits(isinstance(value, str) and (kind == "string" or value in kind["string_enum"]))
        return value.encode("utf-8").hex().upper()
    if kind == "number":
        fits(isinstance(value, (int, float)) and not isinstance(value, bool) and float(value) == value or value != value)
        return "nan" if value != value else str(struct.unpack("<Q", struct.pack("<d", value))[0])
    if kind == "boolean":
        fits(isinstance(value, bool))
        return str(value).lower()
    if kind == "big_int":
        fits(isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63)
        return str(value)
    if kind == "date":
        fits(isinstance(value, datetime.datetime))
        fits(datetime.datetime(1900, 1, 1, tzinfo=datetime.timezone.utc) <= value)
        fits(value < datetime.datetime(2300, 1, 1, tzinfo=datetime.timezone.utc))
        return str((value - EPOCH) // datetime.timedelta(milliseconds=1))
    if "integer_enum" in kind:
        fits(value in kind["integer_enum"].values())
        return str(int(value))
    if "array" in kind:
        fits(isinstance(value, list))
        item = kind["array"]
        return "[" + ",".join(field({**item, "absence": item.get("nullable")}, one) for one in value) + "]"
    return "{" + ",".join(field(of, get(value, of["name"])) for of in kind["object"]) + "}"


def field(of, value):
    if value is not None:
        return stored(of["type"], value)
    if of.get("absence") in (None, False, "never"):
        raise Misfit("it is missing")
    return "null"


def get(row, name):
    return row.get(name) if isinstance(row, dict) else getattr(row, name, None)


module = types.ModuleType("migration")
sys.modules["migration"] = module
exec(compile(job["source"], "migration.py", "exec"), module.__dict__)
for row in job["rows"]:
    try:
        result = module.migrate(record(job["from"]["fields"], row))
        if result is None:
            answer = {"filtered": True}
        else:
            answer = {"stored": [field(of, get(result, of["name"])) for of in job["to"]["fields"]]}
    except Misfit as error:
        answer = {"misfit": str(error)}
    except Exception as error:
        name = type(error).__name__
        answer = {"thrown": f"{name}: {error}" if str(error) else name}
    print(json.dumps(answer))
