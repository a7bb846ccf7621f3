"""用印登记 and 收发文登记: books whose entries are numbered within the year and never taken out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.notices.guards import METHOD_NAMES, ON_PAPER, Method
from blueprints.notices.models import MailEntry, Notice, SealUse
from blueprints.notices.service.paper import copies_of, known_as
from blueprints.notices.workflow import STATE_NAMES, WITH_NUMBER, State
from core import audit
from core.clock import local_date
from core.db import db
from core.files import StoredFile
from core.locks import lock_name
from core.sequences import next_number
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind

IN, OUT = "in", "out"
DIRECTIONS = {IN: "收文", OUT: "发文"}
LETTERS = {IN: "收", OUT: "发"}
WAYS = {
    "post": "邮寄",
    "courier": "直接送交",
    "exchange": "机要交换",
    "fax": "传真",
    "mail": "电子邮件",
    "office_system": "办公系统",
    "other": "其他",
}
SEALED = (WITH_NUMBER | {State.SIGNED}) - {State.VOID}
SHORTEST_REASON = 5


def seal_number(use: SealUse) -> str:
    """用印-2026-0001"""
    return f"用印-{use.year}-{use.sequence:04d}"


def title_of(notice: Notice) -> str:
    """A notice as the books name it: its number and kind; a title may name a person."""
    return " ".join(part for part in (notice.number_text, kind(notice.kind).name) if part)


def check_day(day: date, now: datetime, field: str) -> None:
    """Errors: InvalidInput for a day to come."""
    if day > local_date(now):
        raise InvalidInput("日期不能晚于今天。", field)


def seal_draft(notice: Notice, now: datetime) -> dict[str, Any]:
    """What the entry of a notice begins with. Errors: RuleViolation for one that nobody has signed."""
    require_signed(notice)
    count = sum(row.copies for row in copies_of(notice.id)) or max(1, len(kind(notice.kind).copies))
    return {
        "subject": title_of(notice),
        "copies": count,
        "used_on": local_date(now),
        "approved_by": notice.signed_by.name if notice.signed_by else "",
        "asked_by": notice.drafted_by.name,
    }


def require_signed(notice: Notice) -> None:
    """Errors: RuleViolation for a notice that may not carry the seal."""
    if notice.state not in SEALED:
        state = STATE_NAMES[notice.state]
        raise RuleViolation(
            f"这份文书现在是“{state}”，不能用印。", None, "签发以后才能用印；作废的不再用印。"
        )


def record_seal_use(
    data: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    notice: Notice | None = None,
    corrects: SealUse | None = None,
) -> SealUse:
    """Enter one use of the seal: `subject`, `copies`, `approved_by`, `asked_by`, `used_on`, `remark`.

    A correction is an entry of its own with a number of its own. Errors: InvalidInput, RuleViolation.
    """
    if notice is not None:
        require_signed(notice)
    remark = str(data.get("remark") or "").strip()
    if corrects is not None:
        remark = _correcting(corrects, remark)
    check_day(data["used_on"], now, "used_on")
    year = data["used_on"].year
    use = SealUse(
        organization_id=by.organization_id,
        year=year,
        sequence=next_number(f"seal_use:{by.organization_id}", year),
        notice_id=notice.id if notice else None,
        subject=str(data["subject"])[:200],
        copies=int(data["copies"]),
        approved_by=str(data["approved_by"])[:64],
        asked_by=str(data["asked_by"])[:64],
        used_on=data["used_on"],
        remark=remark[:300],
        recorded_by_id=by.id,
        recorded_at=now,
        corrects_id=corrects.id if corrects else None,
    )
    if corrects is not None:
        use.notice_id = corrects.notice_id
    _keep_use(use, corrects, by=by, now=now)
    return use


def _keep_use(use: SealUse, corrects: SealUse | None, *, by: User, now: datetime) -> None:
    db.session.add(use)
    db.session.flush()
    changes: dict[str, Any] = {"copies": [None, use.copies], "used_on": [None, str(use.used_on)]}
    if corrects is not None:
        changes["corrects"] = [None, seal_number(corrects)]
    subject = audit.Subject("seal_use", use.id, seal_number(use))
    audit.record("notice.seal_use", subject=subject, by=by, now=now, changes=changes)


def _correcting(earlier: SealUse, reason: str) -> str:
    """The remark of a correction. Errors: InvalidInput without reason, RuleViolation for a second one."""
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(f"请写明更正的理由（不少于 {SHORTEST_REASON} 个字）。", "remark")
    lock_name(f"seal_use:{earlier.id}")
    later = db.session.scalar(select(SealUse).where(SealUse.corrects_id == earlier.id))
    if later is not None:
        number = seal_number(later)
        raise RuleViolation(f"这一条已经由{number}更正。", None, f"还要更正的，请更正{number}。")
    return f"更正{seal_number(earlier)}：{reason}"


def mail_draft(notice: Notice) -> dict[str, Any]:
    """What the outgoing entry of a served notice begins with. Errors: RuleViolation where none goes out."""
    served = [row for row in notice.services if row.served_at is not None and row.method in ON_PAPER]
    if notice.number is None or not served:
        ways = "、".join(METHOD_NAMES[method] for method in METHOD_NAMES if method in ON_PAPER)
        raise RuleViolation(f"这份文书没有以{ways}的方式送达，不登记发文。", None, "请先登记送达。")
    names = [known_as(notice, row.addressee) for row in served]
    day = max(local_date(row.served_at) for row in served if row.served_at is not None)
    more = f"等{len(names)}个" if len(names) > 2 else ""
    return {
        "direction": OUT,
        "day": day,
        "correspondent": "、".join(names[:2])[:120] + more,
        "their_number": "",
        "subject": title_of(notice),
        "copies": len(served),
        "way": "post" if served[0].method == Method.POST else "courier",
        "handler": served[0].server.name if served[0].server else "",
    }


def record_mail(
    data: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    notice: Notice | None = None,
    file: tuple[StoredFile, str] | None = None,
) -> MailEntry:
    """Enter a paper in the book: `direction`, `day`, `correspondent`, `their_number`, `subject`, `copies`,
    `way`, `handler`, `result`. Errors: InvalidInput, RuleViolation for a notice that has its entry."""
    check_day(data["day"], now, "day")
    if notice is not None:
        _require_not_entered(notice)
    direction, year = str(data["direction"]), data["day"].year
    sequence = next_number(f"mail:{by.organization_id}:{direction}", year)
    entry = MailEntry(
        organization_id=by.organization_id,
        direction=direction,
        year=year,
        sequence=sequence,
        number_text=f"{LETTERS[direction]}〔{year}〕{sequence}号",
        day=data["day"],
        notice_id=notice.id if notice else None,
        recorded_by_id=by.id,
        recorded_at=now,
        copies=int(data["copies"]),
    )
    for name, most in (("correspondent", 128), ("their_number", 64), ("subject", 200), ("way", 32)):
        setattr(entry, name, str(data.get(name) or "")[:most])
    entry.handler, entry.result = str(data.get("handler") or "")[:64], str(data.get("result") or "")[:300]
    if file is not None:
        entry.file_id, entry.file_name = file[0].id, file[1][-200:]
    db.session.add(entry)
    db.session.flush()
    changes = {"direction": [None, DIRECTIONS[direction]], "day": [None, str(entry.day)]}
    audit.record("notice.mail", subject=_mail_subject(entry), by=by, now=now, changes=changes)
    return entry


def _require_not_entered(notice: Notice) -> None:
    mail_draft(notice)
    lock_name(f"mail_entry:{notice.id}")
    known = db.session.scalar(select(MailEntry).where(MailEntry.notice_id == notice.id))
    if known is not None:
        raise RuleViolation(f"这份文书已经登记为{known.number_text}。", None, "请查看那一条登记。")


def follow_mail(
    entry: MailEntry,
    data: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    file: tuple[StoredFile, str] | None = None,
) -> None:
    """Who handles a paper and what came of it; its file. What was entered first stays."""
    changes: dict[str, Any] = {}
    for name, most in (("handler", 64), ("result", 300)):
        old, new = getattr(entry, name), str(data.get(name) or "")[:most]
        if old != new:
            changes[name] = [old or None, new or None]
            setattr(entry, name, new)
    if file is not None:
        changes["sha256"] = [entry.file.sha256 if entry.file else None, file[0].sha256]
        entry.file_id, entry.file_name = file[0].id, file[1][-200:]
    if not changes:
        raise InvalidInput("没有修改任何内容。", "result")
    audit.record("notice.mail_changed", subject=_mail_subject(entry), by=by, now=now, changes=changes)


def _mail_subject(entry: MailEntry) -> audit.Subject:
    return audit.Subject("mail_entry", entry.id, entry.number_text)
