"""Migrations: named, versioned steps over all items of a table, while programs use it.

    from cynamo import migration
    step = migration.Migration('rename-last-post', Thread, migration.rename('LastPost', 'last_post'))
    report = step.run(rate_limit=100)

Each item is written only where it changes, under the condition that what changes is as it was seen. A step that was killed goes
on where it was; one that has come to its end is recorded in the table `cynamo-migrations`, and does nothing when it is run again.
docs/python-migrations.md. The work is done by the core, as for `cynamo migrate`, whose records are the same.
"""
from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple, Type, TypeVar, Union

    from cynamo._core import Database
    from cynamo.attributes import Attribute
    from cynamo.connection import Connection
    from cynamo.expressions.condition import Condition
    from cynamo.expressions.update import Action
    from cynamo.models import Model

    _M = TypeVar('_M', bound=Model)
    Item = Dict[str, Dict[str, Any]]
    Change = Union[Tuple[Any, ...], Callable[[Item], Optional[Item]]]
    Where = Union[Type[Model], Connection, Database, str]

_POLL_SECONDS = 0.1


class Report(NamedTuple):
    """What a run did. `scanned` and `changed` count all runs of the step; of a dry run, that one."""
    scanned: int
    changed: int
    conflicts: int  # items that others changed meanwhile, and that were looked at again
    was_applied: bool  # before: nothing has been done now
    was_resumed: bool
    is_stopped: bool  # not at its end


class Record(NamedTuple):
    """What is recorded of one step of one table."""
    table: str
    name: str
    version: int
    is_applied: bool  # False: it was begun
    scanned: int
    changed: int
    begun_at: Optional[str]
    applied_at: Optional[str]
    definition: Optional[str]


# ---- changes that are ready ----

def _name_of(attribute: Union[Attribute, str]) -> str:
    if isinstance(attribute, str):
        return attribute
    if len(attribute.attr_path) != 1:
        raise ValueError('only attributes of the item itself, not those in a map: {}'.format('.'.join(attribute.attr_path)))
    return attribute.attr_name


def rename(old: Union[Attribute, str], new: Union[Attribute, str]) -> Change:
    """An attribute gets another name; where one is there already under the new name, that stays."""
    return 'rename', _name_of(old), _name_of(new)


def backfill(attribute: Union[Attribute, str], value: Any) -> Change:
    """Items without the attribute get this value: a Python value for an attribute of a model, {type: value} for a name."""
    if not isinstance(attribute, str):
        value = {attribute.attr_type: attribute.serialize(value)}
    return 'backfill', _name_of(attribute), value


def remove(attribute: Union[Attribute, str]) -> Change:
    """The attribute is removed."""
    return 'remove', _name_of(attribute)


def update(*actions: Action) -> Change:
    """What these actions make of an item. Where they would do so twice, `where` must say which items are still to be changed."""
    from cynamo.expressions.update import Update
    names: Dict[str, str] = {}
    values: Dict[str, Any] = {}
    text = Update(*actions).serialize(names, values)
    return ('update', text, *_placeholders(names, values))


def boolean(attribute: Union[Attribute, str]) -> Change:
    """A number 0 or 1, as PynamoDB once wrote booleans, becomes a BOOL."""
    return 'boolean', _name_of(attribute)


def unicode_set(attribute: Union[Attribute, str]) -> Change:
    """A set of JSON strings in their quotes, as PynamoDB before 1.6 wrote sets of text, becomes a set of the strings."""
    return 'unicode_set', _name_of(attribute)


def number(attribute: Union[Attribute, str]) -> Change:
    """A string that holds a number becomes an N."""
    return 'number', _name_of(attribute)


def string(attribute: Union[Attribute, str]) -> Change:
    """An N becomes a string."""
    return 'string', _name_of(attribute)


def on_model(model: Type[_M], function: Callable[[_M], Any]) -> Change:
    """`function` gets an instance, and changes it. Attributes that the model does not declare stay as they are."""
    names = [attribute.attr_name for attribute in model.get_attributes().values()]

    def change(item: Item) -> Item:
        instance = model.from_raw_data(item)
        function(instance)
        after = {name: value for name, value in item.items() if name not in names}
        after.update(instance.serialize())
        return after

    return change


def _placeholders(names: Dict[str, str], values: Dict[str, Any]) -> Tuple[Any, Any]:
    return {placeholder: name for name, placeholder in names.items()} or None, values or None


# ---- steps ----

