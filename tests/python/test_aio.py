"""asyncio: the calls with an `a` before their names, on every place where a database may be."""
import asyncio
import gc
import os
import socket
import subprocess
import sys
import threading
import time
from unittest.mock import patch

import pytest

import cynamo
from cynamo import aio
from cynamo.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute, VersionAttribute
from cynamo.connection import Connection
from cynamo.exceptions import (
    DeleteError, DoesNotExist, GetError, PutError, TableDoesNotExist, TableError, TransactWriteError, UpdateError,
)
from cynamo.indexes import AllProjection, GlobalSecondaryIndex
from cynamo.models import Model
from cynamo.transactions import TransactGet, TransactWrite


class ByColor(GlobalSecondaryIndex):
    class Meta:
        index_name = 'by-color'
        projection = AllProjection()

    color = UnicodeAttribute(hash_key=True)


class Stock(Model):
    class Meta:
        table_name = 'stock'
        region = 'us-east-1'
        billing_mode = 'PAY_PER_REQUEST'
        max_pool_connections = 20

    shelf = UnicodeAttribute(hash_key=True)
    place = NumberAttribute(range_key=True)
    color = UnicodeAttribute(default='red')
    count_ = NumberAttribute(default=0)
    seen = UTCDateTimeAttribute(null=True)
    by_color = ByColor()


class Versioned(Model):
    class Meta:
        table_name = 'versioned'
        region = 'us-east-1'
        billing_mode = 'PAY_PER_REQUEST'

    name = UnicodeAttribute(hash_key=True)
    age = NumberAttribute(null=True)
    version = VersionAttribute()


@pytest.fixture
def models(database_url):
    """The two models with fresh tables."""
    bound = [model.bind(host=database_url) for model in (Stock, Versioned)]
    for model in bound:
        if model.exists():
            model.delete_table(wait=True)
    yield bound
    for model in bound:
        if model.exists():
            model.delete_table(wait=True)


def test_calls_of_a_model(models):
    stock = models[0]

    async def use():
        assert not await stock.aexists()
        await stock.acreate_table(wait=True)
        assert await stock.aexists()
        assert (await stock.adescribe_table())['TableName'] == 'stock'
        item = stock('a', 1)
        data = await item.asave()
        assert data['ResponseMetadata']['HTTPStatusCode'] == 200
        assert (await stock.aget('a', 1)).attribute_values == item.attribute_values
        assert stock.get('a', 1).attribute_values == item.attribute_values
        await item.aupdate([stock.count_.add(2), stock.color.set('blue')], stock.count_ == 0)
        assert (item.count_, item.color) == (2, 'blue')
        data = await item.aupdate([stock.count_.set(9)], return_values='UPDATED_OLD')
        assert data['Attributes'] == {'count_': {'N': '2'}} and item.count_ == 2
        await item.arefresh(consistent_read=True)
        assert item.count_ == 9
        assert (await item.asave(return_values='ALL_OLD'))['Attributes']['count_'] == {'N': '9'}
        assert (await item.adelete(stock.count_ == 9, return_values='ALL_OLD'))['Attributes']['color'] == {'S': 'blue'}
        with pytest.raises(stock.DoesNotExist):
            await stock.aget('a', 1)
        with pytest.raises(DoesNotExist):
            await item.arefresh()
        await stock.adelete_table(wait=True)
        assert not await stock.aexists()

    asyncio.run(use())


def test_errors(models, is_moto):
    stock = models[0]

    async def use():
        with pytest.raises(GetError) as caught:
            await stock.aget('a', 1)
        assert caught.value.cause_response_code == 'ResourceNotFoundException'
        if not is_moto:
            assert 'on table (stock) when calling the GetItem operation' in str(caught.value)
        with pytest.raises(TableError):
            await stock.adelete_table()
        with pytest.raises(TableDoesNotExist):
            await stock.adescribe_table()
        await stock.acreate_table(wait=True)
        with pytest.raises(PutError, match='ConditionalCheckFailed'):
            await stock('a', 1).asave(stock.shelf.exists())
        with pytest.raises(UpdateError):
            await stock('a', 1).aupdate([stock.count_.add(1)], stock.shelf.exists())
        with pytest.raises(DeleteError):
            await stock('a', 1).adelete(stock.shelf.exists())
        with pytest.raises(TypeError):
            await stock('a', 1).aupdate([])
        with pytest.raises(ValueError, match='hash_key must be given'):
            await stock.acount(filter_condition=stock.count_ > 1)
        with pytest.raises(Exception, match='(?i)type|invalid'):
            await aio.AsyncConnection(host=stock.Meta.host, region='us-east-1').delete_table(17)

    asyncio.run(use())


