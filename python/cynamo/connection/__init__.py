"""The level below the models: calls by table name, with keys and conditions."""
from cynamo.connection.base import Connection
from cynamo.connection.table import TableConnection

__all__ = [
    "Connection",
    "TableConnection",
]
