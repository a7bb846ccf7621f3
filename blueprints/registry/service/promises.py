"""Written systems with their versions, and commitments with records against them (F3.3.3, F3.4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.registry.models import Commitment, CommitmentRecord, WrittenSystem
from blueprints.registry.queries import services as queries
from blueprints.registry.service.keeping import announce, log, set_values
from core import clock
from core.db import db
from core.files import store_upload
from domain.commitments import kept, measured_minutes
from domain.errors import InvalidInput
from domain.workdays import Calendar
from domain.written_systems import BY_CODE


def add_version(
    organization_id: int, code: str, *, title: str, body: str, upload: FileStorage | None, effective_on: date,
    adopted: str, by: User, now: datetime,
) -> WrittenSystem:  # fmt: skip
    """A new version of a written system, in force from `effective_on`. Errors: InvalidInput."""
    if not body and not (upload and upload.filename):
        raise InvalidInput("请填写制度全文，或者上传文件。", "body")
    earlier = [row for row in queries.systems_of(organization_id) if row.code == code]
    if any(row.effective_on >= effective_on for row in earlier):
        raise InvalidInput("生效日期应当晚于上一版的生效日期。", "effective_on")
    stored = store_upload(upload, now=now) if upload and upload.filename else None
    row = WrittenSystem(
        organization_id=organization_id, code=code, number=len(earlier) + 1, title=title, body=body,
        file_id=stored.id if stored else None,
        file_name=(upload.filename or "")[-200:] if upload and stored else "",
        effective_on=effective_on, adopted=adopted, by=by.name, at=now,
    )  # fmt: skip
    db.session.add(row)
    name = BY_CODE[code].name
    changes = {"number": [None, row.number], "effective_on": [None, effective_on.isoformat()]}
    log("system", row, name, changes, by=by, now=now)
    what = f"{name}第{row.number}版，{effective_on.isoformat()}起施行"
    announce(organization_id, ["systems"], what, since=clock.local_date(now), by=by, now=now)
    return row


def repeal(row: WrittenSystem, day: date, *, by: User, now: datetime) -> None:
    """The last version ends on `day` (the first day on which it is no longer in force)."""
    if day <= row.effective_on:
        raise InvalidInput("废止日期应当晚于生效日期。", "repealed_on")
    changes = set_values(row, {"repealed_on": day})
    name = BY_CODE[row.code].name
    log("system_repealed", row, name, changes, by=by, now=now)
    today = clock.local_date(now)
    announce(row.organization_id, ["systems"], f"{name}废止", since=today, by=by, now=now)


def save_commitment(
    organization_id: int, row: Commitment | None, values: Mapping[str, Any], *, by: User, now: datetime
) -> Commitment:
    """A new or changed commitment. Errors: InvalidInput."""
    twin = queries.commitment_named(organization_id, values["name"])
    if twin is not None and twin is not row:
        raise InvalidInput("已有同名的承诺，请修改原来的。", "name")
    if row is None:
        row = Commitment(organization_id=organization_id, created_at=now, **values)
        db.session.add(row)
        changes: dict[str, list[Any]] = {"name": [None, values["name"]]}
    else:
        changes = set_values(row, values)
    if changes:
        log("commitment", row, row.name, changes, by=by, now=now)
        day = clock.local_date(now)
        announce(organization_id, ["commitments"], f"服务承诺“{row.name}”", since=day, by=by, now=now)
    return row


def add_record(
    row: Commitment, began_at: datetime, done_at: datetime | None, *, place: str, remark: str,
    by: User, now: datetime, calendar: Calendar,
) -> CommitmentRecord:  # fmt: skip
    """One event measured against a commitment; decided once both moments are known. Errors: InvalidInput."""
    if (row.sense == "within" and began_at > now) or (done_at is not None and done_at > now):
        raise InvalidInput("这个时间还没有到。", "began_at" if began_at > now else "done_at")
    record = CommitmentRecord(
        commitment_id=row.id, organization_id=row.organization_id, began_at=began_at, done_at=done_at,
        place=place, remark=remark, by=by.name, at=now,
    )  # fmt: skip
    if done_at is not None:
        record.measured = measured_minutes(row.sense, began_at, done_at)
        record.kept = kept(
            row.sense, row.amount, row.unit, minutes=record.measured, began=clock.local_date(began_at),
            done=clock.local_date(done_at), calendar=calendar,
        )  # fmt: skip
    db.session.add(record)
    log("commitment_record", row, row.name, {"kept": [None, record.kept]}, by=by, now=now)
    return record
