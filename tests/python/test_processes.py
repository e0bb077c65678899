"""Models in more than one process: os.fork, multiprocessing; the program is in a file, as spawn imports it."""
import os
import subprocess
import sys
import textwrap

import pytest

import cynamo

MODELS = '''
import asyncio, multiprocessing, os, sys
from cynamo.models import Model
from cynamo.attributes import NumberAttribute, UnicodeAttribute

class Remote(Model):
    class Meta:
        table_name = 'users'
        host = os.environ['SERVER']
        region = 'us-east-1'
        billing_mode = 'PAY_PER_REQUEST'
        max_retry_attempts = 1
    name = UnicodeAttribute(hash_key=True)
    age = NumberAttribute(default=1)

class Local(Remote):
    class Meta(Remote.Meta):
        host = 'memory:'

class Folder(Remote):
    class Meta(Remote.Meta):
        host = 'file:' + os.environ['FOLDER']

def forked(work):
    """What `work` gives in a child, by its exit status."""
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            status = 0 if work() else 71
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitpid(pid, 0)[1] == 0
'''


@pytest.fixture(scope='module')
def server():
    with cynamo.serve('memory:') as running:
        yield running


def run(tmp_path, server, program):
    path = tmp_path / 'program.py'
    path.write_text(MODELS + textwrap.dedent(program))
    names = {name: value for name, value in os.environ.items() if not name.startswith(('CYNAMO', 'PYTEST'))}
    names.update(SERVER=server.url, FOLDER=str(tmp_path / 'data'))
    done = subprocess.run([sys.executable, '-X', 'faulthandler', str(path)], env=names, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0, done.stdout.decode()


@pytest.fixture(autouse=True)
def empty(server):
    database = cynamo.Database(server.url, region='us-east-1', access_key_id='key', secret_access_key='secret')
    for name in database.call('ListTables', {})['TableNames']:
        database.call('DeleteTable', {'TableName': name})
    database.close()


def test_fork_with_a_remote_database(tmp_path, server):
    run(tmp_path, server, '''
        Remote.create_table()
        Remote('parent').save()
        def child():
            Remote('child', age=7).save()
            return Remote.get('parent').age == 1 and asyncio.run(Remote.aget('child')).age == 7
        assert all(forked(child) for _ in range(3))
        assert Remote.get('child').age == 7
        assert forked(lambda: forked(child))  # a grandchild
        Remote('parent again').save()
    ''')


def test_fork_with_a_database_in_the_process(tmp_path, server):
    run(tmp_path, server, '''
        for model in (Local, Folder):
            model.create_table()
            model('parent').save()
            def child():
                try:
                    model.get('parent')
                except Exception as e:
                    assert 'fork' in str(e), e
                else:
                    return False
                return True
            assert forked(child)
            assert model.get('parent').name == 'parent'
            model('parent again').save()

        def child_with_its_own():
            Local._connection = None
            assert not Local.exists()
            Local.create_table()
            Local('child').save()
            return Local.count('child') == 1 and Local.count('parent') == 0
        assert forked(child_with_its_own)
        assert Local.count('parent') == 1 and Local.count('child') == 0
    ''')


def test_fork_amid_asyncio(tmp_path, server):
    run(tmp_path, server, '''
        Remote.create_table()

        async def use(name):
            await asyncio.gather(*[Remote(name + str(i)).asave() for i in range(20)])

        async def main():
            tasks = [asyncio.ensure_future(use('parent')) for _ in range(2)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            pid = os.fork()
            if pid == 0:
                status = 71
                try:
                    asyncio._set_running_loop(None)
                    asyncio.run(use('child'))
                    status = 0
                finally:
                    os._exit(status)
            await asyncio.gather(*tasks)
            assert os.waitpid(pid, 0)[1] == 0

        asyncio.run(main())
        assert len(list(Remote.scan())) == 40
    ''')


def test_multiprocessing(tmp_path, server):
    run(tmp_path, server, '''
        def work(number):
            Remote(str(number), age=number).save()
            return Remote.get('parent')

        if __name__ == '__main__':
            Remote.create_table()
            Remote('parent', age=9).save()
            for kind in ('fork', 'spawn', 'forkserver'):
                with multiprocessing.get_context(kind).Pool(2) as pool:
                    assert [user.age for user in pool.map(work, range(8))] == [9] * 8
            assert len(list(Remote.scan())) == 9
    ''')
