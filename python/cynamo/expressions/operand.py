"""
Operands: what stands on either side of an operator in a condition or an update.

A Path names an attribute or a place inside one; a Value holds a value in DynamoDB's typed form; the others
combine the two. Mixing-in says where an operand may stand: in comparisons, in sums, in list_append.
"""
from cynamo.constants import (
    ATTRIBUTE_TYPES, BINARY_SET, LIST, MAP, NUMBER, NUMBER_SET, STRING, STRING_SET
)
from cynamo.expressions.condition import (
    BeginsWith, Between, Comparison, Contains, Exists, In, IsType, NotExists
)
from cynamo.expressions.update import AddAction, DeleteAction, RemoveAction, SetAction
from cynamo.expressions.util import get_path_segments, get_value_placeholder, substitute_names

# The classes of attributes, which are made of paths: their modules put themselves here (tell_attribute_classes).
# Until they are loaded, no value is an attribute.
_ATTRIBUTES = ()
_MAPS = ()
_SETS = (BINARY_SET, NUMBER_SET, STRING_SET)


def tell_attribute_classes(attribute_class, map_class):
    """Attribute and MapAttribute, told when they are loaded; nothing here can import them."""
    global _ATTRIBUTES, _MAPS
    _ATTRIBUTES = attribute_class
    _MAPS = map_class


class _Operand:
    """The base of operands. `attr_type` is the type of the operand's value where it is known."""

    format_string = ''
    attr_type = None

    def __init__(self, *values):
        self.values = values

    def __repr__(self):
        return self.format_string.format(*self.values)

    def serialize(self, placeholder_names, expression_attribute_values):
        """The text of this operand; names and values go to the two dictionaries."""
        texts = [self._serialize_value(v, placeholder_names, expression_attribute_values) for v in self.values]
        return self.format_string.format(*texts)

    def _serialize_value(self, value, placeholder_names, expression_attribute_values):
        return value.serialize(placeholder_names, expression_attribute_values)

    def _equals_to(self, other):
        # Named so because `==` between operands builds a condition.
        if type(self) is not type(other) or len(self.values) != len(other.values):
            return False
        return all(_same(mine, theirs) for mine, theirs in zip(self.values, other.values))

    def _to_operand(self, value):
        if isinstance(value, _Operand):
            return value
        if not isinstance(value, _ATTRIBUTES) or isinstance(value, _MAPS) and value._is_attribute_container():
            return self._to_value(value)
        return Path(value)

    def _to_value(self, value):
        return Value(value)

    def _type_check(self, *types):
        if self.attr_type and self.attr_type not in types:
            raise ValueError(f"The data type of '{self}' must be one of {list(types)}")


def _same(mine, theirs):
    return mine._equals_to(theirs) if isinstance(mine, _Operand) else mine == theirs


class _ConditionOperand(_Operand):
    """An operand that may be compared."""

    def __eq__(self, other):
        return Comparison('=', self, self._to_operand(other))

    def __ne__(self, other):
        return Comparison('<>', self, self._to_operand(other))

    def __lt__(self, other):
        return Comparison('<', self, self._to_operand(other))

    def __le__(self, other):
        return Comparison('<=', self, self._to_operand(other))

    def __gt__(self, other):
        return Comparison('>', self, self._to_operand(other))

    def __ge__(self, other):
        return Comparison('>=', self, self._to_operand(other))

    def between(self, lower, upper):
        return Between(self, self._to_operand(lower), self._to_operand(upper))

    def is_in(self, *values):
        return In(self, *[self._to_operand(value) for value in values])


class _NumericOperand(_Operand):
    """An operand that may stand in a sum or a difference of a SET action."""

    def __add__(self, other):
        return _Increment(self, self._to_operand(other))

    def __radd__(self, other):
        return _Increment(self._to_operand(other), self)

    def __sub__(self, other):
        return _Decrement(self, self._to_operand(other))

    def __rsub__(self, other):
        return _Decrement(self._to_operand(other), self)


class _ListAppendOperand(_Operand):
    """An operand that may stand in the list_append of a SET action."""

    def append(self, other):
        return _ListAppend(self, self._to_operand(other))

    def prepend(self, other):
        return _ListAppend(self._to_operand(other), self)


class _Size(_ConditionOperand):
    """size (path)"""

    format_string = 'size ({0})'
    attr_type = NUMBER

    def __init__(self, path):
        super().__init__(path if isinstance(path, Path) else Path(path))

    def _to_operand(self, value):
        operand = super()._to_operand(value)
        operand._type_check(NUMBER)
        return operand


class _Increment(_Operand):
    """path + value"""

    format_string = '{0} + {1}'
    attr_type = NUMBER

    def __init__(self, lhs, rhs):
        lhs._type_check(NUMBER)
        rhs._type_check(NUMBER)
        super().__init__(lhs, rhs)


class _Decrement(_Operand):
    """path - value"""

    format_string = '{0} - {1}'
    attr_type = NUMBER

    def __init__(self, lhs, rhs):
        lhs._type_check(NUMBER)
        rhs._type_check(NUMBER)
        super().__init__(lhs, rhs)


class _ListAppend(_Operand):
    """list_append (list, list)"""

    format_string = 'list_append ({0}, {1})'
    attr_type = LIST

    def __init__(self, list1, list2):
        list1._type_check(LIST)
        list2._type_check(LIST)
        super().__init__(list1, list2)


class _IfNotExists(_NumericOperand, _ListAppendOperand):
    """if_not_exists (path, value)"""

    format_string = 'if_not_exists ({0}, {1})'

    def __init__(self, path, value):
        known = path.attr_type or value.attr_type
        # Where the two types differ, DynamoDB is left to say what it thinks of that.
        self.attr_type = known if known == value.attr_type else None
        super().__init__(path, value)


