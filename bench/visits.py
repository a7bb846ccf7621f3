"""The lists of visits at 100,000 of them against the floor: `./run bench visits [--size N] [--rounds N]`.

The dispatcher of an enterprise looks at today's visits, all, breaches, a state, a team since a day, and page
1000; a regulator of two enterprises looks at all of them. Both applications on the same server, in turn.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.cases import say
from bench.lists import Line, Subject, walked
from bench.visits_ground import LOGIN, PASSWORD, REGULATOR
from core import clock

DEEP = 1000
VISITS = Subject("visits", re.compile(rb'href="/visits/(\d+)"'), LOGIN, PASSWORD)
LISTS = {
    "today": "/visits", "all": "/visits?tab=all", "pending": "/visits?tab=pending",
    "breach": "/visits?tab=breach", "state": "/visits?tab=all&state=missed",
    "team since a day": "/visits?tab=all&team=抢修3班&from={day}",
}  # fmt: skip


def measure(ground: dict[str, Any], rounds: int) -> list[Line]:
    """All lists; the regulator sees those of two enterprises, so that its rows are not compared."""
    day = clock.today().replace(month=1, day=1).isoformat()
    lists = {name: address.format(day=day) for name, address in LISTS.items()}
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-logs-")))
        ours, floor, regulator = (
            VISITS.opened(ground, who, logs, stack) for who in (LOGIN, "floor", REGULATOR)
        )
        say(f"walking to page {DEEP}")
        pages = {name: ((ours, address), (floor, address)) for name, address in lists.items()}
        deep = [(side, walked(side, "/visits?tab=all", DEEP)) for side in (ours, floor)]
        pages[f"page {DEEP}"] = (deep[0], deep[1])
        counted = VISITS.statements(ground, {name: mine[1] for name, (mine, _) in pages.items()})
        pages["all (regulator)"] = ((regulator, lists["all"]), (floor, lists["all"]))
        return [
            VISITS.compared(name, mine, theirs, rounds, counted.get(name), rows=name in counted)
            for name, (mine, theirs) in pages.items()
        ]


def main(argv: list[str]) -> None:
    """See the module."""
    VISITS.main(argv, __doc__, measure)