def test_query_and_scan(models):
    stock = models[0]

    async def use():
        await stock.acreate_table(wait=True)
        await asyncio.gather(*[stock('a', i, color='red' if i % 2 else 'blue').asave() for i in range(30)])
        assert [item.place async for item in stock.aquery('a', stock.place < 5)] == [0, 1, 2, 3, 4]
        assert [item.place async for item in stock.aquery('a', page_size=7, limit=20, scan_index_forward=False)] == list(range(29, 9, -1))
        results = stock.aquery('a', page_size=4)
        async for item in results:
            if item.place == 9:
                break
        key = results.last_evaluated_key
        assert key == {'shelf': {'S': 'a'}, 'place': {'N': '9'}} and results.page_iter.total_scanned_count == 12
        assert [item.place async for item in stock.aquery('a', last_evaluated_key=key, limit=3)] == [10, 11, 12]
        assert await stock.acount('a') == 30 and await stock.acount('a', stock.place < 3) == 3
        assert await stock.by_color.acount('red') == 15
        assert len([item async for item in stock.by_color.aquery('blue', limit=20)]) == 15
        assert len([item async for item in stock.by_color.ascan(page_size=11)]) == 30
        assert len([item async for item in stock.ascan(stock.color == 'red', page_size=7)]) == 15
        assert [item async for item in stock.aquery('none')] == []
        assert sorted([item.place async for item in stock.aparallel_scan(3, page_size=4)]) == list(range(30))
        assert len([item async for item in stock.aparallel_scan(3, limit=5)]) == 5
        begin = time.monotonic()
        assert len([item async for item in stock.aquery('a', page_size=10, rate_limit=5)]) == 30
        assert time.monotonic() - begin > 0.15

    asyncio.run(use())


def test_an_error_of_a_parallel_scan(models):
    async def use():
        with pytest.raises(Exception, match='ResourceNotFound'):
            [item async for item in models[0].aparallel_scan(4)]
        with pytest.raises(ValueError):
            [item async for item in models[0].aparallel_scan(0)]
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(use())


def test_batches(models):
    stock = models[0]

    async def use():
        await stock.acreate_table(wait=True)
        async with stock.abatch_write() as batch:
            for i in range(60):
                await batch.save(stock('a', i))
            await batch.delete(stock('a', 3))
        assert await stock.acount('a') == 59
        keys = [('a', i) for i in range(120)]
        assert sorted([item.place async for item in stock.abatch_get(keys)]) == [i for i in range(60) if i != 3]
        with pytest.raises(KeyError):
            async with stock.abatch_write() as batch:
                await batch.save(stock('b', 1))
                raise KeyError()
        assert await stock.acount('b') == 0
        batch = stock.abatch_write(auto_commit=False)
        for i in range(25):
            await batch.save(stock('c', i))
        with pytest.raises(ValueError):
            await batch.save(stock('c', 25))
        await batch.commit()
        assert await stock.acount('c') == 25
        with pytest.raises(TypeError):
            with stock.abatch_write():
                pass
        async with stock.abatch_write(rate_limit=1000) as batch:
            await batch.save(stock('d', 1))
        assert len([item async for item in stock.abatch_get([('d', 1)], rate_limit=1000)]) == 1

    asyncio.run(use())


