"""Secondary indexes of models, and what they project."""
from __future__ import annotations

from cynamo._late import getter
from cynamo.attributes import Attribute
from cynamo.constants import (
    ALL, ATTR_NAME, ATTR_TYPE, INCLUDE, KEY_TYPE, KEYS_ONLY, NON_KEY_ATTRIBUTES, PROJECTION_TYPE, READ_CAPACITY_UNITS,
    WRITE_CAPACITY_UNITS,
)
from cynamo.types import HASH, RANGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Generic, List, Optional, Type, TypeVar

    from cynamo.aio import AsyncResults
    from cynamo._schema import GlobalSecondaryIndexSchema, IndexSchema, ModelSchema
    from cynamo.expressions.condition import Condition
    from cynamo.models import Model
    from cynamo.pagination import ResultIterator

    _KeyType = Any
    _M = TypeVar('_M', bound=Model)
else:
    from cynamo._generic import Generic
    _M = None


class Index(Generic[_M]):
    """A secondary index: its key attributes, and a Meta class with its projection."""
    Meta: Any = None
    _model: Type[_M]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.Meta is not None:
            members = ((name, getattr(cls, name, None)) for name in dir(cls))
            cls.Meta.attributes = {name: member for name, member in members if isinstance(member, Attribute)}

    def __init__(self) -> None:
        if self.Meta is None:
            raise ValueError('Indexes require a Meta class for settings')
        if not hasattr(self.Meta, 'projection'):
            raise ValueError('No projection defined, define a projection for this class')

    def __set_name__(self, owner: Type[_M], name: str) -> None:
        if not hasattr(self.Meta, 'index_name'):
            self.Meta.index_name = name

    def count(
        self,
        hash_key: _KeyType,
        range_key_condition: Optional[Condition] = None,
        filter_condition: Optional[Condition] = None,
        consistent_read: bool = False,
        limit: Optional[int] = None,
        rate_limit: Optional[float] = None,
    ) -> int:
        """Model.count on this index"""
        return self._model.count(
            hash_key,
            range_key_condition=range_key_condition,
            filter_condition=filter_condition,
            index_name=self.Meta.index_name,
            consistent_read=consistent_read,
            limit=limit,
            rate_limit=rate_limit,
        )

    def query(
        self,
        hash_key: _KeyType,
        range_key_condition: Optional[Condition] = None,
        filter_condition: Optional[Condition] = None,
        consistent_read: bool = False,
        scan_index_forward: Optional[bool] = None,
        limit: Optional[int] = None,
        last_evaluated_key: Optional[Dict[str, Dict[str, Any]]] = None,
        attributes_to_get: Optional[List[str]] = None,
        page_size: Optional[int] = None,
        rate_limit: Optional[float] = None,
    ) -> ResultIterator[_M]:
        """Model.query on this index"""
        return self._model.query(
            hash_key,
            range_key_condition=range_key_condition,
            filter_condition=filter_condition,
            consistent_read=consistent_read,
            index_name=self.Meta.index_name,
            scan_index_forward=scan_index_forward,
            limit=limit,
            last_evaluated_key=last_evaluated_key,
            attributes_to_get=attributes_to_get,
            page_size=page_size,
            rate_limit=rate_limit,
        )

    def scan(
        self,
        filter_condition: Optional[Condition] = None,
        segment: Optional[int] = None,
        total_segments: Optional[int] = None,
        limit: Optional[int] = None,
        last_evaluated_key: Optional[Dict[str, Dict[str, Any]]] = None,
        page_size: Optional[int] = None,
        consistent_read: Optional[bool] = None,
        rate_limit: Optional[float] = None,
        attributes_to_get: Optional[List[str]] = None,
    ) -> ResultIterator[_M]:
        """Model.scan on this index"""
        return self._model.scan(
            filter_condition=filter_condition,
            segment=segment,
            total_segments=total_segments,
            limit=limit,
            last_evaluated_key=last_evaluated_key,
            page_size=page_size,
            consistent_read=consistent_read,
            index_name=self.Meta.index_name,
            rate_limit=rate_limit,
            attributes_to_get=attributes_to_get,
        )

    def aquery(self, *args: Any, **kwargs: Any) -> AsyncResults[_M]:
        """query, for `async for`"""
        from cynamo.aio import AsyncResults
        return AsyncResults(self.query(*args, **kwargs))

    def ascan(self, *args: Any, **kwargs: Any) -> AsyncResults[_M]:
        """scan, for `async for`"""
        from cynamo.aio import AsyncResults
        return AsyncResults(self.scan(*args, **kwargs))

    async def acount(self, *args: Any, **kwargs: Any) -> int:
        """count, to be awaited"""
        return await self._model.acount(*args, index_name=self.Meta.index_name, **kwargs)

    @classmethod
    def _hash_key_attribute(cls):
        """The attribute of the index's hash key, the first where it has several"""
        return next((attr for attr in cls._key_attributes() if attr.is_hash_key), None)

    @classmethod
    def _key_attributes(cls) -> List[Attribute]:
        """The key attributes; where a key has several parts, hash keys first and each in the order of their definition."""
        keys = [attr for attr in cls.Meta.attributes.values() if attr.is_hash_key or attr.is_range_key]
        if sum(attr.is_hash_key for attr in keys) < 2 and sum(attr.is_range_key for attr in keys) < 2:
            return keys
        names = list(dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base)))
        defined = [cls.Meta.attributes[name] for name in names if name in cls.Meta.attributes]
        return [a for a in defined if a.is_hash_key] + [a for a in defined if a.is_range_key and not a.is_hash_key]

    @classmethod
    def _split_hash_key(cls, hash_key: Any, range_key_condition: Optional[Condition]) -> Any:
        """
        (hash key as the connection takes it, range key condition)

        The hash key of an index with several hash key attributes is a tuple. Its first part goes where one goes always, the
        others are conditions on keys like those on the range key.
        """
        parts = [attr for attr in cls._key_attributes() if attr.is_hash_key]
        if len(parts) < 2:
            return parts[0].serialize(hash_key), range_key_condition
        if not isinstance(hash_key, (tuple, list)) or len(hash_key) != len(parts):
            names = ', '.join(attr.attr_name for attr in parts)
            raise ValueError(f'The hash key of {cls.__name__} is a tuple of {len(parts)} values: {names}')
        condition = None
        for attr, value in zip(parts[1:], hash_key[1:]):
            condition &= attr == value
        if range_key_condition is not None:
            condition &= range_key_condition
        return parts[0].serialize(hash_key[0]), condition

    def _update_model_schema(self, schema: ModelSchema) -> None:
        raise NotImplementedError

    @classmethod
    def _get_schema(cls) -> IndexSchema:
        """The index as CreateTable's schema tells it"""
        keys = cls._key_attributes()
        projection: Dict[str, Any] = {PROJECTION_TYPE: cls.Meta.projection.projection_type}
        if cls.Meta.projection.non_key_attributes:
            projection[NON_KEY_ATTRIBUTES] = cls.Meta.projection.non_key_attributes
        return {
            'index_name': cls.Meta.index_name,
            'key_schema': [
                {ATTR_NAME: attr.attr_name, KEY_TYPE: HASH if attr.is_hash_key else RANGE} for attr in keys
            ],
            'projection': projection,
            'attribute_definitions': [{ATTR_NAME: attr.attr_name, ATTR_TYPE: attr.attr_type} for attr in keys],
        }


