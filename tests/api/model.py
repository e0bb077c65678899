"""A plain, slow model of DynamoDB's items: what each operation should answer.

It is written to be read beside the developer guide, not to be fast: a table is a dict of items, an index is computed from the
table each time it is asked. Expressions are not parsed here; they come as the small classes below, which know how to print
themselves (for the request) and what they mean (for the model). Numbers are Decimals with room to spare.

A value is an AttributeValue as on the wire, {"S": "x"}; an item is a dict of them.
"""
import base64
import copy
import decimal
import math

decimal.getcontext().prec = 80
Decimal = decimal.Decimal


class Refused(Exception):
    """An error answer. `message` is None where only the name is predicted, a set where any of several may come."""

    def __init__(self, name, message=None, item=None, reasons=None):
        super().__init__(name, message)
        self.name, self.message, self.item, self.reasons = name, message, item, reasons


def condition_failed(item=None):
    return Refused("ConditionalCheckFailedException", "The conditional request failed", item)


def invalid(message=None):
    return Refused("ValidationException", message)


# --- values ---------------------------------------------------------------------------------------------------------------

def kind(value):
    return next(iter(value))


def inner(value):
    return next(iter(value.values()))


def plain(number):
    """The text that DynamoDB stores for a number."""
    d = Decimal(number)
    if d == 0:
        return "0"
    text = format(d, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def normal(value):
    """The value as DynamoDB stores it."""
    k, v = kind(value), inner(value)
    if k == "N":
        return {"N": plain(v)}
    if k == "NS":
        return {"NS": [plain(n) for n in v]}
    if k == "L":
        return {"L": [normal(x) for x in v]}
    if k == "M":
        return {"M": {name: normal(x) for name, x in v.items()}}
    return {k: copy.copy(v)}


def comparable(value):
    """Equal for values that DynamoDB's `=` calls equal."""
    k, v = kind(value), inner(value)
    if k == "N":
        return (k, Decimal(v))
    if k == "NS":
        return (k, frozenset(Decimal(n) for n in v))
    if k in ("SS", "BS"):
        return (k, frozenset(v))
    if k == "L":
        return (k, tuple(comparable(x) for x in v))
    if k == "M":
        return (k, frozenset((name, comparable(x)) for name, x in v.items()))
    return (k, v)


def comparable_item(item):
    return None if item is None else {name: comparable(v) for name, v in item.items()}


def ordered(value):
    """A key for < between values of one scalar type."""
    k, v = kind(value), inner(value)
    return Decimal(v) if k == "N" else v.encode() if k == "S" else base64.b64decode(v)


def number_size(text):
    d = Decimal(text).normalize()
    if d == 0:
        return 1
    digits, leading = len(d.as_tuple().digits), d.adjusted()
    return 1 + math.ceil(digits / 2) + (1 if digits % 2 == 0 and leading % 2 == 0 else 0) + (1 if d < 0 else 0)


def value_size(value):
    k, v = kind(value), inner(value)
    if k == "S":
        return len(v.encode())
    if k == "B":
        return len(base64.b64decode(v))
    if k == "N":
        return number_size(v)
    if k in ("BOOL", "NULL"):
        return 1
    if k == "L":
        return 3 + sum(1 + value_size(x) for x in v)
    if k == "M":
        return 3 + sum(1 + len(name.encode()) + value_size(x) for name, x in v.items())
    one = {"SS": "S", "NS": "N", "BS": "B"}[k]
    return sum(value_size({one: x}) for x in v)


def item_size(item):
    return sum(len(name.encode()) + value_size(v) for name, v in item.items())


# --- paths ----------------------------------------------------------------------------------------------------------------
# A path is a tuple: an attribute name, then names (str) and list indexes (int).

def look_up(item, path):
    """The value at a path, or None."""
    value = item.get(path[0])
    for step in path[1:]:
        if value is None:
            return None
        if isinstance(step, str):
            value = inner(value).get(step) if kind(value) == "M" else None
        else:
            value = inner(value)[step] if kind(value) == "L" and step < len(inner(value)) else None
    return value


def project(item, paths):
    """The part of an item that a projection names; list elements keep their order and close ranks."""
    class Elements(dict):
        pass

    tree = {}
    for path in paths:
        value = look_up(item, path)
        if value is None:
            continue
        at = tree
        for step, following in zip(path, path[1:]):
            at = at.setdefault(step, Elements() if isinstance(following, int) else {})
        at[path[-1]] = [value]  # a list marks a leaf

    def build(node):
        if isinstance(node, list):
            return copy.deepcopy(node[0])
        if isinstance(node, Elements):
            return {"L": [build(node[i]) for i in sorted(node)]}
        return {"M": {name: build(sub) for name, sub in node.items()}}

    return {name: build(node) for name, node in tree.items()}


# --- expressions ----------------------------------------------------------------------------------------------------------

class Printer:
    """Hands out placeholders while an expression is printed."""

    def __init__(self):
        self.names, self.values = {}, {}

    def path(self, path):
        text = ""
        for step in path:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                key = next((k for k, n in self.names.items() if n == step), None) or f"#n{len(self.names)}"
                self.names[key] = step
                text += ("." if text else "") + key
        return text

    def value(self, value):
        key = f":v{len(self.values)}"
        self.values[key] = value
        return key


class Path:
    def __init__(self, path):
        self.path = path

    def text(self, p):
        return p.path(self.path)

    def value(self, item):
        return look_up(item, self.path)


class Literal:
    def __init__(self, value):
        self.literal = value

    def text(self, p):
        return p.value(self.literal)

    def value(self, item):
        return self.literal


class Size:
    def __init__(self, path):
        self.path = path

    def text(self, p):
        return f"size({p.path(self.path)})"

    def value(self, item):
        found = look_up(item, self.path)
        if found is None or kind(found) in ("N", "BOOL", "NULL"):
            return None
        if kind(found) == "S":
            return {"N": str(len(inner(found).encode("utf-16-le")) // 2)}
        return {"N": str(len(base64.b64decode(inner(found))) if kind(found) == "B" else len(inner(found)))}


class Compare:
    def __init__(self, left, operator, right):
        self.left, self.operator, self.right = left, operator, right

    def text(self, p):
        return f"{self.left.text(p)} {self.operator} {self.right.text(p)}"

    def holds(self, item):
        a, b = self.left.value(item), self.right.value(item)
        if self.operator == "<>":
            return a is None or b is None or comparable(a) != comparable(b)
        if a is None or b is None:
            return False
        if self.operator == "=":
            return comparable(a) == comparable(b)
        if kind(a) != kind(b) or kind(a) not in ("S", "N", "B"):
            return False
        x, y = ordered(a), ordered(b)
        return {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[self.operator]


class Between:
    def __init__(self, operand, low, high):
        self.operand, self.low, self.high = operand, low, high

    def text(self, p):
        return f"{self.operand.text(p)} BETWEEN {self.low.text(p)} AND {self.high.text(p)}"

    def holds(self, item):
        return Compare(self.operand, ">=", self.low).holds(item) and Compare(self.operand, "<=", self.high).holds(item)


class In:
    def __init__(self, operand, members):
        self.operand, self.members = operand, members

    def text(self, p):
        return f"{self.operand.text(p)} IN ({', '.join(m.text(p) for m in self.members)})"

    def holds(self, item):
        return any(Compare(self.operand, "=", m).holds(item) for m in self.members)


class Exists:
    def __init__(self, path, yes):
        self.path, self.yes = path, yes

    def text(self, p):
        return f"attribute_{'' if self.yes else 'not_'}exists({p.path(self.path)})"

    def holds(self, item):
        return (look_up(item, self.path) is not None) == self.yes


class HasType:
    def __init__(self, path, name):
        self.path, self.name = path, name

    def text(self, p):
        return f"attribute_type({p.path(self.path)}, {p.value({'S': self.name})})"

    def holds(self, item):
        found = look_up(item, self.path)
        return found is not None and kind(found) == self.name


class BeginsWith:
    def __init__(self, path, value):
        self.path, self.prefix = path, value

    def text(self, p):
        return f"begins_with({p.path(self.path)}, {p.value(self.prefix)})"

    def holds(self, item):
        found = look_up(item, self.path)
        return found is not None and kind(found) == kind(self.prefix) and ordered(found).startswith(ordered(self.prefix))


class Contains:
    def __init__(self, path, value):
        self.path, self.part = path, value

    def text(self, p):
        return f"contains({p.path(self.path)}, {p.value(self.part)})"

    def holds(self, item):
        found = look_up(item, self.path)
        if found is None:
            return False
        if kind(found) in ("S", "B"):
            return kind(found) == kind(self.part) and ordered(self.part) in ordered(found)
        if kind(found) in ("SS", "NS", "BS"):
            return any(comparable({kind(found)[0]: m}) == comparable(self.part) for m in inner(found))
        if kind(found) == "L":
            return any(comparable(m) == comparable(self.part) for m in inner(found))
        return False


class Not:
    def __init__(self, condition):
        self.condition = condition

    def text(self, p):
        return f"NOT ({self.condition.text(p)})"

    def holds(self, item):
        return not self.condition.holds(item)


class All:
    """AND or OR of several conditions, each in parentheses."""

    def __init__(self, word, conditions):
        self.word, self.conditions = word, conditions

    def text(self, p):
        return f" {self.word} ".join(f"({c.text(p)})" for c in self.conditions)

    def holds(self, item):
        return (all if self.word == "AND" else any)(c.holds(item) for c in self.conditions)


# Right-hand sides of SET. `result` gives a value or raises Refused.

ABSENT = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"
BAD_PATH = "The document path provided in the update expression is invalid for update"


def result(operand, item):
    if hasattr(operand, "result"):
        return operand.result(item)
    value = operand.value(item)
    if value is None:
        raise invalid(ABSENT)
    return value


class IfNotExists:
    def __init__(self, path, otherwise):
        self.path, self.otherwise = path, otherwise

    def text(self, p):
        return f"if_not_exists({p.path(self.path)}, {self.otherwise.text(p)})"

    def result(self, item):
        found = look_up(item, self.path)
        return found if found is not None else result(self.otherwise, item)


class ListAppend:
    def __init__(self, first, second):
        self.first, self.second = first, second

    def text(self, p):
        return f"list_append({self.first.text(p)}, {self.second.text(p)})"

    def result(self, item):
        a, b = result(self.first, item), result(self.second, item)
        if kind(a) != "L" or kind(b) != "L":
            raise invalid(WRONG_TYPE)
        return {"L": inner(a) + inner(b)}


class Arithmetic:
    def __init__(self, left, sign, right):
        self.left, self.sign, self.right = left, sign, right

    def text(self, p):
        return f"{self.left.text(p)} {self.sign} {self.right.text(p)}"

    def result(self, item):
        a, b = result(self.left, item), result(self.right, item)
        if kind(a) != "N" or kind(b) != "N":
            raise invalid(WRONG_TYPE)
        x, y = Decimal(inner(a)), Decimal(inner(b))
        return {"N": plain(x + y if self.sign == "+" else x - y)}


class Update:
    """sets: [(path, operand)], removes: [path], adds and deletes: [(path, value)]. Paths do not overlap."""

    def __init__(self, sets=(), removes=(), adds=(), deletes=()):
        self.sets, self.removes, self.adds, self.deletes = list(sets), list(removes), list(adds), list(deletes)

    def text(self, p):
        clauses = []
        if self.sets:
            clauses.append("SET " + ", ".join(f"{p.path(path)} = {o.text(p)}" for path, o in self.sets))
        if self.removes:
            clauses.append("REMOVE " + ", ".join(p.path(path) for path in self.removes))
        if self.adds:
            clauses.append("ADD " + ", ".join(f"{p.path(path)} {p.value(v)}" for path, v in self.adds))
        if self.deletes:
            clauses.append("DELETE " + ", ".join(f"{p.path(path)} {p.value(v)}" for path, v in self.deletes))
        return " ".join(clauses)

    def paths(self):
        return [p for p, _ in self.sets] + self.removes + [p for p, _ in self.adds] + [p for p, _ in self.deletes]

    def apply(self, old):
        """The new item. Every right-hand side is computed from the old one. Of several faults any may be reported."""
        faults, writes, removes = set(), [], []

        def attempt(path, compute):
            try:
                parent_of(old, path)
            except Refused as refused:
                faults.add(refused.message)
            try:
                return copy.deepcopy(compute())
            except Refused as refused:
                faults.add(refused.message)

        for path, operand in self.sets:
            writes.append((path, attempt(path, lambda: result(operand, old))))
        for path in self.removes:
            removes.append(path)
            attempt(path, lambda: None)
        for path, value in self.adds:
            writes.append((path, attempt(path, lambda: add(look_up(old, path), value))))
        for path, value in self.deletes:
            left = attempt(path, lambda: subtract(look_up(old, path), value))
            if left == "nothing left":
                removes.append(path)
            elif left is not None:
                writes.append((path, left))
        if faults:
            raise invalid(faults)

        new = copy.deepcopy(old)
        appended = {}  # path of a list -> [(index, value)] past its end
        for path, value in writes:
            parent = parent_of(new, path)
            if isinstance(path[-1], int):
                elements = inner(parent)
                if path[-1] < len(elements):
                    elements[path[-1]] = value
                else:
                    appended.setdefault(path[:-1], []).append((path[-1], value))
            else:
                (new if parent is None else inner(parent))[path[-1]] = value
        marked = []
        for path in removes:
            parent = parent_of(new, path)
            if isinstance(path[-1], int):
                if path[-1] < len(inner(parent)):
                    inner(parent)[path[-1]] = None
                    marked.append(inner(parent))
            else:
                (new if parent is None else inner(parent)).pop(path[-1], None)
        for path, values in appended.items():
            inner(look_up(new, path)).extend(v for _, v in sorted(values, key=lambda pair: pair[0]))
        for elements in marked:
            elements[:] = [e for e in elements if e is not None]
        return {name: normal(v) for name, v in new.items()}


def parent_of(item, path):
    """The map or list that holds the last step of a path; None for the item itself."""
    if len(path) == 1:
        return None
    parent = look_up(item, path[:-1])
    if parent is None or kind(parent) != ("L" if isinstance(path[-1], int) else "M"):
        raise invalid(BAD_PATH)
    return parent


def add(old, value):
    if old is None:
        return copy.deepcopy(value)
    if kind(old) != kind(value):
        raise invalid(WRONG_TYPE)
    if kind(value) == "N":
        return {"N": plain(Decimal(inner(old)) + Decimal(inner(value)))}
    if kind(value) == "L":  # AttributeUpdates only
        return {"L": inner(old) + inner(value)}
    members = list(inner(old))
    known = {comparable({kind(value): [m]}) for m in members}
    return {kind(value): members + [m for m in inner(value) if comparable({kind(value): [m]}) not in known]}


def subtract(old, value):
    """What is left of a set; None when there was none."""
    if old is None:
        return None
    if kind(old) != kind(value):
        raise invalid(WRONG_TYPE)
    gone = {comparable({kind(value): [m]}) for m in inner(value)}
    left = [m for m in inner(old) if comparable({kind(value): [m]}) not in gone]
    return {kind(value): left} if left else "nothing left"


# --- tables ---------------------------------------------------------------------------------------------------------------

class Index:
    def __init__(self, name, hashes, ranges, projection, is_local=False):
        self.name, self.hashes, self.ranges, self.projection, self.is_local = name, hashes, ranges, projection, is_local

    def keys(self):
        return self.hashes + self.ranges


class Table:
    """keys: [hash] or [hash, range]; types: {attribute: S, N or B} of all key attributes."""

    def __init__(self, name, keys, types, indexes=()):
        self.name, self.keys, self.types = name, keys, types
        self.indexes = {i.name: i for i in indexes}
        self.items = {}  # comparable key -> item

    def key_of(self, item):
        return {k: item[k] for k in self.keys}

    def find(self, key):
        return self.items.get(tuple(comparable(key[k]) for k in self.keys))

    def entry(self, index, item):
        """The item as it stands in an index, None when it is not there."""
        if item is None or not all(k in item for k in index.keys()):
            return None
        if index.projection == "ALL":
            return item
        names = set(self.keys) | set(index.keys()) | set(() if index.projection == "KEYS_ONLY" else index.projection)
        return {name: v for name, v in item.items() if name in names}

    def check_index_keys(self, item):
        for index in self.indexes.values():
            for k in index.keys():
                if k in item and k not in self.keys and kind(item[k]) != self.types[k]:
                    raise invalid()

    def store(self, key, item):
        at = tuple(comparable(key[k]) for k in self.keys)
        if item is None:
            self.items.pop(at, None)
        else:
            self.items[at] = item

    def write_units(self, old, new):
        """(units of the table, {index: units})"""
        def units(*items):
            return max([1] + [math.ceil(item_size(i) / 1024) for i in items if i is not None])
        indexes = {}
        for index in self.indexes.values():
            a, b = self.entry(index, old), self.entry(index, new)
            if a is None and b is None or comparable_item(a) == comparable_item(b):
                continue
            if a is not None and b is not None and any(comparable(a[k]) != comparable(b[k]) for k in index.keys()):
                indexes[index.name] = units(a) + units(b)
            else:
                indexes[index.name] = units(a, b)
        return units(old, new), indexes


def read_units(size, consistent):
    return max(1, math.ceil(size / 4096)) * (1.0 if consistent else 0.5)


class Model:
    def __init__(self, tables):
        self.tables = {t.name: t for t in tables}

    # Each of these gives what the answer should hold, or raises Refused.

    def write(self, table, key, new_of, condition, on_failure_old):
        """(old, new) of one write; new_of(old) computes the new item."""
        old = table.find(key)
        if condition is not None and not condition.holds(old or {}):
            raise condition_failed(old if on_failure_old else None)
        new = new_of(old)
        if new is not None:
            table.check_index_keys(new)
        return old, new

    def capacity(self, op, table, units, indexes=None, factor=1):
        """ConsumedCapacity as asked for, None when it is not."""
        asked = op.get("capacity")
        if asked not in ("TOTAL", "INDEXES"):
            return None
        indexes = indexes or {}
        out = {"TableName": table.name, "CapacityUnits": float(factor * (units + sum(indexes.values())))}
        if asked == "INDEXES":
            out["Table"] = {"CapacityUnits": float(factor * units)}
            for member, local in (("LocalSecondaryIndexes", True), ("GlobalSecondaryIndexes", False)):
                some = {n: {"CapacityUnits": float(factor * u)} for n, u in indexes.items() if table.indexes[n].is_local == local}
                if some:
                    out[member] = some
        return out

    def put(self, op):
        table = self.tables[op["table"]]
        item = {name: normal(v) for name, v in op["item"].items()}
        table.check_index_keys(item)
        old, _ = self.write(table, item, lambda old: item, op.get("condition"), op.get("on_failure_old"))
        table.store(item, item)
        return {"Attributes": old if op.get("returns") == "ALL_OLD" else None,
                "ConsumedCapacity": self.capacity(op, table, *table.write_units(old, item))}

    def delete(self, op):
        table = self.tables[op["table"]]
        old, _ = self.write(table, op["key"], lambda old: None, op.get("condition"), op.get("on_failure_old"))
        table.store(op["key"], None)
        return {"Attributes": old if op.get("returns") == "ALL_OLD" else None,
                "ConsumedCapacity": self.capacity(op, table, *table.write_units(old, None))}

    def updated(self, op):
        key = {name: normal(v) for name, v in op["key"].items()}
        update = op.get("update")
        if op.get("legacy") and update and not update.sets and not update.adds:
            return lambda old: update.apply(old) if old is not None else None  # a legacy DELETE creates nothing
        return lambda old: op["update"].apply(old if old is not None else dict(key)) if op.get("update") else old or dict(key)

    def update(self, op):
        table = self.tables[op["table"]]
        old, new = self.write(table, op["key"], self.updated(op), op.get("condition"), op.get("on_failure_old"))
        table.store(op["key"], new)
        paths = op["update"].paths() if op.get("update") else []
        attributes = {
            "ALL_OLD": lambda: old, "ALL_NEW": lambda: new,
            "UPDATED_OLD": lambda: project(old or {}, paths) or None,
            "UPDATED_NEW": lambda: project(new or {}, paths) or None,
        }.get(op.get("returns"), lambda: None)()
        return {"Attributes": attributes, "ConsumedCapacity": self.capacity(op, table, *table.write_units(old, new))}

    def get(self, op):
        table = self.tables[op["table"]]
        item = table.find(op["key"])
        shown = item if item is None or not op.get("projection") else project(item, op["projection"])
        units = read_units(item_size(item or {}), op.get("consistent"))
        return {"Item": shown, "ConsumedCapacity": self.capacity(op, table, units)}

    def batch_get(self, op):
        """{table: [items]} and {table: units}"""
        found, units = {}, {}
        for name, keys in op["keys"].items():
            table = self.tables[name]
            items = [table.find(key) for key in keys]
            found[name] = [i for i in items if i is not None]
            units[name] = sum(read_units(item_size(i or {}), op.get("consistent")) for i in items)
        return found, units

    def batch_write(self, op):
        for name, action in op["writes"]:
            if "item" in action:
                self.tables[name].check_index_keys(action["item"])
        for name, action in op["writes"]:
            table = self.tables[name]
            if "item" in action:
                item = {n: normal(v) for n, v in action["item"].items()}
                table.store(item, item)
            else:
                table.store(action["key"], None)

    def transact_write(self, op):
        reasons, results = [], []
        for action in op["actions"]:
            table = self.tables[action["table"]]
            try:
                if action["kind"] == "Put":
                    item = {n: normal(v) for n, v in action["item"].items()}
                    table.check_index_keys(item)
                    change = lambda old, item=item: item
                    key = item
                else:
                    key = action["key"]
                    change = {"Delete": lambda old: None, "ConditionCheck": lambda old: old,
                              "Update": self.updated(action)}[action["kind"]]
                old, new = self.write(table, key, change, action.get("condition"), action.get("on_failure_old"))
                reasons.append({"Code": "None"})
                if action["kind"] != "ConditionCheck":
                    results.append((table, key, new))
            except Refused as refused:
                code = "ConditionalCheckFailed" if refused.name.startswith("Conditional") else "ValidationError"
                reasons.append({"Code": code, "Item": refused.item})
        if any(r["Code"] != "None" for r in reasons):
            raise Refused("TransactionCanceledException", None, reasons=reasons)
        for table, key, new in results:
            table.store(key, new)

    def entries(self, op):
        """The entries that a Query or Scan walks, in order of the range key, before the filter: [(sort key, shown entry, key)]."""
        table = self.tables[op["table"]]
        index = table.indexes.get(op.get("index"))
        ranges = table.keys[1:] if index is None else index.ranges
        keys = table.keys if index is None else index.keys() + [k for k in table.keys if k not in index.keys()]
        out = []
        for item in table.items.values():
            entry = item if index is None else table.entry(index, item)
            if entry is None or ("key_condition" in op and not all(c.holds(entry) for c in op["key_condition"])):
                continue
            out.append(([ordered(entry[r]) for r in ranges], entry, {k: entry[k] for k in keys}))
        out.sort(key=lambda e: e[0], reverse=op.get("forward") is False)
        return out
