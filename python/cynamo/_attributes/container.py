"""
What models and maps have in common: a class whose attributes were collected, and instances that hold their values.

`_attributes` of the class maps names in Python to attributes, in alphabetical order, which is also the order in which
values are serialized. `attribute_values` of an instance maps names in Python to values and is all that an instance holds.
"""
from cynamo._attributes.base import Attribute
from cynamo._attributes.discriminator import DiscriminatorAttribute
from cynamo._generic import Mapped
from cynamo._util import (
    _b64decode, attr_value_to_simple_dict, bin_decode_attr, bin_encode_attr, copy_attribute_values,
    simple_dict_to_attr_value
)
from cynamo.constants import BINARY, BINARY_SET, LIST, MAP, NULL, NUMBER, NUMBER_SET, STRING, STRING_SET
from cynamo.exceptions import AttributeNullError


class AttributeContainerMeta(type):
    """Collects the attributes of a class; ``class A(B, discriminator='a')`` also registers the class under the value."""

    def __new__(cls, name, bases, namespace, discriminator=None):
        annotations = _annotations(namespace)
        if annotations and any(map(_is_mapped, annotations.values())):
            from cynamo._attributes.mapped import make_attributes
            make_attributes(name, namespace, annotations)
        return super().__new__(cls, name, bases, namespace)

    def __init__(self, name, bases, namespace, discriminator=None):
        super().__init__(name, bases, namespace)
        AttributeContainerMeta._initialize_attributes(self, discriminator)

    @staticmethod
    def _initialize_attributes(cls, discriminator_value):
        cls._attributes = dict(_find_attributes(cls))
        cls._dynamo_to_python_attrs = {
            attribute.attr_name: name for name, attribute in cls._attributes.items() if attribute.attr_name != name
        }
        found = [n for n, attribute in cls._attributes.items() if isinstance(attribute, DiscriminatorAttribute)]
        if len(found) > 1:
            raise ValueError(f"{cls.__name__} has more than one discriminator attribute: {', '.join(found)}")
        cls._discriminator = found[0] if found else None
        if discriminator_value is not None:
            if not found:
                raise ValueError(f'{cls.__name__} does not have a discriminator attribute')
            cls._attributes[found[0]].register_class(cls, discriminator_value)


def _annotations(namespace):
    """The annotations in the body of a class."""
    annotate = namespace.get('__annotate_func__') or namespace.get('__annotate__')
    if annotate is None:
        return namespace.get('__annotations__')
    # Python 3.14 and later make them when they are asked for.
    try:
        return annotate(1)  # annotationlib.Format.VALUE
    except Exception:
        from annotationlib import Format, call_annotate_function
        return call_annotate_function(annotate, Format.FORWARDREF)  # a name in one of them is defined later


def _is_mapped(annotation):
    if isinstance(annotation, str):
        return 'Mapped[' in annotation
    return getattr(annotation, '__origin__', None) is Mapped


def _find_attributes(cls):
    """(name, attribute) of the class and its bases, by name."""
    for name in dir(cls):
        try:
            member = getattr(cls, name)
        except AttributeError:
            continue  # dir() lists some names that only instances have
        if isinstance(member, Attribute):
            yield name, member


