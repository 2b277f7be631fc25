"""A small round of every attack; `make torture` runs the long one (docs/reliability.md)."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from torture.scenario import Progress, Skipped, load_all  # noqa: E402

SMALL = [
    pytest.param(one, id=one.name, marks=[pytest.mark.xfail(reason=one.gap, strict=False)] if one.gap else [])
    for one in load_all().values() if one.small is not None
]


@pytest.mark.parametrize("attack", SMALL)
def test_it_holds(attack):
    try:
        attack.run(Progress(attack.name), **attack.small)
    except Skipped as reason:
        pytest.skip(str(reason))
