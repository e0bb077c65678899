"""Projection expressions: which attributes of an item an answer holds."""
from cynamo.attributes import Attribute
from cynamo.expressions.operand import Path
from cynamo.expressions.util import substitute_names


def create_projection_expression(attributes_to_get, placeholders):
    """The expression for one attribute or several; each is an Attribute, a Path or a path as text."""
    if isinstance(attributes_to_get, (tuple, set, frozenset)):
        attributes_to_get = list(attributes_to_get)
    elif not isinstance(attributes_to_get, list):
        attributes_to_get = [attributes_to_get]
    return ', '.join([substitute_names(_get_document_path(a), placeholders) for a in attributes_to_get])


def _get_document_path(attribute):
    if isinstance(attribute, Attribute):
        # The whole path: an attribute in a map is not the attribute of the same name beside the map.
        return attribute.attr_path
    if isinstance(attribute, Path):
        return attribute.path
    return attribute.split('.')
