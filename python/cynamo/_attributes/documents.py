"""
Maps and lists, and the attributes that stand for values without a declared attribute (elements of raw maps and lists).

A MapAttribute is one of two things. In the body of a model or map class it is an attribute; everywhere else it is a
container, the value of such an attribute. Each instance starts as a container and is made an attribute by __set_name__:
`attribute_values`, which containers have, then goes, and copies of the class's attributes, which know their paths, come.
"""
from _collections_abc import Mapping  # what collections.abc gives, without loading collections

from cynamo._attributes.base import Attribute, is_attribute_container
from cynamo._attributes.container import AttributeContainer, AttributeContainerMeta
from cynamo._attributes.scalars import (
    BinaryAttribute, BooleanAttribute, NullAttribute, NumberAttribute, UnicodeAttribute
)
from cynamo._attributes.sets import BinarySetAttribute, NumberSetAttribute, UnicodeSetAttribute
from cynamo._numbers import is_decimal
from cynamo.constants import (
    BINARY, BINARY_SET, BOOLEAN, LIST, MAP, NULL, NUMBER, NUMBER_SET, STRING, STRING_SET
)
from cynamo.exceptions import AttributeNullError
from cynamo.expressions.operand import Path, tell_attribute_classes

_BINARY_KINDS = (BinaryAttribute, BinarySetAttribute)
# What a map keeps beside its values; Python sets the last one on what MapAttribute[str, int](…) makes.
_NAMES_OF_ITS_OWN = ('attribute_values', 'attribute_kwargs', '__orig_class__')


class MetaMapAttribute(AttributeContainerMeta):
    """Collects the attributes of a map class and refuses the legacy form of binary values among them."""

    def __init__(self, name, bases, namespace, discriminator=None):
        super().__init__(name, bases, namespace, discriminator=discriminator)
        for attribute_name, attribute in self._attributes.items():
            if isinstance(attribute, _BINARY_KINDS) and attribute.legacy_encoding:
                raise ValueError(
                    'Legacy encoding is only ever needed for top-level (model) attributes. '
                    f"Please remove the legacy_encoding flag from the definition of '{attribute_name}'."
                )