class Value(_NumericOperand, _ListAppendOperand, _ConditionOperand):
    """A value, serialized by the attribute that it is compared with or assigned to."""

    format_string = '{0}'

    def __init__(self, value, attribute=None):
        if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in ATTRIBUTE_TYPES:
            # Already in the typed form.
            (self.attr_type, serialized), = value.items()
        else:
            self.attr_type, serialized = _serialize(value, None if value is None else attribute)
        super().__init__({self.attr_type: serialized})

    @property
    def value(self):
        return self.values[0]

    def _equals_to(self, other):
        return super()._equals_to(other) and self.attr_type == other.attr_type

    def _serialize_value(self, value, placeholder_names, expression_attribute_values):
        return get_value_placeholder(value, expression_attribute_values)


def _serialize(value, attribute):
    """(type, serialized value), by the attribute where there is one, else by the value's own type."""
    if attribute is not None:
        if attribute.attr_type == LIST and not isinstance(value, list):
            # An element, as in contains(): a list of one is serialized, and the element taken out.
            (attr_type, serialized), = attribute.serialize([value])[0].items()
            return attr_type, serialized
        if attribute.attr_type != MAP or isinstance(value, dict):
            return attribute.attr_type, attribute.serialize(value)
    from cynamo.attributes import _get_class_for_serialize
    attribute = _get_class_for_serialize(value)
    return attribute.attr_type, attribute.serialize(value)


class Path(_NumericOperand, _ListAppendOperand, _ConditionOperand):
    """The name of an attribute, or a document path. Values beside it are serialized by its attribute."""

    format_string = '{0}'

    def __init__(self, attribute_or_path):
        if isinstance(attribute_or_path, _ATTRIBUTES):
            self.attribute = attribute_or_path
            self.attr_type = attribute_or_path.attr_type
            path = attribute_or_path.attr_path
        else:
            self.attribute = None
            self.attr_type = None
            path = attribute_or_path
        if not path:
            raise ValueError('path cannot be empty')
        super().__init__(get_path_segments(path))

    @property
    def path(self):
        return self.values[0]

    def _equals_to(self, other):
        # `is`, as `==` between attributes builds a condition.
        return (super()._equals_to(other) and self.attr_type == other.attr_type
                and self.attribute is other.attribute)

    def __iter__(self):
        # Python would else iterate by __getitem__, without an end.
        raise TypeError(f"'{type(self).__name__}' object is not iterable")

    def __getitem__(self, item):
        # What is inside an attribute is another attribute: the new path has none.
        if self.attribute is not None and self.attribute.attr_type not in (LIST, MAP):
            raise TypeError(f"'{type(self.attribute).__name__}' object has no attribute __getitem__")
        if self.attr_type == LIST and not isinstance(item, int):
            raise TypeError(f'list indices must be integers, not {type(item).__name__}')
        if self.attr_type == MAP and not isinstance(item, str):
            raise TypeError(f'map attributes must be strings, not {type(item).__name__}')
        if isinstance(item, int):
            *parents, last = self.path
            return Path([*parents, f'{last}[{item}]'])
        if isinstance(item, str):
            return Path([*self.path, item])
        raise TypeError(f'item must be an integer or string, not {type(item).__name__}')

    def __or__(self, other):
        return _IfNotExists(self, self._to_operand(other))

    def set(self, value):
        """SET path = value; REMOVE path where the value serializes to nothing, as an empty set does."""
        operand = self._to_operand(value)
        if isinstance(operand, Value) and operand.value[operand.attr_type] is None:
            return RemoveAction(self)
        return SetAction(self, operand)

    def remove(self):
        """REMOVE path"""
        return RemoveAction(self)

    def add(self, *values):
        """ADD path: adds a number, or elements to a set."""
        return AddAction(self, self._one_or_all(values))

    def delete(self, *values):
        """DELETE path: takes elements out of a set."""
        return DeleteAction(self, self._one_or_all(values))

    def _one_or_all(self, values):
        if len(values) != 1:
            return self._to_operand(values)
        value = values[0]
        if self._is_set() and isinstance(value, (str, bytes, int, float)):
            value = [value]  # one element, not the letters of a text
        return self._to_operand(value)

    def _is_set(self):
        return self.attribute is not None and self.attribute.attr_type in _SETS

    def exists(self):
        return Exists(self)

    def does_not_exist(self):
        return NotExists(self)

    def is_type(self, attr_type):
        if attr_type not in ATTRIBUTE_TYPES:
            raise ValueError(f'{attr_type} is not a valid attribute type. Must be one of {ATTRIBUTE_TYPES}')
        return IsType(self, Value(attr_type))

    def startswith(self, prefix):
        # Python's name for it, as in 'foo'.startswith('f').
        operand = self._to_operand(prefix)
        operand._type_check(STRING)
        return BeginsWith(self, operand)

    def contains(self, item):
        if self._is_set() and not isinstance(item, (_Operand, dict)) and not isinstance(item, _ATTRIBUTES):
            # An element of a set has the type of the set less its S.
            (set_type, elements), = self._to_value([item]).value.items()
            item = {set_type[0]: elements[0]}
        return Contains(self, self._to_operand(item))

    def _to_value(self, value):
        return Value(value, attribute=self.attribute)

    def _serialize_value(self, value, placeholder_names, expression_attribute_values):
        return substitute_names(value, placeholder_names)

    def __str__(self):
        # A name with a dot in it is quoted, so that it does not read as two.
        return '.'.join([self._quote_path(s) if '.' in s else s for s in self.path])

    def __repr__(self):
        return f'Path({self.path})'

    @staticmethod
    def _quote_path(path):
        name, bracket, indexes = path.partition('[')
        return repr(name) + bracket + indexes
