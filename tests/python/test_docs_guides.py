"""What the guides for Python show runs: a page's blocks from top to bottom in one process, blocks for pytest by pytest."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

import cynamo

DOCS = pathlib.Path(__file__).resolve().parents[2] / 'docs'
PAGES = ['python-testing.md', 'python-asyncio.md', 'python-migrations.md', 'moving-from-pynamodb.md', 'moving-tests.md']
BLOCK = re.compile(r'(?m)^<!-- not run: tests/python/test_docs_guides\.py (runs it with pytest|runs the Python blocks of this page)'
                   r' -->\n```python\n(.*?)^```$', re.S)


def blocks_of(page):
    found = BLOCK.findall((DOCS / page).read_text(encoding='utf-8'))
    assert len(found) == (DOCS / page).read_text(encoding='utf-8').count('test_docs_guides.py')
    return found


def run(folder, *command):
    names = {name: value for name, value in os.environ.items() if not name.startswith(('CYNAMO', 'PYTEST'))}
    names['PYTHONPATH'] = os.path.dirname(os.path.dirname(cynamo.__file__))
    done = subprocess.run([sys.executable, *command], cwd=folder, env=names, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120)
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize('page', PAGES)
def test_page(page, tmp_path):
    pytest.importorskip('boto3')
    blocks = blocks_of(page)
    assert blocks
    program = '\n'.join(text for how, text in blocks if 'pytest' not in how)
    if program:
        (tmp_path / 'program.py').write_text(program)
        run(tmp_path, 'program.py')
    for number, text in enumerate(text for how, text in blocks if 'pytest' in how):
        (tmp_path / 'test_{}.py'.format(number)).write_text(text)
        run(tmp_path, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'cynamo.testing.plugin', 'test_{}.py'.format(number))
