#!/usr/bin/env bash
# How fast events are accepted and stored, beside what the machine could do at the most, and how fresh
# the tables are.
#
# Antler takes single events, arrays of 100 and NDJSON of 1,000 over HTTP, acknowledges each when it
# is durable, and brings them into a table at the same time. Accepted are the events that were
# acknowledged each second; stored are the same events, each second until the last of them was in its
# table. Every case begins with empty topics. Beside it stand
#   engine  the same rows, inserted straight into the embedded engine as JSONEachRow;
#   bare    a server of the same framework that reads each body and does nothing with it.
# Freshness is the time from the 200 of an event of version 0.0 until it is in the table of 0.1, at a
# steady rate of single events.
# SECONDS_EACH (5) is the time for each number. All of them share this machine with the load generator.
#
# Needs target/release/antler and antler-bench, wrk, curl and git.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/bench-server.sh

each=${SECONDS_EACH:-5}
script=$PWD/scripts/bench-ingest.lua

# So many events, one a line.
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

declare -A rate stored p50 p99

# Measures every case at a URL, under a name.
measure() {
  local name body type count connections answer requests half most failed started
  while read -r name body type count connections; do
    started=$(now)
    answer=$(wrk -t1 -c"$connections" -d"${each}s" -s "$script" "$2" -- "$work/$body" "$type" </dev/null)
    read -r _ requests half most failed < <(grep RESULT <<<"$answer")
    if [ "$failed" -ne 0 ]; then
      echo "bench: $failed requests of $name failed with $1" >&2
    fi
    rate[$1,$name]=$(awk "BEGIN { printf \"%.0f\", $requests * $count }")
    p50[$1,$name]=$half p99[$1,$name]=$most
    [ "$1" = bare ] && continue
    settle
    stored[$1,$name]=$(awk "BEGIN { printf \"%.0f\", $requests * $count * $each / ($(now) - $started) }")
  done <<<"$cases"
}

engine=$("$target/antler-bench" engine "$work/rows" 60)

"$target/antler-bench" bare >"$work/bare" &
server=$!
while [ ! -s "$work/bare" ]; do sleep 0.1; done
measure bare "http://$(cat "$work/bare")/"
stop_server

for durability in fsync os; do
  new_project
  serve "$durability"
  measure "$durability" "http://$address/ingest/UserActivity/0.0"
  echo "$durability: $(count received) events accepted, $(count stored) of them stored; $(memory VmHWM) MB of memory at the most"
  stop_server
done

for durability in fsync os; do
  new_project
  add_version
  serve "$durability"
  read -r steady half most < <("$target/antler-bench" freshness "$address" "$management" 1000 $((each * 2)))
  echo "$durability: at $steady events/s, half of them are in the table of 0.1 after $half ms, 99 in 100 after $most ms"
  stop_server
done

printf '\nengine: %s events/s, straight into a table, in batches of 100,000\n\n' "$engine"
row='%-12s %9s | %9s %9s %6s %6s %6s %8s | %9s %9s %6s %6s %6s %8s\n'
# shellcheck disable=SC2059
printf "$row" '' bare fsync fsync p50 p99 fsync fsync os os p50 p99 os os
# shellcheck disable=SC2059
printf "$row" case events/s accepted stored ms ms /bare /engine accepted stored ms ms /bare /engine
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
while read -r name _; do
  printf '%-12s %9s' "$name" "${rate[bare,$name]}"
  for durability in fsync os; do
    this=${rate[$durability,$name]}
    printf ' | %9s %9s %6s %6s %6s %8s' "$this" "${stored[$durability,$name]}" \
      "${p50[$durability,$name]}" "${p99[$durability,$name]}" \
      "$(ratio "$this" "${rate[bare,$name]}")" "$(ratio "$this" "$engine")"
  done
  printf '\n'
done <<<"$cases"
