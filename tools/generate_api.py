#!/usr/bin/env python3
"""The API table (src/api/dynamodb.api, overrides.api beside it) as C and as a page.

  generate_api.py TABLE OUT          OUT/include/cynamo/operations.h and OUT/src/api/shapes_generated.c, for the build
  generate_api.py --docs TABLE PAGE  docs/operations.md, which is checked in; src/api/handled.txt names the handlers
"""
import pathlib
import random
import re
import sys

SCALARS = {"string": "cyn_bytes", "enum": "cyn_bytes", "integer": "cyn_opt_int", "long": "cyn_opt_int",
           "double": "cyn_opt_double", "timestamp": "cyn_opt_double", "boolean": "cyn_opt_bool", "blob": "cyn_bytes"}
ZEROS = {"cyn_item": "{0, 0, 0}", "cyn_value": "{0, 0, 0}"}  # of types that are not {a, b}; a pointer is 0
KEYWORDS = {"delete", "new", "class", "default", "operator", "private", "public", "template", "this", "union", "register"}
PAGES = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_"


def snake(name):
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name.replace("PartiQL", "Partiql"))
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def path_name(name):
    """As constraint messages spell members: TableName is tableName, SSEType is sseType."""
    head = re.match(r"[A-Z]+(?![a-z])|[A-Z]?", name).group()
    return head.lower() + name[len(head):]


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Member:
    def __init__(self, word, shape):
        self.name, self.required, self.shape = word.rstrip("!"), word.endswith("!"), shape
        field = snake(self.name)
        self.field = field + "_" if field in KEYWORDS else field


class Shape:
    """One shape: name, kind, and whatever its kind has."""

    def __init__(self, kind, name):
        self.kind, self.name, self.c = kind, name, "cyn_" + snake(name)
        self.min = self.max = self.pattern = self.element = self.key = None
        self.is_table_name = self.hides_value = False
        self.values, self.printed, self.members, self.order, self.unchecked = [], [], [], [], []

    def set_bounds(self, text):
        self.min, self.max = text.split("..")


class Operation:
    def __init__(self, words):
        self.name, self.is_streams = words[0], "streams" in words[1:]
        self.errors, self.is_control, self.is_tagging = [], False, False
        self.constant = "CYN_OPERATION_" + snake(self.name).upper()
        self.page = PAGES + ("streams_" if self.is_streams else "") + self.name + ".html"


