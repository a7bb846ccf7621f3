"""pytest plugin: how the tests are spread over the processes of a run.

A file stays in one process, and so do all tests on one ground of very many cases, whichever files they are in, so
that each ground is made once a run. What takes long is begun first: no process is left alone with it at the end.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

GROUND = re.compile(r"\[(?:.*-)?(many_(?:sqlite|postgresql))(?:-.*)?\]$")
# The slowest first. A file that is not named here is begun after these; nothing is left out.
SLOW = (
    "many_postgresql",
    "tests/browser/test_axe.py",
    "tests/browser/test_axe_service.py",
    "many_sqlite",
    "tests/integration/test_sweeps.py",
    "tests/browser/test_flow_inspection.py",
    "tests/browser/test_flow_tablet.py",
    "tests/integration/test_kill_nine.py",
    "tests/integration/test_demo.py",
    "tests/pdf/test_edges.py",
    "tests/pdf/test_hostile.py",
    "tests/pdf/test_measured.py",
    "tests/browser/test_flow_handed_over.py",
    "tests/integration/test_backup.py",
    "tests/integration/test_notices_at_once.py",
    "tests/browser/test_flow_notice.py",
    "tests/integration/test_notices.py",
    "tests/browser/test_interface.py",
    "tests/browser/test_flow_water.py",
    "tests/browser/test_flow_gas.py",
    "tests/integration/test_bench_cases.py",
)


def unit_of(nodeid: str) -> str:
    """What a test is kept together with: its ground of very many cases, or its file."""
    ground = GROUND.search(nodeid)
    return ground[1] if ground else nodeid.partition("::")[0]


class Spread(LoadScopeScheduling):
    """Hands out units of tests, the slow ones first."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        slow = next((unit for unit in SLOW if unit in self.workqueue), None)
        if slow is not None:
            self.workqueue.move_to_end(slow, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread | None:
    """For `--dist loadfile`, which is what `./run test` asks for."""
    return Spread(config, log) if config.getoption("dist") == "loadfile" else None
