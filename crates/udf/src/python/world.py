# The world: kept away. There is no clock and no chance, and there are no files, no network and no processes.
#
# It keeps out mistakes, not attackers: whoever writes migrations is trusted. A part of one program
# (`mod.rs`).


def refuse_what_changes():
    """The clock and chance."""

    def refused(what):
        def refuse(*args, **keywords):
            raise RuntimeError("%s is refused in a migration: a replay must give the same rows" % what)

        return refuse

    names = {
        time: "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns"
        " thread_time thread_time_ns sleep",
        random: "random uniform triangular randint choice randrange sample shuffle choices normalvariate"
        " lognormvariate expovariate vonmisesvariate gammavariate gauss betavariate paretovariate"
        " weibullvariate getrandbits randbytes binomialvariate seed _urandom",
        uuid: "uuid1 uuid4 getnode",
        os: "urandom getrandom getpid getppid cpu_count getloadavg times getlogin",
    }
    for module, functions in names.items():
        for name in functions.split():
            if hasattr(module, name):
                setattr(module, name, refused("%s.%s()" % (module.__name__, name.lstrip("_"))))


# Events of the interpreter that reach outside. `open` and the listing of folders are looked at closer.
REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.fork",
    "os.kill",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chdir",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "os.utime",
    "os.putenv",
    "os.unsetenv",
    "os.setxattr",
    "os.lockf",
    "shutil.",
    "tempfile.",
    "mmap.",
    "ctypes.",
    "sqlite3.",
    "fcntl.",
    "pty.",
    "signal.",
    "syslog.",
    "webbrowser.",
    "_thread.start_new_thread",
    "resource.",
    "sys.addaudithook",
)


def shut_out():
    """From here on there are no files but Python's own, to be read; no network and no processes."""
    import zoneinfo

    places = [path for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path) if path]
    places = tuple(os.path.realpath(path) + os.sep for path in (*places, *zoneinfo.TZPATH))
    state = {"inside": False}

    def is_pythons_own(path):
        if not isinstance(path, (str, bytes)):
            return False
        state["inside"] = True
        try:
            return (os.path.realpath(os.fsdecode(path)) + os.sep).startswith(places)
        finally:
            state["inside"] = False

    def hook(event, args):
        if event == "open":
            path, _, flags = args
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
            if state["inside"] or (not writes and is_pythons_own(path)):
                return
            raise PermissionError("a migration has no files: `%s` cannot be opened" % (path,))
        if event in ("os.listdir", "os.scandir"):
            if state["inside"] or is_pythons_own(args[0]):
                return
            raise PermissionError("a migration has no files: a folder cannot be listed")
        if event.startswith(REFUSED) and not OURS:
            raise PermissionError("a migration has no network, files or processes: %s is refused" % event)

    sys.addaudithook(hook)


