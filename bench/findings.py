"""The list of findings and its statistics at 100,000 of them against the floor: `./run bench findings`.

An inspector looks at all, a state, an enterprise, a clause, a grade, what is overdue, repeats, since a day,
page 1000, and the statistics of a year and of all time. Both applications on the same server, in turn.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.cases import say
from bench.findings_ground import LOGIN, PASSWORD
from bench.lists import Line, Subject, walked
from core import clock

DEEP = 1000
FINDINGS = Subject("findings", re.compile(rb'href="?/findings/(\d+)'), LOGIN, PASSWORD)
LISTS = {
    "all": "/findings", "state": "/findings?state=noticed", "enterprise": "/findings?enterprise=rq",
    "clause": "/findings?clause=F3.2.1", "grade": "/findings?severity=serious",
    "overdue": "/findings?overdue=yes", "repeats": "/findings?repeat=yes",
    "since a day": "/findings?from={day}",
    "statistics of a year": "/findings/statistics?from={year}&to={today}",
    "statistics of all time": "/findings/statistics?from=2000-01-01&to={today}",
}  # fmt: skip


def measure(ground: dict[str, Any], rounds: int) -> list[Line]:
    """All lists."""
    today = clock.today()
    days = {"day": today - timedelta(days=60), "year": today - timedelta(days=365), "today": today}
    lists = {name: address.format(**days) for name, address in LISTS.items()}
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-logs-")))
        ours, floor = (FINDINGS.opened(ground, who, logs, stack) for who in (LOGIN, "floor"))
        deep = min(DEEP, ground["size"] // 60)
        say(f"walking to page {deep}")
        pages = {name: (address, address) for name, address in lists.items()}
        pages[f"page {deep}"] = (walked(ours, "/findings", deep), walked(floor, "/findings", deep))
        counted = FINDINGS.statements(ground, {name: address for name, (address, _) in pages.items()})
        return [
            FINDINGS.compared(
                name, (ours, mine), (floor, theirs), rounds, counted[name], rows="statistics" not in name
            )
            for name, (mine, theirs) in pages.items()
        ]


def main(argv: list[str]) -> None:
    """See the module."""
    FINDINGS.main(argv, __doc__, measure)
