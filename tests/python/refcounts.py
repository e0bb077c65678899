"""Run by refcounts.sh under a debug build of Python: no way that a call ends leaves a reference behind."""
import gc
import os
import sys
import types

# pytest is not needed for the ways themselves, and the debug build has none
fake = types.ModuleType('pytest')
fake.fixture = lambda *a, **k: (lambda f: f)
fake.mark = types.SimpleNamespace(parametrize=lambda *a: (lambda f: f), skipif=lambda *a, **k: (lambda f: f))
sys.modules['pytest'] = fake
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_core_leaks as leaks  # noqa: E402
from cynamo import _core  # noqa: E402

CALLS = 200


def main():
    db, keep = _core.Database('memory:'), _core.Database('memory:core-leaks', region='eu-west-1')
    db.call('CreateTable', leaks.TABLE)
    db.call('PutItem', {'TableName': 'tbl', 'Item': leaks.ITEM})
    passed = failed = 0
    for name, action in leaks.WAYS.items():
        for _ in range(50):
            action(db)
        left = []
        for _ in range(4):
            gc.collect()
            before = sys.gettotalrefcount()
            for _ in range(CALLS):
                action(db)
            gc.collect()
            left.append(sys.gettotalrefcount() - before)
        if min(left) < CALLS // 4:
            passed += 1
        else:
            failed += 1
            print('{}: {} references after {} calls'.format(name, left, CALLS))
    keep.close()
    print('{} passed, {} failed'.format(passed, failed))
    sys.exit(failed != 0)


main()
