import sys
if sys.version_info < (3, 9):
    sys.stderr.write("%s is Python %s\n" % (sys.executable, sys.version.split()[0]))
    sys.exit(77)
sys.path = [path for path in sys.path if path]
import json
sizes = [int(size) for size in sys.stdin.buffer.readline().split()]
prelude, definition = [sys.stdin.buffer.read(size) for size in sizes]
exec(compile(prelude, "antler", "exec"), {"__name__": "antler_worker", "DEFINITION": json.loads(definition)})