class MapAttribute(Attribute, AttributeContainer, metaclass=MetaMapAttribute):
    """
    A map.

    A subclass declares attributes, as a model does. MapAttribute itself is raw: it takes any names, and values of the
    types str, int, float, Decimal, bool, bytes, None, dict, list and sets.
    """

    attr_type = MAP
    _has_null_check = True

    attribute_args = ['hash_key', 'range_key', 'null', 'default', 'default_for_new', 'attr_name']

    def __init__(self, **attributes):
        # These are options if this becomes an attribute, and may be values if it stays a container.
        options = {name: attributes.pop(name) for name in self.attribute_args if name in attributes}
        self.attribute_kwargs = options
        AttributeContainer.__init__(self, **attributes)
        if options and (attributes or self.is_raw() or all(name in self.get_attributes() for name in options)):
            self._set_attributes(**options)

    @classmethod
    def is_raw(cls):
        """Whether any names may be set, rather than the declared ones."""
        return cls is MapAttribute

    # The two kinds of instances

    def _is_attribute_container(self):
        return is_attribute_container(self)

    def _make_attribute(self):
        """Turns a container just made into an attribute."""
        if not self._is_attribute_container():
            raise AssertionError('MapAttribute._make_attribute called on an initialized instance')
        from copy import deepcopy
        options = self.attribute_kwargs
        del self.attribute_kwargs
        del self.attribute_values
        Attribute.__init__(self, **options)
        for name, attribute in self.get_attributes().items():
            # Not setattr: the attribute of that name on the class would take it as a value.
            self.__dict__[name] = deepcopy(attribute)

    def _update_attribute_paths(self, path_segment):
        """Puts a segment before the paths of the attributes in this map, at every depth."""
        if self._is_attribute_container():
            raise AssertionError('MapAttribute._update_attribute_paths called before MapAttribute._make_attribute')
        for name in self.get_attributes():
            attribute = self.__dict__[name]
            attribute.attr_path.insert(0, path_segment)
            if isinstance(attribute, MapAttribute):
                attribute._update_attribute_paths(path_segment)

    def __set_name__(self, owner, name):
        if issubclass(owner, AttributeContainer):
            self._make_attribute()
            super().__set_name__(owner, name)
            self._update_attribute_paths(self.attr_name)

    # As an attribute: a descriptor

    def __get__(self, instance, owner):
        return super().__get__(instance, owner)

    def __set__(self, instance, value):
        if isinstance(value, Mapping):
            value = type(self)(**value)
        super().__set__(instance, value)

    # As an attribute: comparisons. As a container: those of a subclass, else Python's by identity.

    def __eq__(self, other):
        return NotImplemented if self._is_attribute_container() else Attribute.__eq__(self, other)

    def __ne__(self, other):
        return NotImplemented if self._is_attribute_container() else Attribute.__ne__(self, other)

    def __lt__(self, other):
        return NotImplemented if self._is_attribute_container() else Attribute.__lt__(self, other)

    def __le__(self, other):
        return NotImplemented if self._is_attribute_container() else Attribute.__le__(self, other)

    def __gt__(self, other):
        return NotImplemented if self._is_attribute_container() else Attribute.__gt__(self, other)

    def __ge__(self, other):
        return NotImplemented if self._is_attribute_container() else Attribute.__ge__(self, other)

    # As a container: names and values. As an attribute: paths.

    def __iter__(self):
        return iter(self.attribute_values) if self._is_attribute_container() else super().__iter__()

    def __getitem__(self, item):
        if self._is_attribute_container():
            return self.attribute_values[item]
        if item in self.get_attributes():
            return getattr(self, item)
        if self.is_raw():
            return Path([*self.attr_path, str(item)])
        raise self._no_such_name(item)

    def __setitem__(self, item, value):
        if not self._is_attribute_container():
            raise TypeError(f"'{type(self).__name__}' object does not support item assignment")
        if item in self.get_attributes():
            setattr(self, item, value)
        elif self.is_raw():
            self.attribute_values[item] = value
        else:
            raise self._no_such_name(item)

    def __getattr__(self, attr):
        # Only called for what is not found otherwise: the names of a raw map.
        values = self.__dict__.get('attribute_values')
        if values is not None and self.is_raw() and attr in values:
            return values[attr]
        raise self._no_such_name(attr)

    def __setattr__(self, name, value):
        if self.is_raw() and self._is_attribute_container() and name not in _NAMES_OF_ITS_OWN:
            self.attribute_values[name] = value
        else:
            object.__setattr__(self, name, value)

    def _no_such_name(self, name):
        return AttributeError(f"'{type(self).__name__}' has no attribute '{name}'")

    def _set_attributes(self, **attrs):
        if not self.is_raw():
            super()._set_attributes(**attrs)
            return
        for name, value in attrs.items():
            setattr(self, name, value)

    def as_dict(self):
        """The values by name, with maps in them as dictionaries too."""
        return {
            name: value.as_dict() if isinstance(value, MapAttribute) else value
            for name, value in self.attribute_values.items()
        }

    # Between values and their typed form

    def is_correctly_typed(self, key, attr, *, null_check=True):
        """True, or AttributeNullError where the value of a name is None and may not be."""
        if getattr(self, key) is None and null_check and not attr.null:
            raise AttributeNullError(key)
        return True

    def validate(self, *, null_check=False):
        return all(self.is_correctly_typed(name, attribute, null_check=null_check)
                   for name, attribute in self.get_attributes().items())

    def serialize(self, values, *, null_check=True):
        if self.is_raw():
            return self._serialize_undeclared_attributes(values, {})
        if not isinstance(values, type(self)):
            instance = type(self)()
            instance.attribute_values = {}  # what has a default but is not among the values stays out
            declared = self.get_attributes()
            instance._set_attributes(**{name: values[name] for name in values if name in declared})
            values = instance
        return AttributeContainer._container_serialize(values, null_check=null_check)

    def _serialize_undeclared_attributes(self, values, container):
        declared = self.get_attributes()
        for name in values:
            if name not in declared:
                value = values[name]
                attribute = _get_class_for_serialize(value)
                container[name] = _typed_or_null(attribute, attribute.serialize(value))
        return container

    def deserialize(self, values):
        if self.is_raw():
            return {name: _deserialize_undeclared(value) for name, value in values.items()}
        return self._instantiate(values)


class DynamicMapAttribute(MapAttribute):
    """A map whose subclasses declare attributes and that takes any other names too, as a raw map does."""

    @classmethod
    def is_raw(cls):
        return True

    def __setattr__(self, name, value):
        if name in self.get_attributes():
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def serialize(self, values, *, null_check=True):
        if not isinstance(values, type(self)):
            instance = type(self)()
            instance.attribute_values = {}  # what has a default but is not among the values stays out
            instance._set_attributes(**values)
            values = instance
        serialized = AttributeContainer._container_serialize(values, null_check=null_check)
        return self._serialize_undeclared_attributes(values, serialized)

    def deserialize(self, values):
        instance = self._instantiate(values)
        for name, value in values.items():
            if instance._dynamo_to_python_attr(name) not in instance.get_attributes():
                instance[name] = _deserialize_undeclared(value)
        return instance


