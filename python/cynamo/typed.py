"""
Models and maps that are written like dataclasses, with constructors that type checkers check::

    class User(TypedModel):
        class Meta:
            table_name = 'users'

        id: Mapped[str] = mapped(hash_key=True)
        age: Mapped[int] = mapped(default=0)
        nickname: Mapped[Optional[str]] = mapped(default=None)

    User(id='a', age=3)

mypy and pyright know the constructor's arguments: those without a default are required. While the program runs these are a
Model and a MapAttribute like others.
"""
from cynamo._attributes.mapped import mapped
from cynamo.attributes import MapAttribute, Mapped
from cynamo.models import Model

__all__ = ['Mapped', 'TypedMap', 'TypedModel', 'mapped']


class TypedModel(Model):
    """The base of models whose constructors are checked; their attributes are annotated with Mapped."""


class TypedMap(MapAttribute):
    """The base of maps whose constructors are checked; their attributes are annotated with Mapped."""
