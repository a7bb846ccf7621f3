"""Very many cases for measuring: courses of played cases repeated on other days, in batched inserts.

A batch is one transaction with one audit row. Numbers come from the series without gaps, limits are counted
anew, and what lists repeat of them is taken from the strictest open one.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from blueprints.complaints.service.access import refresh
from blueprints.home.demo import texts
from blueprints.home.demo.filling import COLUMNS, Filler, Rows, Values
from blueprints.home.demo.patterns import NAMED, TABLES, Bundle
from blueprints.home.demo.timeline import Timeline
from core import audit
from core.db import db, transaction
from core.sequences import next_numbers
from domain.numbering import case_number, case_series
from domain.workdays import Calendar

BATCH, SLICE = 20_000, 500
OPEN_SHARE = 0.08
OPEN_DAYS = 5
PAGE_CACHE_KIB = 256 * 1024
ORDER = (
    "case", "complainant", "assignment", "case_step", "clock", "supervision_order", "approval", "case_link",
    "attachment", "dossier", "personal_key",
)  # fmt: skip
ID, NUMBER = (COLUMNS["case"].index(name) for name in ("id", "number"))


class Repeater:
    """Repeats bundles until there are as many cases as wanted."""

    def __init__(self, bundles: list[Bundle], timeline: Timeline, calendar: Calendar, seed: int) -> None:
        self.rng = Random(f"bulk {seed}")  # noqa: S311 -- invented cases
        self.bundles, self.timeline = bundles, timeline
        self.filler = Filler(timeline.days, calendar, zoned=db.engine.dialect.name != "sqlite")
        self.sequence = 0

    def plan(self, cases: int) -> Iterator[tuple[int, int]]:
        """(first day, bundle) of `cases` cases in the order of their registration."""
        settled = [n for n, b in enumerate(self.bundles) if b.settled]
        running = [n for n, b in enumerate(self.bundles) if not b.settled]
        last, planned, made, turn = len(self.timeline.days) - 2, [], 0, 0
        while made < cases:
            if running and self.rng.random() < OPEN_SHARE and made + 8 < cases:
                number, turn = running[turn % len(running)], turn + 1
                base = max(0, self.bundles[number].base - self.rng.randint(1, OPEN_DAYS))
            else:
                number = self.rng.choice(settled)
                base = self.rng.randint(0, last - self.bundles[number].blanks.span)
            made += len(self.bundles[number].cases)
            planned.append((base * 1440 + self.bundles[number].minute) * 10_000 + number)
        planned.sort()
        return ((key // 10_000 // 1440, key % 10_000) for key in planned)

    def batches(self, cases: int) -> Iterator[list[tuple[int, Bundle]]]:
        """The plan in batches of at most BATCH cases."""
        batch: list[tuple[int, Bundle]] = []
        size = 0
        for base, number in self.plan(cases):
            bundle = self.bundles[number]
            if size + len(bundle.cases) > BATCH:
                yield batch
                batch, size = [], 0
            batch.append((base, bundle))
            size += len(bundle.cases)
        if batch:
            yield batch

    def slices(self, batch: list[tuple[int, Bundle]], next_id: dict[str, int]) -> Iterator[Rows]:
        """All rows of a batch, some hundred cases at a time. `next_id`: the first free id of each table whose
        rows are named by others."""
        numbers = self._numbers(batch)
        for start in range(0, len(batch), SLICE):
            rows: Rows = defaultdict(list)
            for base, bundle in batch[start : start + SLICE]:
                values = self.filler.start(bundle)
                for table, count in bundle.ids.items():
                    first = next_id[table]
                    next_id[table] = first + count
                    for n in range(count):
                        values[f"{table}{n}"] = first + n
                self._invent(base, bundle, numbers, values)
                self.filler.fill(bundle, base, self.rng.randint(0, 3), values, rows)
            yield rows

    def _year(self, base: int) -> int:
        return self.timeline.days[base].year

    def _numbers(self, batch: list[tuple[int, Bundle]]) -> dict[tuple[str, int], Iterator[int]]:
        """One reservation for each series and year of the batch."""
        wanted: dict[tuple[str, int], int] = defaultdict(int)
        for base, bundle in batch:
            for case in bundle.cases:
                offset, _ = bundle.blanks.moments[case.registered]
                wanted[case_series(case.sector), self._year(base + offset)] += 1
        return {(series, year): iter(next_numbers(series, year, n)) for (series, year), n in wanted.items()}

    def _invent(
        self, base: int, bundle: Bundle, numbers: dict[tuple[str, int], Iterator[int]], values: Values
    ) -> None:
        """Numbers, people and places of one repetition."""
        self.sequence += 1
        rng = self.rng
        for place, case in enumerate(bundle.cases):
            year = self._year(base + bundle.blanks.moments[case.registered][0])
            number = next(numbers[case_series(case.sector), year])
            values[f"number{place}"] = case_number(case.sector, year, number)
            values[f"origin{place}"] = f"{year}B{self.sequence:08d}{place}"
        for n in range(bundle.people):
            who = texts.somebody(10_000 + self.sequence * 4 + n, bundle.cases[0].sector)
            values |= {f"name{n}": who.name, f"phone{n}": who.phone, f"account{n}": who.account}
        values["estate"] = rng.choice(texts.ESTATES)
        values |= {f"house{n}": f"{values['estate']}{rng.randint(1, 60)}栋" for n in range(bundle.places)}


def grow(
    bundles: list[Bundle], cases: int, *, timeline: Timeline, calendar: Calendar, seed: int, now: datetime,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Add `cases` cases, a transaction and an audit row a batch."""
    repeater, made = Repeater(bundles, timeline, calendar, seed), 0
    for batch in repeater.batches(cases):
        with _without_pauses(), transaction() as session:
            connection, numbers = session.connection(), []
            for rows in repeater.slices(batch, _next_ids(connection)):
                _insert(connection, rows)
                refresh(session, [row[ID] for row in rows["case"]], new=True)
                numbers += [row[NUMBER] for row in rows["case"]]
            _past_ids(connection)
            subject = audit.Subject("demo", None, f"{numbers[0]} … {numbers[-1]}")
            changes = {"cases": [None, len(numbers)]}
            audit.record("demo.batch", subject=subject, by=audit.SYSTEM, now=now, changes=changes)
        made += len(numbers)
        say(f"{made} / {cases}")


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Rows hold no cycles: to look for some after each few hundred of them took a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def _next_ids(connection: Connection) -> dict[str, int]:
    highest = {name: connection.scalar(select(func.max(TABLES[name].c.id))) for name in sorted(NAMED)}
    return {name: (number or 0) + 1 for name, number in highest.items()}


