"""Fills the blanks of a bundle for another first day: rows as the database driver takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
_STARTED, _ENDED, _STATE, _DUE_ON, _DUE_AT, _PROVISIONAL, _EXPLANATION = (
    COLUMNS["clock"].index(name)
    for name in ("started_at", "ended_at", "state", "due_on", "due_at", "provisional", "explanation")
)
EAST = 8 * 3600
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A limit that has been counted, as the database has it."""

    day: date
    due_on: str
    due_at: str
    provisional: bool
    explanation: str


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

    def _stored(self, moment: datetime) -> str:
        return moment.replace(tzinfo=None).isoformat(" ", "microseconds") + self.zone

    def _time(self, seconds: int) -> str:
        text = f"{timedelta(seconds=seconds - EAST)!s:0>8}.000000{self.zone}"
        self.times[seconds] = text
        return text

    def fill(self, bundle: Bundle, base: int, jitter: int, values: dict[str, Any], rows: Rows) -> None:
        """Append the rows of one repetition whose steps come `jitter` seconds later in the day.

        `values` holds its ids, numbers, names and places already.
        """
        dates, times = self.dates, self.times
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
            self._limits(place, case, bundle, base, received[place], values)
            for place, case in enumerate(bundle.cases)
        ]
        for key, blank in bundle.blanks.days.items():
            values[key] = written(self._day(blank, base, days, limits), blank.form)
        for place, case in enumerate(bundle.cases):
            if case.dossier is not None:
                _freeze(place, case.dossier, values, rows)
            for pattern in case.rows:
                rows[pattern.table].append(tuple(_filled(pattern, values)))
            for clock, limit in zip(case.clocks, limits[place], strict=True):
                rows["clock"].append(_clock_row(clock, limit, values))

    def _received(self, bundle: Bundle, case: CasePattern, base: int, jitter: int) -> datetime:
        offset, seconds = bundle.blanks.moments[case.registered]
        return self.midnights[base + offset] + timedelta(seconds=seconds + jitter) - case.received

    def _limits(
        self,
        place: int,
        case: CasePattern,
        bundle: Bundle,
        base: int,
        received: datetime,
        values: dict[str, Any],
    ) -> list[Counted]:
        """The limits of a case; `values` gets what the case repeats of the strictest open one."""
        counted = []
        for clock in case.clocks:
            since = received
            if clock.started in bundle.blanks.moments:
                offset, seconds = bundle.blanks.moments[clock.started]
                since = self.midnights[base + offset] + timedelta(seconds=seconds)
            counted.append(self._count(clock, since))
        running = [(counted[n].due_at, n) for n, clock in enumerate(case.clocks) if clock.state == "open"]
        strictest: tuple[Any, ...] = (None, None, "", False)
        if running:
            due_at, n = min(running)
            strictest = (counted[n].due_on, due_at, case.clocks[n].name, counted[n].provisional)
        for name, value in zip(DUE, strictest, strict=True):
            values[f"{name}{place}"] = value
        return counted

    def _count(self, clock: ClockPattern, since: datetime) -> Counted:
        start = since if clock.unit == Unit.HOUR else local_date(since)
        key = (start, clock.amount, clock.unit)
        known = self.known.get(key)
        if known is None:
            due = reckon(clock.amount, Unit(clock.unit), since, self.calendar)
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


def _filled(pattern: RowPattern, values: dict[str, Any]) -> list[Any]:
    row = pattern.fixed.copy()
    for index, key in pattern.keys:
        row[index] = values[key]
    for index, template in pattern.texts:
        row[index] = template % values
    return row


def _clock_row(clock: ClockPattern, limit: Counted, values: dict[str, Any]) -> tuple[Any, ...]:
    state, ended = clock.state, values[clock.ended] if clock.ended else None
    if state in ("met", "late") and ended is not None:
        state = "met" if ended < limit.due_at else "late"
    row = _filled(clock.row, values)
    row[_STARTED], row[_ENDED], row[_STATE] = values[clock.started], ended, state
    row[_DUE_ON], row[_DUE_AT] = limit.due_on, limit.due_at
    row[_PROVISIONAL], row[_EXPLANATION] = limit.provisional, limit.explanation
    return tuple(row)


def _freeze(place: int, dossier: tuple[str, str, str], values: dict[str, Any], rows: Rows) -> None:
    """The frozen record of an archived case, its personal part sealed with a key of its own."""
    plain, personal, frozen = dossier
    key = Fernet.generate_key()
    sealed = Fernet(key).encrypt((personal % values).encode()).decode()
    body = f'{{"case": {plain % values}, "personal": "{sealed}"}}'
    values[f"digest{place}"] = digest = dossier_digest(body)
    rows["dossier"].append((values[f"case{place}"], body, digest, values[frozen]))
    rows["personal_key"].append(("case", values[f"case{place}"], key.decode()))
