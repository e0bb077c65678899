"""Short writing of AttributeValues, so that a case fits on a line.

    "text" -> S    12.5 -> N    true -> BOOL    null -> NULL    [...] -> L    {...} -> M
    {"$SS": ["a"]}  {"$NS": [1]}  {"$BS": ["AA=="]}  {"$B": "AA=="}  {"$N": "1e5"}  {"$S": ""}  stand for that type
Numbers keep the digits they were written with.
"""
import json


class Number(str):
    """The text of a JSON number."""


def parse(text):
    """JSON in short writing, numbers kept as text."""
    return json.loads(text, parse_int=Number, parse_float=Number)


def value(short):
    if isinstance(short, Number):
        return {"N": str(short)}
    if isinstance(short, bool):
        return {"BOOL": short}
    if short is None:
        return {"NULL": True}
    if isinstance(short, str):
        return {"S": short}
    if isinstance(short, int):
        return {"N": str(short)}
    if isinstance(short, (bytes, float)):
        raise TypeError(f"write {short!r} as text")
    if isinstance(short, list):
        return {"L": [value(v) for v in short]}
    if len(short) == 1 and next(iter(short)).startswith("$"):
        kind, inner = next(iter(short.items()))
        kind = kind[1:]
        if kind in ("SS", "NS", "BS"):
            return {kind: [str(v) for v in inner]}
        return {kind: str(inner) if kind in ("N", "B", "S") else inner}
    return {"M": {k: value(v) for k, v in short.items()}}


def item(short):
    return {k: value(v) for k, v in short.items()}


def canonical(v):
    """An AttributeValue with its sets sorted and numbers compared by value, for ==."""
    from decimal import Decimal
    kind, inner = next(iter(v.items()))
    if kind == "N":
        return ("N", Decimal(inner).normalize())
    if kind == "NS":
        return ("NS", tuple(sorted(Decimal(n) for n in inner)))
    if kind in ("SS", "BS"):
        return (kind, tuple(sorted(inner)))
    if kind == "L":
        return ("L", tuple(canonical(x) for x in inner))
    if kind == "M":
        return ("M", tuple(sorted((k, canonical(x)) for k, x in inner.items())))
    return (kind, inner)


def canonical_item(attributes):
    if attributes is None:
        return None
    return {k: canonical(v) for k, v in attributes.items()}
