#!/bin/bash
# Every example (examples/*.c) runs clean on a new database, under Valgrind where that is installed, and prints something:
# what it should where that stands here (the mapper's examples: tests/unit/model/examples_test.c compares what they print
# on memory, file and server). BUILD holds them built. The last line: N passed, M failed.
set -u
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
valgrind=()
command -v valgrind >/dev/null && valgrind=(valgrind -q --error-exitcode=9 --leak-check=full
  --show-leak-kinds=definite,possible --errors-for-leak-kinds=definite,possible)
[ ${#valgrind[@]} -gt 0 ] || echo "examples: no valgrind here: they only run"
# A sanitizer's build cannot run under Valgrind.
grep -qE '^CYN_(ASAN|TSAN):BOOL=ON' "$build/CMakeCache.txt" && valgrind=()

ok() { passed=$((passed + 1)); echo "ok   $1"; }
fail() { failed=$((failed + 1)); echo "FAIL $1"; }

check() { # NAME EXPECTED-FILE ARGUMENT…; an empty EXPECTED-FILE takes any output
  local name=$1 expected=$2
  shift 2
  timeout 100 "${valgrind[@]}" "$build/examples/$name" "$@" >"$work/$name.out" 2>"$work/$name.err"
  local status=$?
  local same=yes
  [ -z "$expected" ] || cmp -s "$work/$name.out" "$expected" || same=no
  if [ $status -eq 0 ] && [ $same = yes ] && [ -s "$work/$name.out" ] && [ ! -s "$work/$name.err" ]; then
    ok "$name"
  else
    fail "$name: status $status"
    diff "${expected:-/dev/null}" "$work/$name.out"
    cat "$work/$name.err"
  fi
}

# The table of `make run`, as small as can be: loaded by a server that is then stopped.
country_store() {
  mkdir "$work/init"
  cat >"$work/init/Subdivisions.json" <<'JSON'
{"TableName": "Subdivisions", "BillingMode": "PAY_PER_REQUEST",
 "AttributeDefinitions": [{"AttributeName": "Country", "AttributeType": "S"}, {"AttributeName": "Code", "AttributeType": "S"}],
 "KeySchema": [{"AttributeName": "Country", "KeyType": "HASH"}, {"AttributeName": "Code", "KeyType": "RANGE"}]}
JSON
  cat >"$work/init/Subdivisions.items.jsonl" <<'JSON'
{"Country": {"S": "CH"}, "Code": {"S": "CH-ZH"}, "Name": {"S": "Zürich"}}
{"Country": {"S": "CH"}, "Code": {"S": "CH-BE"}, "Name": {"S": "Bern"}}
{"Country": {"S": "AT"}, "Code": {"S": "AT-9"}, "Name": {"S": "Wien"}}
JSON
  : >"$work/ready"
  "$build/cynamo" serve "file:$work/data" --port 0 --init "$work/init" >"$work/ready" 2>"$work/server.err" &
  local server=$! tries=0
  until grep -q listening "$work/ready" || [ $tries -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -TERM $server
  wait $server || { cat "$work/server.err"; return 1; }
}

for source in examples/*.c; do
  name=$(basename "$source" .c)
  case $name in
    embed)
      printf '%s\n' '{"Artist":{"S":"Mozart"},"Title":{"S":"Così fan tutte"},"Year":{"N":"1790"}}' \
        '{"Artist":{"S":"Mozart"},"Title":{"S":"Figaro"},"Year":{"N":"1786"}}' >"$work/expected"
      check embed "$work/expected"
      ;;
    in_flight)
      printf '%s\n' 'the first 50 squares make 40425' '120 items in 3 pages' >"$work/expected"
      check in_flight "$work/expected"
      ;;
    query)
      printf '%s\n' 'CH-BE  Bern' 'CH-ZH  Zürich' >"$work/expected"
      if country_store; then check query "$work/expected" "file:$work/data" CH; else fail "query: no data to ask"; fi
      ;;
    profiles)
      printf '%s\n' 'half: CynamoNoCredentials: the credentials file: [half] has aws_access_key_id and no aws_secret_access_key' \
        'nowhere: CynamoUsageError: no Region: write aws:REGION, set AWS_DEFAULT_REGION, or give the profile a region' \
        'missing: CynamoUsageError: the profile "missing" is in neither the config nor the credentials file' >"$work/expected"
      check profiles "$work/expected"
      ;;
    batches | errors | indexes | locking | migrations | models | polymorphism | queries | settings | signals | transactions)
      check "$name" "tests/golden/examples/$name.txt"
      ;;
    *) check "$name" "" memory: ;;
  esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
