"""送达, 签收, 回复, 归档: the time limit runs from service, never from the date on the paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from blueprints.accounts.models import User
from blueprints.accounts.queries import people_with_role
from blueprints.notices.events import NoticeServed
from blueprints.notices.guards import METHOD_NAMES, Method
from blueprints.notices.models import Notice, NoticeService
from blueprints.notices.service.engine import (
    admitted,
    move,
    notice_path,
    services_for,
    tell_writers,
)
from blueprints.notices.service.issuing import SERVICE
from blueprints.notices.workflow import Outcome, roles_with
from core import clocks
from core.authz import Permission
from core.clocks import Limit
from core.db import db
from core.events import publish
from core.files import store
from core.inbox import tell
from domain.deadlines import Unit
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind
from domain.workdays import Calendar

ANSWER = "notice_answer"
PUBLIC_NOTICE_DAYS = 30
KEPT = ("place", "receiver", "relation", "witness", "tracking", "consent_note", "remark", "second_server")


def effective(method: str, served_at: datetime) -> datetime:
    """When service counts: a public notice does 30 days after it appeared (民事诉讼法第九十五条)."""
    return served_at + timedelta(days=PUBLIC_NOTICE_DAYS) if method == Method.PUBLIC_NOTICE else served_at


def serve(
    notice: Notice, service: NoticeService, data: Mapping[str, Any], *, by: User, now: datetime,
    calendar: Calendar,
) -> None:  # fmt: skip
    """Record how one addressee was served, with its proof; starts the limit for the answer.

    `data`: method, served_at, the fields of KEPT, consent, receipt ((name, bytes) or None).
    Errors: InvalidInput at the field that lacks, RuleViolation in another state.
    """
    rows = admitted(notice, "serve", by=by, data=data)
    if service.served_at is not None:
        raise RuleViolation(f"“{service.addressee}”已经登记过送达。", None, "登记错了的，请作废后重新制发。")
    served_at = _moment(notice, data, now)
    method = str(data["method"])
    if method == Method.ELECTRONIC and service.organization_id is None:
        raise InvalidInput("受送达人不是平台上的单位，收不到电子送达，请改用别的方式。", "method")
    service.method, service.served_at, service.recorded_at, service.server_id = method, served_at, now, by.id
    for name in KEPT:
        setattr(service, name, str(data.get(name) or "").strip())
    keep_receipt(service, data.get("receipt"), now=now)
    _start(notice, service, calendar)
    done = all(row.served_at is not None for row in notice.services)
    facts = {"method": METHOD_NAMES[method], "served_at": served_at.isoformat(timespec="minutes"),
             "due_on": service.due_on.isoformat() if service.due_on else None}  # fmt: skip
    move(
        notice, rows, by=by, now=now, facts=facts, personal={"addressee": service.addressee},
        outcome=Outcome.ALL_SERVED if done else Outcome.SOME_UNSERVED,
    )  # fmt: skip
    publish(NoticeServed(notice, service, service.due_on, by, now))
    _tell_addressee(notice, service, by=by, now=now)


def _moment(notice: Notice, data: Mapping[str, Any], now: datetime) -> datetime:
    given = data.get("served_at")
    if not isinstance(given, datetime):
        raise InvalidInput("请填写送达时间。", "served_at")
    if given > now:
        raise InvalidInput("送达时间不能晚于现在。", "served_at")
    if notice.issued_at is None or given < notice.issued_at.replace(second=0, microsecond=0):
        raise InvalidInput("送达时间不能早于印制成文的时间。", "served_at")
    return given


def keep_receipt(service: NoticeService, upload: tuple[str, bytes] | None, *, now: datetime) -> None:
    """Keep the scanned 送达回证 with the service. Errors: InvalidInput for a file that is refused."""
    if upload is None:
        return
    name, data = upload
    try:
        stored = store(name, data, now=now)
    except InvalidInput as refused:
        raise InvalidInput(refused.message, "receipt") from refused
    plain = name.replace("\\", "/").rpartition("/")[2]
    service.receipt_id = stored.id
    service.receipt_name = "".join(c for c in plain if c.isprintable() and c not in '<>:"|?*')[-200:]


def _start(notice: Notice, service: NoticeService, calendar: Calendar) -> None:
    if notice.answer_within is None or service.served_at is None:
        return
    clauses = kind(notice.kind).clauses
    limit = Limit(
        ANSWER, "文书要求的回复", notice.answer_within, Unit.WORKDAY, "order",
        clause=clauses[0] if clauses else "", basis=notice.number_text,
    )  # fmt: skip
    since = effective(service.method, service.served_at)
    clock = clocks.start(SERVICE, service.id, limit, since=since, calendar=calendar)
    repeat(service, clock)


def repeat(service: NoticeService, clock: clocks.Clock) -> None:
    """Repeat on the service what its clock says."""
    service.due_on, service.due_at, service.due_provisional = clock.due_on, clock.due_at, clock.provisional


def _tell_addressee(notice: Notice, service: NoticeService, *, by: User, now: datetime) -> None:
    if service.method != Method.ELECTRONIC or service.organization_id is None:
        return
    people = people_with_role(service.organization_id, *roles_with(Permission.NOTICE_RECEIVE))
    text = f"{notice.organization.name}送达{notice.label}《{kind(notice.kind).name}》，请签收。"
    tell([person.id for person in people], text, link=notice_path(notice), now=now)


def sign_receipt(notice: Notice, *, by: User, now: datetime) -> NoticeService:
    """签收 by a person of the addressee, of what was served electronically."""
    rows = admitted(notice, "sign_receipt", by=by)
    service = next(row for row in services_for(notice, by) if row.signed_at is None)
    service.signed_by_id, service.signed_at = by.id, now
    move(notice, rows, by=by, now=now, personal={"addressee": service.addressee})
    tell_writers(notice, f"{notice.label}：{service.addressee}已签收。", by=by, now=now)
    return service


def record_answer(
    notice: Notice, service: NoticeService, answer: str, answered_at: datetime | None, *, by: User,
    now: datetime,
) -> None:  # fmt: skip
    """The addressee's answer has come in: its limit ends, met or late."""
    rows = admitted(notice, "record_answer", by=by)
    if service.due_at is None or service.answered_at is not None or service.served_at is None:
        raise RuleViolation(f"“{service.addressee}”没有等待回复的期限。")
    if not answer.strip():
        raise InvalidInput("请写明回复的内容。", "answer")
    if answered_at is None or not service.served_at <= answered_at <= now:
        raise InvalidInput("请填写收到回复的时间，不早于送达，不晚于现在。", "answered_at")
    service.answered_at, service.answer = answered_at, answer.strip()[:1000]
    ended = clocks.stop(SERVICE, service.id, ANSWER, at=answered_at)
    late = any(clock.state == "late" for clock in ended)
    facts = {"answered_at": answered_at.isoformat(timespec="minutes"), "late": late}
    personal = {"addressee": service.addressee, "answer": service.answer}
    move(notice, rows, by=by, now=now, facts=facts, personal=personal)


def archive(notice: Notice, *, by: User, now: datetime) -> None:
    """归档 of what was served, signed for and answered (or has nobody to be served on)."""
    rows = admitted(notice, "archive", by=by)
    notice.archived_at = now
    move(notice, rows, by=by, now=now)


def on_clock_moved(event: clocks.ClockMoved) -> None:
    """A change of the calendar moved the day of an answer: repeat it, tell those who wrote the notice."""
    if event.clock.subject_type != SERVICE:
        return
    service = db.session.get_one(NoticeService, event.clock.subject_id)
    repeat(service, event.clock)
    notice = service.notice
    text = f"{notice.label}的回复期限由{event.old_due_on}改为{event.clock.due_on}：{event.reason}。"
    tell(set(notice.writers), text, link=notice_path(notice), now=event.now)
