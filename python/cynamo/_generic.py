"""
Classes that can be subscripted at run time, as ``ListAttribute[str]``, without the typing module.

typing takes longer to load than all of this package. What the subscripts mean is in the .pyi files, for type checkers.
"""

GenericAlias = type(list[int])


class Subscriptable:
    """A base for what the .pyi files call Generic."""

    @classmethod
    def __class_getitem__(cls, parameters):
        return GenericAlias(cls, parameters)  # type: ignore[misc]


class Generic:
    """``class A(Generic[T])`` is ``class A(Subscriptable)`` at run time, where T may be anything."""

    def __class_getitem__(cls, parameters):
        return Subscriptable


class Mapped(Subscriptable):
    """``name: Mapped[str]`` in the body of a model or map declares an attribute (_attributes/mapped.py)."""
