#!/bin/bash
# What `make install PREFIX=…` leaves works for a stranger: the program starts, every header compiles alone as C17 and as
# C++17, an example compiles with nothing but what pkg-config says, linked to the shared and to the static library, and the
# man page is there. The last line: N passed, M failed.
set -u
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

case_of() { # NAME COMMAND…
  local name=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    passed=$((passed + 1))
    echo "ok   $name"
  else
    failed=$((failed + 1))
    echo "FAIL $name"
    tail -n 30 "$work/out"
  fi
}

prefix=$work/prefix
case_of "cmake --install" cmake --install "$build" --prefix "$prefix"
# The folder is moved before it is used: nothing in it may name where it was made.
mv "$prefix" "$work/moved"
prefix=$work/moved
pc=$(find "$prefix" -name cynamo.pc -printf '%h')
lib=$(dirname "${pc:-/nowhere/x}")
export PKG_CONFIG_PATH=$pc LD_LIBRARY_PATH=$lib

version() { [ "$("$prefix/bin/cynamo" version)" = "cynamo $(pkg-config --modversion cynamo)" ]; }
headers_alone() { # LANGUAGE STANDARD
  local header
  for header in "$prefix"/include/cynamo/*.h; do
    echo "#include <cynamo/$(basename "$header")>" >"$work/alone.$1"
    gcc -x "$1" "-std=$2" -pedantic -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags cynamo) "$work/alone.$1" || return 1
  done
}
prints() { "$1" | grep -q '"Figaro"'; }
shared() {
  gcc -std=c17 -Wall -Wextra -Werror examples/embed.c $(pkg-config --cflags --libs cynamo) -o "$work/shared" &&
    readelf -d "$work/shared" | grep -q 'NEEDED.*libcynamo\.so\.0' && prints "$work/shared"
}
static() {
  gcc -std=c17 examples/embed.c $(pkg-config --cflags cynamo) "$lib/libcynamo.a" \
    $(pkg-config --static --libs cynamo | sed 's/-lcynamo//') -o "$work/static" && prints "$work/static"
}
cplusplus() {
  cat >"$work/program.cc" <<'CC'
#include <cynamo/cynamo.h>
int main() {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_db *db = nullptr;
  if (cyn_open("memory:", &options, &db, &error) != CYN_OK) return 1;
  cyn_list_tables_input input = CYN_LIST_TABLES_INPUT_INIT;
  const cyn_list_tables_output *output = nullptr;
  cyn_result *result = cyn_result_new();
  cyn_status status = cyn_list_tables(db, &input, result, &output, &error);
  cyn_result_destroy(result);
  cyn_db_close(db);
  return status;
}
CC
  g++ -std=c++17 -Wall -Wextra -Werror "$work/program.cc" $(pkg-config --cflags --libs cynamo) -o "$work/program" && "$work/program"
}

case_of "the program tells the version of the pkg-config file" version
case_of "headers alone, C17" headers_alone c c17
case_of "headers alone, C++17" headers_alone c++ c++17
case_of "an example, shared library" shared
case_of "an example, static library" static
case_of "a C++17 program" cplusplus
for page in man1/cynamo.1 man1/cynamo-serve.1 man5/cynamo.conf.5; do
  case_of "man page $page" test -s "$prefix/share/man/$page"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
