"""How the tests are spread over processes: everything on one ground together, every file whole, slow ones first."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.many_cases import GROUNDS
from tests.spread import SLOW, Spread, unit_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/a/test_x.py::test_y", "tests/a/test_x.py"),
        ("tests/a/test_x.py::test_y[postgresql]", "tests/a/test_x.py"),
        ("tests/a/test_x.py::test_y[::many_other-a]", "tests/a/test_x.py"),
        ("tests/a/test_x.py::test_y[many_sqlite]", "many_sqlite"),
        ("tests/b/test_z.py::test_y[many_postgresql-rq-handler]", "many_postgresql"),
        ("tests/b/test_z.py::test_y[-due-many_sqlite-rq]", "many_sqlite"),
    ],
)
def test_a_test_stays_with_its_ground_or_its_file(nodeid: str, unit: str) -> None:
    assert unit_of(nodeid) == unit


def test_the_slow_ones_are_known() -> None:
    assert {unit for unit in SLOW if not (ROOT / unit).is_file()} == set(GROUNDS)
    assert len(set(SLOW)) == len(SLOW)


def test_slow_ones_are_handed_out_first_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []

    def hand_out(self: Any, _node: object) -> None:
        handed.append(self.workqueue.popitem(last=False)[0])

    monkeypatch.setattr(LoadScopeScheduling, "_assign_work_unit", hand_out)
    spread = Spread.__new__(Spread)
    spread.workqueue = OrderedDict.fromkeys(["one", SLOW[3], "two", SLOW[0]], {})
    while spread.workqueue:
        spread._assign_work_unit(None)
    assert handed == [SLOW[0], SLOW[3], "one", "two"]
