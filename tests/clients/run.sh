#!/bin/sh
# Runs programs written against DynamoDB by other means than ours against a Cynamo server, over real sockets.
#
#   tests/clients/run.sh [SUITE…]     suites: javascript document dynamoose electrodb go guregu java serial
#
# CYNAMO_TEST_ENDPOINT  a running server; without it each suite gets a new one of its own: CYNAMO_BIN (build/cynamo),
#                       which must also end cleanly on SIGTERM, or that counts as a failure
# CYNAMO_CACHE          where downloads and compiled programs stay (build/.cache)
#
# Everything comes from the registries by name and fixed version, is kept, and is tried three times. What is skipped
# of other people's tests stands in guregu.skip with the reason. The last line is: N passed, N failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${CYNAMO_CACHE:-$root/build/.cache}/clients
binary=${CYNAMO_BIN:-$root/build/cynamo}
guregu=github.com/guregu/dynamo/v2@v2.1.1
old_go=golang.org/toolchain@v0.0.1-go1.25.4.linux
java_sdk=maven-dependency-plugin:3.6.1
passed=0
failed=0
server=""
no_npm="" # set once the packages could not be had: the other suites need not wait for that again
mkdir -p "$cache" || exit 2
# Whoever has no home (a bare container) gets one in the cache; others share their usual caches.
[ -n "${HOME:-}" ] || { HOME=$cache/home; export HOME; mkdir -p "$HOME"; }

three_times() {
  for pause in 3 10 0; do
    "$@" && return 0
    echo "clients: failed: $*" >&2
    sleep $pause
  done
  return 1
}

# need COMMAND PACKAGE…: installs Debian's packages if the command is missing.
need() {
  command -v "$1" >/dev/null 2>&1 && return 0
  shift
  CYN_EXTRA_PACKAGES="$*" three_times "$root/tools/install-deps.sh"
}

# ---- the server

start_server() {
  [ -z "${CYNAMO_TEST_ENDPOINT:-}" ] || { endpoint=$CYNAMO_TEST_ENDPOINT; return 0; }
  out=$cache/server.out
  : >"$out"
  "$binary" serve memory: --port 0 >"$out" 2>"$cache/$1.server.log" &
  server=$!
  tries=0
  while [ $tries -lt 100 ]; do
    endpoint=$(sed -n 's|^Cynamo .* listening on \(http://[^ ]*\).*|\1|p' "$out")
    [ -z "$endpoint" ] || return 0
    kill -0 $server 2>/dev/null || break
    sleep 0.1
    tries=$((tries + 1))
  done
  echo "clients: $binary does not start:" >&2
  cat "$cache/$1.server.log" >&2
  stop_server "$1"
  return 1
}

stop_server() {
  [ -n "$server" ] || return 0
  kill -TERM $server 2>/dev/null
  (sleep 20 && kill -KILL $server) >/dev/null 2>&1 &
  watch=$!
  wait $server
  status=$?
  kill $watch 2>/dev/null
  server=""
  [ $status -eq 0 ] && return 0
  echo "     the server ended with status $status:"
  tail -n 30 "$cache/$1.server.log" | sed 's/^/     /'
  return 1
}

trap '[ -z "$server" ] || kill $server 2>/dev/null' EXIT
trap 'exit 130' INT TERM

# ---- preparing: each leaves its program ready in the cache, and does nothing when it is there

