#!/usr/bin/env python3
"""Writes src/api/dynamodb.api from botocore's service models: names, kinds, bounds, enums, errors; no sentences.

Run by hand when AWS adds something (never by the build):  /opt/venv/bin/python tools/import_model.py
What stands in dynamodb.api already keeps its place, and what is new goes behind it: structs only grow at their end and
operation numbers never change. The service's ways that no model tells are in overrides.api, written by hand.
"""
import pathlib
import re

from botocore import __version__ as botocore_version
from botocore.loaders import Loader

TABLE = pathlib.Path(__file__).resolve().parent.parent / "src/api/dynamodb.api"
HEAD = """\
# The API of DynamoDB: every operation and shape, one table (design section 2).
# Written by tools/import_model.py from botocore {version}; do not edit: corrections belong into overrides.api.
#
#   operation NAME [streams]         its structures are NAMEInput and NAMEOutput; a line of error names follows
#   structure NAME                   its members follow, in the order of the C struct: append only;  NAME! is required
#   list NAME [BOUNDS] of SHAPE      map NAME [BOUNDS] of KEY to SHAPE
#   enum NAME VALUE…                 string NAME [BOUNDS] [/PATTERN/]
#   integer, long, double, timestamp, boolean, blob NAME [BOUNDS]
# BOUNDS are of lengths, or of values for numbers: 1..255, 1.., ..100
"""


def load():
    """Both services' models as one: operations in order, shapes by name (those of the same name are the same)."""
    operations, shapes = {}, {}
    for service in ("dynamodb", "dynamodbstreams"):
        model = Loader().load_service_model(service, "service-2", api_version="2012-08-10")
        local = {name: dict(shape) for name, shape in model["shapes"].items()}
        for name in sorted(model["operations"]):
            operation = model["operations"][name]
            for role in ("input", "output"):  # some share a structure or have none: each gets its own name here
                used = operation.get(role, {}).get("shape")
                local[name + role.title()] = local[used] if used else {"type": "structure", "members": {}}
            errors = [error["shape"] for error in operation.get("errors", [])]
            operations[name] = (service == "dynamodbstreams", errors)
        for name, shape in local.items():
            shapes.setdefault(name, shape)
    return operations, shapes


def reachable(operations, shapes):
    """Shapes in the order in which operations lead to them; AttributeValue is a kind of its own and not entered."""
    found = {}

    def visit(name):
        shape = shapes[name]
        if name in found or name == "AttributeValue":
            return
        found[name] = None
        for member in shape.get("members", {}).values():
            visit(member["shape"])
        for part in ("key", "value", "member"):
            if part in shape:
                visit(shape[part]["shape"])

    for operation in operations:
        visit(operation + "Input")
        visit(operation + "Output")
    return found


def previous():
    """Orders that are fixed already: of operations, and of members by structure."""
    operations, members, current = [], {}, None
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        words = line.split()
        if line.startswith("operation "):
            operations.append(words[1])
            current = None
        elif line.startswith("structure "):
            current = members.setdefault(words[1], [])
        elif line.startswith("  ") and current is not None:
            current.append(words[0].rstrip("!"))
    return operations, members


def ordered(names, before):
    kept = [name for name in before if name in names]
    if len(kept) != len(before):
        raise SystemExit(f"gone from the model, which would break the ABI: {set(before) - set(kept)}")
    return kept + [name for name in names if name not in before]


def bounds(shape):
    low, high = shape.get("min"), shape.get("max")
    if low is None and high is None:
        return ""
    return f" {'' if low is None else low}..{'' if high is None else high}"


def describe(name, shape, member_order):
    kind = shape["type"]
    if kind == "structure":
        required = shape.get("required", [])
        members = shape["members"]
        lines = [f"structure {name}"]
        for member in ordered(list(members), member_order):
            lines.append(f"  {member}{'!' if member in required else ''} {members[member]['shape']}")
        return "\n".join(lines)
    if kind == "list":
        return f"list {name}{bounds(shape)} of {shape['member']['shape']}"
    if kind == "map":
        return f"map {name}{bounds(shape)} of {shape['key']['shape']} to {shape['value']['shape']}"
    if "enum" in shape:
        return f"enum {name} {' '.join(shape['enum'])}"
    pattern = f" /{shape['pattern']}/" if "pattern" in shape else ""
    return f"{kind} {name}{bounds(shape)}{pattern}"


def main():
    operations, shapes = load()
    operation_order, member_orders = previous()
    found = reachable(operations, shapes)
    parts = [HEAD.format(version=botocore_version)]
    for name in ordered(list(operations), operation_order):
        is_streams, errors = operations[name]
        parts.append(f"operation {name}{' streams' if is_streams else ''}\n  {' '.join(errors)}".rstrip())
    groups = ("structure", "list", "map", "enum", "string", "other")
    grouped = {group: [] for group in groups}
    for name in sorted(found):
        text = describe(name, shapes[name], member_orders.get(name, []))
        kind = text.split()[0]
        grouped[kind if kind in groups else "other"].append(text)
    for group in groups:
        separator = "\n\n" if group == "structure" else "\n"
        parts.append(separator.join(grouped[group]))
    TABLE.write_text(re.sub(r"\n{3,}", "\n\n", "\n\n".join(parts)) + "\n")


main()
