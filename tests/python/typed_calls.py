"""What type checkers are to find in order: asyncio, migrations, the testing kit."""
from typing import List, Optional
from cynamo import aio, migration, testing
from cynamo.attributes import NumberAttribute, UnicodeAttribute
from cynamo.indexes import AllProjection, GlobalSecondaryIndex
from cynamo.models import Model
from cynamo.transactions import TransactGet, TransactWrite
from cynamo.connection import Connection


class ByAge(GlobalSecondaryIndex['User']):
    class Meta:
        projection = AllProjection()
    age = NumberAttribute(hash_key=True)


class User(Model):
    class Meta:
        table_name = 'users'
    name = UnicodeAttribute(hash_key=True)
    age = NumberAttribute(default=0)
    by_age = ByAge()


async def main() -> None:
    user: User = await User.aget('a')
    await user.asave(User.age > 1)
    await user.aupdate([User.age.set(3)])
    await user.adelete()
    await user.arefresh()
    users: List[User] = [u async for u in User.aquery('a', User.age > 1)]
    users = [u async for u in User.ascan()]
    users = [u async for u in User.by_age.aquery(3)]
    users = [u async for u in User.abatch_get(['a', 'b'])]
    users = [u async for u in User.aparallel_scan(3)]
    count: int = await User.acount('a')
    async with User.abatch_write() as batch:
        await batch.save(user)
    connection = aio.AsyncConnection(host='memory:')
    data = await connection.list_tables()
    async with TransactWrite(connection=Connection()) as write:
        write.save(user)
    async with TransactGet(connection=Connection()) as get:
        future = get.get(User, 'a')
    user = future.get()


def visit(user: User) -> None:
    user.age = 1


step = migration.Migration('x', User, migration.rename(User.name, 'b'), migration.on_model(User, visit), where=User.age > 1)
report = step.run()
changed: int = report.changed
when: Optional[str] = migration.history(User)[0].applied_at
with testing.memory(User) as database:
    database.create_tables(User)

@testing.memory(User)
def run(x: int) -> str:
    return str(x)
y: str = run(3)
with testing.server(User) as server:
    url: str = server.url
