"""Shapes of the schema that models and indexes describe for CreateTable; for type checkers, so no module here loads it."""
import sys
from typing import TYPE_CHECKING, Any, Dict, List, TypedDict

if sys.version_info >= (3, 11):
    from typing import NotRequired
elif TYPE_CHECKING:
    from typing_extensions import NotRequired
else:
    # Only type checkers ask which keys may be absent.
    NotRequired = {List[str]: List[str]}


class SchemaAttrDefinition(TypedDict):
    AttributeName: str
    AttributeType: str


class KeySchema(TypedDict):
    AttributeName: str
    KeyType: str


class Projection(TypedDict):
    ProjectionType: str
    NonKeyAttributes: NotRequired[List[str]]


class IndexSchema(TypedDict):
    index_name: str
    key_schema: List[Dict[str, str]]
    projection: Dict[str, Any]
    attribute_definitions: List[SchemaAttrDefinition]


class ProvisionedThroughput(TypedDict, total=False):
    ReadCapacityUnits: int
    WriteCapacityUnits: int


class GlobalSecondaryIndexSchema(IndexSchema):
    provisioned_throughput: ProvisionedThroughput


class ModelSchema(TypedDict):
    attribute_definitions: List[SchemaAttrDefinition]
    key_schema: List[KeySchema]
    global_secondary_indexes: List[GlobalSecondaryIndexSchema]
    local_secondary_indexes: List[IndexSchema]