def _insert(connection: Connection, rows: Rows) -> None:
    """All rows in the order in which they refer to each other, past the ORM's conversions."""
    quote, sqlite = connection.dialect.identifier_preparer.quote, connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{PAGE_CACHE_KIB}")
    for name in ORDER:
        if not rows[name]:
            continue
        target = f"{quote(name)} ({', '.join(map(quote, COLUMNS[name]))})"
        if sqlite:
            marks = ", ".join("?" * len(COLUMNS[name]))
            connection.exec_driver_sql(f"INSERT INTO {target} VALUES ({marks})", rows[name])  # noqa: S608
        else:
            _copy(connection, target, rows[name])


def _copy(connection: Connection, target: str, rows: list[tuple[Any, ...]]) -> None:
    """PostgreSQL takes many rows ten times as fast this way."""
    with connection.connection.cursor().copy(f"COPY {target} FROM STDIN") as sink:
        for row in rows:
            sink.write_row(row)


def _past_ids(connection: Connection) -> None:
    """PostgreSQL's sequences go on after the ids that were given here."""
    if connection.dialect.name == "sqlite":
        return
    quote = connection.dialect.identifier_preparer.quote
    for name in sorted(NAMED):
        highest = select(func.max(TABLES[name].c.id)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(quote(name), "id"), highest)))