class AttributeContainer(metaclass=AttributeContainerMeta):
    """The base of models and maps."""

    def __init__(self, _user_instantiated=True, **attributes):
        self.attribute_values = {}
        self._set_discriminator()
        self._set_defaults(_user_instantiated=_user_instantiated)
        self._set_attributes(**attributes)

    # What the class has

    @classmethod
    def get_attributes(cls):
        """The attributes of this class by their names in Python."""
        return cls._attributes

    @classmethod
    def _get_attributes(cls):
        import warnings
        warnings.warn('`Model._get_attributes` is deprecated in favor of `Model.get_attributes` now')
        return cls.get_attributes()

    @classmethod
    def _dynamo_to_python_attr(cls, dynamo_key):
        """The name in Python of an attribute that has the name `dynamo_key` in items."""
        return cls._dynamo_to_python_attrs.get(dynamo_key, dynamo_key)

    @classmethod
    def _get_discriminator_attribute(cls):
        return cls.get_attributes()[cls._discriminator] if cls._discriminator else None

    @classmethod
    def _get_discriminator_class(cls, attribute_values):
        """The class that the discriminator among these values names, or None."""
        attribute = cls._get_discriminator_attribute()
        stored = attribute_values.get(attribute.attr_name) if attribute is not None else None
        return attribute.deserialize(attribute.get_value(stored)) if stored else None

    @classmethod
    def _instantiate(cls, attribute_values):
        """An instance of this class, or of the subclass that the discriminator names, with these values."""
        stored_class = cls._get_discriminator_class(attribute_values)
        if stored_class and not issubclass(stored_class, cls):
            raise ValueError(f'Cannot instantiate a {cls.__name__} from the returned class: {stored_class.__name__}')
        instance = (stored_class or cls)(_user_instantiated=False)
        AttributeContainer._container_deserialize(instance, attribute_values)
        return instance

    # Setting values

    def _set_discriminator(self):
        attribute = self._get_discriminator_attribute()
        if attribute is not None and attribute.get_discriminator(type(self)) is not None:
            setattr(self, self._discriminator, type(self))

    def _set_defaults(self, _user_instantiated=True):
        for name, attribute in self.get_attributes().items():
            default = attribute.default
            if _user_instantiated and attribute.default_for_new is not None:
                default = attribute.default_for_new
            value = default() if callable(default) else default
            if value is not None:
                setattr(self, name, value)

    def _set_attributes(self, **attributes):
        known = self.get_attributes()
        for name, value in attributes.items():
            if name not in known:
                raise ValueError(f'Attribute {name} specified does not exist')
            setattr(self, name, value)

    # Between values and their typed form

    def _container_serialize(self, null_check=True):
        serialized = {}
        for name, attribute in self.get_attributes().items():
            value = getattr(self, name)
            stored = None
            if value is not None:
                try:
                    stored = _serialize_one(name, attribute, value, null_check)
                except AttributeNullError as error:
                    error.prepend_path(name)
                    raise
            if stored is not None:
                serialized[attribute.attr_name] = {attribute.attr_type: stored}
            elif null_check and not attribute.null:
                raise AttributeNullError(name)
        return serialized

    def _container_deserialize(self, attribute_values):
        self.attribute_values = {}
        self._set_discriminator()
        self._set_defaults(_user_instantiated=False)
        for name, attribute in self.get_attributes().items():
            stored = attribute_values.get(attribute.attr_name)
            if stored and NULL not in stored:
                setattr(self, name, attribute.deserialize(attribute.get_value(stored)))

    # As dictionaries that JSON can hold

    def to_dynamodb_dict(self):
        """
        The values as DynamoDB's JSON: ``{'id': {'N': '1'}, 'photo': {'B': 'text in base64'}}``.

        The console of AWS shows items so.
        """
        values = self._container_serialize(null_check=False)
        for value in values.values():
            bin_encode_attr(value)
        return values

    def from_dynamodb_dict(self, d):
        """Takes the values from what `to_dynamodb_dict` gave."""
        values = copy_attribute_values(d)  # decoding changes them in place
        for value in values.values():
            bin_decode_attr(value)
        self._update_attribute_types(values)
        self._container_deserialize(values)

    def to_simple_dict(self, *, force=False):
        """
        The values as plain JSON: ``{'id': 1, 'name': 'Alice'}``.

        :param force: binary values and sets, which plain JSON does not tell from texts and lists, are otherwise refused
        """
        values = self._container_serialize(null_check=False)
        return {name: attr_value_to_simple_dict(value, force) for name, value in values.items()}

    def from_simple_dict(self, d):
        """Takes the values from what `to_simple_dict` gave."""
        values = {name: simple_dict_to_attr_value(value) for name, value in d.items()}
        self._update_attribute_types(values)
        self._container_deserialize(values)

    @classmethod
    def _update_attribute_types(cls, attribute_values):
        """Gives binary values and sets, which came as texts and lists, the types of this class's attributes."""
        from cynamo._attributes.documents import ListAttribute
        for attribute in cls.get_attributes().values():
            value = attribute_values.get(attribute.attr_name)
            if not value:
                continue
            cls._coerce_attribute_type(attribute.attr_type, value)
            if isinstance(attribute, ListAttribute) and attribute.element_type and LIST in value:
                cls._update_element_types(attribute.element_type, value[LIST])
            if isinstance(attribute, AttributeContainer) and MAP in value:
                attribute._update_attribute_types(value[MAP])

    @staticmethod
    def _update_element_types(element_type, elements):
        for element in elements:
            if not issubclass(element_type, AttributeContainer):
                AttributeContainer._coerce_attribute_type(element_type.attr_type, element)
            elif MAP in element:
                element_type._update_attribute_types(element[MAP])

    @staticmethod
    def _coerce_attribute_type(attr_type, attribute_value):
        if attr_type == BINARY and STRING in attribute_value:
            attribute_value[BINARY] = _b64decode(attribute_value.pop(STRING))
        elif attr_type == BINARY_SET and LIST in attribute_value:
            attribute_value[BINARY_SET] = [_b64decode(v[STRING]) for v in attribute_value.pop(LIST)]
        elif attr_type in (NUMBER_SET, STRING_SET) and LIST in attribute_value:
            element_type = attr_type[0]
            if all(next(iter(v)) == element_type for v in attribute_value[LIST]):
                attribute_value[attr_type] = [v[element_type] for v in attribute_value.pop(LIST)]

    def __repr__(self):
        fields = ', '.join([f'{name}={value!r}' for name, value in self.attribute_values.items()])
        return f'{type(self).__name__}({fields})'


def _serialize_one(name, attribute, value, null_check):
    if isinstance(value, AttributeContainer) and isinstance(value, Attribute):  # a map
        if not value.validate(null_check=null_check):
            raise ValueError(f"Attribute '{name}' is not correctly typed")
    if attribute._has_null_check:
        return attribute.serialize(value, null_check=null_check)
    return attribute.serialize(value)
