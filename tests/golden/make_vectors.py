#!/usr/bin/env python3
"""Writes the golden vectors of docs/format.md. It is a second implementation of that page, written from its text and with
Python's own decimals, JSON and hashes, so that a mistake would have to be made twice. Run it in this folder when the
format gets new vectors; the unit tests of src/value/ read the files."""
import base64
import hashlib
import json
import struct
import zlib
from decimal import Decimal, getcontext

getcontext().prec = 400


def number(text):
    value = Decimal(text)
    if value == 0:
        return b"\x80"
    sign, digits, exponent = value.as_tuple()
    digits = "".join(map(str, digits)).lstrip("0")
    point = len(digits) + exponent
    if point % 2:
        digits = "0" + digits
        point += 1
    digits = digits.rstrip("0")
    digits += "0" * (len(digits) % 2)
    pairs = [int(digits[i:i + 2]) for i in range(0, len(digits), 2)]
    head = 0xC0 + point // 2
    if not sign:
        return bytes([head] + [p + 1 for p in pairs])
    return bytes([0xFF ^ head] + [101 - p for p in pairs] + ([0x66] if len(pairs) < 20 else []))


def plain(text):
    value = Decimal(text)
    if value == 0:
        return "0"
    out = format(value, "f")
    return out.rstrip("0").rstrip(".") if "." in out else out


def number_size(text):
    if Decimal(text) == 0:
        return 1
    whole, _, fraction = plain(text).lstrip("-").partition(".")
    both = whole.lstrip("0") + fraction
    pairs = "0" * (len(whole.lstrip("0")) % 2) + both
    pairs += "0" * (len(pairs) % 2)
    groups = [pairs[i:i + 2] for i in range(0, len(pairs), 2)]
    while groups[0] == "00":
        groups.pop(0)
    while groups[-1] == "00":
        groups.pop()
    return 1 + len(groups) + (Decimal(text) < 0)


def elements(kind, values):
    if kind == "NS":
        return sorted(number(v) for v in values)
    return sorted(v.encode() if kind == "SS" else base64.b64decode(v) for v in values)


TYPES = {"S": 1, "N": 2, "B": 3, "SS": 4, "NS": 5, "BS": 6, "M": 7, "L": 8, "NULL": 9, "BOOL": 10}


def value(attribute):
    (kind, content), = attribute.items()
    head = bytes([TYPES[kind]])
    if kind in "SB":
        raw = content.encode() if kind == "S" else base64.b64decode(content)
        return head + struct.pack("<I", len(raw)) + raw
    if kind == "N":
        return head + bytes([len(number(content))]) + number(content)
    if kind == "NULL":
        return head
    if kind == "BOOL":
        return head + bytes([content])
    if kind == "M":
        body = struct.pack("<I", len(content)) + pairs(content)
    elif kind == "L":
        body = struct.pack("<I", len(content)) + b"".join(map(value, content))
    else:
        prefix = "<B" if kind == "NS" else "<I"
        body = struct.pack("<I", len(content))
        body += b"".join(struct.pack(prefix, len(e)) + e for e in elements(kind, content))
    return head + struct.pack("<I", len(body)) + body


def pairs(members):
    return b"".join(struct.pack("<H", len(n.encode())) + n.encode() + value(v) for n, v in members.items())


def size(attribute):
    (kind, content), = attribute.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(base64.b64decode(content))
    if kind == "N":
        return number_size(content)
    if kind in ("NULL", "BOOL"):
        return 1
    if kind == "M":
        return 3 + len(content) + sum(len(n.encode()) + size(v) for n, v in content.items())
    if kind == "L":
        return 3 + len(content) + sum(map(size, content))
    return sum(size({kind[0]: v}) for v in content)


def item(members):
    total = sum(len(n.encode()) + size(v) for n, v in members.items())
    return b"\x01" + struct.pack("<II", total, len(members)) + pairs(members)


def printed(attribute):
    (kind, content), = attribute.items()
    if kind == "N":
        return {kind: plain(content)}
    if kind == "M":
        return {kind: {n: printed(v) for n, v in content.items()}}
    if kind == "L":
        return {kind: [printed(v) for v in content]}
    if kind == "NS":
        return {kind: [plain(v) for v in sorted(content, key=number)]}
    if kind == "SS":
        return {kind: sorted(content, key=str.encode)}
    if kind == "BS":
        return {kind: sorted(content, key=base64.b64decode)}
    return attribute


