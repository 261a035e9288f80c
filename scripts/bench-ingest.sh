#!/usr/bin/env bash
# How fast events are accepted, beside what the machine could do at the most.
#
# Antler takes single events, arrays of 100 and NDJSON of 1,000 over HTTP, acknowledges each when it
# is durable, and brings them into a table at the same time. Beside it stand
#   engine  the same rows, inserted straight into the embedded engine as JSONEachRow;
#   bare    a server of the same framework that reads each body and does nothing with it.
# SECONDS_EACH (5) is the time for each number. All of them share this machine with the load generator.
#
# Needs target/release/antler and antler-bench, wrk and git.
set -euo pipefail
cd "$(dirname "$0")/.."

each=${SECONDS_EACH:-5}
target=$(realpath "${CARGO_TARGET_DIR:-target}")/release
script=$PWD/scripts/bench-ingest.lua
# Outside of any repository, since a project is one.
work=$(mktemp -d)
server=

stop_server() {
  [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server"; } || true
  server=
}
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The n-th line of stdin's events is event n.
events() {
  awk -v count="$1" 'BEGIN { for (n = 1; n <= count; n++)
    printf "{\"eventId\":\"event-%07d\",\"userId\":\"user-%03d\",\"timestamp\":\"2026-01-31T12:%02d:%02d.%03dZ\",\"activity\":\"login from somewhere\"}\n",
      n, n % 1000, n / 60 % 60, n % 60, n % 1000 }'
}

events 1 >"$work/single"
{ printf '['; events 100 | paste -sd, - | tr -d '\n'; printf ']'; } >"$work/array"
events 1000 >"$work/ndjson"
events 100000 >"$work/rows"

# name, body, content type, events in a body, connections
cases='single_1 single application/json 1 1
single_16 single application/json 1 16
single_64 single application/json 1 64
array_100 array application/json 100 16
ndjson_1000 ndjson application/x-ndjson 1000 16'

declare -A rate p50 p99

# Measures every case at a URL, under a name.
measure() {
  local name body type count connections answer requests half most failed
  while read -r name body type count connections; do
    answer=$(wrk -t1 -c"$connections" -d"${each}s" -s "$script" "$2" -- "$work/$body" "$type" </dev/null)
    read -r _ requests half most failed < <(grep RESULT <<<"$answer")
    if [ "$failed" -ne 0 ]; then
      echo "bench: $failed requests of $name failed with $1" >&2
    fi
    rate[$1,$name]=$(awk "BEGIN { printf \"%.0f\", $requests * $count }")
    p50[$1,$name]=$half p99[$1,$name]=$most
  done <<<"$cases"
}

antler() { "$target/antler" -C "$work/app" --color never "$@"; }

serve() {
  rm -rf "$work/app"
  "$target/antler" -C "$work" init app typescript >/dev/null 2>&1
  MOOSE_ANTLER__DURABILITY=$1 MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT=0 \
    "$target/antler" -C "$work/app" dev --port 0 >/dev/null 2>"$work/log" &
  server=$!
  for _ in $(seq 200); do
    grep -q "POST http" "$work/log" && break
    kill -0 "$server" || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
  done
  address=$(sed -n 's/.*"http": "\(.*\)".*/\1/p' "$work/app/.antler/server.json")
}

engine=$("$target/antler-bench" engine "$work/rows" 60)

"$target/antler-bench" bare >"$work/bare" &
server=$!
while [ ! -s "$work/bare" ]; do sleep 0.1; done
measure bare "http://$(cat "$work/bare")/"
stop_server

for durability in fsync os; do
  serve "$durability"
  measure "$durability" "http://$address/ingest/UserActivity/0.0"
  received=$(antler ps --json | sed -n 's/.*"received": *\([0-9]*\).*/\1/p' | head -1)
  stored=$(antler ps --json | sed -n 's/.*"stored": *\([0-9]*\).*/\1/p' | head -1)
  memory=$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$server/status")
  echo "$durability: $received events accepted, $stored of them stored at the end; $memory MB of memory at the most"
  stop_server
done

printf '\nengine: %s events/s, straight into a table, in batches of 100,000\n\n' "$engine"
printf '%-12s %11s | %11s %8s %8s %7s %7s | %11s %8s %8s %7s %7s\n' \
  '' bare fsync p50 p99 /bare /engine os p50 p99 /bare /engine
printf '%-12s %11s | %11s %8s %8s %7s %7s | %11s %8s %8s %7s %7s\n' \
  case events/s events/s ms ms '' '' events/s ms ms '' ''
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
while read -r name _; do
  printf '%-12s %11s' "$name" "${rate[bare,$name]}"
  for durability in fsync os; do
    this=${rate[$durability,$name]}
    printf ' | %11s %8s %8s %7s %7s' "$this" "${p50[$durability,$name]}" "${p99[$durability,$name]}" \
      "$(ratio "$this" "${rate[bare,$name]}")" "$(ratio "$this" "$engine")"
  done
  printf '\n'
done <<<"$cases"
