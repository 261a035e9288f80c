# Values of rows: bytes of the database to Python and back.
#
# What a migration returns is checked here for each row, with the same reasons as in JavaScript
# (`../values.rs`). A part of one program (`mod.rs`).


class Word(str):
    """A value of an enum: its text, which is equal to the member of an `Enum` that has this value."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        return str.__eq__(self, other.value if isinstance(other, enum.Enum) else other)

    def __ne__(self, other):
        return not self == other

    @property
    def value(self):
        return str(self)


class Number(int):
    """A value of an enum of integers: its number, with the name that it has."""

    __hash__ = int.__hash__

    def __eq__(self, other):
        return int.__eq__(self, other.value if isinstance(other, enum.Enum) else other)

    def __ne__(self, other):
        return not self == other

    @property
    def value(self):
        return int(self)


class Record:
    """An event of the old version: `event.id`, `event["id"]`, `{**event}`. As a dictionary it has no fields that
    the model lets be left out and that are."""

    # Which those may be.
    _antler_optional = frozenset()

    def __getitem__(self, name):
        if name not in self:
            raise KeyError(name)
        return vars(self)[name]

    def __contains__(self, name):
        value = vars(self).get(name, NOTHING)
        return value is not NOTHING and (value is not None or name not in type(self)._antler_optional)

    def keys(self):
        return [name for name in vars(self) if name in self]

    def get(self, name, default=None):
        return self[name] if name in self else default

    def model_dump(self):
        return {name: self[name] for name in self.keys()}


# What is not there.
NOTHING = type("Nothing", (), {"__bool__": lambda self: False})()
NO_VARIANT = 0xFF
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MILLISECOND = datetime.timedelta(milliseconds=1)
SURROGATE = "antler.surrogate"
codecs.register_error(SURROGATE, lambda error: ("\ufffd".encode() * (error.end - error.start), error.end))
# What is no record, although it has attributes.
PLAIN = (str, bytes, int, float, complex, list, tuple, set, frozenset, datetime.date, datetime.timedelta,
         enum.Enum, type, types.FunctionType, types.ModuleType)  # fmt: skip


def described(value):
    if value is None or value is NOTHING:
        return "nothing" if value is NOTHING else "None"
    name = type(value).__name__
    if isinstance(value, (str, int, float)) and not isinstance(value, enum.Enum):
        text = repr(value)
        if len(text) <= 42:
            return "the %s %s" % (name, text)
    return "%s %s" % ("an" if name[:1].lower() in tuple("aeio") else "a", name)


def expected(kind):
    plain = {"string": "str", "number": "float", "boolean": "bool", "big_int": "int", "date": "datetime"}
    if isinstance(kind, str):
        return plain[kind]
    (name, of), = kind.items()
    if name == "string_enum":
        return "Literal[%s]" % ", ".join(json.dumps(word, ensure_ascii=False) for word in sorted(of))
    if name == "integer_enum":
        return "Literal[%s]" % ", ".join(str(number) for number in sorted(of.values()))
    if name == "precise":
        return SPELLED.get(of.partition("(")[0], "int")
    return {"array": "a list", "object": "an object"}[name]


def misfit(path, kind, value):
    raise Misfit("`%s`: expected %s, found %s" % (path, expected(kind), described(value)))


def plain(value):
    return value.value if isinstance(value, (enum.Enum, Word)) else value


def as_text(value, path):
    value = plain(value)
    if not isinstance(value, str):
        misfit(path, "string", value)
    return str.__str__(value)


def as_number(value, path):
    value = plain(value)
    if isinstance(value, float):
        return float(value)
    if not isinstance(value, int) or isinstance(value, bool):
        misfit(path, "number", value)
    try:
        return float(value)
    except OverflowError:
        raise Misfit("`%s`: the int is too large to be a float" % path) from None


def as_integer(value, path):
    value = plain(value)
    if not isinstance(value, int) or isinstance(value, bool):
        misfit(path, "big_int", value)
    return int(value)


# How numbers of exact types are written, and which whole numbers they hold.
PRECISE = {
    "Int8": ("<b", -(2**7), 2**7 - 1), "Int16": ("<h", -(2**15), 2**15 - 1), "Int32": ("<i", -(2**31), 2**31 - 1),
    "UInt8": ("<B", 0, 2**8 - 1), "UInt16": ("<H", 0, 2**16 - 1), "UInt32": ("<I", 0, 2**32 - 1),
    "UInt64": ("<Q", 0, 2**64 - 1), "Float32": ("<f", None, None),
}  # fmt: skip
# What other exact types are called in Python.
SPELLED = {"Float32": "float", "LowCardinality": "str", "UUID": "UUID", "Date32": "date", "Decimal": "Decimal"}
# The first and the last day that a column holds, as days since the year 1, and the first of 1970.
FIRST_DAY, LAST_DAY, DAY_OF_1970 = (datetime.date(*day).toordinal() for day in ((1900, 1, 1), (2299, 12, 31), (1970, 1, 1)))
DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
WIDE = decimal.Context(prec=100)


def unfit(path, value, what):
    raise Misfit("`%s`: %s is not %s" % (path, value if isinstance(value, str) else str(value), what))


def uuid_read(half):
    return uuid.UUID(bytes=bytes(half[7::-1]) + bytes(half[15:7:-1]))


def uuid_written(value, kind, path):
    value = plain(value)
    if isinstance(value, str):
        try:
            value = uuid.UUID(value) if len(value) == 36 else unfit(path, value, "a UUID")
        except ValueError:
            unfit(path, value, "a UUID")
    if not isinstance(value, uuid.UUID):
        misfit(path, kind, value)
    return value.bytes[7::-1] + value.bytes[15:7:-1]


def day_read(since_1970):
    return datetime.date.fromordinal(DAY_OF_1970 + since_1970)


def day_written(value, kind, path):
    value = plain(value)
    what = "a date of the years 1900 to 2299"
    if isinstance(value, str):
        try:
            value = datetime.datetime.strptime(value, "%Y-%m-%d").date() if len(value) == 10 else unfit(path, value, what)
        except ValueError:
            unfit(path, value, what)
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        misfit(path, kind, value)
    if not FIRST_DAY <= value.toordinal() <= LAST_DAY:
        unfit(path, value, what)
    return value.toordinal() - DAY_OF_1970


def digits(kind):
    """The digits of a decimal type, those behind the point, and the bytes of a value."""
    precision, scale = (int(part) for part in kind["precise"][len("Decimal(") : -1].split(","))
    return precision, scale, 4 if precision <= 9 else 8 if precision <= 18 else 16 if precision <= 38 else 32


def decimal_read(bytes_, scale):
    return WIDE.scaleb(decimal.Decimal(int.from_bytes(bytes_, "little", signed=True)), -scale)


def decimal_written(value, kind, path):
    value = plain(value)
    precision, scale, width_ = digits(kind)
    given = value
    if isinstance(value, str) and DECIMAL.match(value) or isinstance(value, int) and not isinstance(value, bool):
        value = decimal.Decimal(value)
    if not isinstance(value, decimal.Decimal):
        misfit(path, kind, value)
    if value == 0:
        return bytes(width_)
    number = rest = 0
    if value.is_finite() and value.adjusted() < precision - scale:
        _, figures, exponent = value.as_tuple()
        number, shift = int("".join(map(str, figures))), exponent + scale
        # More places than there are figures are no whole number of the last place.
        number, rest = (number * 10**shift, 0) if shift >= 0 else divmod(number, 10 ** min(-shift, len(figures)))
        rest = rest or not number
    if rest or not number:
        before = precision - scale
        unfit(path, given, "a number of at most %d digits before the point and %d behind it" % (before, scale))
    return (-number if value < 0 else number).to_bytes(width_, "little", signed=True)


def as_whole(value, least, greatest, kind, path):
    value = plain(value)
    if not isinstance(value, int) or isinstance(value, bool):
        misfit(path, kind, value)
    if not least <= value <= greatest:
        raise Misfit("`%s`: %d is not a whole number from %d to %d" % (path, value, least, greatest))
    return int(value)


def as_single(value, kind, path):
    number = as_number(value, path)
    try:
        struct.pack("<f", number)
    except OverflowError:
        raise Misfit("`%s`: %r is not within the range of %s" % (path, number, kind["precise"])) from None
    return number


def too_large(path):
    raise Misfit("`%s`: the int does not fit into 64 bits" % path)


def as_time(value, path):
    if not isinstance(value, datetime.datetime):
        misfit(path, "date", value)
    if value.tzinfo is None or value.utcoffset() is None:
        # The time zone of migrations.
        value = value.replace(tzinfo=datetime.timezone.utc)
    time = (value - EPOCH) // MILLISECOND
    if not FIRST <= time <= LAST:
        raise Misfit("`%s`: the date is outside of the years 1900 to 2299" % path)
    return time


def as_choice(value, numbers, kind, path):
    value = plain(value)
    is_of_type = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    number = numbers.get(value) if is_of_type else None
    if number is None:
        if not is_of_type or (isinstance(value, str) != ("string_enum" in kind)):
            misfit(path, kind, value)
        text = value if isinstance(value, str) else str(value)
        raise Misfit("`%s`: `%s` is not one of %s" % (path, text, expected(kind)))
    return number


def members(value, path, kind):
    """The fields of a record, as a dictionary."""
    if isinstance(value, dict):
        return value
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    if isinstance(value, PLAIN) or not (hasattr(value, "__dict__") or hasattr(value, "__slots__")):
        misfit(path, kind, value)
    return getattr(value, "__dict__", {})


def member(owner, name):
    return NOTHING if isinstance(owner, dict) else getattr(owner, name, NOTHING)


def length(buffer, at):
    size = shift = 0
    while True:
        byte = buffer[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            return size, at
        shift += 7


def put_length(out, size):
    while size >= 0x80:
        out.append((size & 0x7F) | 0x80)
        size >>= 7
    out.append(size)


class Writing:
    """Python text that is being written: a function for exactly these types, which is much faster than
    one that looks at types for every value."""

    def __init__(self):
        self.lines = []
        self.names = {"struct_error": struct.error}
        self.count = 0

    def line(self, depth, text):
        self.lines.append("    " * depth + text)

    def constant(self, value):
        self.count += 1
        name = "c%d" % self.count
        self.names[name] = value
        return name

    def variable(self):
        self.count += 1
        return "v%d" % self.count

    def made(self, head, globals_):
        text = "\n".join([head, *self.lines])
        space = {**globals_, **self.names}
        exec(compile(text, "antler", "exec"), space)
        return space[head[4 : head.index("(")]]


def width(numbers):
    return 1 if all(-128 <= number <= 127 for number in numbers) else 2


def numbered(kind):
    """The numbers of an enum and its values, and how many bytes a number takes."""
    (name, of), = kind.items()
    if name == "string_enum":
        words = sorted(of, key=lambda word: word.encode("utf-8", SURROGATE))
        return {word: at for at, word in enumerate(words, 1)}, {
            at: Word(word) for at, word in enumerate(words, 1)
        }, 1 if len(words) <= 127 else 2
    values = {}
    for label, number in of.items():
        values[number] = Number(number)
        values[number].name = label
    return {number: number for number in of.values()}, values, width(of.values())


class Reading(Writing):
    """Writes the function that reads a row."""

    def slot(self, depth, kind, nullable, name):
        """Reads a value into a new variable, and returns that."""
        into = self.variable()
        if nullable:
            is_array = isinstance(kind, dict) and "array" in kind
            self.line(depth, "at += 1")
            self.line(depth, "if buffer[at - 1] %s: %s = None" % ("== 255" if is_array else "!= 0", into))
            self.line(depth, "else:")
            depth += 1
        self.value(depth, kind, into, name)
        return into

    def size(self, depth, into):
        self.line(depth, "%s = buffer[at]" % into)
        self.line(depth, "at += 1")
        self.line(depth, "if %s > 127: %s, at = length(buffer, at - 1)" % (into, into))

    def value(self, depth, kind, into, name):
        line = self.line
        if kind == "string":
            self.size(depth, "size")
            line(depth, "%s = str(buffer[at:at + size], 'utf-8', 'replace')" % into)
            line(depth, "at += size")
        elif kind == "number":
            line(depth, "%s = unpack_number(buffer, at)[0]" % into)
            line(depth, "at += 8")
        elif kind == "big_int":
            line(depth, "%s = unpack_integer(buffer, at)[0]" % into)
            line(depth, "at += 8")
        elif kind == "date":
            line(depth, "%s = EPOCH + timedelta(0, 0, 0, unpack_integer(buffer, at)[0])" % into)
            line(depth, "at += 8")
        elif kind == "boolean":
            line(depth, "%s = buffer[at] != 0" % into)
            line(depth, "at += 1")
        elif "string_enum" in kind or "integer_enum" in kind:
            _, values, bytes_ = numbered(kind)
            unpack = "unpack_byte" if bytes_ == 1 else "unpack_short"
            line(depth, "%s = %s[%s(buffer, at)[0]]" % (into, self.constant(values), unpack))
            line(depth, "at += %d" % bytes_)
        elif "precise" in kind:
            self.precise(depth, kind, into, name)
        elif "array" in kind:
            size, item = self.variable(), kind["array"]
            self.size(depth, size)
            line(depth, "%s = []" % into)
            line(depth, "for _ in range(%s):" % size)
            value = self.slot(depth + 1, item["type"], item.get("nullable", False), name)
            line(depth + 1, "%s.append(%s)" % (into, value))
        else:
            self.record(depth, kind["object"], into, name)

    def precise(self, depth, kind, into, name):
        line, of = self.line, kind["precise"]
        if of.startswith("LowCardinality"):
            return self.value(depth, "string", into, name)
        if of == "UUID":
            size = 16
            line(depth, "%s = uuid_read(buffer[at:at + 16])" % into)
        elif of == "Date32":
            size = 4
            line(depth, "%s = day_read(unpack_day(buffer, at)[0])" % into)
        elif of.startswith("Decimal"):
            _, scale, size = digits(kind)
            line(depth, "%s = decimal_read(buffer[at:at + %d], %d)" % (into, size, scale))
        else:
            how = struct.Struct(PRECISE[of][0])
            size = how.size
            line(depth, "%s = %s(buffer, at)[0]" % (into, self.constant(how.unpack_from)))
        line(depth, "at += %d" % size)

    def record(self, depth, fields, into, name):
        values = []
        for field in fields:
            inner = "%s_%s" % (name, field["name"])
            value = self.slot(depth, field["type"], field.get("absence", "never") != "never", inner)
            values.append("%r: %s" % (field["name"], value))
        self.line(depth, "%s = new(%s)" % (into, self.constant(record_class(name, fields))))
        self.line(depth, "%s.__dict__ = {%s}" % (into, ", ".join(values)))


def record_class(name, fields):
    """A dataclass, so that `dataclasses.replace` and its like know the fields."""
    names = [field["name"] for field in fields]
    known = [name for name in names if name.isidentifier() and not keyword.iskeyword(name)]
    known = [name for name in known if not name.startswith("__")]
    name = name if name.isidentifier() and not keyword.iskeyword(name) else "Record"
    optional = frozenset(field["name"] for field in fields if field.get("absence") == "undefined")
    fields = [(field, typing.Any) for field in known]
    return dataclasses.make_dataclass(name, fields, bases=(Record,), namespace={"_antler_optional": optional})


class Answering(Writing):
    """Writes the function that checks and writes what was returned."""

    def slot(self, depth, kind, nullable, value, path):
        line = self.line
        if nullable:
            is_array = isinstance(kind, dict) and "array" in kind
            line(depth, "if %s is None or %s is NOTHING: out.append(%d)" % (value, value, 255 if is_array else 1))
            line(depth, "else:")
            depth += 1
            line(depth, "out.append(0)")
        self.value(depth, kind, value, path)

    def value(self, depth, kind, value, path):
        line, put = self.line, repr(path)
        if kind == "string":
            line(depth, "if type(%s) is not str: %s = as_text(%s, %s)" % (value, value, value, put))
            line(depth, "text = %s.encode('utf-8', SURROGATE)" % value)
            line(depth, "size = len(text)")
            line(depth, "if size < 128: out.append(size)")
            line(depth, "else: put_length(out, size)")
            line(depth, "out += text")
        elif kind == "number":
            line(depth, "if type(%s) is not float: %s = as_number(%s, %s)" % (value, value, value, put))
            line(depth, "out += pack_number(%s)" % value)
        elif kind == "big_int":
            line(depth, "if type(%s) is not int: %s = as_integer(%s, %s)" % (value, value, value, put))
            line(depth, "if not %d <= %s <= %d: too_large(%s)" % (-(2**63), value, 2**63 - 1, put))
            line(depth, "out += pack_integer(%s)" % value)
        elif kind == "date":
            line(depth, "out += pack_integer(as_time(%s, %s))" % (value, put))
        elif kind == "boolean":
            line(depth, "if %s is True: out.append(1)" % value)
            line(depth, "elif %s is False: out.append(0)" % value)
            line(depth, "else: misfit(%s, 'boolean', %s)" % (put, value))
        elif "string_enum" in kind or "integer_enum" in kind:
            numbers, _, bytes_ = numbered(kind)
            pack = "pack_byte" if bytes_ == 1 else "pack_short"
            known, of = self.constant(numbers), self.constant(kind)
            line(depth, "out += %s(as_choice(%s, %s, %s, %s))" % (pack, value, known, of, put))
        elif "precise" in kind:
            self.precise(depth, kind, value, path)
        elif "array" in kind:
            item, element, of = kind["array"], self.variable(), self.constant(kind)
            line(depth, "if not isinstance(%s, (list, tuple)): misfit(%s, %s, %s)" % (value, put, of, value))
            line(depth, "put_length(out, len(%s))" % value)
            line(depth, "for %s in %s:" % (element, value))
            self.slot(depth + 1, item["type"], item.get("nullable", False), element, path + "[]")
        else:
            self.record(depth, kind, value, path)

    def precise(self, depth, kind, value, path):
        line, of, constant = self.line, kind["precise"], self.constant(kind)
        if of.startswith("LowCardinality"):
            self.value(depth, "string", value, path)
        elif of == "UUID":
            line(depth, "out += uuid_written(%s, %s, %r)" % (value, constant, path))
        elif of == "Date32":
            line(depth, "out += pack_day(day_written(%s, %s, %r))" % (value, constant, path))
        elif of.startswith("Decimal"):
            line(depth, "out += decimal_written(%s, %s, %r)" % (value, constant, path))
        else:
            how, least, greatest = PRECISE[of]
            pack = self.constant(struct.Struct(how).pack)
            if least is None:
                line(depth, "out += %s(as_single(%s, %s, %r))" % (pack, value, constant, path))
            else:
                line(
                    depth,
                    "out += %s(as_whole(%s, %d, %d, %s, %r))" % (pack, value, least, greatest, constant, path),
                )

    def record(self, depth, kind, value, path):
        owner = self.variable()
        line = self.line
        line(depth, "%s = %s if type(%s) is dict else members(%s, %r, %s)" % (
            owner, value, value, value, path, self.constant(kind)))  # fmt: skip
        for field in kind["object"]:
            name, found = field["name"], self.variable()
            line(depth, "%s = %s.get(%r, NOTHING)" % (found, owner, name))
            line(depth, "if %s is NOTHING: %s = member(%s, %r)" % (found, found, value, name))
            inner = "%s.%s" % (path, name) if path else name
            self.slot(depth, field["type"], field.get("absence", "never") != "never", found, inner)
        if not kind["object"]:
            line(depth, "pass")


def made_reader():
    name = FUNCTION["migration"].partition("_migrate__")[0]
    reading = Reading()
    reading.record(1, FUNCTION["source"], "row", name)
    reading.line(1, "return row, at")
    return reading.made("def read(buffer, at):", {
        "unpack_number": struct.Struct("<d").unpack_from,
        "unpack_integer": struct.Struct("<q").unpack_from,
        "unpack_byte": struct.Struct("<b").unpack_from,
        "unpack_short": struct.Struct("<h").unpack_from,
        "unpack_day": struct.Struct("<i").unpack_from,
        "uuid_read": uuid_read, "day_read": day_read, "decimal_read": decimal_read,
        "length": length, "EPOCH": EPOCH, "timedelta": datetime.timedelta, "new": object.__new__,
    })  # fmt: skip


def made_writer():
    answering = Answering()
    answering.record(1, {"object": FUNCTION["target"]}, "row", "")
    return answering.made("def write(row, out):", {
        "pack_number": struct.Struct("<d").pack, "pack_integer": struct.Struct("<q").pack,
        "pack_byte": struct.Struct("<b").pack, "pack_short": struct.Struct("<h").pack,
        "as_text": as_text, "as_number": as_number, "as_integer": as_integer, "as_time": as_time,
        "as_choice": as_choice, "as_whole": as_whole, "as_single": as_single,
        "uuid_written": uuid_written, "day_written": day_written, "decimal_written": decimal_written,
        "pack_day": struct.Struct("<i").pack, "too_large": too_large, "misfit": misfit, "members": members,
        "member": member, "put_length": put_length, "NOTHING": NOTHING, "SURROGATE": SURROGATE,
    })  # fmt: skip


def size_of(kind):
    """How many bytes the first value of an exact type has: all of them 0."""
    of = kind["precise"]
    if of.startswith("Decimal"):
        return digits(kind)[2]
    if of.startswith("LowCardinality"):
        return 1
    return {"UUID": 16, "Date32": 4}.get(of) or struct.calcsize(PRECISE[of][0])


def some_record(fields, out):
    """What stands in the place of a record where there is none."""
    for field in fields:
        kind = field["type"]
        if field.get("absence", "never") != "never":
            out.append(NO_VARIANT if isinstance(kind, dict) and "array" in kind else 1)
        elif kind in ("string", "boolean") or "array" in kind:
            out.append(0)
        elif isinstance(kind, str):
            out += bytes(8)
        elif "object" in kind:
            some_record(kind["object"], out)
        elif "precise" in kind:
            out += bytes(size_of(kind))
        else:
            numbers, _, bytes_ = numbered(kind)
            first = min(numbers.values()) if "string_enum" in kind else next(iter(kind["integer_enum"].values()))
            out += first.to_bytes(bytes_, "little", signed=True)


