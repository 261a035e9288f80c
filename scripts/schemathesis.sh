#!/usr/bin/env bash
# Asks a real server everything that its own description allows, and much that it forbids.
#
# schemathesis reads /openapi.json of `antler dev` with the models of tests/api, makes requests of it,
# and checks every answer: no 5xx; a status, headers, a content type and a body that the description
# has; what conforms is accepted, and what does not is refused. It cannot make up NDJSON.
#
# EXAMPLES is how many requests it makes up for each endpoint, beside those that it derives from the
# schemas; SEED repeats a run. Arguments are handed on to `st run`.
#
# Needs target/debug/antler (ANTLER names another one), git, and Python with venv.
set -euo pipefail
cd "$(dirname "$0")/.."

examples=${EXAMPLES:-200}
seed=${SEED:-1}
inputs=$PWD/tests/api
tools=$PWD/target/schemathesis
binary=$(realpath "${ANTLER:-target/debug/antler}")

# Anew when the requirements are newer than what is installed.
if [ ! "$tools/installed" -nt "$inputs/requirements.txt" ]; then
  echo "api-check: installing $(cat "$inputs/requirements.txt") in target/schemathesis"
  python3 -m venv --clear "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --requirement "$inputs/requirements.txt"
  touch "$tools/installed"
fi

# Outside of any repository, since a project is one.
work=$(mktemp -d)
log=$work/dev.log
server=

stop() {
  local status=$?
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill -TERM "$server"
    wait "$server" || status=1
  fi
  if [ $status -eq 0 ]; then
    rm -rf "$work"
  else
    echo "api-check: failed (status $status); the project and the server's log are in $work" >&2
    [ ! -f "$log" ] || tail -n 20 "$log" >&2
  fi
  exit $status
}
trap stop EXIT
trap 'exit 130' INT TERM

cd "$work"
"$binary" init events typescript >"$work/init.log" 2>&1 || { cat "$work/init.log" >&2; exit 1; }
cp "$inputs/models.ts" events/app/datamodels/models.ts

export MOOSE_HTTP_SERVER_CONFIG__PORT=0 MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT=0
"$binary" -C events --color never dev >"$log" 2>&1 &
server=$!
deadline=$((SECONDS + 60))
until address=$(sed -n 's,^  POST http://localhost:\([0-9]*\)/ingest/Ping/0.0 .*,127.0.0.1:\1,p' "$log") &&
  [ -n "$address" ]; do
  kill -0 "$server" 2>/dev/null || { echo "api-check: antler dev ended" >&2; exit 1; }
  [ $SECONDS -lt $deadline ] || { echo "api-check: antler dev does not listen" >&2; exit 1; }
  sleep 0.1
done

"$tools/bin/st" --config-file "$inputs/schemathesis.toml" run "http://$address/openapi.json" \
  --max-examples "$examples" --seed "$seed" --continue-on-failure --request-timeout 10 \
  --warnings off "$@"
