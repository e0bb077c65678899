"""
Conditions: what ConditionExpression, FilterExpression and KeyConditionExpression are made of.

A condition is a tree. Its leaves are operands (expressions/operand.py); each node knows the text that
DynamoDB writes for it as a format string, in which the operands' own texts are put.
"""

_COMPARISON_OPERATORS = ('=', '<>', '<', '<=', '>', '>=')


def size(path):
    """``size(Model.attribute) > 3``: the function of the same name in DynamoDB's expressions."""
    from cynamo.expressions.operand import _Size
    return _Size(path)


class Condition(object):
    """A node of a condition; combine with ``&``, ``|`` and ``~``."""

    format_string = ''

    def __init__(self, operator, *values):
        self.operator = operator
        self.values = values

    def serialize(self, placeholder_names, expression_attribute_values):
        """The text of this condition; names and values go to the two dictionaries."""
        texts = [v.serialize(placeholder_names, expression_attribute_values) for v in self.values]
        return self.format_string.format(*texts, operator=self.operator)

    def __repr__(self):
        return self.format_string.format(*[str(v) for v in self.values], operator=self.operator)

    def __eq__(self, other):
        if type(self) is not type(other) or self.operator != other.operator:
            return False
        if len(self.values) != len(other.values):
            return False
        return all(mine._equals_to(theirs) for mine, theirs in zip(self.values, other.values))

    def _equals_to(self, other):
        return self == other

    def __and__(self, other):
        return And(self, self._other_condition(other, '&'))

    def __rand__(self, other):
        # `condition = None; condition &= Model.a == 1` lets a program build a condition step by step.
        if other is None:
            return self
        raise TypeError(_unsupported('&', other, self))

    def __or__(self, other):
        return Or(self, self._other_condition(other, '|'))

    def __invert__(self):
        return Not(self)

    def __bool__(self):
        # `if Model.a == 1` or `Model.a == 1 and …` is always a mistake: an object, not an item, was compared.
        raise TypeError(f'unsupported operand type(s) for bool: {type(self).__name__}')

    def _other_condition(self, other, sign):
        if isinstance(other, Condition):
            return other
        raise TypeError(_unsupported(sign, self, other))


def _unsupported(sign, left, right):
    return f"unsupported operand type(s) for {sign}: '{type(left).__name__}' and '{type(right).__name__}'"


class Comparison(Condition):
    format_string = '{0} {operator} {1}'

    def __init__(self, operator, lhs, rhs):
        if operator not in _COMPARISON_OPERATORS:
            raise ValueError(f'{operator} is not a valid comparison operator: {operator}')
        super().__init__(operator, lhs, rhs)


class Between(Condition):
    format_string = '{0} {operator} {1} AND {2}'

    def __init__(self, path, lower, upper):
        super().__init__('BETWEEN', path, lower, upper)


class In(Condition):
    def __init__(self, path, *values):
        super().__init__('IN', path, *values)
        places = ', '.join(f'{{{place}}}' for place in range(1, len(values) + 1))
        self.format_string = f'{{0}} {{operator}} ({places})'


class _Function(Condition):
    """A function of one path: ``attribute_exists (path)``."""

    format_string = '{operator} ({0})'


class _FunctionOfTwo(Condition):
    """A function of a path and an operand: ``begins_with (path, operand)``."""

    format_string = '{operator} ({0}, {1})'


class Exists(_Function):
    def __init__(self, path):
        super().__init__('attribute_exists', path)


class NotExists(_Function):
    def __init__(self, path):
        super().__init__('attribute_not_exists', path)


class IsType(_FunctionOfTwo):
    def __init__(self, path, attr_type):
        super().__init__('attribute_type', path, attr_type)


class BeginsWith(_FunctionOfTwo):
    def __init__(self, path, prefix):
        super().__init__('begins_with', path, prefix)


class Contains(_FunctionOfTwo):
    def __init__(self, path, operand):
        super().__init__('contains', path, operand)


class _Pair(Condition):
    format_string = '({0} {operator} {1})'


class And(_Pair):
    def __init__(self, condition1, condition2):
        super().__init__('AND', condition1, condition2)


class Or(_Pair):
    def __init__(self, condition1, condition2):
        super().__init__('OR', condition1, condition2)


class Not(Condition):
    format_string = '({operator} {0})'

    def __init__(self, condition):
        super().__init__('NOT', condition)
