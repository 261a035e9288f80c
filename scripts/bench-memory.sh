#!/usr/bin/env bash
# Whether memory stays flat: posts EVENTS (ten million) different events in NDJSON of 1,000 on four
# connections, and prints what the server has resident after each tenth of them, and how much of it is
# memory of its own and not of files that it maps. Waits for the tables after each tenth, so that the
# numbers are those of a server that keeps up; the engine's caches are in them.
#
# Needs target/release/antler and antler-bench, curl and git.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/bench-server.sh

events=${EVENTS:-10000000}
tenth=$((events / 10))

new_project
serve os
printf '%12s %12s %12s %12s %10s %10s\n' accepted accepted/s stored/s 'resident MB' 'own MB' 'data MB'
line() {
  printf '%12s %12s %12s %12s %10s %10s\n' "$1" "$2" "$3" "$(memory VmRSS)" "$(memory RssAnon)" \
    "$(du -sm "$work/app/.antler" 2>/dev/null | cut -f1)"
}
line 0 '' ''
for i in $(seq 10); do
  started=$(now)
  "$target/antler-bench" post "http://$address/ingest/UserActivity/0.0" $(((i - 1) * tenth)) "$tenth"
  accepted=$(now)
  settle
  line $((i * tenth)) "$(awk "BEGIN { printf \"%.0f\", $tenth / ($accepted - $started) }")" \
    "$(awk "BEGIN { printf \"%.0f\", $tenth / ($(now) - $started) }")"
done
sleep "${REST:-20}"
line "$(count stored)" '' ''
echo "the last line is after ${REST:-20} s of rest, with what is in the tables; $(memory VmHWM) MB at the most"