class Migration:
    """A step over one table. `name`, `version` and the table are its identity."""

    def __init__(
        self,
        name: str,
        table: Union[Type[Model], str],
        *changes: Change,
        version: int = 1,
        where: Optional[Condition] = None,
        into: Union[Type[Model], str, None] = None,
        definition: Optional[str] = None,
        database: Optional[Where] = None,
    ) -> None:
        """
        :param table: A model, or a table's name
        :param changes: Changes of above, or functions: each gets an item in DynamoDB's shape and returns what it shall be, or
            None. One on what the other has made. They are called on several threads
        :param version: Another version is another step
        :param where: Items that do not meet it are neither changed nor copied
        :param into: Another table (or a model's), which gets all items, changed or not
        :param definition: What the step does, in any words. A step that is recorded with other words is refused
        :param database: Where the table is, if not where the model is: a URL, a Connection, a Database, a model
        """
        self.name = name
        self.version = version
        self._table = table
        self._into = into
        self._changes = changes
        self._where = where
        self._definition = definition
        self._place = database if database is not None else table

    def __repr__(self) -> str:
        return 'Migration<{}/{} of {}>'.format(self.name, self.version, _table_name(self._table))

    def run(
        self,
        *,
        segments: int = 4,
        page_size: int = 100,
        rate_limit: Optional[float] = None,
        dry_run: bool = False,
        progress: Optional[Callable[[Report], Any]] = None,
        stops: Optional[Callable[[], Any]] = None,
    ) -> Report:
        """Runs the step to its end, unless it has been applied. After an error, and after Ctrl-C, it can be run again, and goes
        on.

        :param segments: Threads, each with a segment of the scan
        :param page_size: Items between two records of the position
        :param rate_limit: Capacity units a second, of the scan and of what is written
        :param dry_run: Counts, and writes nothing
        :param progress: Told after each page
        :param stops: Asked between pages: something true ends the run where it can go on
        """
        if isinstance(self._place, str) and self._place is self._table:
            raise ValueError('a migration of a table by its name needs `database`')
        database = _database_of(self._place)
        arguments: Dict[str, Any] = dict(
            into=_table_name(self._into), where=self._where_arguments(), definition=self._definition, segments=segments,
            page_size=page_size, rate_limit=rate_limit or 0.0, dry_run=dry_run)
        if progress is not None:
            told = progress
            arguments['progress'] = lambda report: told(Report(**report))
        return Report(**_run_interruptibly(
            lambda stopper: database.migrate(
                self.name, self.version, _table_name(self._table), tuple(self._changes), stops=stopper, **arguments),
            stops))

    def _where_arguments(self) -> Optional[Tuple[str, Any, Any]]:
        if self._where is None:
            return None
        names: Dict[str, str] = {}
        values: Dict[str, Any] = {}
        text = self._where.serialize(names, values)
        return (text, *_placeholders(names, values))


def _run_interruptibly(work: Callable[[Callable[[], bool]], Any], stops: Optional[Callable[[], Any]]) -> Any:
    """Runs it on a thread of its own, so that this one sees Ctrl-C, which stops it between two pages."""
    import threading
    is_interrupted = threading.Event()
    outcome: List[Any] = [None, None]

    def stopper() -> bool:
        return is_interrupted.is_set() or (stops is not None and bool(stops()))

    def run() -> None:
        try:
            outcome[0] = work(stopper)
        except BaseException as e:
            outcome[1] = e

    thread = threading.Thread(target=run, name='cynamo-migration')
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_POLL_SECONDS)
    except BaseException:
        is_interrupted.set()
        thread.join()
        raise
    answer, error = outcome
    outcome.clear()  # an error knows its frames, and these the outcome
    if error is not None:
        try:
            raise error
        finally:
            del error
    return answer


def history(database: Where) -> List[Record]:
    """The steps that are recorded in the database (a URL, a Connection, a Database, a model), by table and step."""
    return [Record(**record) for record in _database_of(database).migrations()]


def _table_name(table: Union[Type[Model], str, None]) -> Any:
    return table if table is None or isinstance(table, str) else table._get_connection().table_name


def _database_of(place: Any) -> Any:
    from cynamo.connection import Connection
    if isinstance(place, str):
        place = Connection(host=place)
    elif isinstance(place, type):
        place = place._get_connection().connection
    if not isinstance(place, Connection):
        return place
    if place._goes_through_botocore():
        raise RuntimeError('a migration does not go through botocore, where a mock, a Stubber or a tracer waits for calls now')
    return place._get_database()
