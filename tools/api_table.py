"""Reads the API table: src/api/dynamodb.api, with overrides.api beside it. For generate_api.py and api_page.py."""
import re

SCALARS = {"string": "cyn_bytes", "enum": "cyn_bytes", "integer": "cyn_opt_int", "long": "cyn_opt_int",
           "double": "cyn_opt_double", "timestamp": "cyn_opt_double", "boolean": "cyn_opt_bool", "blob": "cyn_bytes"}
KEYWORDS = {"delete", "new", "class", "default", "operator", "private", "public", "template", "this", "union", "register"}
PAGES = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_"


def snake(name):
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name.replace("PartiQL", "Partiql"))
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


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
        self.values, self.printed, self.members, self.order = [], [], [], []

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
            elif verb == "printed":
                assert set(rest) == set(shape.values), name
                shape.printed = rest
            else:
                members = {member.name: member for member in shape.members}
                listed = [members[word] for word in rest]
                if verb == "check":
                    shape.order = listed
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

    def constrained(self, name):
        """Can a value of this shape break a constraint?"""
        shape = self.shapes[name]
        if shape.min or shape.max or shape.pattern or shape.kind == "enum":
            return True
        if shape.kind == "structure":
            return any(m.required or self.constrained(m.shape) for m in shape.members)
        return shape.kind in ("list", "map") and (self.constrained(shape.element) or
                                                  bool(shape.key) and self.constrained(shape.key))

    def check_order(self, shape):
        members = shape.order + [member for member in shape.members if member not in shape.order]
        return [shape.members.index(member) for member in members
                if member.required or self.constrained(member.shape)]

    def walk(self, name, seen):
        """Structures, lists and maps that a shape needs, itself last; each once."""
        shape = self.shapes[name]
        if name in seen or shape.kind not in ("structure", "list", "map"):
            return
        seen.add(name)
        for below in [member.shape for member in shape.members] + [shape.element] * bool(shape.element):
            yield from self.walk(below, seen)
        yield shape
