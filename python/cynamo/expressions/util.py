"""
Document paths, and the placeholders that stand for names and values in an expression.

A path is kept as a list of segments; a segment is a name with its list indexes: ``['a', 'b[0][1]']``.
Paths are split by hand: the regular expression module alone would take half the time this package may take to load.
"""


def get_path_segments(document_path):
    """The segments of a path, always as a new list that the caller may change."""
    if isinstance(document_path, str):
        return document_path.split('.')
    return list(document_path)


def split_segment(segment):
    """('b', '[0][1]') for 'b[0][1]', or None where the segment is no name with indexes."""
    start = segment.find('[')
    name, indexes = (segment, '') if start < 0 else (segment[:start], segment[start:])
    if not name or ']' in name:
        return None
    if indexes and not (indexes.endswith(']') and all(i.isdecimal() for i in indexes[1:-1].split(']['))):
        return None
    return name, indexes


def substitute_names(document_path, placeholders):
    """
    The path with a placeholder for each name; a name that is new is entered in `placeholders`.

    ``['foo', 'bar[0]', 'foo']`` becomes ``'#0.#1[0].#0'`` and enters ``{'foo': '#0', 'bar': '#1'}``.
    """
    parts = []
    for segment in get_path_segments(document_path):
        split = split_segment(segment)
        if split is None:
            raise ValueError('{} is not a valid document path'.format('.'.join(document_path)))
        name, indexes = split
        placeholder = placeholders.get(name)
        if placeholder is None:
            placeholder = placeholders[name] = f'#{len(placeholders)}'
        parts.append(placeholder + indexes)
    return '.'.join(parts)


def get_value_placeholder(value, expression_attribute_values):
    """Enters the value under the next free placeholder, which is returned."""
    placeholder = f':{len(expression_attribute_values)}'
    expression_attribute_values[placeholder] = value
    return placeholder


def __getattr__(name):
    if name == 'PATH_SEGMENT_REGEX':
        import re
        regex = globals()[name] = re.compile(r'([^\[\]]+)((?:\[\d+\])*)$')
        return regex
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
