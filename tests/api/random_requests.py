"""Random operations over a few small tables, as plain data that both the model and the wire understand.

Keys come from a handful, so that operations meet; values are of all types, small and nested. The same seed gives the same operations.
"""
import base64

from model import (All, Arithmetic, BeginsWith, Between, Compare, Contains, Exists, HasType, IfNotExists, In, Index, ListAppend,
                   Literal, Not, Path, Printer, Size, Table, Update, comparable)

TABLES = {
    "Hash": dict(keys=["k"], types={"k": "S"}, indexes=[]),
    "Range": dict(keys=["k", "r"], types={"k": "S", "r": "N", "l": "S", "m": "N", "g": "S", "h": "N"}, indexes=[
        Index("localAll", ["k"], ["l"], "ALL", is_local=True),
        Index("localKeys", ["k"], ["m"], "KEYS_ONLY", is_local=True),
        Index("globalAll", ["g"], ["h"], "ALL"),
        Index("globalKeys", ["h"], [], "KEYS_ONLY"),
        Index("globalSome", ["g"], ["l"], ["a", "b"]),
    ]),
    "Binary": dict(keys=["k", "r"], types={"k": "B", "r": "S", "g": "S", "h": "N", "l": "S", "m": "N"}, indexes=[
        Index("many", ["g", "h"], ["l", "m"], "ALL"),
    ]),
}
STRINGS = ["", "a", "ab", "abc", "b", "B", "é", "\U0001d11e", "z" * 40]
KEY_STRINGS = ["a", "ab", "b", "B", "é", "x" * 60]
NUMBERS = ["0", "1", "1.0", "-1", "2", "10", "0.5", "-2.25", "1e3", "123456789012345678901234567890", "-0.001", "9"]
BYTES = [b"", b"\0", b"\0\1", b"\xff", b"ab"]
PLAIN = ["a", "b", "c", "d", "e", "year", "x.y"]


def b64(raw):
    return base64.b64encode(raw).decode()


class Legacy(All):
    """Tests of top-level attributes, {name: (operator, values)}, as the parameters before expressions had them."""

    def __init__(self, word, tests):
        super().__init__(word, [self.meaning(name, *test) for name, test in tests.items()])
        self.tests = tests

    @staticmethod
    def meaning(name, operator, values):
        path, literals = Path((name,)), [Literal(v) for v in values]
        if operator in ("NULL", "NOT_NULL"):
            return Exists((name,), operator == "NOT_NULL")
        if operator == "BETWEEN":
            return Between(path, *literals)
        if operator == "IN":
            return In(path, literals)
        if operator == "CONTAINS":
            return Contains((name,), values[0])
        if operator == "BEGINS_WITH":
            return BeginsWith((name,), values[0])
        return Compare(path, {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}[operator], literals[0])

    def request(self, member):
        tests = {name: {"ComparisonOperator": operator, **({"AttributeValueList": values} if values else {})}
                 for name, (operator, values) in self.tests.items()}
        return {member: tests, **({"ConditionalOperator": "OR"} if self.word == "OR" and len(tests) > 1 else {})}


def legacy_updates(update):
    changes = {p[0]: {"Action": "PUT", "Value": o.literal} for p, o in update.sets}
    changes.update({p[0]: {"Action": "DELETE"} for p in update.removes})
    changes.update({p[0]: {"Action": "ADD", "Value": v} for p, v in update.adds})
    changes.update({p[0]: {"Action": "DELETE", "Value": v} for p, v in update.deletes})
    return {"AttributeUpdates": changes}


