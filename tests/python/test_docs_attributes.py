"""The programs in docs/python-attributes.md run."""
import pathlib
import re

import pytest

PAGE = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'python-attributes.md'
PROGRAMS = re.findall(r'```python\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.DOTALL)


@pytest.mark.parametrize('number', range(len(PROGRAMS)))
def test_program(number):
    # dont_inherit: the programs are read as a file of their own would be.
    exec(compile(PROGRAMS[number], f'{PAGE.name}, program {number + 1}', 'exec', dont_inherit=True), {'__name__': f'program{number}'})
