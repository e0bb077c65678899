#!/usr/bin/env python3
"""The example table of `make run`, for `cynamo serve --init`: ISO 3166-2, the 5,000 subdivisions of the countries, as Debian's
iso-codes package has them.

  example_data.py FOLDER
"""
import json
import pathlib
import sys

SOURCE = pathlib.Path("/usr/share/iso-codes/json/iso_3166-2.json")
TABLE = {
    "TableName": "Subdivisions",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("Country", "Code", "Type", "Name")],
    "KeySchema": [{"AttributeName": "Country", "KeyType": "HASH"}, {"AttributeName": "Code", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [{
        "IndexName": "ByType",
        "KeySchema": [{"AttributeName": "Type", "KeyType": "HASH"}, {"AttributeName": "Name", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"},
    }],
}


def item(entry):
    attributes = {"Country": entry["code"].split("-")[0], "Code": entry["code"], "Type": entry["type"], "Name": entry["name"]}
    if "parent" in entry:
        attributes["Parent"] = entry["parent"]
    return {name: {"S": value} for name, value in attributes.items()}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    entries = json.loads(SOURCE.read_text())["3166-2"]
    lines = [json.dumps(item(entry), ensure_ascii=False) for entry in entries]
    (folder / "Subdivisions.items.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "Subdivisions.json").write_text(json.dumps(TABLE, indent=2) + "\n")


main(pathlib.Path(sys.argv[1]))
