"""Copies of a notice and who took them (份数、联), scans of the original, the OA number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.notices.events import NoticeIssued
from blueprints.notices.models import Notice, NoticeCopy, NoticeScan
from blueprints.notices.service.engine import subject_of
from blueprints.notices.workflow import GIVEN_OUT, STATE_NAMES, WITH_NUMBER
from core import audit
from core.clock import local_date
from core.db import db
from core.files import store
from core.locks import lock_name
from core.privacy import mask_name
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind

KEPT_HERE = "存档"
SCAN_TYPES = (".pdf", ".jpg", ".jpeg", ".png")
MOST_COPIES = 500


def known_as(notice: Notice, name: str) -> str:
    """A recipient as the papers beside the file name him: of a complainant only the first character."""
    return mask_name(name) if kind(notice.kind).addressed_to == "complainant" else name


def require_number(notice: Notice, what: str) -> None:
    """Errors: RuleViolation for a notice without a number."""
    if notice.state not in WITH_NUMBER:
        state = STATE_NAMES[notice.state]
        raise RuleViolation(
            f"这份文书现在是“{state}”，还没有编号，不能{what}。", None, "请先签发、编号印制。"
        )


def planned(notice: Notice) -> list[tuple[str, str]]:
    """(recipient, purpose) of each copy: those of the kind for every addressee, then 抄送."""
    rows: list[tuple[str, str]] = []
    for label in kind(notice.kind).copies:
        if KEPT_HERE in label or not notice.addressees:
            rows.append((notice.organization.name, label))
        else:
            rows += [(known_as(notice, row["name"]), label) for row in notice.addressees]
    rows += [(name, "抄送") for name in notice.copies_to]
    return [(recipient[:128], purpose[:64]) for recipient, purpose in rows]


def copies_of(notice_id: int) -> list[NoticeCopy]:
    """The copies of a notice in their order."""
    rows = select(NoticeCopy).where(NoticeCopy.notice_id == notice_id)
    return list(db.session.scalars(rows.order_by(NoticeCopy.position)))


def prepare_copies(notice: Notice, *, by: audit.Actor, now: datetime) -> list[NoticeCopy]:
    """Write down the copies that the kind and the addressees call for. Errors: RuleViolation."""
    require_number(notice, "准备份数")
    lock_name(f"notice_copy:{notice.id}")
    if copies_of(notice.id):
        raise RuleViolation("这份文书的份数已经准备过了。", None, "要加一份的，请点“加一联”。")
    rows = [
        NoticeCopy(notice_id=notice.id, position=place, recipient=recipient, purpose=purpose)
        for place, (recipient, purpose) in enumerate(planned(notice), start=1)
    ]
    db.session.add_all(rows)
    changes = {"copies": [None, len(rows)]}
    audit.record("notice.copies", subject=subject_of(notice), by=by, now=now, changes=changes)
    return rows


def on_issued(event: NoticeIssued) -> None:
    """A notice that has been printed has its copies written down."""
    if not copies_of(event.notice.id):
        prepare_copies(event.notice, by=event.by, now=event.now)


def set_copy(
    notice: Notice, copy: NoticeCopy | None, data: Mapping[str, Any], *, by: User, now: datetime
) -> NoticeCopy:
    """Change a copy, or add one: `recipient`, `purpose`, `copies`, and `handed_on`, `taken_by`.

    Errors: InvalidInput at the field; RuleViolation before the notice has its number.
    """
    require_number(notice, "登记份数")
    _check_taking(notice, data, now)
    known = copies_of(notice.id)
    if copy is None:
        copy = NoticeCopy(notice_id=notice.id, position=max((row.position for row in known), default=0) + 1)
        copy.recipient = ""
        db.session.add(copy)
    before = (copy.copies, str(copy.handed_on or ""))
    copy.recipient, copy.purpose = str(data["recipient"])[:128], str(data.get("purpose") or "")[:64]
    copy.copies, copy.handed_on = int(data["copies"]), data.get("handed_on")
    copy.taken_by = str(data.get("taken_by") or "")[:64]
    db.session.flush()
    after = (copy.copies, str(copy.handed_on or ""))
    changes: dict[str, Any] = {"position": [None, copy.position], "copies": [before[0], after[0]]}
    if after[1] != before[1]:
        changes["handed_on"] = [before[1] or None, after[1] or None]
    personal = {"taken_by": [None, copy.taken_by]} if copy.taken_by else None
    audit.record(
        "notice.copy", subject=subject_of(notice), by=by, now=now, changes=changes, personal=personal
    )
    return copy


def _check_taking(notice: Notice, data: Mapping[str, Any], now: datetime) -> None:
    day, who = data.get("handed_on"), str(data.get("taken_by") or "").strip()
    if day is None and who:
        raise InvalidInput("请填写领取的日期。", "handed_on")
    if day is None:
        return
    if not who:
        raise InvalidInput("请写明由谁领取。", "taken_by")
    _check_day(day, now, "handed_on")
    if notice.issued_at is None or day < local_date(notice.issued_at):
        raise InvalidInput("领取的日期不能早于印制成文的日期。", "handed_on")


def _check_day(day: date, now: datetime, field: str) -> None:
    if day > local_date(now):
        raise InvalidInput("日期不能晚于今天。", field)


def add_scan(notice: Notice, name: str, data: bytes, remark: str, *, by: User, now: datetime) -> NoticeScan:
    """Keep the scan of the sealed original with the digest of the stored PDF of which it is the paper.

    Errors: InvalidInput for a file that is refused, RuleViolation where nothing has been issued.
    """
    if notice.state not in GIVEN_OUT or notice.pdf_sha256 is None:
        state = STATE_NAMES[notice.state]
        raise RuleViolation(f"这份文书现在是“{state}”，没有可以盖章的原件。", None, "请先编号印制。")
    if not name.lower().endswith(SCAN_TYPES):
        raise InvalidInput("请上传 PDF、JPG 或者 PNG 的扫描件。", "file")
    kept = store(name, data, now=now)
    plain = "".join(
        c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable() and c not in '<>:"|?*'
    )
    row = NoticeScan(
        notice_id=notice.id,
        file=kept,
        name=plain[-200:],
        pdf_sha256=notice.pdf_sha256,
        remark=remark[:300],
        added_by_id=by.id,
        added_at=now,
    )
    db.session.add(row)
    changes = {"sha256": [None, kept.sha256], "pdf_sha256": [None, notice.pdf_sha256]}
    audit.record("notice.scan", subject=subject_of(notice), by=by, now=now, changes=changes)
    db.session.flush()
    return row


def set_oa_number(notice: Notice, number: str, *, by: User, now: datetime) -> None:
    """The number of the notice in the office system. Errors: RuleViolation before numbering."""
    require_number(notice, "登记 OA 文号")
    if number == notice.oa_number:
        raise InvalidInput("和现在登记的一样，不需要修改。", "oa_number")
    changes = {"oa_number": [notice.oa_number or None, number or None]}
    notice.oa_number = number
    audit.record("notice.oa_number", subject=subject_of(notice), by=by, now=now, changes=changes)
