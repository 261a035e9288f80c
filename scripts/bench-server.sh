# A project of its own, served for a measurement. For scripts that source it, with `set -euo pipefail`.
#
# Needs target/release/antler and antler-bench, and git.

target=$(realpath "${CARGO_TARGET_DIR:-target}")/release
# Outside of any repository, since a project is one.
work=$(mktemp -d)
server=

stop_server() {
  [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server"; } || true
  server=
}
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

antler() { "$target/antler" -C "$work/app" --color never "$@"; }

# A project with one model, UserActivity 0.0.
new_project() {
  rm -rf "$work/app"
  "$target/antler" -C "$work" init app typescript >/dev/null 2>&1
}

# Starts version 0.1 of it, and the migration that leads there.
add_version() {
  antler bump-version >/dev/null 2>&1
  sed -i 's/activity: string;/kind: "login" | "logout" | "other";/' "$work/app/app/datamodels/models.ts"
  antler generate migrations >/dev/null 2>&1
  sed -i 's/kind: FILL_IN(.*/kind: event.activity === "login" ? "login" : event.activity === "logout" ? "logout" : "other",/' \
    "$work/app/app/functions/UserActivity_migrate__0_0__0_1.ts"
}

# Serves it with a durability; sets server, address and management.
serve() {
  MOOSE_ANTLER__DURABILITY=$1 MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT=0 \
    "$target/antler" -C "$work/app" dev --port 0 >/dev/null 2>"$work/log" &
  server=$!
  for _ in $(seq 200); do
    grep -q "POST http" "$work/log" && break
    kill -0 "$server" || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
  done
  address=$(sed -n 's/.*"http": "\(.*\)".*/\1/p' "$work/app/.antler/server.json")
  management=$(sed -n 's/.*"management": "\(.*\)".*/\1/p' "$work/app/.antler/server.json")
}

# Returns when everything that was accepted is in the tables.
settle() { curl -sf -X POST -H 'X-Antler: 1' "http://$management/settle"; }

# A number of ps, of version 0.0.
count() { antler ps --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -1; }

# A field of /proc/<server>/status that is in kB, in MB.
memory() { awk -v field="$1:" '$1 == field { print int($2 / 1024) }' "/proc/$server/status"; }

now() { date +%s.%N; }