def test_what_batches_leave_undone_is_sent_again():
    model = Stock.bind(host='memory:', table_name='never-made')
    item = model('a', 1).serialize()
    writes = [{'UnprocessedItems': {'never-made': [{'PutRequest': {'Item': item}}]}}, {'UnprocessedItems': {}}]
    reads = [
        {'Responses': {'never-made': []}, 'UnprocessedKeys': {'never-made': {'Keys': [{'shelf': {'S': 'a'}, 'place': {'N': '1'}}]}}},
        {'Responses': {'never-made': [item]}, 'UnprocessedKeys': {}},
    ]

    async def use():
        with patch.object(Connection, '_make_api_call', side_effect=writes) as call:
            async with model.abatch_write() as batch:
                await batch.save(model('a', 1))
            assert call.call_count == 2
        with patch.object(Connection, '_make_api_call', side_effect=reads):
            assert [found.place async for found in model.abatch_get([('a', 1)])] == [1]
        with patch.object(Connection, '_make_api_call', return_value=writes[0]):
            with pytest.raises(PutError, match='max_retry_attempts'):
                async with model.abatch_write() as batch:
                    await batch.save(model('a', 1))
            assert batch.failed_operations

    asyncio.run(use())


def test_transactions(models, is_moto):
    stock, versioned = models
    connection = stock._get_connection().connection

    async def use():
        await stock.acreate_table(wait=True)
        await versioned.acreate_table(wait=True)
        ann = versioned('ann')
        async with TransactWrite(connection=connection) as transaction:
            transaction.save(ann)
            transaction.save(stock('a', 1))
            transaction.condition_check(stock, 'b', 1, stock.shelf.does_not_exist())
        assert ann.version == 1
        async with TransactGet(connection=connection) as transaction:
            first, second = transaction.get(versioned, 'ann'), transaction.get(stock, 'none', 1)
        assert first.get().version == 1
        with pytest.raises(DoesNotExist):
            second.get()
        with pytest.raises(TransactWriteError) as caught:
            async with TransactWrite(connection=connection) as transaction:
                transaction.save(stock('b', 1))
                transaction.condition_check(stock, 'a', 1, stock.shelf.does_not_exist())
        if not is_moto:
            assert [reason and reason.code for reason in caught.value.cancellation_reasons] == [None, 'ConditionalCheckFailed']
        with pytest.raises(KeyError):
            async with TransactWrite(connection=connection) as transaction:
                transaction.delete(stock('a', 1))
                raise KeyError()
        assert await stock.acount('a') == 1
        async with TransactWrite(connection=aio.AsyncConnection(host=stock.Meta.host, region='us-east-1')) as transaction:
            transaction.delete(stock('a', 1))
        assert await stock.acount('a') == 0

    asyncio.run(use())


def test_versions(models):
    versioned = models[1]

    async def use():
        await versioned.acreate_table(wait=True)
        ann = versioned('ann')
        await ann.asave()
        await ann.asave()
        assert ann.version == 2
        await ann.aupdate([versioned.age.set(3)])
        assert (ann.version, ann.age) == (3, 3)
        other = versioned('ann', version=1)
        for call in (other.asave, other.adelete, lambda: other.aupdate([versioned.age.set(4)])):
            with pytest.raises(Exception, match='ConditionalCheckFailed'):
                await call()
        await other.adelete(add_version_condition=False)
        assert not [item async for item in versioned.ascan()]

    asyncio.run(use())


def test_a_connection(models):
    stock = models[0]

    async def use():
        connection = aio.AsyncConnection(host=stock.Meta.host, region='us-east-1')
        assert 'stock' not in (await connection.list_tables())['TableNames']
        await stock.acreate_table(wait=True)
        assert (await connection.describe_table('stock'))['TableStatus'] == 'ACTIVE'
        await connection.put_item('stock', 'a', range_key='1', attributes={'color': {'S': 'red'}})
        assert (await connection.get_item('stock', 'a', '1'))['Item']['color'] == {'S': 'red'}
        assert (await connection.query('stock', 'a'))['Count'] == 1
        await connection.delete_item('stock', 'a', '1')
        assert (await connection.scan('stock'))['Count'] == 0
        with pytest.raises(ValueError):
            await connection.update_item('stock', 'a', '1', actions=[])

    asyncio.run(use())


# ---- the loop ----

