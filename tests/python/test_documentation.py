"""What docs/python.md shows runs, from top to bottom, in one process."""
import os
import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'python.md'


def test_the_page_runs():
    blocks = re.findall(r'```python\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.S)
    assert len(blocks) >= 3
    done = subprocess.run([sys.executable, '-c', '\n'.join(blocks)], env=dict(os.environ), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0, done.stdout.decode()
