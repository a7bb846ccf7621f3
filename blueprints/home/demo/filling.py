"""Fills the blanks of a bundle for another first day: rows as the database driver takes them.

What never changes is worked out once for a bundle: a repetition is one dictionary that begins with the fixed
values of all rows, gets those of its own, and is read by one getter for each row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from cryptography.fernet import Fernet

from blueprints.complaints.service.closing import dossier_digest
from blueprints.home.demo.blanks import DayBlank, written
from blueprints.home.demo.patterns import (
    DUE,
    TABLES,
    Bundle,
    CasePattern,
    ClockPattern,
    RowPattern,
    columns_of,
)
from core.clock import local_date, local_midnight
from core.clocks import reckon
from domain.deadlines import Unit
from domain.workdays import Calendar

COLUMNS = {name: columns_of(name) for name in TABLES} | {
    "dossier": ["case_id", "body", "digest", "frozen_at"],
    "personal_key": ["subject_type", "subject_id", "key"],
}
EAST = 8 * 3600
Rows = dict[str, list[tuple[Any, ...]]]
Values = dict[Any, Any]
Getter = Callable[[Values], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A limit that has been counted, as the database has it."""

    day: date
    due_on: str
    due_at: str
    provisional: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class PreparedClock:
    """A limit: what it counts, the key of its state, the getter of its row."""

    pattern: ClockPattern
    number: int
    row: Getter

    def fill(self, limit: Counted, values: Values) -> tuple[Any, ...]:
        """The row, for the limit as counted for this repetition."""
        pattern, n = self.pattern, self.number
        state, ended = pattern.state, values[pattern.ended] if pattern.ended else None
        if state in ("met", "late") and ended is not None:
            state = "met" if ended < limit.due_at else "late"
        values["ended_at", n], values["state", n] = ended, state
        values["due_on", n], values["due_at", n] = limit.due_on, limit.due_at
        values["provisional", n], values["explanation", n] = limit.provisional, limit.explanation
        return self.row(values)


@dataclass
class Prepared:
    """A bundle ready to be repeated; `fixed` holds what all repetitions share, under keys of its own."""

    fixed: Values = field(default_factory=dict)
    texts: list[tuple[int, str]] = field(default_factory=list)
    rows: list[tuple[str, Getter]] = field(default_factory=list)
    clocks: list[list[PreparedClock]] = field(default_factory=list)

    @classmethod
    def of(cls, bundle: Bundle) -> Prepared:
        """Read the patterns of a bundle."""
        made, number = cls(), 0
        for case in bundle.cases:
            made.rows += [(pattern.table, made.getter(pattern)) for pattern in case.rows]
            clocks = []
            for clock in case.clocks:
                counted = ("ended_at", "state", "due_on", "due_at", "provisional", "explanation")
                own = {name: (name, number) for name in counted} | {"started_at": clock.started}
                clocks.append(PreparedClock(clock, number, made.getter(clock.row, own)))
                number += 1
            made.clocks.append(clocks)
        return made

    def getter(self, pattern: RowPattern, own: dict[str, Any] | None = None) -> Getter:
        """Reads a row from the values of a repetition; `own` names the keys of some columns."""
        keys: list[Any] = []
        named, templates = dict(pattern.keys), dict(pattern.texts)
        for index, column in enumerate(COLUMNS[pattern.table]):
            if own and column in own:
                keys.append(own[column])
            elif index in named:
                keys.append(named[index])
            else:
                keys.append(number := len(self.fixed))
                self.fixed[number] = pattern.fixed[index]
                if index in templates:
                    self.texts.append((number, templates[index]))
        return itemgetter(*keys)