class Api:
    def __init__(self, table):
        self.operations, self.shapes = [], {"AttributeValue": Shape("value", "AttributeValue")}
        self.read(table.read_text())
        self.read_overrides((table.parent / "overrides.api").read_text())
        for shape in self.shapes.values():
            self.settle(shape)
        self.check_names()

    def read(self, text):
        current = None
        for line in text.splitlines():
            words = line.split()
            if not words or line.startswith("#"):
                continue
            if line.startswith("  "):
                if isinstance(current, Operation):
                    current.errors = words
                else:
                    current.members.append(Member(words[0], words[1]))
            elif words[0] == "operation":
                current = Operation(words[1:])
                self.operations.append(current)
            else:
                current = self.read_shape(line, words)

    def read_shape(self, line, words):
        shape = self.shapes[words[1]] = Shape(words[0], words[1])
        if shape.kind == "enum":
            shape.values = shape.printed = words[2:]
            return shape
        if "of" in words:
            tail = words[words.index("of") + 1:]
            shape.element, shape.key = tail[-1], tail[0] if shape.kind == "map" else None
        if len(words) > 2 and re.fullmatch(r"-?\d*\.\.\d*", words[2]):
            shape.set_bounds(words[2])
        if " /" in line:
            shape.pattern = line[line.index(" /") + 2:line.rindex("/")]
        return shape

    def read_overrides(self, text):
        operations = {operation.name: operation for operation in self.operations}
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            verb, name, *rest = line.split()
            if verb in ("control", "tagging"):
                for word in [name] + rest:
                    setattr(operations[word], "is_" + verb, True)
                continue
            shape = self.shapes[name]
            if verb == "name":
                shape.c = "cyn_" + rest[0]
            elif verb in ("is_table_name", "hides_value"):
                setattr(shape, verb, True)
            elif verb == "bounds":
                shape.set_bounds(rest[0])
            elif verb == "printed":
                assert set(rest) == set(shape.values), name
                shape.printed = rest
            else:
                members = {member.name: member for member in shape.members}
                listed = [members[word] for word in rest]
                if verb == "check":
                    shape.order = listed
                elif verb == "unchecked":
                    shape.unchecked = listed
                elif verb == "require":
                    for member in listed:
                        member.required = True
                else:
                    raise SystemExit(f"overrides.api: what is {verb}?")

    def settle(self, shape):
        """The kind that the codec sees, and the C type."""
        element = self.shapes.get(shape.element)
        shape.is_declared = shape.kind == "structure"
        if shape.kind == "map" and shape.element == "AttributeValue":
            shape.kind, shape.c = "item", "cyn_item"
        elif shape.kind == "map" and element.kind in ("string", "enum"):
            shape.c = "cyn_string_map"
        elif shape.kind == "list" and element.kind in ("string", "enum"):
            shape.c = "cyn_string_list"
        elif shape.kind == "list" and element.kind == "value":
            shape.c = "cyn_value_list"
        elif shape.kind == "list" and (element.kind == "item" or element.element == "AttributeValue"):
            shape.c = "cyn_item_list"
        elif shape.kind == "value":
            shape.c = "cyn_value"
        elif shape.kind in SCALARS:
            shape.type_name, shape.c = shape.c, SCALARS[shape.kind]
        else:
            shape.is_declared = True

    def check_names(self):
        seen = set()
        for shape in self.shapes.values():
            assert not (shape.is_declared and shape.c in seen), shape.c
            seen.add(shape.c)
        calls = {"cyn_" + snake(operation.name) for operation in self.operations}
        assert not calls & seen, calls & seen

    def io(self, operation):
        return self.shapes[operation.name + "Input"], self.shapes[operation.name + "Output"]

    def c_value(self, shape):
        """How a value of the shape stands in a member: structures are pointed at."""
        return f"const {shape.c} *" if shape.kind == "structure" else shape.c + " "

    def constrained(self, name):
        """Can a value of this shape break a constraint?"""
        shape = self.shapes[name]
        if shape.min or shape.max or shape.pattern or shape.kind == "enum":
            return True
        if shape.kind == "structure":
            return any(m not in shape.unchecked and (m.required or self.constrained(m.shape)) for m in shape.members)
        return shape.kind in ("list", "map") and (self.constrained(shape.element) or
                                                  bool(shape.key) and self.constrained(shape.key))

    def check_order(self, shape):
        members = shape.order + [member for member in shape.members if member not in shape.order]
        return [shape.members.index(member) for member in members
                if member not in shape.unchecked and (member.required or self.constrained(member.shape))]

    def walk(self, name, seen):
        """Structures, lists and maps that a shape needs, itself last; each once."""
        shape = self.shapes[name]
        if name in seen or shape.kind not in ("structure", "list", "map"):
            return
        seen.add(name)
        for below in [member.shape for member in shape.members] + [shape.element] * bool(shape.element):
            yield from self.walk(below, seen)
        yield shape


# ---- operations.h ----

