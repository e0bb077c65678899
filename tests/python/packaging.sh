#!/bin/bash
# What pip makes of the source tree: a source distribution, a wheel from that alone, and a package that works in an
# environment with nothing else in it.   tests/python/packaging.sh [BUILD]   The last line: N passed, M failed.
set -u
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
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
    tail -n 40 "$work/out"
  fi
}

# Downloads are tried again: package registries have bad minutes.
pip() { # VENV ARGUMENTS…
  local venv=$1 try
  shift
  for try in 1 2 3; do
    "$venv/bin/python" -m pip --disable-pip-version-check "$@" && return 0
    sleep $((try * 3))
  done
  return 1
}

tools() { python3 -m venv "$work/tools" && pip "$work/tools" install --quiet build; }
source_distribution() {
  # from a copy of what git has, so that nothing of a build gets in
  mkdir "$work/tree" && git -C "$root" ls-files -z --cached --others --exclude-standard |
    (cd "$root" && xargs -0 -I{} sh -c '[ ! -f "{}" ] || echo "{}"' | tar cf - -T -) | tar xf - -C "$work/tree" &&
    "$work/tools/bin/python" -m build --quiet --sdist --outdir "$work/dist" "$work/tree" && ls "$work"/dist/cynamo-*.tar.gz
}
is_whole() { # no tests, no documents, but all that a build needs
  tar tzf "$work"/dist/cynamo-*.tar.gz >"$work/names" &&
    grep -q '/src/api/dynamodb\.api$' "$work/names" && grep -q '/python/src/module\.c$' "$work/names" &&
    grep -q '/python/cynamo/py\.typed$' "$work/names" && grep -q '/LICENSE$' "$work/names" &&
    ! grep -qE '/(tests|docs|bench|fuzz|build)/' "$work/names"
}
wheel() { pip "$work/tools" wheel --quiet --no-deps --wheel-dir "$work/wheels" "$work"/dist/cynamo-*.tar.gz; }
wheel_holds() {
  "$work/tools/bin/python" -m zipfile -l "$work"/wheels/cynamo-*.whl >"$work/names" &&
    grep -q 'cynamo/_core\..*\.so' "$work/names" && grep -q 'cynamo/_core\.pyi' "$work/names" &&
    grep -q 'cynamo/py\.typed' "$work/names" && grep -q 'cynamo/testing/plugin\.py' "$work/names" && ! grep -qE '\.(c|h|a)( |$)|/libcynamo|bin/cynamo' "$work/names" &&
    [ "$(stat -c %s "$work"/wheels/cynamo-*.whl)" -lt 8388608 ]
}
installs() { python3 -m venv --without-pip "$work/fresh" &&
  "$work/tools/bin/python" -m pip --disable-pip-version-check --python "$work/fresh/bin/python" install --quiet --no-index --no-deps "$work"/wheels/cynamo-*.whl; }
fresh() { (cd "$work" && env -u PYTHONPATH AWS_EC2_METADATA_DISABLED=true "$work/fresh/bin/python" -I -c "$1"); }

tour='
import cynamo
from cynamo.models import Model
from cynamo.attributes import UnicodeAttribute, NumberAttribute
class Thread(Model):
    class Meta:
        table_name = "Thread"
        host = "memory:"
        region = "us-east-1"
    forum = UnicodeAttribute(hash_key=True)
    views = NumberAttribute(default=0)
Thread.create_table(read_capacity_units=1, write_capacity_units=1, wait=True)
Thread("DynamoDB", views=3).save()
assert Thread.get("DynamoDB").views == 3
with cynamo.serve() as server:
    assert server.port
'
names='
import sys
sys.argv = ["x"]
import cynamo
cynamo.install_as_pynamodb()
from pynamodb.models import Model
import cynamo.models
assert Model is cynamo.models.Model
assert "botocore" not in sys.modules
'
lambda='
import importlib, time
begin = time.perf_counter()
importlib.import_module("cynamo")
print("import cynamo: %.1f ms" % ((time.perf_counter() - begin) * 1000))
'
fixtures='
import importlib.metadata as m, sys
names = [point.value for point in m.distribution("cynamo").entry_points if point.group == "pytest11"]
assert names == ["cynamo.testing.plugin"], names
'
version() { [ "$(fresh 'import importlib.metadata as m, cynamo; print(m.version("cynamo"), cynamo.__version__)')" = "$(sed -nE 's/^project\(cynamo VERSION ([0-9.]+).*/\1 \1/p' CMakeLists.txt)" ]; }

case_of "pip has what builds" tools
case_of "a source distribution" source_distribution
case_of "it holds what a build needs, and nothing else" is_whole
case_of "a wheel from it" wheel
case_of "what the wheel holds, and its size" wheel_holds
case_of "it installs into an empty environment" installs
case_of "a model in memory, and a server" fresh "$tour"
case_of "import pynamodb, without botocore" fresh "$names"
case_of "pytest finds the fixtures" fresh "$fixtures"
case_of "import" fresh "$lambda"
case_of "one version everywhere" version
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