NUMBERS = """0 -0 0.000 0e500 1 -1 +1 10 100 1000 99 -99 100.5 0.1 -0.1 0.01 0.001 -0.001 0.05 .5 5. 12.50 1e2 1E+2 1e-2
42 1700000000 3.14159 -273.15 123456789012345678901234567890 1234567890123456789.0123456789012345678
12345678901234567890123456789012345678 -12345678901234567890123456789012345678 1.2345678901234567890123456789012345678
-1.2345678901234567890123456789012345678 -0015.789e6 1e-130 -1e-130 9.9999999999999999999999999999999999999E+125
-9.9999999999999999999999999999999999999E+125 1.5e-130 1e125 9e125 -9e125 1e-129 123e-130 9223372036854775807
-9223372036854775808 18446744073709551616 0.30000000000000000000000000000000000001 120 12000 1200000 0.12 0.012 0.0012
0000000000000000000000000000000000000000000000000000000000001 1e100 5e-100 -5e-100 100000000000000000000000000000000000000
1234567890123456789012345678901234567800000000000000000000""".split()

ITEMS = [
    {},
    {"pk": {"S": "a"}},
    {"pk": {"S": ""}},
    {"pk": {"N": "42"}, "sk": {"B": "AP8="}},
    {"é€😀": {"S": "naïve \"quoted\" \\ / \n\t\u0001 😀"}},
    {"t": {"BOOL": True}, "f": {"BOOL": False}, "n": {"NULL": True}},
    {"ss": {"SS": ["b", "", "a", "aa", "é"]}, "ns": {"NS": ["1", "-1", "0", "1e10", "0.5"]}, "bs": {"BS": ["/w==", "", "AA=="]}},
    {"l": {"L": []}, "m": {"M": {}}},
    {"l": {"L": [{"S": "x"}, {"N": "1.50"}, {"L": [{"M": {"deep": {"NULL": True}}}]}]}},
    {"m": {"M": {"b": {"S": "1"}, "a": {"M": {"c": {"SS": ["z"]}}}}}},
    {"id": {"S": "user#0001"}, "age": {"N": "-7"}, "tags": {"SS": ["x", "y"]}, "data": {"B": "aGVsbG8="}},
]


def deep(levels):
    out = {"S": "x"}
    for i in range(levels):
        out = {"L": [out]} if i % 2 else {"M": {"m": out}}
    return out


ITEMS.append({"deep": deep(31)})

BYTES = [b"", b"a", b"abc", b"a\x00b", b"\x00", b"\x00\x00", b"\xff", b"a\x00\xff", b"x" * 30, b"x" * 31, b"y" * 100, b"\x00" * 2048]


def more(kind, content):
    if kind == "N":
        if content[0] >= 0x80:
            return content + b"\x00"
        return content if content[-1] == 0x66 else content + b"\x66"
    return content.replace(b"\x00", b"\x00\xff") + b"\x00\x01"


def key_lines():
    keys = [("B", b.hex(), b) for b in BYTES] + [("N", t, number(t)) for t in NUMBERS]
    for kind, text, content in keys:
        partition = struct.pack(">H", len(content)) + content
        short = partition if len(partition) <= 32 else b"\xff" + hashlib.sha256(partition).digest()[:16]
        for name, out in (("last", content), ("more", more(kind, content)), ("partition", partition), ("short", short),
                          ("hash", hashlib.md5(b"Outliers" + content).digest()[:8])):
            yield [name, kind, text, out.hex()]


def stored(members):
    out = item(members)
    return out + struct.pack("<I", zlib.crc32(out))


CHANGES = [(view, old, new, 1790000000123, expiry)
           for view in ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
           for old, new, expiry in ((None, {"p": {"S": "a"}, "n": {"N": "1"}}, False),
                                    ({"n": {"N": "1"}, "p": {"S": "a"}}, {"p": {"S": "a"}, "n": {"N": "2"}}, False),
                                    ({"p": {"S": "a"}}, None, False),
                                    ({"p": {"S": "a"}, "until": {"N": "1789000000"}}, None, True))]


def change(view, old, new, time_ms, expiry):
    event = 1 if old is None else 3 if new is None else 2
    before = stored(old) if old is not None and "OLD" in view else b""
    after = stored(new) if new is not None and "NEW" in view else b""
    parts = (2 if before else 0) + (4 if after else 0)
    if parts == 0:
        before, parts = stored({"p": (new or old)["p"]}), 1
    head = bytes([1, event + (0x10 if expiry else 0), parts]) + struct.pack("<qI", time_ms, len(before))
    return head + struct.pack("<I", zlib.crc32(head)) + before + after


def change_lines():
    for view, old, new, time_ms, expiry in CHANGES:
        yield [view, json.dumps(old), json.dumps(new), str(time_ms), "expiry" if expiry else "-",
               change(view, old, new, time_ms, expiry).hex()]


def write(name, rows):
    with open(name, "w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write("\t".join(row) + "\n")


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


write("number.tsv", ([t, number(t).hex(), plain(t), str(number_size(t))] for t in NUMBERS))
write("item.tsv", ([json.dumps(i), item(i).hex(), compact({n: printed(v) for n, v in i.items()})] for i in ITEMS))
write("key.tsv", key_lines())
write("change.tsv", change_lines())