class ListAttribute(Attribute):
    """
    A list.

    :param of: the class of the attributes that the elements are, or such an attribute; without it, elements are of any
      type that a raw map takes
    """

    attr_type = LIST
    _has_null_check = True
    element_type = None
    _element = None

    def __init__(self, hash_key=False, range_key=False, null=None, default=None, attr_name=None, of=None,
                 default_for_new=None):
        super().__init__(hash_key=hash_key, range_key=range_key, null=null, default=default, attr_name=attr_name,
                         default_for_new=default_for_new)
        if isinstance(of, Attribute):
            self._element = of
            self.element_type = type(of)
        elif of:
            if not (isinstance(of, type) and issubclass(of, Attribute)):
                raise ValueError("'of' must be a subclass of Attribute")
            self.element_type = of

    def _make_element(self):
        """A new attribute for one element."""
        if self._element is not None:
            from copy import copy
            element = copy(self._element)
            element.attr_path = list(element.attr_path)
            return element
        if issubclass(self.element_type, _BINARY_KINDS):
            return self.element_type(legacy_encoding=False)
        return self.element_type()

    def _make_element_attribute(self):
        element = self._make_element()
        if isinstance(element, MapAttribute) and element._is_attribute_container():
            element._make_attribute()
        return element

    def serialize(self, values, *, null_check=True):
        serialized = []
        for index, value in enumerate(values):
            attribute = self._get_serialize_class(value)
            if self.element_type and value is not None and not isinstance(attribute, self.element_type):
                raise ValueError(f'List elements must be of type: {self.element_type.__name__}')
            try:
                if attribute._has_null_check:
                    stored = attribute.serialize(value, null_check=null_check)
                else:
                    stored = attribute.serialize(value)
            except AttributeNullError as error:
                error.prepend_path(f'[{index}]')
                raise
            serialized.append(_typed_or_null(attribute, stored))
        return serialized

    def deserialize(self, values):
        if not self.element_type:
            return [_deserialize_undeclared(value) for value in values]
        element = self._make_element_attribute()
        deserialized = []
        for index, value in enumerate(values):
            if NULL in value:
                deserialized.append(None)
                continue
            element.attr_name = f'{self.attr_name or ""}[{index}]'  # errors name it
            deserialized.append(element.deserialize(element.get_value(value)))
        return deserialized

    def __getitem__(self, idx):
        if not isinstance(idx, int):
            raise TypeError(f'list indices must be integers, not {type(idx).__name__}')
        if not self.element_type:
            return super().__getitem__(idx)
        element = self._make_element_attribute()
        element.attr_path = list(self.attr_path)
        element.attr_name = f'{element.attr_name}[{idx}]'
        if isinstance(element, MapAttribute):
            for segment in reversed(element.attr_path):
                element._update_attribute_paths(segment)
        return element

    def _get_serialize_class(self, value):
        if value is None:
            return NullAttribute()
        if isinstance(value, Attribute):
            return value
        if self.element_type:
            return self._make_element()
        return _get_class_for_serialize(value)


def _typed_or_null(attribute, serialized):
    # What serializes to nothing, as an empty set does, keeps its place in a map or list as NULL.
    return {NULL: True} if serialized is None else {attribute.attr_type: serialized}


def _deserialize_undeclared(value):
    (attr_type, stored), = value.items()
    return DESERIALIZE_CLASS_MAP[attr_type].deserialize(stored)


def _get_class_for_serialize(value):
    """The attribute that serializes a value of which only its own type is known."""
    if value is None:
        return NullAttribute()
    if isinstance(value, MapAttribute):
        return value
    if isinstance(value, (set, frozenset)):
        return _get_class_for_set(value)
    attribute = SERIALIZE_CLASS_MAP.get(type(value))
    if attribute is not None:
        return attribute
    if is_decimal(value):
        return SERIALIZE_CLASS_MAP[int]
    raise ValueError(f"Unsupported value type '{type(value)}'")


def _get_class_for_set(values):
    kinds = {type(v) for v in values}
    if not kinds:
        raise ValueError('Cannot serialize empty set')
    if kinds == {str}:
        return UnicodeSetAttribute()
    if kinds == {bytes}:
        return BinarySetAttribute(legacy_encoding=False)
    if all(v_kind in (int, float) for v_kind in kinds) or _are_numbers(values):
        return NumberSetAttribute()
    raise ValueError(f"Cannot serialize set consisting of types: {', '.join(sorted(map(repr, kinds)))}")


def _are_numbers(values):
    return all(type(v) in (int, float) or is_decimal(v) for v in values)


DESERIALIZE_CLASS_MAP = {
    BINARY: BinaryAttribute(legacy_encoding=False),
    BINARY_SET: BinarySetAttribute(legacy_encoding=False),
    BOOLEAN: BooleanAttribute(),
    LIST: ListAttribute(),
    MAP: MapAttribute(),
    NULL: NullAttribute(),
    NUMBER: NumberAttribute(),
    NUMBER_SET: NumberSetAttribute(),
    STRING: UnicodeAttribute(),
    STRING_SET: UnicodeSetAttribute(),
}

SERIALIZE_CLASS_MAP = {
    dict: MapAttribute(),
    list: ListAttribute(),
    bool: BooleanAttribute(),
    float: NumberAttribute(),
    int: NumberAttribute(),
    str: UnicodeAttribute(),
    bytes: BinaryAttribute(legacy_encoding=False),
}

tell_attribute_classes(Attribute, MapAttribute)
