"""Taking in a sheet of staff: understood without touching anything, decided against what is known, carried
out. A person who is known by the badge number is changed, a new one added; what is the same is left."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import bindparam, insert, select, update

from blueprints.accounts.models import User
from blueprints.registry.models import Certificate, Staff
from blueprints.registry.queries import staff as queries
from blueprints.registry.service import staffing_rows
from blueprints.registry.service.staff import OTHERS_NUMBER
from blueprints.registry.service.staffing_rows import VOCABULARY, Problem, Reader, Refused, StaffRow
from core import audit
from core.db import Base, db
from core.locks import lock_name
from core.sheets import write_workbook
from core.spreadsheets.headings import ERRORS_HEADER, Headed, rejected_rows
from core.spreadsheets.reading import opened
from domain.errors import InvalidInput

CHUNK = 500


class OnError(StrEnum):
    """What a row that cannot be taken in means for the others."""

    REJECT_FILE = "reject-file"
    REJECT_ROW = "reject-row"


@dataclass
class Understood:
    """A file as it was read: rows that can be taken in by themselves, every problem of the others."""

    name: str
    sha256: str
    sheet: str
    line: int
    columns: Headed
    rows: int = 0
    drafts: list[StaffRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """Names of the columns without which no row can be taken in."""
        return VOCABULARY.missing(self.columns)


@dataclass
class Decision:
    """What is new, who is changed, what is the same, and what stands against the rest."""

    new: list[StaffRow] = field(default_factory=list)
    changed: list[tuple[Staff, StaffRow]] = field(default_factory=list)
    same: list[StaffRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    held: dict[int, dict[str, Certificate]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a file, or would become of it."""

    rows: int
    added: int
    changed: int
    same: int
    rejected: list[Problem]
    blocked: bool

    @property
    def imported(self) -> int:
        """Rows that came in."""
        return self.added + self.changed

    @property
    def rejected_lines(self) -> int:
        """Lines with at least one problem."""
        return len({problem.line for problem in self.rejected})

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        rejected = [{"row": p.line, "column": p.column, "message": p.message} for p in self.rejected]
        counts = {"rows": self.rows, "imported": self.imported, "added": self.added}
        return counts | {"changed": self.changed, "unchanged": self.same, "rejected": rejected}


def understand(path: Path, name: str, organization_id: int, *, today: date) -> Understood:
    """Read a file. Writes nothing. Errors: InvalidInput, one sentence, when it cannot be read as a table."""
    outlets = {row.name: row.id for row in queries.outlets_of([organization_id])}
    with opened(path, VOCABULARY.naming) as table:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found = Understood(name, digest, table.sheet, table.line, table.columns)
        if not found.missing:
            reader = Reader(table.columns, outlets, today)
            for line, row in table.rows:
                found.rows += 1
                try:
                    found.drafts.append(reader.read(line, row))
                except Refused as refused:
                    found.problems += refused.problems
    if not found.rows and not found.missing:
        raise InvalidInput("表格只有列名，没有数据行。", "file")
    return found


def decide(found: Understood, organization_id: int) -> Decision:
    """Compare the rows with each other and with what is stored."""
    badges = {draft.badge for draft in found.drafts}
    numbers = {draft.number for draft in found.drafts if draft.number}
    people, owners = queries.badges_and_numbers(organization_id, badges, numbers)
    held = _certificates([person.id for person in people.values()])
    decision = Decision(held=held)
    lines: dict[str, int] = {}
    named: dict[str, int] = {}
    for draft in found.drafts:
        known = people.get(draft.badge)
        problems = staffing_rows.clashes(draft, known, lines, named)
        owner = owners.get(draft.number)
        if owner is not None and (known is None or owner != known.id):
            problems.append(Problem(draft.line, VOCABULARY.label("number"), OTHERS_NUMBER))
        lines.setdefault(draft.badge, draft.line)
        if draft.number:
            named.setdefault(draft.number, draft.line)
        if problems:
            decision.problems += problems
        elif known is None:
            decision.new.append(draft)
        elif staffing_rows.same(draft, known, held.get(known.id, {})):
            decision.same.append(draft)
        else:
            decision.changed.append((known, draft))
    return decision


def _certificates(staff_ids: Sequence[int]) -> dict[int, dict[str, Certificate]]:
    """Certificates of people, by number."""
    found: dict[int, dict[str, Certificate]] = {}
    for start in range(0, len(staff_ids), CHUNK):
        rows = select(Certificate).where(Certificate.staff_id.in_(staff_ids[start : start + CHUNK]))
        for row in db.session.scalars(rows):
            found.setdefault(row.staff_id, {})[row.number] = row
    return found


def foresee(found: Understood, organization_id: int, on_error: OnError) -> Outcome:
    """What `carry_out` would come to now, without doing it."""
    return _outcome(found, decide(found, organization_id), on_error)


