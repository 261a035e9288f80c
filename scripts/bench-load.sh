#!/usr/bin/env bash
# How long the cut of a new version pauses the intake of its tables, against their size, and how fast the
# rows are loaded beside the bare INSERT SELECT of the same expressions.
#
# RUNS (100) cuts of tables with each of ROWS ("10000 10000000") rows, while a producer posts; LOADS (3)
# loads of each.
#
# Needs target/release/antler-bench.
set -euo pipefail
cd "$(dirname "$0")/.."

bench=$(realpath "${CARGO_TARGET_DIR:-target}")/release/antler-bench
printf '%12s %10s %10s %10s   %s\n' rows p50 p99 max 'pause of intake, ms'
for rows in ${ROWS:-10000 10000000}; do
  "$bench" load "$rows" "${RUNS:-100}" "${LOADS:-3}" | while read -r what rows first second third posted; do
    case $what in
      pause)
        printf '%12s %10s %10s %10s   %s events were accepted meanwhile\n' "$rows" "$first" "$second" "$third" "$posted"
        ;;
      load)
        printf '%12s rows loaded with %s rows/s; bare INSERT SELECT %s rows/s; %s of it; verified with %s rows/s\n' \
          "$rows" "$first" "$second" "$(awk "BEGIN { printf \"%.2f\", $first / $second }")" "$third"
        ;;
    esac
  done
done
