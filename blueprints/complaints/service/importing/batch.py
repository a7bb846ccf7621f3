"""A whole file: understood without touching anything, decided against what is known, then carried out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case
from blueprints.complaints.queries_outside import Rounds, known_rounds, senders_words
from blueprints.complaints.service.bulk import Registrar
from blueprints.complaints.service.engine import perform
from blueprints.complaints.service.importing.drafts import Draft, Problem, Reader, Refused
from blueprints.complaints.service.importing.units import units_of
from blueprints.complaints.spreadsheets.columns import Columns
from blueprints.complaints.spreadsheets.reading import Row, opened
from core import audit
from core.db import db
from core.locks import lock_name
from core.spreadsheets import cells
from domain.errors import InvalidInput
from domain.workdays import Calendar

CHUNK = 1000
SAMPLE_ROWS = 20
LIST_PATH = "/cases?state=registered"


class OnError(StrEnum):
    """What a row that cannot be taken in means for the others."""

    REJECT_FILE = "reject-file"
    REJECT_ROW = "reject-row"


@dataclass
class Understood:
    """A file as it was read: rows that can be registered, and every problem of those that cannot."""

    name: str
    sha256: str
    sheet: str
    line: int
    columns: Columns
    rows: int = 0
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    samples: dict[int, str] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What a person should know about how the file was read."""
        told = []
        if self.columns.unknown:
            names = "、".join(self.columns.names[place] for place in self.columns.unknown)
            told.append(f"不认识的列按附加信息原样保存：{names}。")
        if "received" not in self.columns.places:
            told.append("表里没有接收时间的列，接收时间按导入的时刻计。")
        return told