prepare_node() {
  need node nodejs && need npm npm || return 1
  mkdir -p "$cache/js" && cp "$here"/js/*.mjs "$here"/js/package*.json "$cache/js/" || return 1
  cmp -s "$here/js/package-lock.json" "$cache/js/installed" && return 0
  [ -z "$no_npm" ] || return 1
  no_npm=yes
  (cd "$cache/js" && three_times timeout 120 npm ci --no-audit --no-fund --ignore-scripts --loglevel=error --fetch-timeout=30000 --fetch-retries=1) >"$cache/npm.log" 2>&1 ||
    { tail -n 20 "$cache/npm.log" >&2; return 1; }
  no_npm=""
  cp "$here/js/package-lock.json" "$cache/js/installed"
}

# Debian 12 has Go 1.19; a newer one is a module of the Go proxy, which Go from 1.21 on fetches by itself.
prepare_go() {
  need go golang-go || return 1
  minor=$(go env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/')
  [ "$minor" -ge 21 ] 2>/dev/null && return 0
  newer=$(cd / && three_times go mod download -json "$old_go-$(go env GOARCH)" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  [ -n "$newer" ] || return 1
  # The module cache keeps no permission to execute.
  [ -d "$cache/go-toolchain" ] || { cp -r "$newer" "$cache/go-toolchain" && chmod -R u+rwX "$cache/go-toolchain" &&
    find "$cache/go-toolchain/bin" "$cache/go-toolchain/pkg/tool" -type f -exec chmod +x {} +; } || return 1
  PATH=$cache/go-toolchain/bin:$PATH
  export PATH
}

build_go() {
  prepare_go || return 1
  (cd "$here/go" && three_times go test -vet=off -c -o "$cache/go.test" .) >"$cache/go.build.log" 2>&1 ||
    { tail -n 20 "$cache/go.build.log" >&2; return 1; }
}

# Other people's own tests: they are in the module itself. They get our HTTP client, see go/plain_body_test.go.
build_guregu() {
  prepare_go || return 1
  folder=$(cd / && three_times go mod download -json $guregu | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  [ -n "$folder" ] || return 1
  rm -rf "$cache/guregu" && cp -r "$folder" "$cache/guregu" && chmod -R u+w "$cache/guregu" || return 1
  sed 's/^package clients$/package dynamo/' "$here/go/plain_body_test.go" >"$cache/guregu/plain_body_test.go" &&
    sed -i 's/^\(\t*\)testDB = New(cfg)$/\1cfg.HTTPClient = plainClient(nil)\n&/' "$cache/guregu/db_test.go" &&
    grep -q 'cfg.HTTPClient = plainClient' "$cache/guregu/db_test.go" || return 1
  (cd "$cache/guregu" && three_times go test -vet=off -c -o "$cache/guregu.test" .) >"$cache/guregu.build.log" 2>&1 ||
    { tail -n 20 "$cache/guregu.build.log" >&2; return 1; }
}

# A checker of histories by others, and our program that makes them; it needs no server.
build_serial() {
  prepare_go || return 1
  cmake --build "$(dirname "$binary")" --target serial_history >"$cache/serial.build.log" 2>&1 &&
    (cd "$root/tests/serial/check" && three_times go build -o "$cache/serial-check" .) >>"$cache/serial.build.log" 2>&1 ||
    { tail -n 20 "$cache/serial.build.log" >&2; return 1; }
}

build_java() {
  need javac default-jdk-headless && need mvn maven || return 1
  if ! cmp -s "$here/java/pom.xml" "$cache/java.pom"; then
    rm -rf "$cache/java-lib"
    three_times mvn -B -q -f "$here/java/pom.xml" "org.apache.maven.plugins:$java_sdk:copy-dependencies" \
      -DoutputDirectory="$cache/java-lib" >"$cache/mvn.log" 2>&1 || { tail -n 20 "$cache/mvn.log" >&2; return 1; }
    cp "$here/java/pom.xml" "$cache/java.pom"
  fi
  rm -rf "$cache/java" && javac -nowarn -encoding UTF-8 -cp "$cache/java-lib/*" -d "$cache/java" "$here"/java/*.java 2>"$cache/javac.log" ||
    { cat "$cache/javac.log" >&2; return 1; }
}

prepare() {
  case $1 in
    javascript | document | dynamoose | electrodb) prepare_node ;;
    *) "build_$1" ;;
  esac
}

# ---- running: each prints its own report

run_suite() {
  export CYNAMO_TEST_ENDPOINT=$endpoint
  case $1 in
    javascript) run_node sdk ;;
    document | dynamoose | electrodb) run_node "$1" ;;
    go) cd "$here/go" && "$cache/go.test" -test.v -test.timeout 240s ;;
    guregu) run_guregu ;;
    serial) timeout 240 "$root/tests/serial/run.sh" "$(dirname "$binary")/serial/history" "$cache/serial-check" ;;
    java) timeout 240 java -Dhttp.maxConnections=50 -Dfile.encoding=UTF-8 -cp "$cache/java-lib/*:$cache/java" Main ;;
  esac
}

run_node() {
  cd "$cache/js" && AWS_REGION=us-east-1 timeout 240 node --test --test-reporter=spec "$1.test.mjs"
}

run_guregu() {
  skipped=$(sed -n 's/^\([A-Za-z][^ 	]*\)[ 	].*/^\1$/p' "$here/guregu.skip" | paste -sd '|' -)
  cd "$cache/guregu" && AWS_ACCESS_KEY_ID=dummy AWS_SECRET_ACCESS_KEY=dummy AWS_REGION=local DYNAMO_TEST_REGION=local \
    DYNAMO_TEST_ENDPOINT=$CYNAMO_TEST_ENDPOINT DYNAMO_TEST_TABLE='TestDB-%' \
    "$cache/guregu.test" -test.v -test.timeout 240s ${skipped:+-test.skip "$skipped"}
}

# Sets good and bad from a report.
count() {
  case $1 in
    go | guregu) good=$(grep -c '^ *--- PASS' "$2"); bad=$(grep -c '^ *--- FAIL' "$2") ;;
    serial) good=$(sed -nE 's/^([0-9]+) passed, [0-9]+ failed$/\1/p' "$2"); bad=$(sed -nE 's/^[0-9]+ passed, ([0-9]+) failed$/\1/p' "$2") ;;
    java) good=$(grep -c '^ok ' "$2"); bad=$(grep -c '^FAIL ' "$2") ;;
    *)
      good=$(awk 'NF == 3 && $2 == "pass" { n += $3 } END { print n + 0 }' "$2")
      bad=$(awk 'NF == 3 && ($2 == "fail" || $2 == "cancelled") { n += $3 } END { print n + 0 }' "$2")
      ;;
  esac
}

suite() {
  name=$1
  log=$cache/$name.log
  start=$(date +%s)
  good=0
  bad=0
  if prepare "$name" && ready=$(date +%s) && start_server "$name"; then
    (run_suite "$name") >"$log" 2>&1
    status=$?
    count "$name" "$log"
    [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ $((good + bad)) -gt 0 ] || bad=1
    [ "$bad" -eq 0 ] || sed 's/^/     /' "$log"
    stop_server "$name" || bad=$((bad + 1))
    end=$(date +%s)
    echo "$name: $good passed, $bad failed ($((ready - start)) s to prepare, $((end - ready)) s to run)"
  else
    bad=1
    echo "$name: could not be prepared"
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
}

for each in ${*:-javascript document dynamoose electrodb go guregu java serial}; do
  case $each in
    javascript | document | dynamoose | electrodb | go | guregu | java | serial) suite "$each" ;;
    *) echo "clients: no such suite: $each" >&2; exit 2 ;;
  esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
