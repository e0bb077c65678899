"""Update expressions: actions of four kinds, gathered by an Update into its clauses."""
from cynamo.constants import BINARY_SET, NUMBER, NUMBER_SET, STRING_SET

_SETS = (BINARY_SET, NUMBER_SET, STRING_SET)
_ADDABLE = (BINARY_SET, NUMBER, NUMBER_SET, STRING_SET)


class Action:
    """One action of an update: what to do to one document path."""

    format_string = ''

    def __init__(self, *values):
        self.values = values

    def serialize(self, placeholder_names, expression_attribute_values):
        """The text of this action; names and values go to the two dictionaries."""
        texts = [v.serialize(placeholder_names, expression_attribute_values) for v in self.values]
        return self.format_string.format(*texts)

    def __repr__(self):
        return self.format_string.format(*[str(v) for v in self.values])

    def __eq__(self, other):
        if type(self) is not type(other) or len(self.values) != len(other.values):
            return False
        # Kinds first: only operands of one kind know how to compare with each other.
        return all(type(mine) is type(theirs) and mine._equals_to(theirs)
                   for mine, theirs in zip(self.values, other.values))


class SetAction(Action):
    """SET: gives the attribute a value."""

    format_string = '{0} = {1}'

    def __init__(self, path, value):
        super().__init__(path, value)


class RemoveAction(Action):
    """REMOVE: takes the attribute out of the item."""

    format_string = '{0}'

    def __init__(self, path):
        super().__init__(path)


class AddAction(Action):
    """ADD: adds to a number, or adds elements to a set."""

    format_string = '{0} {1}'

    def __init__(self, path, subset):
        path._type_check(*_ADDABLE)
        subset._type_check(*_ADDABLE)
        super().__init__(path, subset)


class DeleteAction(Action):
    """DELETE: takes elements out of a set."""

    format_string = '{0} {1}'

    def __init__(self, path, subset):
        path._type_check(*_SETS)
        subset._type_check(*_SETS)
        super().__init__(path, subset)


class Update:
    """An update expression: its clauses are written in the order SET, REMOVE, ADD, DELETE."""

    def __init__(self, *actions):
        self.set_actions = []
        self.remove_actions = []
        self.add_actions = []
        self.delete_actions = []
        for action in actions:
            self.add_action(action)

    def add_action(self, action):
        """Puts the action in its clause."""
        for kind, clause in zip((SetAction, RemoveAction, AddAction, DeleteAction), self._clauses().values()):
            if isinstance(action, kind):
                clause.append(action)
                return
        raise ValueError(f"unsupported action type: '{type(action).__name__}'")

    def serialize(self, placeholder_names, expression_attribute_values):
        """The whole expression, or None where there is no action."""
        texts = []
        for keyword, actions in self._clauses().items():
            text = self._get_clause(keyword, actions, placeholder_names, expression_attribute_values)
            if text is not None:
                texts.append(text)
        return ' '.join(texts) or None

    def _clauses(self):
        return {
            'SET': self.set_actions,
            'REMOVE': self.remove_actions,
            'ADD': self.add_actions,
            'DELETE': self.delete_actions,
        }

    @staticmethod
    def _get_clause(keyword, actions, placeholder_names, expression_attribute_values):
        texts = ', '.join([a.serialize(placeholder_names, expression_attribute_values) for a in actions])
        return f'{keyword} {texts}' if texts else None