@dataclass(frozen=True)
class Decision:
    """What is new, what is another round of a known number (重办), what is known with the same content, and
    what is known with another content (and where)."""

    new: list[Draft]
    rounds: list[Draft]
    duplicates: list[Draft]
    conflicts: list[tuple[Draft, str]]


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `units`: new rows of each enterprise; `blocked`: bad rows kept them all out."""

    rows: int
    imported: int
    redispatched: int
    duplicates: list[str]
    conflicts: list[str]
    rejected: list[Problem]
    conflict_problems: list[Problem]
    units: dict[str, int]
    blocked: bool = False

    @property
    def faultless(self) -> bool:
        """No row was rejected and none is in conflict."""
        return not self.rejected and not self.conflicts

    @property
    def refused(self) -> list[Problem]:
        """All messages by line, those of conflicts too."""
        return sorted([*self.rejected, *self.conflict_problems], key=lambda problem: problem.line)

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "rows": self.rows,
            "imported": self.imported,
            "redispatched": self.redispatched,
            "duplicates": self.duplicates,
            "conflicts": self.conflicts,
            "rejected": [{"row": p.line, "column": p.column, "message": p.message} for p in self.rejected],
        }


def understand(
    path: Path, name: str, receiver: Organization, *, remembered: Mapping[str, str] | None, now: datetime
) -> Understood:
    """Read a file for the organization that takes its rows in. Writes nothing.

    Errors: InvalidInput, one sentence, when the file cannot be read as a table. With columns missing
    (`columns.missing`) no row is read.
    """
    with opened(path, remembered) as table:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found = Understood(name, digest, table.sheet, table.line, table.columns)
        first = list(islice(table.rows, SAMPLE_ROWS))
        _keep_samples(found, first)
        if not table.columns.missing:
            reader = Reader(table.columns, units_of(receiver), now, senders_words(receiver))
            _read_rows(chain(first, table.rows), found, reader)
    if not found.rows and not found.columns.missing:
        raise InvalidInput("表格只有列名，没有数据行。", "file")
    return found


def _keep_samples(found: Understood, rows: list[Row]) -> None:
    """The first filled cell of each column, so that a person can tell what it is."""
    for _, row in rows:
        for place in range(min(len(row), len(found.columns.names))):
            if place not in found.samples and (told := cells.line(row[place])):
                found.samples[place] = told[:40]


def _read_rows(rows: Iterable[Row], found: Understood, reader: Reader) -> None:
    for line, row in rows:
        found.rows += 1
        try:
            found.drafts.append(reader.draft(line, row))
        except Refused as refused:
            found.problems += refused.problems


def decide(found: Understood, receiver: Organization) -> Decision:
    """Compare with what this organization already has, and the rows of the file with each other."""
    known = known_rounds((draft.number for draft in found.drafts), receiver)
    decision = Decision([], [], [], [])
    for draft in found.drafts:
        key = (draft.source, draft.number)
        earlier = known.get(key)
        if earlier is None or (earlier.forgotten and draft.round not in earlier.rounds):
            known[key] = Rounds(f"与第 {draft.line} 行编号相同", rounds={draft.round: draft.digest})
            decision.new.append(draft)
        elif draft.digest == earlier.rounds.get(draft.round):
            decision.duplicates.append(draft)
        elif draft.round in earlier.rounds:
            why = f"{_where(earlier, draft)}、内容不同，没有导入；请核对后再处理。"
            decision.conflicts.append((draft, why))
        elif earlier.elsewhere:
            why = f"这个编号{earlier.where}，已移送其他主管部门，第 {draft.round} 轮派单没有导入；请先收回。"
            decision.conflicts.append((draft, why))
        else:
            earlier.rounds[draft.round] = draft.digest
            decision.rounds.append(draft)
    return decision


def _where(earlier: Rounds, draft: Draft) -> str:
    if earlier.case_id is None:
        return earlier.where
    again = f"第 {draft.round} 轮" if len(earlier.rounds) > 1 or draft.round > 1 else ""
    return f"这个编号{again}{earlier.where}"


def _chunks(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def foresee(found: Understood, receiver: Organization, on_error: OnError) -> Outcome:
    """What `carry_out` would come to now, without doing it."""
    return _outcome(found, decide(found, receiver), on_error)


def carry_out(
    found: Understood, *, by: User, on_error: OnError, now: datetime, calendar: Calendar
) -> Outcome:
    """Register the new rows in the caller's transaction: one audit row and one notification a person.

    With REJECT_FILE one bad row or conflict keeps everything out. Errors: InvalidInput for a person
    without an organization.
    """
    receiver = by.organization
    if receiver is None:
        raise InvalidInput("只有主管部门或经营单位的人员可以导入。")
    lock_name(f"case-import:{receiver.id}")
    decision = decide(found, receiver)
    outcome = _outcome(found, decision, on_error)
    ids: list[int] = []
    if outcome.imported:
        registrar = Registrar(by, now, calendar)
        for chunk in _chunks(decision.new, CHUNK):
            ids += registrar.register([draft.intake for draft in chunk])
        registrar.tell(f"从《{found.name[:60]}》导入 {outcome.imported} 件诉求，", LIST_PATH)
    if outcome.redispatched:
        _join(decision.rounds, receiver, by=by, now=now, calendar=calendar)
    if outcome.imported or outcome.redispatched:
        _record(found, outcome, on_error, ids, by, now)
    return outcome


def _join(
    rounds: list[Draft], receiver: Organization, *, by: User, now: datetime, calendar: Calendar
) -> None:
    """Each newer round becomes a step of the case that its number has already (重办)."""
    known = known_rounds((draft.number for draft in rounds), receiver)
    for draft in sorted(rounds, key=lambda d: d.round):
        case = db.session.get_one(Case, known[(draft.source, draft.number)].case_id)
        said = draft.intake.content
        data = {
            "round": draft.round, "received_at": draft.intake.received_at, "origin": draft.intake.origin,
            "text": said if said != case.content else "",
        }  # fmt: skip
        perform(case, "redispatch", data, by=by, now=now, calendar=calendar)


def _outcome(found: Understood, decision: Decision, on_error: OnError) -> Outcome:
    column = found.columns.name_of("number")
    faulty = bool(found.problems or decision.conflicts)
    blocked = faulty and on_error is OnError.REJECT_FILE
    return Outcome(
        rows=found.rows,
        imported=0 if blocked else len(decision.new),
        redispatched=0 if blocked else len(decision.rounds),
        duplicates=[draft.number for draft in decision.duplicates],
        conflicts=[draft.number for draft, _ in decision.conflicts],
        rejected=found.problems,
        conflict_problems=[Problem(draft.line, column, why) for draft, why in decision.conflicts],
        units=Counter(draft.intake.enterprise.name for draft in decision.new),
        blocked=blocked,
    )


def _record(
    found: Understood, outcome: Outcome, on_error: OnError, ids: list[int], by: User, now: datetime
) -> None:
    """One row for the whole file: its digest, what came of it, and which cases it made."""
    ends = select(Case.number).where(Case.id.in_([*ids[:1], *ids[-1:]])).order_by(Case.id)
    facts: dict[str, Any] = {
        "file": found.name[:200],
        "sha256": found.sha256,
        "rows": outcome.rows,
        "imported": outcome.imported,
        "redispatched": outcome.redispatched,
        "duplicates": len(outcome.duplicates),
        "conflicts": len(outcome.conflicts),
        "rejected": len({problem.line for problem in outcome.rejected}),
        "on_error": on_error.value,
        "cases": " … ".join(db.session.scalars(ends)),
    }
    changes = {name: [None, value] for name, value in facts.items()}
    subject = audit.Subject("import", None, found.name[:128])
    audit.record("case.import", subject=subject, by=by, now=now, changes=changes)