def _outcome(found: Understood, decision: Decision, on_error: OnError) -> Outcome:
    rejected = sorted([*found.problems, *decision.problems], key=lambda problem: problem.line)
    blocked = bool(rejected) and on_error is OnError.REJECT_FILE
    return Outcome(
        rows=found.rows,
        added=0 if blocked else len(decision.new),
        changed=0 if blocked else len(decision.changed),
        same=len(decision.same),
        rejected=rejected,
        blocked=blocked,
    )


def carry_out(
    found: Understood, organization_id: int, *, by: User, on_error: OnError, now: datetime
) -> Outcome:
    """Store the rows in the caller's transaction, with one entry in the log. With REJECT_FILE one bad row
    keeps everything out."""
    lock_name(f"staff:{organization_id}")
    lock_name("certificate-number")
    decision = decide(found, organization_id)
    outcome = _outcome(found, decision, on_error)
    if outcome.imported:
        for start in range(0, len(decision.new), CHUNK):
            _add(decision.new[start : start + CHUNK], organization_id, by, now)
        _change_all(decision, organization_id, by, now)
        _record(found, outcome, on_error, by, now)
    return outcome


def _add(drafts: list[StaffRow], organization_id: int, by: User, now: datetime) -> None:
    rows = [
        {
            **draft.facts,
            "organization_id": organization_id,
            "valid_until": draft.certificate["valid_until"] if draft.certificate else None,
            "created_at": now,
        }
        for draft in drafts
    ]
    ids = db.session.scalars(insert(Staff).returning(Staff.id, sort_by_parameter_order=True), rows).all()
    held = [
        _certificate_row(draft, staff_id, organization_id, by, now)
        for draft, staff_id in zip(drafts, ids, strict=True)
        if draft.certificate
    ]
    if held:
        db.session.execute(insert(Certificate), held)


def _certificate_row(
    draft: StaffRow, staff_id: int, organization_id: int, by: User, now: datetime
) -> dict[str, Any]:
    owner = {"staff_id": staff_id, "organization_id": organization_id, "by": by.name, "at": now}
    return {**draft.certificate, **owner} if draft.certificate else {}


def _change_all(decision: Decision, organization_id: int, by: User, now: datetime) -> None:
    """Put what rows say of people who are known; all in a few statements, however many they are."""
    people, renewed, added = [], [], []
    for person, draft in decision.changed:
        held = decision.held.get(person.id, {})
        ends = {number: row.valid_until for number, row in held.items() if row.revoked_on is None}
        if draft.certificate:
            known = held.get(draft.number)
            if known is None:
                added.append(_certificate_row(draft, person.id, organization_id, by, now))
            else:
                renewed.append({**draft.certificate, "told": None, "row_id": known.id})
            if known is None or known.revoked_on is None:
                ends[draft.number] = draft.certificate["valid_until"]
        until = max(ends.values(), default=None)
        people.append({**draft.facts, "valid_until": until, "row_id": person.id})
    _update_rows(Staff, people, version=Staff.version + 1)
    _update_rows(Certificate, renewed)
    if added:
        db.session.execute(insert(Certificate), added)
    for person, _ in decision.changed:
        db.session.expire(person)


def _update_rows(model: type[Base], rows: list[dict[str, Any]], **more: Any) -> None:
    """Update rows by `row_id`; all of them name the same columns."""
    if rows:
        table = model.__table__
        named: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "row_id"}
        statement = update(table).where(table.c.id == bindparam("row_id")).values({**named, **more})  # type: ignore[arg-type]
        values = [{n if n == "row_id" else f"new_{n}": v for n, v in row.items()} for row in rows]
        db.session.connection().execute(statement, values)


def _record(found: Understood, outcome: Outcome, on_error: OnError, by: User, now: datetime) -> None:
    """One entry for the whole file: its digest and what came of it."""
    facts: dict[str, Any] = {
        "file": found.name[:200], "sha256": found.sha256, "rows": outcome.rows, "imported": outcome.imported,
        "added": outcome.added, "changed": outcome.changed, "rejected": outcome.rejected_lines,
        "on_error": on_error.value,
    }  # fmt: skip
    changes = {name: [None, value] for name, value in facts.items()}
    subject = audit.Subject("staff_import", None, found.name[:128])
    audit.record("registry.staff_import", subject=subject, by=by, now=now, changes=changes)


def write_rejects(source: Path, target: Path | BinaryIO, problems: Sequence[Problem]) -> int:
    """Write the lines of `source` that have problems as an xlsx to `target`; returns how many."""
    messages: dict[int, list[str]] = {}
    for problem in problems:
        messages.setdefault(problem.line, []).append(f"{problem.column}：{problem.message}")
    with opened(source, VOCABULARY.naming) as table:
        rows = rejected_rows(table, messages)
        names = next(rows)
        return write_workbook(target, "需要修改的行", names, rows, wide=ERRORS_HEADER)