HEADER_HEAD = """\
/* Cynamo: the operations of DynamoDB as plain structs. Generated by tools/generate_api.py from src/api/dynamodb.api.
 *
 * - Every struct begins with its size: start from its initializer, `cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;`.
 *   Later versions add members at the end only.
 * - All pointers are borrowed: what an input points to must live until the call is complete; what an output points to
 *   belongs to the result that came with it.
 * - Absent is all zero: bytes, items, lists and maps whose pointer is NULL, scalars whose is_set is false, NULL structs.
 * - Enum values are bytes, since the service adds new ones: `input.return_values = cyn_str(CYN_RETURN_VALUE_ALL_OLD);`. */
#ifndef CYNAMO_OPERATIONS_H
#define CYNAMO_OPERATIONS_H

#include <cynamo/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cyn_value_list {
  size_t count;
  const cyn_value *at;
} cyn_value_list;
typedef struct cyn_item_list {
  size_t count;
  const cyn_item *at;
} cyn_item_list;
"""
HEADER_TAIL = """
#ifdef __cplusplus
}
#endif
#endif
"""


def declare(api, shape):
    """The C text of a structure, list or map; '' where a type of value.h serves."""
    if shape.kind == "structure":
        lines = [f"typedef struct {shape.c} {{", "  size_t struct_size;"]
        zeros = [f"sizeof({shape.c})"]
        for member in shape.members:
            target = api.shapes[member.shape]
            notes = ["required"] * member.required
            notes += [f"{target.type_name.upper()}_…"] if target.kind == "enum" else []
            comment = f" /* {', '.join(notes)} */" if notes else ""
            lines.append(f"  {api.c_value(target)}{member.field};{comment}")
            zeros.append("0" if target.kind == "structure" else ZEROS.get(target.c, "{0, 0}"))
        init = f"#define {shape.c.upper()}_INIT \\\n  {{{', '.join(zeros)}}}"
        return "\n".join(lines + [f"}} {shape.c};", init]) + "\n"
    if not shape.is_declared:
        return ""
    element = api.shapes[shape.element]
    if shape.kind == "list":
        star = "const " if element.kind == "structure" else ""
        return f"typedef struct {shape.c} {{\n  size_t count;\n  const {element.c} *{star}{'*' * bool(star)}at;\n}} {shape.c};\n"
    return (f"typedef struct {shape.c}_entry {{\n  cyn_bytes key;\n  {api.c_value(element)}value;\n}} {shape.c}_entry;\n"
            f"typedef struct {shape.c} {{\n  size_t count;\n  const {shape.c}_entry *at;\n}} {shape.c};\n")


def header(api):
    parts = [HEADER_HEAD, "/* Numbers never change; new operations go behind the old ones. */\ntypedef enum cyn_operation {"]
    parts += [f"  {op.constant} = {number}," for number, op in enumerate(api.operations)]
    parts += ["  CYN_OPERATION_COUNT", "} cyn_operation;\n"]
    for shape in api.shapes.values():
        if shape.kind == "enum":
            parts += [f"#define {shape.type_name.upper()}_{(value if value.isupper() else snake(value)).upper()} {c_string(value)}"
                      for value in shape.values]
    seen = set()
    for op in api.operations:
        parts.append(f"/* {op.name}. DynamoDB page: API_{'streams_' * op.is_streams}{op.name}. */")
        for side in api.io(op):
            parts += filter(None, (declare(api, shape) for shape in api.walk(side.name, seen)))
    return "\n".join(parts) + HEADER_TAIL


# ---- shapes_generated.c ----

