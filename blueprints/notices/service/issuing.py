"""编号印制, 重新印制, 作废: the number is taken in the transaction that freezes the content."""

from __future__ import annotations

from datetime import datetime

from blueprints.accounts.models import User
from blueprints.notices.events import NoticeVoided
from blueprints.notices.models import Notice, NoticeService
from blueprints.notices.service.composing import document, frozen, new_code
from blueprints.notices.service.engine import admitted, move, tell_reached, tell_writers
from blueprints.notices.service.printing import Printing
from blueprints.notices.service.sealing import seal_for
from blueprints.notices.service.wording import organ_code_for
from core import clocks
from core.clock import to_local
from core.db import db
from core.events import publish
from core.sequences import next_number
from core.signing import trouble
from domain.documents import Watermark
from domain.errors import RuleViolation
from domain.notice_kinds import kind
from domain.numbering import document_number

SERVICE = "notice_service"


def issue(notice: Notice, *, site: str, by: User, now: datetime) -> Printing:
    """Transaction 1: take the number of the series and year, freeze the content, list who is to be served.

    The year is that of the moment on a clock in Asia/Shanghai. `site` is the address of this deployment, for
    the QR code. Hand the result to `printing.print_out` after the commit.
    """
    rows = admitted(notice, "issue", by=by)
    if wrong := trouble(now):  # no number for what could not be printed
        raise RuleViolation(f"{wrong}。", None, "请先请系统管理员处理，再编号印制。")
    about = kind(notice.kind)
    if about.organ_code:
        notice.series = organ_code_for(notice.organization, about.organ_code, notice.enterprise)
        notice.year = to_local(now).year
        notice.number = next_number(f"{notice.series}:{notice.organization_id}", notice.year)
        notice.number_text = document_number(notice.series, notice.year, notice.number)
    notice.code = new_code()
    printed = document(
        notice, watermark=Watermark.NONE, number=notice.number_text, on=now, code=notice.code, site=site,
        seal=seal_for(notice.organization_id),
    )  # fmt: skip
    notice.content, notice.content_sha256 = frozen(printed)
    notice.title, notice.print_error = printed.title, ""
    if about.addressed_to != "none":
        _list_addressees(notice)
    facts = {"number": notice.number_text, "content_sha256": notice.content_sha256}
    if printed.signature is not None and printed.signature.picture:
        facts["seal"] = printed.signature.picture
    move(notice, rows, by=by, now=now, facts=facts)
    return Printing(notice.id, dict(notice.content))


def _list_addressees(notice: Notice) -> None:
    for position, row in enumerate(notice.addressees, start=1):
        service = NoticeService(notice_id=notice.id, position=position, addressee=row["name"])
        service.organization_id = row.get("organization_id")
        db.session.add(service)
    db.session.flush()
    db.session.expire(notice, ["services"])


def again(notice: Notice, *, by: User, now: datetime) -> Printing:
    """Print what was frozen once more, after a failure; nothing of the content or number changes."""
    rows = admitted(notice, "retry", by=by)
    if notice.content is None:
        raise RuleViolation("这份文书没有固定的内容，不能印制。")
    move(notice, rows, by=by, now=now)
    return Printing(notice.id, dict(notice.content), void=notice.voided_at is not None)


def void(notice: Notice, remark: str, *, by: User, now: datetime) -> Printing | None:
    """作废: the number stays taken, the clocks stop, a copy marked 作废 is to be printed from the frozen
    content (the printing is returned, None where nothing had been frozen)."""
    rows = admitted(notice, "void", by=by, data={"remark": remark})
    notice.voided_at, notice.void_reason = now, remark.strip()[:500]
    for service in notice.services:
        clocks.void(SERVICE, service.id, at=now)
        service.due_at = None
    move(notice, rows, by=by, now=now, remark=remark)
    publish(NoticeVoided(notice, notice.void_reason, by, now))
    text = f"{notice.label}已作废：{notice.void_reason}"
    tell_writers(notice, text, by=by, now=now)
    tell_reached(notice, text, now=now)
    return Printing(notice.id, dict(notice.content), void=True) if notice.content else None
