# The modules that a migration may import: those of the project, from memory, and Python's own.
#
# A part of one program (`mod.rs`): `program.py` is its beginning.

# What `pydantic` needs.
ALLOWED = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection", "tzdata"}


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        canonical = PROGRAM["names"].get(name)
        if canonical is not None:
            file = PROGRAM["modules"].get(canonical)
            is_package = file is None or file["package"]
            return importlib.machinery.ModuleSpec(name, self, is_package=is_package)
        top = name.partition(".")[0]
        if top in STAND_INS:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        known = getattr(sys, "stdlib_module_names", None)
        if known is not None and top not in known and top not in ALLOWED:
            text = "`%s` is neither a module of Python nor a file of the project" % name
            raise ModuleNotFoundError(text, name=name)
        return None

    def create_module(self, spec):
        canonical = PROGRAM["names"].get(spec.name)
        if canonical is None:
            return STAND_INS[spec.name.partition(".")[0]](spec.name)
        # A file is one module, under whichever names it is imported.
        return None if canonical == spec.name else importlib.import_module(canonical)

    def exec_module(self, module):
        name = module.__spec__.name
        canonical = PROGRAM["names"].get(name)
        if canonical is None:
            return
        if canonical != name:
            is_package = hasattr(module, "__path__")
            module.__spec__ = importlib.machinery.ModuleSpec(canonical, self, is_package=is_package)
            return
        file = PROGRAM["modules"].get(name)
        if file is not None:
            # The types that a migration names are for its readers: those of old versions are nowhere.
            flags = __future__.annotations.compiler_flag if name == PROGRAM["main"] else 0
            code = compile(file["text"], file["path"], "exec", flags=flags, dont_inherit=True)
            exec(code, module.__dict__)


class StandIn:
    """Something of a library that says nothing about rows: a decorator, a base or a configuration."""

    def __call__(self, *args, **keywords):
        return args[0] if len(args) == 1 and not keywords and callable(args[0]) else self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, item):
        return self

    def __mro_entries__(self, bases):
        return ()


def moose_lib(name):
    module = types.ModuleType(name)
    value = typing.TypeVar("value")
    module.Key = typing.Annotated[value, "key"]
    module.JWT = typing.Annotated[value, "jwt"]
    module.__getattr__ = StandIn().__getattr__
    return module


class BaseModel:
    """A model of pydantic where there is no pydantic: fields and defaults, without validation."""

    def __init__(self, **values):
        for owner in reversed(type(self).__mro__):
            for name in vars(owner).get("__annotations__", {}):
                if name.startswith("_") or name == "model_config":
                    continue
                if name in values:
                    vars(self)[name] = values[name]
                    continue
                default = getattr(type(self), name, dataclasses.MISSING)
                if isinstance(default, dataclasses.Field):
                    factory = default.default_factory
                    default = default.default if factory is dataclasses.MISSING else factory()
                if default is dataclasses.MISSING:
                    raise TypeError("%s: the field `%s` is required" % (type(self).__name__, name))
                vars(self)[name] = default

    def model_dump(self):
        return dict(vars(self))

    def model_copy(self, *, update=None):
        return type(self)(**{**vars(self), **(update or {})})

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)


def pydantic(name):
    module = types.ModuleType(name)
    module.BaseModel = BaseModel

    def field(default=dataclasses.MISSING, *, default_factory=dataclasses.MISSING, **_):
        default = dataclasses.MISSING if default is ... else default
        return dataclasses.field(default=default, default_factory=default_factory)

    module.Field = field
    module.ConfigDict = dict
    module.__getattr__ = StandIn().__getattr__
    return module


STAND_INS = {"moose_lib": moose_lib, "antler": moose_lib}


