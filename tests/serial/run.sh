#!/bin/sh
# Histories of many callers of one engine, over each store, and whether they are linearizable (anishathalye/porcupine).
#
#   tests/serial/run.sh HISTORY CHECK [OPERATIONS]     the two programs; operations a store (SERIAL_OPERATIONS, 20000)
set -u
history=$1 check=$2 operations=${3:-${SERIAL_OPERATIONS:-20000}}
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
for store in memory file faulty; do
  "$history" $store "$(date +%s)" 6 "$operations" "$folder/$store" || { echo "0 passed, 1 failed"; exit 1; }
done
"$check" "$folder/memory" "$folder/file" "$folder/faulty"
