"""VerboseClientError, which cynamo.exceptions gives when it is asked for: its base is botocore's where that is installed."""
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Optional

from cynamo import _botocore
from cynamo.exceptions import PynamoDBException, _Picklable

if TYPE_CHECKING:
    from cynamo._cancellation import CancellationReason
    _ClientError = _botocore.ClientError
else:
    _ClientError = _botocore.client_error()


class VerboseClientError(_Picklable, _ClientError):
    """An error that DynamoDB answered, whose text names the table and the request too."""

    cancellation_reasons: 'List[Optional[CancellationReason]]'

    def __init__(
        self,
        error_response: Dict[str, Any],
        operation_name: str,
        verbose_properties: Optional[Any] = None,
        *,
        cancellation_reasons: 'Iterable[Optional[CancellationReason]]' = (),
    ) -> None:
        """
        :param error_response: DynamoDB's answer, ``{'Error': {'Code': …, 'Message': …}, 'ResponseMetadata': …}``
        :param operation_name: the operation that failed
        :param verbose_properties: `request_id` and `table_name`
        :param cancellation_reasons: of a TransactionCanceledException, for each item in order a reason or None
        """
        properties = verbose_properties or {}
        # ClientError fills the template; what it fills in are the names in single braces that are left.
        self.MSG_TEMPLATE = (
            'An error occurred ({{error_code}}) on request ({request_id}) on table ({table_name}) '
            'when calling the {{operation_name}} operation: {{error_message}}'
        ).format(request_id=properties.get('request_id'), table_name=properties.get('table_name'))
        self.cancellation_reasons = list(cancellation_reasons)
        super().__init__(error_response, operation_name)


# Pickles name the module that the other errors name: pynamodb.exceptions after install_as_pynamodb().
VerboseClientError.__module__ = PynamoDBException.__module__