def _add_definitions(schema: ModelSchema, index_schema: IndexSchema) -> None:
    """Adds the index's key attributes to the table's, each once: indexes may share attributes."""
    for definition in index_schema['attribute_definitions']:
        if definition not in schema['attribute_definitions']:
            schema['attribute_definitions'].append(definition)


class GlobalSecondaryIndex(Index[_M]):
    """A global secondary index"""

    @classmethod
    def _update_model_schema(cls, schema: ModelSchema) -> None:
        throughput: Dict[str, Any] = {}
        if hasattr(cls.Meta, 'read_capacity_units'):
            throughput[READ_CAPACITY_UNITS] = cls.Meta.read_capacity_units
        if hasattr(cls.Meta, 'write_capacity_units'):
            throughput[WRITE_CAPACITY_UNITS] = cls.Meta.write_capacity_units
        index_schema: GlobalSecondaryIndexSchema = {
            **cls._get_schema(),  # type: ignore[misc]
            'provisioned_throughput': throughput,
        }
        schema['global_secondary_indexes'].append(index_schema)
        _add_definitions(schema, index_schema)


class LocalSecondaryIndex(Index[_M]):
    """A local secondary index"""

    @classmethod
    def _update_model_schema(cls, schema: ModelSchema) -> None:
        index_schema = cls._get_schema()
        schema['local_secondary_indexes'].append(index_schema)
        _add_definitions(schema, index_schema)


class Projection:
    """What an index holds beside the keys"""
    projection_type: Any = None
    non_key_attributes: Any = None


class KeysOnlyProjection(Projection):
    """Nothing"""
    projection_type = KEYS_ONLY


class IncludeProjection(Projection):
    """The attributes named"""
    projection_type = INCLUDE

    def __init__(self, non_attr_keys: Optional[List[str]] = None) -> None:
        if not non_attr_keys:
            raise ValueError('The INCLUDE type projection requires a list of string attribute names')
        self.non_key_attributes = non_attr_keys


class AllProjection(Projection):
    """Every attribute"""
    projection_type = ALL


__getattr__ = getter(__name__, {
    'ModelSchema': 'cynamo._schema',
    'IndexSchema': 'cynamo._schema',
    'GlobalSecondaryIndexSchema': 'cynamo._schema',
    'ResultIterator': 'cynamo.pagination',
    'Condition': 'cynamo.expressions.condition',
})
