"""The attribute that tells which class of a hierarchy an item belongs to."""
from cynamo._attributes.base import Attribute
from cynamo.constants import STRING


class DiscriminatorAttribute(Attribute):
    """
    Holds the class of the instance; in the item, the value under which the class was registered.

    A class may be registered under several values: the first is written, all are read.
    """

    attr_type = STRING

    def __init__(self, attr_name=None):
        super().__init__(attr_name=attr_name)
        self._class_map = {}
        self._discriminator_map = {}

    def register_class(self, cls, discriminator):
        """Registers a class under a value, or under what a callable makes of the class."""
        if callable(discriminator):
            discriminator = discriminator(cls)
        owner = self._discriminator_map.get(discriminator)
        if owner is not None and owner != cls:
            raise ValueError(f"The discriminator value '{discriminator}' is already assigned to a class: {owner.__name__}")
        self._class_map.setdefault(cls, discriminator)
        self._discriminator_map[discriminator] = cls

    def get_registered_subclasses(self, cls):
        """The registered classes that are `cls` or derive from it."""
        return [known for known in self._class_map if issubclass(known, cls)]

    def get_discriminator(self, cls):
        """The value that is written for the class, or None."""
        return self._class_map.get(cls)

    def __set__(self, instance, value):
        if type(instance) != value:
            raise ValueError(f'The discriminator attribute must be set to the instance type: {type(instance)}')
        super().__set__(instance, value)

    def __deepcopy__(self, memo):
        # Copies (a map that is an attribute keeps one) know the classes that are registered later too.
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.attr_path = list(self.attr_path)
        return twin

    def serialize(self, value):
        return self._class_map[value]

    def deserialize(self, value):
        if value not in self._discriminator_map:
            raise ValueError(f'Unknown discriminator value: {value}')
        return self._discriminator_map[value]
