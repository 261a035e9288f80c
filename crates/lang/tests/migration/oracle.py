# Runs migrations as their authors would: in CPython, with the classes of the models. Reads one job from
# standard input and answers one line for each row, function by function. Values travel in forms that keep apart what JSON
# mixes up: floats as the bits of their doubles, texts as hexadecimal UTF-8.
import builtins
import json
import struct
import sys
import types
import typing
from datetime import datetime, timedelta, timezone
from enum import Enum

job = json.load(sys.stdin)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST, LAST = -2208988800000, 10413791999999


class Misfit(Exception):
    """Why a value cannot be stored: not an error of the language."""


class Key:
    def __class_getitem__(cls, of):
        return of


moose = types.ModuleType("moose_lib")
moose.Key = Key
plain_import = builtins.__import__


def load(name, source, modules):
    """The module of a file. Modules of the project are the models, old and new."""

    def project_import(module, *rest):
        if module.split(".")[0] == "moose_lib":
            return moose
        for part, model in modules.items():
            if part in module.split("."):
                return model
        return plain_import(module, *rest)

    module = types.ModuleType(name)
    sys.modules[name] = module
    module.__builtins__ = {**vars(builtins), "__import__": project_import}
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return module


def model_class(module, model):
    return getattr(module, model["name"])


def bare(hint):
    """A hint without `None` and without wrappers."""
    while True:
        origin = typing.get_origin(hint)
        if origin in (typing.Required, typing.NotRequired, typing.Annotated):
            hint = typing.get_args(hint)[0]
        elif origin in (typing.Union, types.UnionType):
            hint = next(arg for arg in typing.get_args(hint) if arg is not type(None))
        else:
            return hint


def read(kind, hint, value):
    hint = bare(hint)
    if kind == "number":
        return struct.unpack(">d", struct.pack(">Q", int(value)))[0]
    if kind == "big_int":
        return int(value)
    if kind == "date":
        return EPOCH + timedelta(milliseconds=value)
    if isinstance(kind, dict) and ("string_enum" in kind or "integer_enum" in kind):
        return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
    if isinstance(kind, dict) and "array" in kind:
        item = typing.get_args(hint)[0]
        return [None if each is None else read(kind["array"]["type"], item, each) for each in value]
    if isinstance(kind, dict):
        return read_object(kind["object"], hint, value)
    return value


def read_object(fields, cls, values):
    hints = typing.get_type_hints(cls, include_extras=True)
    found = {}
    for field, value in zip(fields, values):
        name = field["name"]
        if value is not None:
            found[name] = read(field["type"], hints[name], value)
        elif not (typing.is_typeddict(cls) and field.get("absence") == "undefined"):
            found[name] = None
    return cls(**found)


def hexed(text):
    return text.encode("utf-8").hex().upper()


def stored(kind, value):
    """The canonical text of a value in a column."""
    if isinstance(value, Enum):
        value = value.value

    def fits(condition):
        if not condition:
            raise Misfit(f"{value!r} is not {kind}")

    if kind == "string":
        fits(isinstance(value, str))
        return hexed(value)
    if kind == "number":
        fits(isinstance(value, (int, float)) and not isinstance(value, bool))
        value = float(value)
        return "nan" if value != value else str(struct.unpack(">Q", struct.pack(">d", value))[0])
    if kind == "boolean":
        fits(isinstance(value, bool))
        return "true" if value else "false"
    if kind == "big_int":
        fits(isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63)
        return str(value)
    if kind == "date":
        fits(isinstance(value, datetime))
        ms, rest = divmod(value - EPOCH, timedelta(milliseconds=1))
        fits(not rest and FIRST <= ms <= LAST)
        return str(ms)
    if "string_enum" in kind:
        fits(value in kind["string_enum"])
        return hexed(value)
    if "integer_enum" in kind:
        fits(value in kind["integer_enum"].values())
        return str(value)
    if "array" in kind:
        fits(isinstance(value, (list, tuple)))
        items = []
        for item in value:
            fits(item is not None or kind["array"].get("nullable"))
            items.append("null" if item is None else stored(kind["array"]["type"], item))
        return f"[{','.join(items)}]"
    fits(value is not None)
    return "{" + ",".join(stored_field(field, value) for field in kind["object"]) + "}"


def stored_field(field, owner):
    name = field["name"]
    value = owner.get(name) if isinstance(owner, dict) else getattr(owner, name)
    if value is not None:
        return stored(field["type"], value)
    if field.get("absence", "never") == "never":
        raise Misfit(f"{name} is missing")
    return "null"


def function_of(function):
    """The function of a file, with the classes of its models."""
    new = load("new_models", function["to_source"], {})
    migration = load("migration", function["source"], {"old": old, "new": new})
    named = {
        name: value
        for name, value in vars(migration).items()
        if isinstance(value, types.FunctionType)
        and value.__module__ == "migration"
        and not name.startswith("_")
    }
    return named.get("migrate") or next(iter(named.values()))


def answer(migrate, to, row):
    try:
        result = migrate(read_object(job["from"]["fields"], model_class(old, job["from"]), row))
        if result is None:
            return {"filtered": True}
        return {"stored": [stored_field(field, result) for field in to["fields"]]}
    except Misfit as misfit:
        return {"misfit": str(misfit)}
    except Exception as error:
        return {"thrown": f"{type(error).__name__}: {error}"}


old = load("old_models", job["from_source"], {})
for function in job["functions"]:
    migrate = function_of(function)
    for row in job["rows"]:
        print(json.dumps(answer(migrate, function["to"], row)))
