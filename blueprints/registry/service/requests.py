"""Requests for service (F3.4.2): first receiver, limit, end, and a refusal told with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.registry.models import CatalogueEntry, ServiceRequest
from blueprints.registry.service.keeping import log
from core import clock, clocks
from core.db import db
from core.inbox import tell
from core.sequences import next_number
from domain.deadlines import Unit
from domain.errors import InvalidInput, RuleViolation
from domain.numbering import request_number, request_series
from domain.workdays import Calendar

SUBJECT = "service_request"
CLAUSE = "F3.4.2"
OBLIGATION = "completion"


def register(
    organization_id: int, values: Mapping[str, Any], entry: CatalogueEntry | None, *,
    by: User, now: datetime, calendar: Calendar,
) -> ServiceRequest:  # fmt: skip
    """Enter a request; whoever does is its first receiver, and its limit starts with the receipt.

    `values`: kind, content, user_name, user_phone, received_at. Errors: InvalidInput.
    """
    received = values["received_at"]
    if received > now:
        raise InvalidInput("收到的时间还没有到。", "received_at")
    if entry is not None and (entry.organization_id != organization_id or not entry.active):
        raise InvalidInput("请从服务目录中选择。", "entry_id")
    year = clock.to_local(now).year
    sector = db.session.get_one(Organization, organization_id).sectors[0]
    number = request_number(sector, year, next_number(request_series(sector), year))
    request = ServiceRequest(
        organization_id=organization_id, number=number, entry_id=entry.id if entry else None,
        first_receiver_id=by.id, handler_id=by.id, **values,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    if entry is not None and entry.limit_amount is not None:
        _start_limit(request, entry, calendar)
    personal = {"user_name": [None, request.user_name], "user_phone": [None, request.user_phone]}
    log("request", request, number, {"kind": [None, request.kind]}, by=by, now=now, personal=personal)
    return request


def _start_limit(request: ServiceRequest, entry: CatalogueEntry, calendar: Calendar) -> None:
    if entry.limit_amount is None:
        return
    if entry.limit_unit == "minute":
        request.due_at = request.received_at + timedelta(minutes=entry.limit_amount)
        request.due_on = clock.local_date(request.due_at)
        return
    limit = clocks.Limit(
        OBLIGATION,
        f"{entry.name}时限",
        entry.limit_amount,
        Unit(entry.limit_unit),
        "order",
        CLAUSE,
        entry.limit_basis,
    )
    started = clocks.start(SUBJECT, request.id, limit, since=request.received_at, calendar=calendar)
    request.due_on, request.due_at = started.due_on, started.due_at


def _require_open(request: ServiceRequest) -> None:
    if request.state != "open":
        raise RuleViolation("这项服务请求已经结束，不能再办理。", CLAUSE)


def finish(request: ServiceRequest, outcome: str, *, by: User, now: datetime) -> None:
    """End a request; late where its limit has run out. Errors: RuleViolation, InvalidInput."""
    _require_open(request)
    if len(outcome) < 2:
        raise InvalidInput("请写明办理结果。", "outcome")
    clocks.stop(SUBJECT, request.id, OBLIGATION, at=now)
    request.state, request.ended_at, request.outcome = "done", now, outcome
    request.late = bool(request.due_at and now >= request.due_at)
    changes = {"state": ["open", "done"], "late": [False, request.late]}
    log("request_done", request, request.number, changes, by=by, now=now)


def refuse(
    request: ServiceRequest, reason: str, *, told_at: datetime | None, told_how: str, by: User, now: datetime
) -> None:
    """Out of scope: the user is told the reason, and that is recorded (F3.4.2).

    Errors: RuleViolation without a reason or without the person having been told.
    """
    _require_open(request)
    if len(reason) < 4:
        raise RuleViolation("不能受理的，应当明确告知用户原因，请写明原因。", CLAUSE)
    if told_at is None or not told_how:
        raise RuleViolation("请先把原因告知用户，再登记告知的时间和方式。", CLAUSE)
    if told_at > now or told_at < request.received_at:
        raise InvalidInput("告知时间应当在收到之后、现在之前。", "told_at")
    clocks.void(SUBJECT, request.id, at=now)
    request.state, request.ended_at, request.refusal = "refused", now, reason
    request.told_at, request.told_how = told_at, told_how
    changes = {"state": ["open", "refused"], "refusal": [None, reason]}
    log("request_refused", request, request.number, changes, by=by, now=now)


def hand_over(request: ServiceRequest, handler: User, *, by: User, now: datetime) -> None:
    """Give a request to a colleague; the first receiver stays the one who follows it up (首问负责)."""
    _require_open(request)
    old = request.handler.name if request.handler else ""
    request.handler_id = handler.id
    log("request_handed", request, request.number, {"handler": [old, handler.name]}, by=by, now=now)
    tell(
        [handler.id],
        f"服务请求 {request.number} 转由您办理。",
        link=f"/requests/{request.id}",
        now=now,
        clause=CLAUSE,
    )


def on_clock_moved(event: clocks.ClockMoved) -> None:
    """A change of the calendar moved the limit of a request."""
    if event.clock.subject_type == SUBJECT:
        request = db.session.get_one(ServiceRequest, event.clock.subject_id)
        request.due_on, request.due_at = event.clock.due_on, event.clock.due_at