def hash_key(name):
    """Must agree with cyn_i_name_slot in src/api/api.h."""
    text, size = name.encode(), len(name)
    parts = text[size // 4], text[size // 2], text[max(size - 2, 0)], text[min(1, size - 1)]
    return int.from_bytes(parts, "little") + size * 0x9E37 + text[size * 5 // 8] * 0x01000193 & 0xFFFFFFFF


def name_hash(label, names):
    """A perfect hash of the names (see cyn_i_name_hash): the C table's definition and the C initializer."""
    keys = [hash_key(name) for name in names]
    assert len(set(keys)) == len(keys), label
    chance = random.Random(label)  # the same on every run
    for bits in range(len(keys).bit_length(), 10):
        for _ in range(2000):
            seed = chance.getrandbits(32) | 1
            slots = [(key * seed & 0xFFFFFFFF) >> (32 - bits) for key in keys]
            if len(set(slots)) == len(slots):
                table = ", ".join(str(slots.index(slot) if slot in slots else 255) for slot in range(1 << bits))
                return (f"static const uint8_t hash_{label}[] = {{{table}}};",
                        f"{{hash_{label}, {seed}u, {32 - bits}}}")
    raise SystemExit("no perfect hash for " + label)


def define(api, shape):
    """The C text of one descriptor."""
    fields = [f".name = {c_string(shape.name)}", f".kind = CYN_KIND_{shape.kind.upper()}"]
    before = []
    for bound in ("min", "max"):
        if getattr(shape, bound):
            fields.append(f".has_{bound} = true, .{bound} = {getattr(shape, bound)}")
    for flag in ("is_table_name", "hides_value"):
        if getattr(shape, flag):
            fields.append(f".{flag} = true")
    if shape.pattern:
        fields.append(f".pattern = {c_string(shape.pattern)}")
    if shape.kind == "structure":
        fields.append(f".size = sizeof({shape.c})")
        fields += define_members(api, shape, before)
    else:
        fields.append(f".size = sizeof({shape.c})")
    if shape.kind == "enum":
        before.append(f"static const char *const values_{shape.name}[] = {{"
                      + ", ".join(map(c_string, shape.values)) + ", NULL};")
        fields += [f".enum_values = values_{shape.name}", f".enum_text = {c_string('[' + ', '.join(shape.printed) + ']')}"]
    for part in ("element", "key"):
        if getattr(shape, part):
            fields.append(f".{part} = &shape_{getattr(shape, part)}")
    if api.constrained(shape.name):
        fields.append(".is_constrained = true")
    before.append(f"static const cyn_i_shape shape_{shape.name} = {{\n    " + ",\n    ".join(fields) + "};")
    return "\n".join(before) + "\n"


def define_members(api, shape, before):
    fields = []
    if shape.members:
        before.append(f"static const cyn_i_member members_{shape.name}[] = {{")
        before += [f"    {{{c_string(m.name)}, {c_string(path_name(m.name))}, &shape_{m.shape}, "
                   f"offsetof({shape.c}, {m.field}), {str(m.required).lower()}, {len(m.name)}}}," for m in shape.members]
        before.append("};")
        fields.append(f".members = members_{shape.name}, .member_count = {len(shape.members)}")
    order = api.check_order(shape)
    if order:
        before.append(f"static const uint16_t order_{shape.name}[] = {{{', '.join(map(str, order))}}};")
        fields.append(f".check_order = order_{shape.name}, .check_count = {len(order)}")
    if len(shape.members) > 3:
        table, initializer = name_hash(shape.name, [member.name for member in shape.members])
        before.append(table)
        fields.append(f".hash = {initializer}")
    return fields


def needed(api, name, seen):
    """Every shape that a descriptor points to, itself last."""
    if name in seen:
        return
    seen.add(name)
    shape = api.shapes[name]
    element = [] if shape.kind == "item" else [shape.element]
    for below in [member.shape for member in shape.members] + [part for part in element + [shape.key] if part]:
        yield from needed(api, below, seen)
    yield shape


def descriptors(api):
    parts = ["/* The API's descriptors. Generated by tools/generate_api.py from src/api/dynamodb.api and overrides.api. */",
             '#include "api/api.h"\n']
    seen = set()
    for op in api.operations:
        for side in api.io(op):
            for shape in needed(api, side.name, seen):
                if shape.kind == "item":
                    shape.element = None
                parts.append(define(api, shape))
    parts.append("const cyn_i_operation cyn_i_operations[CYN_OPERATION_COUNT] = {")
    flags = ("is_streams", "is_control", "is_tagging")
    for op in api.operations:
        given = ", ".join(str(getattr(op, flag)).lower() for flag in flags)
        parts.append(f"    {{{c_string(op.name)}, {op.constant}, {given}, &shape_{op.name}Input, &shape_{op.name}Output}},")
    table, initializer = name_hash("operations", [op.name for op in api.operations])
    return "\n".join(parts + ["};\n", table, f"const cyn_i_name_hash cyn_i_operation_hash = {initializer};\n"])


# ---- docs/operations.md ----

def facts(api, name):
    """A shape in words, for the page."""
    shape = api.shapes[name]
    range_text = f" {shape.min or ''}..{shape.max or ''}" if shape.min or shape.max else ""
    pattern = f" `{shape.pattern}`".replace("|", "\\|") if shape.pattern else ""
    if shape.kind == "structure":
        return f"[{shape.name}](#{shape.name.lower()})"
    if shape.kind == "enum":
        return "one of " + ", ".join(shape.values)
    if shape.kind == "list":
        return f"list{range_text} of {facts(api, shape.element)}"
    if shape.kind == "map":
        return f"map{range_text} from string{bound_words(api, shape.key)} to {facts(api, shape.element)}"
    words = {"value": "attribute value", "item": "map of attribute values"}
    return words.get(shape.kind, shape.kind) + range_text + pattern


def bound_words(api, name):
    shape = api.shapes[name]
    return f" {shape.min or ''}..{shape.max or ''}" if shape.min or shape.max else ""


def member_table(api, shape):
    if not shape.members:
        return ["No members.", ""]
    rows = [f"| {m.name}{' (required)' if m.required else ''} | {facts(api, m.shape)} |" for m in shape.members]
    return ["| member | what |", "|---|---|"] + rows + [""]


def page(api, handled):
    done = [op for op in api.operations if op.name in handled]
    parts = ["# Operations", "",
             "Generated by `tools/generate_api.py --docs` from `src/api/dynamodb.api`, `src/api/overrides.api` and "
             "`src/api/handled.txt`. Bounds are lengths, or values of numbers.", "",
             f"{len(done)} of {len(api.operations)} operations have a handler. The others check their input as the service "
             "does and then answer HTTP 400 `NotImplementedException` with a message that says so; a name that is not in this "
             "list is `UnknownOperationException`.", "",
             "| operation | handler |", "|---|---|"]
    parts += [f"| [{op.name}](#{op.name.lower()}) | {'yes' if op in done else 'not yet: NotImplementedException'} |"
              for op in api.operations]
    structures = {}
    for op in api.operations:
        given, answer = api.io(op)
        parts += ["", f"## {op.name}", "", f"DynamoDB's page: [API_{op.name}]({op.page}). "
                  + ("Handled." if op in done else "No handler yet."), "", "Input", ""]
        parts += member_table(api, given) + ["Output", ""] + member_table(api, answer)
        parts.append("Errors: " + (", ".join(op.errors) or "none of its own") + ".")
        for side in (given, answer):
            for shape in api.walk(side.name, set()):
                if shape.kind == "structure" and shape is not side:
                    structures[shape.name] = shape
    parts += ["", "# Structures"]
    for name in sorted(structures):
        parts += ["", f"## {name}", ""] + member_table(api, structures[name])[:-1]
    return "\n".join(parts) + "\n"


def write_if_changed(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main(arguments):
    docs = arguments[0] == "--docs"
    table, out = map(pathlib.Path, arguments[-2:])
    api = Api(table)
    if docs:
        handled = [line for line in (table.parent / "handled.txt").read_text().split("\n") if line and line[0] != "#"]
        unknown = set(handled) - {op.name for op in api.operations}
        assert not unknown, unknown
        write_if_changed(out, page(api, handled))
    else:
        write_if_changed(out / "include/cynamo/operations.h", header(api))
        write_if_changed(out / "src/api/shapes_generated.c", descriptors(api))


main(sys.argv[1:])