@pytest.fixture
def silent():
    """The URL of a server that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(64)
        yield 'http://127.0.0.1:%d' % listener.getsockname()[1]


@pytest.fixture
def remote():
    with cynamo.serve('memory:') as server:
        model = Stock.bind(host=server.url)
        model.create_table(wait=True)
        yield model


def test_many_calls_without_a_thread_for_each(remote):
    async def use():
        await asyncio.gather(*[remote('a', i).asave() for i in range(500)])
        before = threading.active_count()
        items = await asyncio.gather(*[remote.aget('a', i) for i in range(500)])
        assert [item.place for item in items] == list(range(500))
        assert threading.active_count() == before

    asyncio.run(use())
    assert not open_loops()


def open_loops():
    """The loops that have calls under way, and will see their end."""
    return [loop for loop, _ in aio._waiters if not loop.is_closed()]


def test_other_tasks_run_while_a_call_waits(silent):
    model = Stock.bind(host=silent, read_timeout_seconds=0.5, max_retry_attempts=0)

    async def use():
        ticks = 0
        task = asyncio.ensure_future(model.aget('a', 1))
        while not task.done():
            await asyncio.sleep(0.01)
            ticks += 1
        with pytest.raises(GetError):
            task.result()
        return ticks

    assert asyncio.run(use()) > 10


def test_cancelled(silent, remote):
    model = Stock.bind(host=silent, read_timeout_seconds=1, max_retry_attempts=0)

    async def use():
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(model.aget('a', 1), 0.05)
        tasks = [asyncio.ensure_future(remote('b', i).asave()) for i in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])
        assert all(isinstance(result, dict) for result in results[1::2])
        assert (await remote.aget('b', 1)).place == 1
        # A task in memory is cancelled before it has begun, or not at all.
        memory = Stock.bind(host='memory:aio')
        await memory.acreate_table()
        task = asyncio.ensure_future(memory('a', 1).asave())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await memory.acount('a') == 0

    errors = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context))
        await use()
        gc.collect()

    asyncio.run(main())
    assert errors == []


def test_loops_one_after_the_other(remote):
    for i in range(5):
        asyncio.run(remote('a', i).asave())
    assert remote.count('a') == 5


def test_a_loop_that_ends_with_calls_under_way(silent, remote):
    model = Stock.bind(host=silent, read_timeout_seconds=0.3, max_retry_attempts=0)

    async def leave():
        asyncio.ensure_future(model.aget('a', 1))
        await asyncio.sleep(0.01)

    asyncio.run(leave())

    async def wait():
        with pytest.raises(GetError):
            await model.aget('a', 1)

    asyncio.run(wait())
    assert not open_loops()

    async def use():
        await remote.aexists()

    asyncio.run(use())
    assert not aio._waiters


def test_loops_in_several_threads(remote):
    failures = []

    async def use(thread):
        for i in range(30):
            await asyncio.gather(*[remote('%d' % thread, i).asave(), remote.acount('%d' % thread)])
            assert (await remote.aget('%d' % thread, i)).place == i

    def run(thread):
        try:
            asyncio.run(asyncio.wait_for(use(thread), 60))
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [] and not open_loops()


def test_a_task_with_calls_in_memory_lets_others_run():
    model = Stock.bind(host='memory:aio-fair')

    async def use():
        await model.acreate_table()

        async def forever():
            while True:
                await model.acount('a')

        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(forever(), 0.1)

    asyncio.run(use())


def test_uvloop(remote):
    uvloop = pytest.importorskip('uvloop')

    async def use():
        await asyncio.gather(*[remote('a', i).asave() for i in range(50)])
        assert await remote.acount('a') == 50

    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(use())
    finally:
        loop.close()


# ---- hooks ----

def test_signals_are_the_same():
    pytest.importorskip('blinker')
    from cynamo.signals import post_dynamodb_send, pre_dynamodb_send
    model = Stock.bind(host='memory:aio-signals')
    connection = model._get_connection().connection
    seen = []

    def before(sender, operation_name, table_name, req_uuid):
        seen.append(('pre', sender, operation_name, table_name, req_uuid))

    def after(sender, operation_name, table_name, req_uuid):
        seen.append(('post', sender, operation_name, table_name, req_uuid))

    pre_dynamodb_send.connect(before)
    post_dynamodb_send.connect(after)
    try:
        asyncio.run(model.aexists())
        asyncio.run(model.acreate_table())
        with_async = list(seen)
        del seen[:]
        model.delete_table()
        del seen[:]
        model.exists()
        model.create_table()
    finally:
        pre_dynamodb_send.disconnect(before)
        post_dynamodb_send.disconnect(after)
    assert [entry[:4] for entry in with_async] == [entry[:4] for entry in seen]
    assert all(entry[1] is connection for entry in with_async)
    assert with_async[-1][4] == with_async[-2][4]


def test_overridden_and_patched_calls():
    model = Stock.bind(host='memory:aio-hooks')
    threads = []

    def make_api_call(self, operation_name, kwargs):
        threads.append(threading.current_thread())
        return {'Item': {'shelf': {'S': 'x'}, 'place': {'N': '7'}}}

    async def make_api_call_async(self, operation_name, kwargs):
        return {'Item': {'shelf': {'S': 'y'}, 'place': {'N': '8'}}}

    with patch.object(Connection, '_make_api_call', make_api_call):
        assert asyncio.run(model.aget('a', 1)).place == 7
    assert threads[0] is not threading.main_thread()
    with patch.object(Connection, '_make_api_call', make_api_call_async):
        assert asyncio.run(model.aget('a', 1)).place == 8
    with patch.object(Connection, 'dispatch', return_value={'Item': {'shelf': {'S': 'x'}, 'place': {'N': '9'}}}) as dispatch:
        assert asyncio.run(model.aget('a', 1)).place == 9
        assert dispatch.call_args[0][0] == 'GetItem'

    class Mine(Connection):
        def get_item(self, table_name, hash_key, **kwargs):
            return super().get_item(table_name, hash_key + '!', **kwargs)

    mine = Mine(host='memory:aio-hooks', region='us-east-1')
    mine.add_meta_table(model._get_connection().get_meta_table())

    async def use():
        await model.acreate_table()
        await model('a!', 1).asave()
        return await aio.connection(mine).get_item('stock', 'a', range_key='1')

    assert asyncio.run(use())['Item']['shelf'] == {'S': 'a!'}


def test_a_models_own_attributes_of_such_names():
    class Odd(Model):
        class Meta:
            table_name = 'odd-names'
            host = 'memory:aio-names'
            region = 'us-east-1'
            billing_mode = 'PAY_PER_REQUEST'
        aget = UnicodeAttribute(hash_key=True)
        acount = NumberAttribute(default=1)

    async def use():
        await Odd.acreate_table()
        await Odd('x').asave()
        assert [(odd.aget, odd.acount) async for odd in Odd.aquery('x')] == [('x', 1)]

    asyncio.run(use())
    assert Odd.get('x').acount == 1


def test_mocks():
    pytest.importorskip('moto')
    program = '''
import asyncio, socket
from moto import mock_aws
from cynamo.models import Model
from cynamo.attributes import UnicodeAttribute
class User(Model):
    class Meta:
        table_name = 'users'
        region = 'eu-west-1'
        billing_mode = 'PAY_PER_REQUEST'
    name = UnicodeAttribute(hash_key=True)
def refuse(*args, **kwargs):
    raise AssertionError('a packet would have left')
socket.socket.connect = refuse
async def use():
    await User.acreate_table(wait=True)
    await asyncio.gather(*[User(str(i)).asave() for i in range(5)])
    assert sorted([user.name async for user in User.ascan()]) == list('01234')
with mock_aws():
    asyncio.run(use())
'''
    names = {name: value for name, value in os.environ.items() if not name.startswith(('CYNAMO', 'PYTEST'))}
    done = subprocess.run([sys.executable, '-c', program], env=names, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0, done.stdout.decode()


def test_asyncio_is_not_loaded_without_need():
    program = '''
import sys
from cynamo.models import Model
import cynamo.transactions, cynamo.indexes
assert 'asyncio' not in sys.modules and 'cynamo.aio' not in sys.modules
'''
    names = {name: value for name, value in os.environ.items() if name != 'PYTEST_CURRENT_TEST'}
    assert subprocess.run([sys.executable, '-c', program], env=names, timeout=60).returncode == 0
