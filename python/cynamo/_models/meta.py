"""The class of models: what is found out when a model is declared."""
from __future__ import annotations

from cynamo.attributes import AttributeContainerMeta, TTLAttribute, VersionAttribute
from cynamo.constants import HOST, META_CLASS_NAME, REGION
from cynamo.exceptions import DoesNotExist
from cynamo.indexes import Index
from cynamo.settings import _warn_dropped, get_settings_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Mapping, Optional, Protocol
else:
    Protocol = object


class MetaProtocol(Protocol):
    table_name: str
    read_capacity_units: Optional[int]
    write_capacity_units: Optional[int]
    region: Optional[str]
    host: Optional[str]
    connect_timeout_seconds: int
    read_timeout_seconds: int
    max_retry_attempts: int
    max_pool_connections: int
    extra_headers: Mapping[str, str]
    aws_access_key_id: Optional[str]
    aws_secret_access_key: Optional[str]
    aws_session_token: Optional[str]
    aws_profile: Optional[str]
    table_prefix: Optional[str]
    billing_mode: Optional[str]
    tags: Optional[Dict[str, str]]
    stream_view_type: Optional[str]


# What a Meta class without them gets from the settings.
_META_SETTINGS = (
    REGION, HOST, 'connect_timeout_seconds', 'read_timeout_seconds', 'max_retry_attempts', 'max_pool_connections',
    'extra_headers', 'table_prefix', 'aws_profile',
)
_META_CREDENTIALS = ('aws_access_key_id', 'aws_secret_access_key', 'aws_session_token')


class MetaModel(AttributeContainerMeta):
    """The class of models: finds keys, version and indexes, and fills Meta."""

    def __new__(cls, name, bases, namespace, discriminator=None):
        return super().__new__(cls, name, bases, namespace)

    def __init__(self, name, bases, namespace, discriminator=None) -> None:
        super().__init__(name, bases, namespace, discriminator)
        MetaModel._initialize_indexes(self)
        cls: Any = self
        MetaModel._initialize_keys(cls)
        meta = namespace.get(META_CLASS_NAME)
        if meta is not None:
            MetaModel._initialize_meta(meta)
        # Each model's own, so that "except A.DoesNotExist" lets B's pass.
        if 'DoesNotExist' not in namespace:
            cls.DoesNotExist = type('DoesNotExist', (DoesNotExist,), {
                '__module__': namespace.get('__module__'),
                '__qualname__': cls.__qualname__ + '.DoesNotExist',
            })

    @staticmethod
    def _initialize_keys(cls) -> None:
        """Notes which attributes are the hash key, the range key and the version; there is one of each at most."""
        def note(place: str, name: str, text: str) -> None:
            known = getattr(cls, place)
            if known and known != name:
                raise ValueError(text.format(cls.__name__, known, name))
            setattr(cls, place, name)

        ttl_names = []
        for name, attribute in cls.get_attributes().items():
            if attribute.is_hash_key:
                note('_hash_keyname', name, '{} has more than one hash key: {}, {}')
            if attribute.is_range_key:
                note('_range_keyname', name, '{} has more than one range key: {}, {}')
            if isinstance(attribute, VersionAttribute):
                note('_version_attribute_name', name, 'The model has more than one Version attribute: {1}, {2}')
            if isinstance(attribute, TTLAttribute):
                ttl_names.append(name)
        if len(ttl_names) > 1:
            raise ValueError('{} has more than one TTL attribute: {}'.format(cls.__name__, ', '.join(ttl_names)))

    @staticmethod
    def _initialize_meta(meta: Any) -> None:
        _warn_dropped(meta)
        for name in _META_SETTINGS:
            if not hasattr(meta, name):
                setattr(meta, name, get_settings_value(name))
        for name in _META_CREDENTIALS:
            if not hasattr(meta, name):
                setattr(meta, name, None)

    @staticmethod
    def _initialize_indexes(cls) -> None:
        """Gives the class its own copy of each index, since an index knows its model."""
        cls._indexes = {}
        for name in dir(cls):
            index = getattr(cls, name, None)
            if isinstance(index, Index):
                from copy import deepcopy
                index = deepcopy(index)
                index._model = cls
                setattr(cls, name, index)
                cls._indexes[index.Meta.index_name] = index