class Filler:
    """Knows the working days as texts and each limit that it has counted before.

    Moments are texts of the database (UTC) from the start: those of one format compare as moments do. Office
    hours lie on the same date in UTC and in Asia/Shanghai.
    """

    def __init__(self, line: tuple[date, ...], calendar: Calendar, *, zoned: bool) -> None:
        self.line, self.calendar = line, calendar
        self.zone = "+00:00" if zoned else ""
        self.midnights = [local_midnight(day) for day in line]
        self.dates = [day.isoformat() for day in line]
        self.times: dict[int, str] = {}
        self.known: dict[tuple[Any, ...], Counted] = {}
        self.prepared: dict[int, Prepared] = {}

    def start(self, bundle: Bundle) -> Values:
        """The values with which a repetition begins."""
        if id(bundle) not in self.prepared:
            self.prepared[id(bundle)] = Prepared.of(bundle)
        return self.prepared[id(bundle)].fixed.copy()

    def _stored(self, moment: datetime) -> str:
        return moment.replace(tzinfo=None).isoformat(" ", "microseconds") + self.zone

    def _time(self, seconds: int) -> str:
        text = f"{timedelta(seconds=seconds - EAST)!s:0>8}.000000{self.zone}"
        self.times[seconds] = text
        return text

    def fill(self, bundle: Bundle, base: int, jitter: int, values: Values, rows: Rows) -> None:
        """Append the rows of one repetition whose steps come `jitter` seconds later in the day.

        `values` is what `start` gave, with its ids, numbers, names and places.
        """
        dates, times, prepared = self.dates, self.times, self.prepared[id(bundle)]
        for key, (offset, seconds) in bundle.blanks.moments.items():
            time = times.get(seconds + jitter) or self._time(seconds + jitter)
            values[key] = f"{dates[base + offset]} {time}"
        received = [self._received(bundle, case, base, jitter) for case in bundle.cases]
        for place, moment in enumerate(received):
            values[f"received{place}"] = self._stored(moment)
        for key in bundle.iso_keys:
            stored = values[key]
            values[f"iso {key}"] = f"{stored[:10]}T{stored[11:19]}+00:00"
        days = [local_date(moment) for moment in received]
        limits = [
            self._limits(place, case, bundle, base, received[place], days[place], values)
            for place, case in enumerate(bundle.cases)
        ]
        for key, blank in bundle.blanks.days.items():
            values[key] = written(self._day(blank, base, days, limits), blank.form)
        for place, case in enumerate(bundle.cases):
            if case.dossier is not None:
                _freeze(place, case.dossier, values, rows)
        for number, template in prepared.texts:
            values[number] = template % values
        for table, getter in prepared.rows:
            rows[table].append(getter(values))
        for clocks, counted in zip(prepared.clocks, limits, strict=True):
            rows["clock"] += [clock.fill(due, values) for clock, due in zip(clocks, counted, strict=True)]

    def _received(self, bundle: Bundle, case: CasePattern, base: int, jitter: int) -> datetime:
        offset, seconds = bundle.blanks.moments[case.registered]
        return self.midnights[base + offset] + timedelta(seconds=seconds + jitter) - case.received

    def _limits(
        self, place: int, case: CasePattern, bundle: Bundle, base: int, received: datetime, day: date,
        values: Values,
    ) -> list[Counted]:  # fmt: skip
        """The limits of a case; `values` gets what the case repeats of the strictest open one. `day`: of its
        receipt."""
        counted, moments = [], bundle.blanks.moments
        for clock in case.clocks:
            start, since = day, received
            if clock.started in moments:
                offset, seconds = moments[clock.started]
                start = self.line[base + offset]
                if Unit(clock.unit).by_clock:
                    since = self.midnights[base + offset] + timedelta(seconds=seconds)
            counted.append(self._count(clock, start, since))
        running = [(counted[n].due_at, n) for n, clock in enumerate(case.clocks) if clock.state == "open"]
        strictest: tuple[Any, ...] = (None, None, "", False)
        if running:
            due_at, n = min(running)
            strictest = (counted[n].due_on, due_at, case.clocks[n].name, counted[n].provisional)
        for name, value in zip(DUE, strictest, strict=True):
            values[f"{name}{place}"] = value
        return counted

    def _count(self, clock: ClockPattern, day: date, since: datetime) -> Counted:
        """A limit in hours runs from `since`, any other from `day`."""
        by_hour = Unit(clock.unit).by_clock
        key = (since if by_hour else day, clock.amount, clock.unit)
        known = self.known.get(key)
        if known is None:
            moment = since if by_hour else local_midnight(day)
            due = reckon(clock.amount, Unit(clock.unit), moment, self.calendar)
            at = self._stored(due.due_at)
            known = Counted(due.due_on, due.due_on.isoformat(), at, due.provisional, due.explanation)
            self.known[key] = known
        return known

    def _day(self, blank: DayBlank, base: int, received: list[date], limits: list[list[Counted]]) -> date:
        if blank.kind == "line":
            return self.line[base + blank.amount]
        if blank.kind == "due":
            return limits[blank.place][blank.amount].day
        return received[blank.place] + timedelta(days=blank.amount)


def _freeze(place: int, dossier: tuple[str, str, str], values: Values, rows: Rows) -> None:
    """The frozen record of an archived case, its personal part sealed with a key of its own."""
    plain, personal, frozen = dossier
    key = Fernet.generate_key()
    sealed = Fernet(key).encrypt((personal % values).encode()).decode()
    body = f'{{"case": {plain % values}, "personal": "{sealed}"}}'
    values[f"digest{place}"] = digest = dossier_digest(body)
    rows["dossier"].append((values[f"case{place}"], body, digest, values[frozen]))
    rows["personal_key"].append(("case", values[f"case{place}"], key.decode()))
