"""Played cases read back as rows with blanks, so that their courses can be repeated on other days."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Table, select

from blueprints.complaints.models import Case, CaseLink, Dossier
from blueprints.complaints.service.closing import dossier_content
from blueprints.home.demo.blanks import Blanks, CaseDays
from blueprints.home.demo.course import SECTORS
from blueprints.home.demo.stage import Staged
from blueprints.home.demo.timeline import Timeline
from core.clock import local_date, to_local
from core.clocks import Clock, ClockChange
from core.db import Base, db

COPIED = (
    "case", "complainant", "assignment", "case_step", "supervision_order", "approval", "case_link",
    "attachment",
)  # fmt: skip
NAMED = frozenset({"case", "assignment", "case_step"})
TABLES: dict[str, Table] = {name: Base.metadata.tables[name] for name in (*COPIED, "clock")}
FREE_TEXT = frozenset({"title", "content", "wish", "first_contact", "place"})
DUE = ("due_on", "due_at", "due_name", "due_provisional")


def columns_of(name: str) -> list[str]:
    """Columns that are written: the id only where other rows name it."""
    return [c.name for c in TABLES[name].columns if c.name != "id" or name in NAMED]


@dataclass
class RowPattern:
    """A row: its fixed values in the order of the columns, keys of whole values, templates of texts."""

    table: str
    fixed: list[Any]
    keys: list[tuple[int, str]] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class ClockPattern:
    """A limit: where it starts and ended (keys), what it counts, how it stands."""

    row: RowPattern
    started: str
    ended: str | None
    amount: int
    unit: str
    name: str
    state: str


@dataclass
class CasePattern:
    """One case; `received`: how long before its registration. `dossier`: its two texts and when it froze."""

    sector: str
    registered: str
    received: timedelta
    rows: list[RowPattern]
    clocks: list[ClockPattern]
    dossier: tuple[str, str, str] | None


@dataclass
class Bundle:
    """Cases that belong together (mostly one), first registered on the day `base` of the line.

    `ids`: how many rows there are whose ids others name. `iso_keys`: moments that the dossiers tell.
    """

    base: int
    minute: int
    settled: bool
    cases: list[CasePattern]
    blanks: Blanks
    ids: dict[str, int]
    people: int
    places: int
    iso_keys: list[str]


def read_bundles(played: Iterable[Staged], timeline: Timeline) -> list[Bundle]:
    """Bundles of the played cases that can be repeated: those whose steps all lie in office hours and whose
    limits were never moved by hand."""
    staged = {s.case.id: s for s in played if s.case is not None}
    changed = select(Clock.subject_id).join(ClockChange, ClockChange.clock_id == Clock.id)
    moved = set(db.session.scalars(changed.where(Clock.subject_type == "case")))
    found = []
    for ids in _groups(staged):
        if not moved & set(ids) and all(staged[i].course.fresh is None for i in ids):
            found.append(_Reader([staged[i] for i in ids], timeline).bundle())
    return found


def _groups(staged: dict[int, Staged]) -> list[list[int]]:
    """Ids of cases that are linked with each other."""
    group = {i: {i} for i in staged}
    for link in db.session.execute(select(CaseLink.case_id, CaseLink.other_id)):
        together = group[link.case_id] | group[link.other_id]
        for i in together:
            group[i] = together
    return sorted({min(ids): sorted(ids) for ids in group.values()}.values())


class _Reader:
    """Reads one bundle."""

    def __init__(self, staged: list[Staged], timeline: Timeline) -> None:
        self.staged = staged
        self.case_ids = [s.case.id for s in staged if s.case is not None]
        self.rows = {name: self._select(name) for name in COPIED}
        self.place_of = {name: {r["id"]: n for n, r in enumerate(self.rows[name])} for name in NAMED}
        self.clocks = [self._clocks(case_id) for case_id in self.case_ids]
        self.start = to_local(min(row["registered_at"] for row in self.rows["case"]))
        self.blanks = Blanks(timeline.days, timeline.days.index(self.start.date()))

    def _select(self, name: str) -> list[dict[str, Any]]:
        table = TABLES[name]
        own = table.c.id if name == "case" else table.c.case_id
        found = db.session.execute(select(table).where(own.in_(self.case_ids)).order_by(table.c.id))
        return [dict(row) for row in found.mappings()]

    def _clocks(self, case_id: int) -> list[dict[str, Any]]:
        table = TABLES["clock"]
        own = (table.c.subject_type == "case") & (table.c.subject_id == case_id)
        found = db.session.execute(select(table).where(own).order_by(table.c.id))
        return [dict(row) for row in found.mappings()]

    def bundle(self) -> Bundle:
        """The whole bundle."""
        people, places = self._literals()
        cases = [self._case(place) for place in range(len(self.staged))]
        return Bundle(
            base=self.blanks.base,
            minute=self.start.hour * 60 + self.start.minute,
            settled=all(row["state"] == "archived" for row in self.rows["case"]),
            cases=cases,
            blanks=self.blanks,
            ids={name: len(self.rows[name]) for name in NAMED},
            people=people,
            places=places,
            iso_keys=sorted({key for case in cases if case.dossier for key in _iso_keys(case.dossier)}),
        )

    def _literals(self) -> tuple[int, int]:
        """Name everything that a repetition has of its own; returns the numbers of people and places."""
        blanks, people, places = self.blanks, dict[str, int](), dict[str, int]()
        for row, clocks in zip(self.rows["case"], self.clocks, strict=True):
            blanks.cases.append(CaseDays(local_date(row["received_at"]), [c["due_on"] for c in clocks]))
        for number, row in enumerate(self.rows["case"]):
            blanks.literal(row["number"], f"number{number}")
            blanks.literal(self._digest(row["id"]), f"digest{number}")
        for row in self.rows["complainant"]:
            number = people.setdefault(row["name"], len(people))
            for name, key in (("name", "name"), ("phone", "phone"), ("account_number", "account")):
                blanks.literal(row[name], f"{key}{number}")
        for staged in self.staged:
            place = staged.words.place
            blanks.literal(place.full, f"house{places.setdefault(place.full, len(places))}")
            blanks.literal(place.estate, "estate")
        return len(people), len(places)

    def _digest(self, case_id: int) -> str:
        return db.session.scalar(select(Dossier.digest).where(Dossier.case_id == case_id)) or ""

    def _case(self, place: int) -> CasePattern:
        row, case_id = self.rows["case"][place], self.case_ids[place]
        registered = self.blanks.moment(row["registered_at"])
        rows = [self._row("case", place, row)]
        for name in COPIED[1:]:
            rows += [self._row(name, place, r) for r in self.rows[name] if r["case_id"] == case_id]
        clocks = [self._clock(place, clock) for clock in self.clocks[place]]
        dossier = self._dossier(place) if row["archived_at"] is not None else None
        sector = SECTORS[self.staged[place].course.company]
        received = row["registered_at"] - row["received_at"]
        return CasePattern(sector, registered, received, rows, clocks, dossier)

    # ---- rows ----------------------------------------------------------------------------------------------

    def _row(self, name: str, place: int, row: dict[str, Any]) -> RowPattern:
        pattern = RowPattern(name, [None] * len(columns_of(name)))
        for index, column in enumerate(columns_of(name)):
            self._value(pattern, index, column, row[column], place)
        return pattern

    def _value(self, pattern: RowPattern, index: int, column: str, value: Any, place: int) -> None:
        key = self._key(pattern.table, column, value, place)
        if key is not None:
            pattern.keys.append((index, key))
            return
        if isinstance(value, dict | list):
            value = json.dumps(value, ensure_ascii=False)
        if isinstance(value, str):
            template = self.blanks.text(value, place, of_limits=column not in FREE_TEXT)
            if template != value:
                pattern.texts.append((index, template))
                return
        pattern.fixed[index] = value

    def _key(self, table: str, column: str, value: Any, place: int) -> str | None:
        """The key of a value that is a moment, a day, or the id of a copied row."""
        if table == "case" and column in DUE:
            return f"{column}{place}"
        if isinstance(value, datetime):
            return self._moment(value, place)
        if isinstance(value, date):
            return self.blanks.day(value, place)
        if value is None:
            return None
        if column == "origin_number":
            return f"origin{place}"
        foreign = next(iter(TABLES[table].c[column].foreign_keys), None)
        target = table if column == "id" else foreign.column.table.name if foreign is not None else ""
        return f"{target}{self.place_of[target][value]}" if target in NAMED else None

    def _moment(self, value: datetime, place: int) -> str:
        if value == self.rows["case"][place]["received_at"]:
            return f"received{place}"
        return self.blanks.moment(value)

    def _clock(self, place: int, clock: dict[str, Any]) -> ClockPattern:
        started = self._moment(clock["started_at"], place)
        ended = clock["ended_at"] and self._moment(clock["ended_at"], place)
        left_out = {"started_at", "ended_at", "due_on", "due_at", "provisional", "explanation", "state"}
        pattern = RowPattern("clock", [None] * len(columns_of("clock")))
        for index, column in enumerate(columns_of("clock")):
            if column == "subject_id":
                pattern.keys.append((index, f"case{place}"))
            elif column not in left_out:
                self._value(pattern, index, column, clock[column], place)
        return ClockPattern(
            pattern, started, ended, clock["amount"], clock["unit"], clock["name"], clock["state"]
        )

    # ---- dossier -------------------------------------------------------------------------------------------

    def _dossier(self, place: int) -> tuple[str, str, str]:
        """(open part, personal part, when it froze): the dossier's own content with marks for the blanks."""
        case = db.session.get_one(Case, self.case_ids[place])
        steps = [step for step in case.steps if step.action != "archive"]
        facts = {name: getattr(case, name) for name in Case.__table__.columns.keys()}  # noqa: SIM118
        moments = {n: _Mark(self._moment(v, place)) for n, v in facts.items() if isinstance(v, datetime)}
        told = SimpleNamespace(**(facts | moments))
        told.complainants, told.attachments = case.complainants, case.attachments
        told.steps = [self._told_step(step, place) for step in steps]
        plain, personal = dossier_content(told)  # type: ignore[arg-type]
        texts = [
            self.blanks.marked(json.dumps(part, ensure_ascii=False, sort_keys=True), place)
            for part in (plain, personal)
        ]
        return texts[0], texts[1], self._moment(facts["archived_at"], place)

    def _told_step(self, step: Any, place: int) -> SimpleNamespace:
        names = ("action", "clause", "state_before", "state_after", "actor_name", "actor_unit", "facts")
        told = SimpleNamespace(**{name: getattr(step, name) for name in names})
        told.id = f"@@case_step{self.place_of['case_step'][step.id]}@@"
        told.at = _Mark(self._moment(step.at, place))
        return told


@dataclass(frozen=True)
class _Mark:
    """Stands for a moment; its ISO form is the mark of its key."""

    key: str

    def isoformat(self) -> str:
        """The mark, see Blanks.marked."""
        return f"@@{self.key}~@@"


def _iso_keys(dossier: tuple[str, str, str]) -> list[str]:
    return re.findall(r"%\(iso ([^)]+)\)s", dossier[0] + dossier[1])
