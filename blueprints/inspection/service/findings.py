"""Findings: recorded from a check, a sample or freely; numbered, compared with earlier ones, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import Finding, FindingFile, RecordSample, SiteCheck
from blueprints.inspection.queries import findings as queries
from blueprints.inspection.service.finding_moves import CLAUSE, log, move
from blueprints.inspection.service.finding_sources import repeat_key
from blueprints.inspection.workflow import BASIS_KINDS, SEVERITIES
from blueprints.rulebook.service.legal import require_citable
from core import clock, files
from core.db import db
from core.sequences import next_number
from domain.errors import InvalidInput, RuleViolation

FEW_FACTS = 4
CHANGED = ("title", "facts", "clause", "basis_kind", "basis", "severity", "department", "outlet_id")


@dataclass(frozen=True)
class Said:
    """What is said of a finding. `kept` are (stored file id, name) that the source holds already, `uploads`
    what is added; `repeat_of_id` is an earlier finding that was confirmed."""

    title: str
    facts: str
    basis_kind: str
    basis: str = ""
    clause: str = ""
    severity: str = "general"
    department: str = ""
    outlet_id: int | None = None
    fixed: bool = False
    repeat_of_id: int | None = None
    item: str = ""
    instance: str = ""
    kept: Sequence[tuple[int, str]] = ()
    uploads: Sequence[FileStorage] = ()


def record(
    said: Said, enterprise: Organization, *, found_on: date, by: User, now: datetime,
    source: SiteCheck | RecordSample | None = None,
) -> Finding:  # fmt: skip
    """A new finding with its number. One that was put right on the spot is closed at once, with its evidence.

    Errors: InvalidInput at the field; RuleViolation for what was recorded before.
    """
    checked(said)
    if found_on > clock.local_date(now):
        raise InvalidInput("发现日期不能晚于今天。", "found_on")
    if source is not None and queries.recorded(source, said.item, said.instance):
        raise RuleViolation(f"“{said.title}”已经登记过。", CLAUSE, "请打开已登记的问题。")
    row = Finding(
        organization_id=by.organization_id, enterprise_id=enterprise.id, found_on=found_on,
        source="free", item=said.item, instance=said.instance, fixed_on_spot=said.fixed, state="open",
        recorded_by_id=by.id, recorded_at=now,
    )  # fmt: skip
    if by.organization is None:
        raise RuleViolation("您不属于任何单位，不能登记问题。", CLAUSE, "请由主管部门的人员登记。")
    row.organization, row.enterprise = by.organization, enterprise
    if isinstance(source, SiteCheck):
        row.source, row.check_id = "item", source.id
    elif isinstance(source, RecordSample):
        row.source, row.sample_id = "sample", source.id
    for name in CHANGED:
        setattr(row, name, getattr(said, name))
    row.repeat_key = repeat_key(said.clause, said.item, said.basis)
    _number(row, now)
    db.session.add(row)
    db.session.flush()
    _keep_evidence(row, said, by=by, now=now)
    log(row, "record", {"title": [None, row.title], "clause": [None, row.clause]}, by=by, now=now)
    if said.repeat_of_id:
        confirm_repeat(row, said.repeat_of_id, by=by, now=now)
    if said.fixed:
        _close_at_once(row, bool(said.kept or said.uploads), by=by, now=now)
    return row


def _keep_evidence(row: Finding, said: Said, *, by: User, now: datetime) -> None:
    for file_id, name in said.kept:
        add_file(row, file_id, name, "evidence", by=by, now=now)
    for upload in said.uploads:
        keep_upload(row, upload, "evidence", by=by, now=now)


def checked(said: Said) -> None:
    """Errors: InvalidInput for what lacks; RuleViolation for a basis that is not in force."""
    if len(said.title) < FEW_FACTS:
        raise InvalidInput("请写明是什么问题，至少 4 个字。", "title")
    if len(said.facts) < FEW_FACTS:
        raise InvalidInput("请写明事实，至少 4 个字。", "facts")
    if said.basis_kind not in BASIS_KINDS or said.severity not in SEVERITIES:
        raise InvalidInput("请选择依据的种类和严重程度。", "basis_kind")
    if not said.clause and not said.basis:
        raise InvalidInput("请写明违反的条款或者依据。", "basis")
    if said.basis_kind == "statute" and not said.basis:
        raise InvalidInput("违反法律法规的，请写明法律法规的名称和条款。", "basis")
    require_citable(said.basis, clock.today())


def _number(row: Finding, now: datetime) -> None:
    row.year = clock.to_local(now).year
    number = next_number(f"finding:{row.organization_id}", row.year)
    row.number = f"{row.organization.code.upper()}-问题-{row.year}-{number:04d}"


def _close_at_once(row: Finding, proved: bool, *, by: User, now: datetime) -> None:
    if not proved:
        raise InvalidInput("当场改正的，请附上改正后的照片或者材料。", "files")
    row.closed_at, row.closed_reason = now, "当场改正"
    move(row, "fix_on_spot", by=by, now=now)


def add_file(
    row: Finding, file_id: int, name: str, purpose: str, *, by: User, now: datetime,
    measure_id: int | None = None,
) -> None:  # fmt: skip
    """Tie a stored file to a finding."""
    db.session.add(FindingFile(
        finding_id=row.id, purpose=purpose, measure_id=measure_id, file_id=file_id, name=name[-200:],
        by=by.name, at=now,
    ))  # fmt: skip


def keep_upload(
    row: Finding, upload: FileStorage, purpose: str, *, by: User, now: datetime,
    measure_id: int | None = None,
) -> None:  # fmt: skip
    """Keep an uploaded file with a finding. Errors: InvalidInput for a file that is refused."""
    stored = files.store_upload(upload, now=now)
    name = PurePath((upload.filename or "").replace("\\", "/")).name
    add_file(row, stored.id, name, purpose, by=by, now=now, measure_id=measure_id)


def edit(row: Finding, said: Said, *, by: User, now: datetime) -> None:
    """Change what is not in a notice yet. Errors: InvalidInput, RuleViolation."""
    checked(said)
    if row.rectification_id is not None:
        raise RuleViolation("这个问题已经列入通知书，不能再改。", CLAUSE, "请先撤回通知书稿。")
    changes: dict[str, Any] = {}
    for name in CHANGED:
        old, new = getattr(row, name), getattr(said, name)
        if old != new:
            changes[name] = [old, new]
            setattr(row, name, new)
    row.repeat_key = repeat_key(row.clause, row.item, row.basis)
    for upload in said.uploads:
        keep_upload(row, upload, "evidence", by=by, now=now)
    move(row, "edit", by=by, now=now, changes=changes)


def confirm_repeat(row: Finding, earlier_id: int | None, *, by: User, now: datetime) -> None:
    """Say that it repeats an earlier finding of the same enterprise, or that it does not (None).

    Errors: InvalidInput for a finding that is no candidate.
    """
    if earlier_id is not None and earlier_id not in {one.id for one in queries.earlier(row)}:
        raise InvalidInput("两年内没有这样一个同条款的问题。", "repeat")
    changes = {"repeat_of_id": [row.repeat_of_id, earlier_id]}
    row.repeat_of_id = earlier_id
    move(row, "repeat", by=by, now=now, changes=changes)


def withdraw(row: Finding, reason: str, *, by: User, now: datetime) -> None:
    """What was no problem after all stays listed, with the reason. Errors: InvalidInput, RuleViolation."""
    if len(reason) < FEW_FACTS:
        raise InvalidInput("请写明理由，至少 4 个字。", "reason")
    if row.rectification_id is not None:
        raise RuleViolation("这个问题已经列入通知书。", CLAUSE, "请先撤回通知书稿，或者按陈述申辩办理。")
    row.closed_at, row.closed_reason = now, reason[:300]
    move(row, "withdraw", by=by, now=now, changes={"reason": [None, reason]})
