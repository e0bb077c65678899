#!/bin/sh
# Cynamo's client against other people's servers: moto and dynalite, from their registries by fixed version.
#
#   tests/servers/run.sh [BUILD]      BUILD: build
#
# Downloads are kept in build/.cache/servers (CYNAMO_CACHE) and tried three times. The last line: N passed, N failed.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build}
cache=${CYNAMO_CACHE:-$root/build/.cache}/servers
passed=0 failed=0 server=""
mkdir -p "$cache" || exit 2
trap '[ -z "$server" ] || kill "$server" 2>/dev/null' EXIT

three_times() {
  for pause in 3 10 0; do
    "$@" && return 0
    sleep $pause
  done
  return 1
}

install_moto() {
  [ -x "$cache/moto/bin/moto_server" ] && return 0
  python3 -m venv "$cache/moto" && three_times "$cache/moto/bin/pip" install -q 'moto[server,dynamodb]==5.2.5'
}

install_dynalite() {
  [ -x "$cache/dynalite/node_modules/.bin/dynalite" ] && return 0
  mkdir -p "$cache/dynalite" && (cd "$cache/dynalite" && three_times npm install --silent --no-audit --no-fund dynalite@4.0.0)
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

wait_for() { # PORT
  for _ in $(seq 100); do
    python3 -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)" 2>/dev/null && return 0
    sleep 0.2
  done
  return 1
}

tour() { # NAME PORT COMMAND…
  name=$1 port=$2
  shift 2
  "$@" >"$cache/$name.log" 2>&1 &
  server=$!
  if wait_for "$port" && AWS_ACCESS_KEY_ID=tour AWS_SECRET_ACCESS_KEY=tour AWS_DEFAULT_REGION=us-east-1 \
    timeout 120 "$cache/tour" "http://127.0.0.1:$port" >"$cache/$name.tour" 2>&1; then
    passed=$((passed + 1))
  else
    echo "$name:"
    tail -n 5 "$cache/$name.tour" "$cache/$name.log"
    failed=$((failed + 1))
  fi
  kill "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=""
}

libraries=$(pkg-config --libs lmdb libuv libssl libcrypto libisal 2>/dev/null || pkg-config --libs lmdb libuv libssl libcrypto)
# shellcheck disable=SC2086
cc -std=c17 -O1 -I"$root/include" -I"$build/generated/include" "$root/tests/servers/tour.c" "$build/libcynamo.a" $libraries -lpthread -lm \
  -o "$cache/tour" || { echo "0 passed, 1 failed"; exit 1; }

port=$(free_port)
if install_moto; then tour moto "$port" "$cache/moto/bin/moto_server" -p "$port"; else failed=$((failed + 1)); fi
port=$(free_port)
if install_dynalite; then
  tour dynalite "$port" node "$cache/dynalite/node_modules/.bin/dynalite" --port "$port"
else
  failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
