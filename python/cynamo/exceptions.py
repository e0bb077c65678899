"""
The errors of this package.

VerboseClientError is botocore's ClientError where botocore can be imported, so it is made when it is first asked for, as
is CancellationReason, a dataclass: neither botocore nor dataclasses is loaded before.
"""
import copyreg

# Name -> the module that makes it.
_LATE = {'CancellationReason': 'cynamo._cancellation', 'VerboseClientError': 'cynamo._client_error'}


class _Picklable:
    """Pickles an error by its args and fields: made again by its own arguments, its text would be wrapped twice."""

    def __reduce__(self):
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__ or None


class PynamoDBException(_Picklable, Exception):
    """
    The base of the errors below.

    `cause` is the error that led to this one: mostly a VerboseClientError with DynamoDB's answer.
    """

    msg: str

    def __init__(self, msg=None, cause=None):
        self.msg = self.msg if msg is None else msg
        self.cause = cause
        super().__init__(self.msg)

    @property
    def cause_response_code(self):
        """The code of DynamoDB's error, as ``ConditionalCheckFailedException``, or None."""
        return self._from_response('Code')

    @property
    def cause_response_message(self):
        """The text of DynamoDB's error, or None."""
        return self._from_response('Message')

    def _from_response(self, field):
        return getattr(self.cause, 'response', {}).get('Error', {}).get(field)


class PynamoDBConnectionError(PynamoDBException):
    """A call to DynamoDB failed."""

    msg = 'Connection Error'


class DeleteError(PynamoDBConnectionError):
    """DeleteItem failed."""

    msg = 'Error deleting item'


class QueryError(PynamoDBConnectionError):
    """Query failed."""

    msg = 'Error performing query'


class ScanError(PynamoDBConnectionError):
    """Scan failed."""

    msg = 'Error performing scan'


class PutError(PynamoDBConnectionError):
    """PutItem failed."""

    msg = 'Error putting item'


class UpdateError(PynamoDBConnectionError):
    """UpdateItem failed."""

    msg = 'Error updating item'


class GetError(PynamoDBConnectionError):
    """GetItem failed."""

    msg = 'Error getting item'


class TableError(PynamoDBConnectionError):
    """An operation on a table failed."""

    msg = 'Error performing a table operation'


class DoesNotExist(PynamoDBException):
    """There is no such item. Each model has a class of its own that derives from this one."""

    msg = 'Item does not exist'


class TableDoesNotExist(PynamoDBException):
    """There is no such table."""

    def __init__(self, table_name):
        super().__init__(f'Table does not exist: `{table_name}`')


class _TransactError(PynamoDBException):
    @property
    def cancellation_reasons(self):
        """
        Why a transaction was cancelled: for each of its items, in their order, a CancellationReason or None.

        Empty where the error is not a TransactionCanceledException.
        """
        return getattr(self.cause, 'cancellation_reasons', [])


class TransactWriteError(_TransactError):
    """TransactWriteItems failed."""


class TransactGetError(_TransactError):
    """TransactGetItems failed."""


class InvalidStateError(PynamoDBException):
    """An object was used before, or after, it could be."""

    msg = 'Operation in invalid state'


class AttributeDeserializationError(_Picklable, TypeError):
    """A value in an item has another type than its attribute."""

    def __init__(self, attr_name, attr_type):
        super().__init__(f"Cannot deserialize '{attr_name}' attribute from type: {attr_type}")


class AttributeNullError(_Picklable, ValueError):
    """A value is None whose attribute does not allow it."""

    def __init__(self, attr_name):
        self.attr_path = attr_name

    def __str__(self):
        return f"Attribute '{self.attr_path}' cannot be None"

    def prepend_path(self, attr_name):
        """Puts the name of the map or model before the path."""
        self.attr_path = f'{attr_name}.{self.attr_path}'


def __getattr__(name):
    module = _LATE.get(name)
    if module is None:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module
    value = globals()[name] = getattr(import_module(module), name)
    return value


def __dir__():
    return sorted([*globals(), *_LATE])


# `import *` is told of those that are made late, too.
__all__ = [name for name in globals() if name[0] != '_' and name != 'copyreg'] + list(_LATE)
