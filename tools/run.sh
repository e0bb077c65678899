#!/bin/sh
# `make run`: the server on a file store under the working directory, with an example table on the first start.
set -eu
build=$1 port=$2 data=cynamo-data
example=$build/example
[ -e "$example/Subdivisions.json" ] || python3 tools/example_data.py "$example"

ready=$build/run.ready
rm -f "$ready"
mkfifo "$ready"
trap '' INT # Ctrl-C reaches the server, which stops cleanly; this script waits for it
(trap - INT; exec "$build/cynamo" serve "file:$data" --port "$port" --init "$example") >"$ready" &
server=$!
if read -r line <"$ready"; then
  rm -f "$ready"
  echo "$line"
  cat <<TEXT

The data is in ./$data. Ctrl-C stops the server. To ask it something, paste into another terminal:

  export AWS_ACCESS_KEY_ID=dummy AWS_SECRET_ACCESS_KEY=dummy AWS_DEFAULT_REGION=us-east-1
  export AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:$port

  # AWS CLI: the subdivisions of Switzerland
  aws dynamodb query --table-name Subdivisions --key-condition-expression 'Country = :c' \\
      --expression-attribute-values '{":c":{"S":"CH"}}'

  # Python: every region of that kind in the world, by the index ByType
  python3 -c 'import boto3; from boto3.dynamodb.conditions import Key
t = boto3.resource("dynamodb").Table("Subdivisions")
print(t.query(IndexName="ByType", KeyConditionExpression=Key("Type").eq("Canton"))["Items"])'

  # C, without the server (stop it first: a folder has one owner)
  cc examples/query.c -Iinclude -I$build/generated/include $build/libcynamo.a \$(pkg-config --libs lmdb libuv libssl libcrypto libisal) -lm -o /tmp/query
  /tmp/query file:$data CH
TEXT
fi
rm -f "$ready"
wait "$server"
