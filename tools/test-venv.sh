#!/bin/sh
# Makes build/venv (or $1) with what tests/requirements.txt (or $2) pins, and does nothing when that is already there. Prints its
# path. Downloads are tried five times: package registries have bad minutes.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
venv=${1:-$root/build/venv}
wanted=${2:-$root/tests/requirements.txt}

if [ -f "$venv/.requirements" ] && cmp -s "$wanted" "$venv/.requirements"; then
  echo "$venv"
  exit 0
fi

mkdir -p "$(dirname "$venv")"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" >&2
try=1
until "$venv/bin/pip" install --quiet --disable-pip-version-check --retries 5 --timeout 30 -r "$wanted" >&2; do
  if [ "$try" -ge 5 ]; then
    echo "test-venv.sh: pip could not install $wanted; see above" >&2
    exit 1
  fi
  echo "test-venv.sh: try $try failed, again in $((try * 5)) s" >&2
  sleep $((try * 5))
  try=$((try + 1))
done
cp "$wanted" "$venv/.requirements"
echo "$venv"
