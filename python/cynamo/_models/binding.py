"""Model.bind: the same model on another table, prefix, host, region or profile, chosen while the program runs.

The bound class is a subclass with a Meta of its own. Where a table holds several classes, told apart by a discriminator, the
whole family is bound: items read through the bound class are instances of bound classes.
"""
from __future__ import annotations

from copy import copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

# (root of the family, values) -> {class: its bound class}. Values that cannot be hashed make a new family each time.
_families: Dict[Any, Dict[Any, Any]] = {}


def bind(model: Any, meta: Dict[str, Any]) -> Any:
    """The class for `model` with these values in Meta; the same one for the same values."""
    if not meta:
        return model
    root = _root_of(model)
    try:
        family = _families.setdefault((root, tuple(sorted(meta.items()))), {})
    except TypeError:
        family = {}
    _bind_family(family, root, meta)
    if model not in family:
        family[model] = _subclass(model, family[root], meta)
    return family[model]


def _root_of(model: Any) -> Any:
    """The first class that has the model's discriminator; the model itself where it has none."""
    attribute = model._get_discriminator_attribute()
    if attribute is None:
        return model
    return [cls for cls in model.__mro__ if attribute is cls.__dict__.get('_attributes', {}).get(model._discriminator)][-1]


def _bind_family(family: Dict[Any, Any], root: Any, meta: Dict[str, Any]) -> None:
    """Binds the root and each subclass that its discriminator knows by now."""
    if root not in family:
        namespace = {}
        if root._get_discriminator_attribute() is not None:
            attribute = namespace[root._discriminator] = copy(root._get_discriminator_attribute())
            attribute._class_map, attribute._discriminator_map = {}, {}
        family[root] = _subclass(root, None, meta, namespace)
    discriminator = root._get_discriminator_attribute()
    if discriminator is None:
        return
    bound_attribute = family[root]._get_discriminator_attribute()
    # Parents come before their children, since they were declared first.
    for cls in discriminator.get_registered_subclasses(root):
        if cls not in family:
            parent = next(family[base] for base in cls.__mro__[1:] if base in family)
            family[cls] = _subclass(cls, parent, meta)
    for cls, bound_cls in family.items():
        if cls in discriminator._class_map:
            bound_attribute._class_map[bound_cls] = discriminator._class_map[cls]
    for value, cls in discriminator._discriminator_map.items():
        if cls in family:
            bound_attribute._discriminator_map[value] = family[cls]


def _subclass(model: Any, bound_parent: Any, meta: Dict[str, Any], namespace: Any = None) -> Any:
    base = getattr(model, 'Meta', None)

    def reduce(instance):
        state = dict(instance.__dict__)
        # The discriminator's value is the bound class, which has no name of its own to be pickled by.
        state['attribute_values'] = {
            name: value for name, value in instance.attribute_values.items() if name != model._discriminator}
        return _unpickle, (model, meta, state)

    return type(model)(model.__name__, (bound_parent, model) if bound_parent else (model,), {
        **(namespace or {}),
        '__module__': model.__module__,
        '__qualname__': model.__qualname__,
        '__doc__': model.__doc__,
        '__reduce__': reduce,
        '_connection': None,
        'Meta': type('Meta', (base,) if base is not None else (), dict(meta)),
        # An item that is missing is missing for `except User.DoesNotExist` too.
        'DoesNotExist': model.DoesNotExist,
    })


def _unpickle(model: Any, meta: Dict[str, Any], state: Dict[str, Any]) -> Any:
    cls = bind(model, meta)
    instance = cls.__new__(cls)
    instance.__dict__.update(state)
    instance._set_discriminator()
    return instance
