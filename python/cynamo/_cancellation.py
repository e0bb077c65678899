"""CancellationReason, which cynamo.exceptions gives when it is asked for: dataclasses take long to load."""
from dataclasses import dataclass
from typing import Any, Dict, Optional

from cynamo.exceptions import PynamoDBException


@dataclass
class CancellationReason:
    """Why one item of a transaction was the reason that it was cancelled; `raw_item` is the item, where it was asked for."""

    code: str
    message: Optional[str] = None
    raw_item: Optional[Dict[str, Dict[str, Any]]] = None


# Pickles name the module that the other errors name: pynamodb.exceptions after install_as_pynamodb().
CancellationReason.__module__ = PynamoDBException.__module__