class Generator:
    def __init__(self, rng):
        self.rng = rng

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, some):
        return self.rng.choice(some)

    # values

    def scalar(self, kind):
        if kind == "S":
            return {"S": self.pick(STRINGS)}
        if kind == "N":
            return {"N": self.pick(NUMBERS)}
        return {"B": b64(self.pick(BYTES))}

    def key_scalar(self, kind):
        if kind == "S":
            return {"S": self.pick(KEY_STRINGS)}
        if kind == "N":
            return {"N": self.pick(NUMBERS[:8])}
        return {"B": b64(self.pick(BYTES[1:]))}

    def value(self, depth=0):
        kind = self.pick(["S", "N", "N", "S", "B", "BOOL", "NULL", "SS", "NS", "BS"] + (["L", "M", "L", "M"] if depth < 3 else []))
        if kind in ("S", "N", "B"):
            return self.scalar(kind)
        if kind == "BOOL":
            return {"BOOL": self.chance(0.5)}
        if kind == "NULL":
            return {"NULL": True}
        if kind == "L":
            return {"L": [self.value(depth + 1) for _ in range(self.rng.randrange(4))]}
        if kind == "M":
            return {"M": {self.pick(PLAIN): self.value(depth + 1) for _ in range(self.rng.randrange(4))}}
        return self.set(kind)

    def set(self, kind):
        members = {"SS": STRINGS, "NS": ["0", "1", "-1", "2", "10", "0.5"], "BS": [b64(b) for b in BYTES]}[kind]
        return {kind: self.rng.sample(members, self.rng.randrange(1, 4))}

    # items and keys

    def key(self, table):
        spec = TABLES[table]
        return {k: self.key_scalar(spec["types"][k]) for k in spec["keys"]}

    def item(self, table):
        spec = TABLES[table]
        item = self.key(table)
        for name, kind in spec["types"].items():
            if name not in item and self.chance(0.6):
                item[name] = self.key_scalar(kind) if self.chance(0.97) else {"BOOL": True}
        for name in PLAIN:
            if self.chance(0.4):
                item[name] = self.value()
        if self.chance(0.05):
            item["big"] = {"S": "x" * self.rng.randrange(500, 9000)}
        return item

    # expressions

    def path(self):
        path = [self.pick(PLAIN)]
        while self.chance(0.35) and len(path) < 4:
            path.append(self.pick(PLAIN) if self.chance(0.5) else self.rng.randrange(4))
        return tuple(path)

    def operand(self):
        return Path(self.path()) if self.chance(0.6) else Literal(self.value())

    def condition(self, depth=0):
        form = self.rng.randrange(11 if depth < 2 else 8)
        if form in (0, 1):
            left, right = Path(self.path()), self.operand()
            operator = self.pick(["=", "<>", "<", "<=", ">", ">="])
            if isinstance(right, Path) and right.path == left.path:
                right = Literal(self.scalar("N"))
            if isinstance(right, Literal) and operator not in ("=", "<>"):
                right = Literal(self.scalar(self.pick("SNB")))
            return Compare(left, operator, right)
        if form == 2:
            return Exists(self.path(), self.chance(0.5))
        if form == 3:
            return HasType(self.path(), self.pick(["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"]))
        if form == 4:
            return BeginsWith(self.path(), self.scalar(self.pick("SB")))
        if form == 5:
            return Contains(self.path(), self.scalar(self.pick("SNB")))
        if form == 6:
            return Compare(Size(self.path()), self.pick(["=", "<", ">", ">=", "<>"]), Literal({"N": str(self.rng.randrange(5))}))
        if form == 7:
            if self.chance(0.5):
                return In(Path(self.path()), [Literal(self.value()) for _ in range(self.rng.randrange(1, 4))])
            kind = self.pick("SN")
            low, high = sorted((self.scalar(kind) for _ in range(2)), key=lambda v: comparable_order(v))
            return Between(Path(self.path()), Literal(low), Literal(high))
        if form == 8:
            return Not(self.condition(depth + 1))
        return All(self.pick(["AND", "OR"]), [self.condition(depth + 1) for _ in range(self.rng.randrange(2, 4))])

    def right_side(self, depth=0):
        form = self.rng.randrange(7 if depth == 0 else 4)
        if form == 0:
            return Path(self.path())
        if form in (1, 2):
            return Literal(self.value())
        if form == 3:
            return IfNotExists(self.path(), self.right_side(1))
        if form == 4:
            return ListAppend(*[Path(self.path()) if self.chance(0.5) else Literal({"L": [self.value(2)]}) for _ in "ab"])
        return Arithmetic(*[self.pick([Path(self.path()), IfNotExists(self.path(), Literal(self.scalar("N"))),
                                       Literal({"N": self.pick(NUMBERS[:9])})]) if s == "x" else self.pick("+-") for s in "xsx"])

    def update(self, table):
        update, used = Update(), []
        for _ in range(self.rng.randrange(1, 5)):
            path = self.path()
            if any(clash(path, other) for other in used):
                continue
            used.append(path)
            form = self.rng.randrange(8)
            if form < 3:
                update.sets.append((path, self.right_side()))
            elif form < 5:
                update.removes.append(path)
            elif form < 6:
                update.adds.append((path, self.pick([self.scalar("N"), self.set("SS"), self.set("NS"), self.set("BS")])))
            elif form < 7 and all(isinstance(step, str) for step in path):
                update.deletes.append((path, self.pick([self.set("SS"), self.set("NS"), self.set("BS")])))
            else:
                update.sets.append((path, Literal(self.value())))
        for name, kind in TABLES[table]["types"].items():
            if name not in TABLES[table]["keys"] and self.chance(0.2):
                if self.chance(0.7):
                    update.sets.append(((name,), Literal(self.key_scalar(kind))))
                else:
                    update.removes.append((name,))
        return update if update.paths() else None

    # operations

    def capacity(self):
        return self.pick([None, None, "TOTAL", "INDEXES"])

    def operation(self):
        table = self.pick(["Hash", "Range", "Range", "Range", "Binary"])
        name = self.rng.choices(["put", "update", "legacy_update", "delete", "get", "query", "scan", "batch_get", "batch_write", "transact_write", "transact_get"],
                                [22, 20, 6, 6, 10, 14, 5, 5, 4, 6, 4])[0]
        return getattr(self, "op_" + name)(table)

    def maybe_condition(self, op):
        if self.chance(0.35):
            op["on_failure_old"] = self.chance(0.5)
            if self.chance(0.3) and (op["op"] != "update" or op["update"] is None):
                op["legacy"] = True
                op["condition"] = self.legacy_condition()
            else:
                op["condition"] = self.condition()
        return op

    def legacy_condition(self):
        """A Legacy: what Expected, QueryFilter and ScanFilter can say."""
        tests = {}
        for name in self.rng.sample(PLAIN, self.rng.randrange(1, 4)):
            operator = self.pick(["EQ", "NE", "LT", "LE", "GT", "GE", "BETWEEN", "IN", "CONTAINS", "BEGINS_WITH", "NULL", "NOT_NULL"])
            kind = self.pick("SB" if operator == "BEGINS_WITH" else "SNB")
            count = {"BETWEEN": 2, "IN": self.rng.randrange(1, 4), "NULL": 0, "NOT_NULL": 0}.get(operator, 1)
            values = [self.scalar(kind) for _ in range(count)]
            if operator in ("EQ", "NE") and self.chance(0.4):
                values = [self.set(self.pick(["SS", "NS", "BS"]))]
            if operator == "BETWEEN":
                values.sort(key=comparable_order)
            tests[name] = (operator, values)
        return Legacy(self.pick(["AND", "OR"]), tests)

    def op_put(self, table):
        return self.maybe_condition({"op": "put", "table": table, "item": self.item(table), "capacity": self.capacity(),
                                     "returns": self.pick([None, "NONE", "ALL_OLD"])})

    def op_update(self, table):
        return self.maybe_condition({
            "op": "update", "table": table, "key": self.key(table), "capacity": self.capacity(),
            "update": self.update(table) if self.chance(0.95) else None,
            "returns": self.pick([None, "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])})

    def op_legacy_update(self, table):
        update = Update()
        for name in self.rng.sample(PLAIN, self.rng.randrange(1, 4)):
            form = self.rng.randrange(5)
            if form < 2:
                update.sets.append(((name,), Literal(self.value())))
            elif form == 2:
                update.removes.append((name,))
            elif form == 3:
                update.adds.append(((name,), self.pick([self.scalar("N"), self.set("SS"), self.set("NS"), {"L": [self.value(2)]}])))
            else:
                update.deletes.append(((name,), self.pick([self.set("SS"), self.set("NS"), self.set("BS")])))
        op = {"op": "update", "table": table, "key": self.key(table), "capacity": self.capacity(), "update": update, "legacy": True,
              "returns": self.pick([None, "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])}
        if self.chance(0.3):
            op["condition"] = self.legacy_condition()
        return op

    def op_delete(self, table):
        return self.maybe_condition({"op": "delete", "table": table, "key": self.key(table), "capacity": self.capacity(),
                                     "returns": self.pick([None, "NONE", "ALL_OLD"])})

    def projection(self):
        paths = []
        for _ in range(self.rng.randrange(1, 4)):
            path = self.path()
            if not any(clash(path, other) for other in paths):
                paths.append(path)
        return paths

    def op_get(self, table):
        return {"op": "get", "table": table, "key": self.key(table), "capacity": self.capacity(), "consistent": self.chance(0.5),
                "projection": self.projection() if self.chance(0.4) else None}

    def range_condition(self, attribute, kind):
        form = self.rng.randrange(4)
        path = Path((attribute,))
        if form == 0:
            return Compare(path, self.pick(["=", "<", "<=", ">", ">="]), Literal(self.key_scalar(kind)))
        if form == 1 and kind != "N":
            return BeginsWith((attribute,), self.key_scalar(kind))
        low, high = sorted((self.key_scalar(kind) for _ in range(2)), key=comparable_order)
        return Between(path, Literal(low), Literal(high))

    def op_query(self, table):
        spec = TABLES[table]
        index = self.pick([None] + spec["indexes"])
        hashes, ranges = (spec["keys"][:1], spec["keys"][1:]) if index is None else (index.hashes, index.ranges)
        conditions = [Compare(Path((h,)), "=", Literal(self.key_scalar(spec["types"][h]))) for h in hashes]
        for r in ranges:
            if self.chance(0.5):
                break
            if self.chance(0.5) and r != ranges[-1]:
                conditions.append(Compare(Path((r,)), "=", Literal(self.key_scalar(spec["types"][r]))))
            else:
                conditions.append(self.range_condition(r, spec["types"][r]))
                break
        op = {"op": "query", "table": table, "index": index.name if index else None, "key_condition": conditions,
              "forward": self.pick([None, True, False]), "limit": self.pick([None, None, 1, 2, 3]), "capacity": self.capacity(),
              "consistent": self.chance(0.5) and (index is None or index.is_local)}
        return self.filtered(op)

    def filtered(self, op):
        if self.chance(0.3):
            op["legacy_filter"] = op["op"] == "scan" and self.chance(0.3)
            op["filter"] = self.legacy_condition() if op["legacy_filter"] else self.condition()
        if self.chance(0.2):
            op["count"] = True
        return op

    def op_scan(self, table):
        index = self.pick([None] + TABLES[table]["indexes"])
        return self.filtered({"op": "scan", "table": table, "index": index.name if index else None, "limit": self.pick([None, 1, 3, 7]),
                              "segments": self.pick([1, 1, 2, 5]), "capacity": None})

    def keys(self, table, count):
        out = {}
        for _ in range(count):
            key = self.key(table)
            out[tuple(comparable(v) for v in key.values())] = key
        return list(out.values())

    def op_batch_get(self, table):
        return {"op": "batch_get", "keys": {t: self.keys(t, 3) for t in TABLES if self.chance(0.6) or t == table},
                "capacity": self.capacity(), "consistent": self.chance(0.5)}

    def op_batch_write(self, table):
        writes = []
        for t in TABLES:
            if t == table or self.chance(0.5):
                for key in self.keys(t, 3):
                    writes.append((t, {"key": key} if self.chance(0.4) else {"item": {**self.whole(t), **key}}))
        return {"op": "batch_write", "writes": writes}

    def whole(self, table):
        """An item whose index keys have the right type."""
        item = self.item(table)
        return {name: v for name, v in item.items() if name not in TABLES[table]["types"] or TABLES[table]["types"][name] in v}

    def op_transact_write(self, table):
        actions = []
        for t in TABLES:
            if t != table and self.chance(0.5):
                continue
            for key in self.keys(t, 2):
                kind = self.pick(["Put", "Update", "Delete", "ConditionCheck"])
                action = {"kind": kind, "table": t, "key": key}
                if kind == "Put":
                    action["item"] = {**self.whole(t), **key}
                if kind == "Update":
                    action["update"] = self.update(t) or Update(removes=[("a",)])
                if kind == "ConditionCheck" or self.chance(0.2):
                    action["condition"] = self.condition() if self.chance(0.5) else Exists(("zz",), False)
                    action["on_failure_old"] = self.chance(0.5)
                actions.append(action)
        return {"op": "transact_write", "actions": actions}

    def op_transact_get(self, table):
        gets = [(t, key, self.projection() if self.chance(0.3) else None) for t in TABLES if t == table or self.chance(0.5)
                for key in self.keys(t, 2)]
        return {"op": "transact_get", "gets": gets}


def comparable_order(value):
    from model import ordered
    return ordered(value)


def clash(a, b):
    """Whether two paths overlap, or one names where the other indexes."""
    for x, y in zip(a, b):
        if isinstance(x, int) != isinstance(y, int):
            return True
        if x != y:
            return False
    return True


def model_tables():
    return [Table(name, **spec) for name, spec in TABLES.items()]


# --- as requests ------------------------------------------------------------------------------------------------------------

def requests_of(op, names):
    """(operation, request) on the wire. `names` maps the tables' names here to those on the server."""
    def expressions(request, **texts):
        printer = Printer()
        for member, make in texts.items():
            if make:
                request[member] = make(printer)
        if printer.names:
            request["ExpressionAttributeNames"] = printer.names
        if printer.values:
            request["ExpressionAttributeValues"] = printer.values
        return request

    def text(thing):
        return thing.text if thing else None

    def paths(some):
        return (lambda p: ", ".join(p.path(x) for x in some)) if some else None

    def single(source):
        out = {"TableName": names[source["table"]]}
        if source.get("on_failure_old"):
            out["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return out

    kind = op["op"]
    more = {member: op[short] for short, member in (("returns", "ReturnValues"), ("capacity", "ReturnConsumedCapacity"),
                                                    ("consistent", "ConsistentRead")) if op.get(short)}
    if op.get("legacy"):
        request = {**single(op), **more, **({"Item": op["item"]} if kind == "put" else {"Key": op["key"]})}
        if op.get("condition"):
            request.update(op["condition"].request("Expected"))
        if op.get("update"):
            request.update(legacy_updates(op["update"]))
        return {"put": "PutItem", "delete": "DeleteItem", "update": "UpdateItem"}[kind], request
    if kind == "put":
        return "PutItem", expressions({**single(op), "Item": op["item"], **more}, ConditionExpression=text(op.get("condition")))
    if kind == "delete":
        return "DeleteItem", expressions({**single(op), "Key": op["key"], **more}, ConditionExpression=text(op.get("condition")))
    if kind == "update":
        return "UpdateItem", expressions({**single(op), "Key": op["key"], **more}, UpdateExpression=text(op["update"]),
                                         ConditionExpression=text(op.get("condition")))
    if kind == "get":
        return "GetItem", expressions({**single(op), "Key": op["key"], **more}, ProjectionExpression=paths(op["projection"]))
    if kind in ("query", "scan"):
        request = {**single(op), **more}
        if op.get("index"):
            request["IndexName"] = op["index"]
        if op.get("limit"):
            request["Limit"] = op["limit"]
        if op.get("count"):
            request["Select"] = "COUNT"
        if op.get("legacy_filter"):
            return "Scan", {**request, **op["filter"].request("ScanFilter")}
        if kind == "scan":
            return "Scan", expressions(request, FilterExpression=text(op.get("filter")))
        if op["forward"] is not None:
            request["ScanIndexForward"] = op["forward"]
        return "Query", expressions(request, FilterExpression=text(op.get("filter")),
                                    KeyConditionExpression=lambda p: " AND ".join(c.text(p) for c in op["key_condition"]))
    if kind == "batch_get":
        consistent = {"ConsistentRead": True} if more.pop("ConsistentRead", None) else {}
        return "BatchGetItem", {"RequestItems": {names[t]: {"Keys": k, **consistent} for t, k in op["keys"].items()}, **more}
    if kind == "batch_write":
        items = {}
        for table, action in op["writes"]:
            items.setdefault(names[table], []).append(
                {"PutRequest": {"Item": action["item"]}} if "item" in action else {"DeleteRequest": {"Key": action["key"]}})
        return "BatchWriteItem", {"RequestItems": items}
    if kind == "transact_write":
        actions = []
        for a in op["actions"]:
            body = {**single(a), **({"Item": a["item"]} if a["kind"] == "Put" else {"Key": a["key"]})}
            actions.append({a["kind"]: expressions(body, UpdateExpression=text(a.get("update")), ConditionExpression=text(a.get("condition")))})
        return "TransactWriteItems", {"TransactItems": actions}
    return "TransactGetItems", {"TransactItems": [
        {"Get": expressions({"TableName": names[t], "Key": key}, ProjectionExpression=paths(p))} for t, key, p in op["gets"]]}
