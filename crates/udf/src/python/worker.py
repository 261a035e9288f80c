# Answers rows, within limits.
#
# The last part of one program (`mod.rs`).

ROW, BUSY, SEEN, TICKS, TICK, LIMIT, IS_OLD, AGE, OURS = 0, False, -1, 0, TIME, TIME, False, 0.0, False


def tick(*_):
    """Called while rows are answered: looks whether the one at work has been so for too long."""
    global SEEN, TICKS, IS_OLD, AGE
    AGE += TICK
    IS_OLD = AGE >= PIECE_AGE
    if ROW != SEEN:
        SEEN, TICKS = ROW, 0
        set_last_resort()
        return
    TICKS += 1
    if BUSY and TICKS * TICK >= LIMIT:
        raise TookLonger


def set_time(limit):
    """Gives each row so much time, in seconds; 0 stops the clock."""
    global LIMIT, TICK, SEEN, TICKS
    LIMIT, TICK, SEEN, TICKS = limit, limit / 10, -1, 0
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)


def set_memory():
    """Gives what is about to run so much memory beyond what is in use."""
    if STATM is not None:
        used = int(os.pread(STATM, 64, 0).split()[0]) * resource.getpagesize()
        set_limit(resource.RLIMIT_AS, used + MEMORY)


def set_last_resort():
    """Lets the system end this process where nobody else can: when it hangs and has lost its parent."""
    if resource is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        set_limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + LAST_RESORT)


def set_limit(of, limit):
    global OURS
    OURS = True
    try:
        resource.setrlimit(of, (limit, resource.getrlimit(of)[1]))
    except (OSError, ValueError):
        # Not on this system, or whoever started this has set a lower one.
        pass
    finally:
        OURS = False


def told(error):
    """What an error says."""
    try:
        text = str(error)
        return "%s: %s" % (type(error).__name__, text) if text else type(error).__name__
    except Exception:
        return type(error).__name__


def attempt(migrate, write, event, out):
    """Answers a row. Returns why it fails."""
    try:
        row = migrate(event)
        if row is None:
            out += b"\x01\x00" + NO_ROW
        elif isinstance(row, PLAIN) and not hasattr(row, "_asdict"):
            raise Misfit("a migration returns a row or None, but this is %s" % described(row))
        elif isinstance(row, (types.CoroutineType, types.GeneratorType)):
            raise Misfit("a migration returns a row or None, but this is %s" % described(row))
        else:
            start = len(out)
            out += b"\x01\x01"
            write(row, out)
            if len(out) - start > MAX_ROW:
                raise Misfit("the row is larger than %d MB" % (MAX_ROW // 1024 // 1024))
        return None
    except Misfit as error:
        return str(error)
    except MemoryError:
        return TOO_MUCH
    except TookLonger:
        return "the migration took longer than %g s" % LIMIT
    except BaseException as error:
        return told(error)


def answer(buffer, count, migrate, read, write, say):
    """Answers a chunk. Returns whether this process can go on."""
    global ROW, BUSY, IS_OLD, AGE
    out, at, spent = bytearray(), 0, 0
    set_memory()
    set_last_resort()
    set_time(TIME)
    IS_OLD, AGE = False, 0.0
    for ROW in range(count):
        event, at = read(buffer, at)
        start = len(out)
        BUSY = True
        try:
            reason = attempt(migrate, write, event, out)
        except TookLonger:
            reason = "the migration took longer than %g s" % LIMIT
        except MemoryError:
            reason = TOO_MUCH
        BUSY = False
        if reason is not None:
            event = None
            text = reason.encode("utf-8", SURROGATE)
            del out[start:]
            out.append(0)
            put_length(out, len(text))
            out += text
            out += b"\x00" + NO_ROW
            if reason is TOO_MUCH:
                say(out)
                return False
            if reason.startswith("the migration took longer"):
                spent += 1
                if spent == PATIENCE:
                    set_time(TIME / HASTE)
        if IS_OLD or len(out) >= PIECE:
            say(out)
            out = bytearray()
            IS_OLD, AGE = False, 0.0
    signal.setitimer(signal.ITIMER_REAL, 0)
    say(out)
    return True


def loaded():
    """The function to run."""
    texts = [file["text"] for file in PROGRAM["modules"].values()]
    if any("pydantic" in text for text in texts):
        try:
            importlib.import_module("pydantic")
        except ImportError:
            STAND_INS["pydantic"] = pydantic
    if any("logging" in text for text in texts):
        import logging

        logging.disable(logging.CRITICAL)
    shut_out()
    refuse_what_changes()
    sys.meta_path.insert(0, Finder())
    return getattr(importlib.import_module(PROGRAM["main"]), PROGRAM["entry"])


def main():
    global STATM, NO_ROW
    # What the migration prints goes nowhere.
    ask, answers = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    sys.stdin = open(os.devnull)
    sys.stdout = sys.stderr = open(os.devnull, "w")
    try:
        STATM = os.open("/proc/self/statm", os.O_RDONLY) if resource else None
    except OSError:
        STATM = None

    def say(data):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(answers, rest) :]

    nothing = bytearray()
    some_record(FUNCTION["target"], nothing)
    NO_ROW = bytes(nothing)
    read, write = made_reader(), made_writer()
    broken = ""
    try:
        migrate = loaded()
    except BaseException as error:
        broken = told(error)

        def migrate(_):
            raise Misfit("the migration cannot be run: " + broken)

    text = broken.encode("utf-8", SURROGATE)
    say(struct.pack("<I", len(text)) + text)
    signal.signal(signal.SIGALRM, tick)
    while True:
        head = ask.read(12)
        if len(head) < 12:
            return
        count, size = struct.unpack("<IQ", head)
        if not answer(ask.read(size), count, migrate, read, write, say):
            return


main()
