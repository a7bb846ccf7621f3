"""An outlet's days (F3.1.2): closures with their reason, the daily opening log, self-checks."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.registry.models import OpeningLog, Outlet, OutletCheck, OutletClosure
from blueprints.registry.queries import outlets as queries
from blueprints.registry.service.keeping import announce, log
from core import clock
from core.db import db
from core.wording import date_words
from domain.errors import InvalidInput, RuleViolation
from domain.opening import Expected, expected_on, off_by

CLAUSE = "F3.1.2"
LONGEST_CLOSURE = 366


def expected(outlet: Outlet, day: date) -> Expected:
    """What the day asks of the outlet."""
    closures = queries.closures_of([outlet.id], day, day).get(outlet.id, [])
    return expected_on(day, queries.week_of(outlet), queries.plain_closures(closures))


def add_closure(
    outlet: Outlet, first: date, last: date, *, reason: str, announcement: str, announced_on: date | None,
    opens: int | None = None, closes: int | None = None, by: User, now: datetime,
) -> OutletClosure:  # fmt: skip
    """Enter days on which the outlet does not open (or opens shorter), with reason and announcement.

    The rule knows no holiday: each such day stays a deviation that is shown. Errors: InvalidInput.
    """
    if last < first:
        raise InvalidInput("最后一天早于第一天。", "last_day")
    if (last - first).days >= LONGEST_CLOSURE:
        raise InvalidInput("超过一年的，请办理暂停营业或撤销网点。", "last_day")
    if (opens is None) != (closes is None) or (opens is not None and closes is not None and closes <= opens):
        raise InvalidInput("缩短营业的，请填开门和关门两个时间，关门应当晚于开门。", "closes")
    if announced_on is not None and announced_on > clock.local_date(now):
        raise InvalidInput("公告日期还没有到，请填实际公告的日期。", "announced_on")
    if queries.closures_of([outlet.id], first, last):
        raise InvalidInput("这几天已经登记过停业安排，请先核对。", "first_day")
    row = OutletClosure(
        outlet_id=outlet.id, organization_id=outlet.organization_id, first_day=first, last_day=last,
        opens=opens, closes=closes, reason=reason, announcement=announcement, announced_on=announced_on,
        by=by.name, at=now,
    )  # fmt: skip
    db.session.add(row)
    span = date_words(first) if first == last else f"{date_words(first)}至{date_words(last)}"
    log(
        "outlet_closure",
        outlet,
        outlet.name,
        {"days": [None, span], "reason": [None, reason]},
        by=by,
        now=now,
    )
    what = f"网点“{outlet.name}”{span}{'缩短营业' if opens is not None else '不营业'}"
    day = clock.local_date(now)
    announce(outlet.organization_id, ["hours"], what, since=day, by=by, now=now)
    return row


def record_opening(
    outlet: Outlet, day: date, opened: int | None, closed: int | None, *, remark: str, by: User, now: datetime
) -> OpeningLog:
    """Enter when the outlet opened or closed on a day, in minutes; lateness is counted against its hours.

    A time that has been entered is corrected only with a remark. Errors: InvalidInput, RuleViolation.
    """
    today = clock.local_date(now)
    if day > today:
        raise InvalidInput("这一天还没有到。", "day")
    if opened is None and closed is None:
        raise InvalidInput("请填开门或关门的时间。", "opened")
    latest = clock.to_local(now).hour * 60 + clock.to_local(now).minute
    if day == today and max(opened or 0, closed or 0) > latest:
        raise InvalidInput(
            "这个时间还没有到，请填实际的时间。", "opened" if (opened or 0) > latest else "closed"
        )
    row = db.session.scalar(
        select(OpeningLog).where(OpeningLog.outlet_id == outlet.id, OpeningLog.day == day)
    )
    if row is None:
        row = OpeningLog(
            outlet_id=outlet.id, organization_id=outlet.organization_id, day=day, recorded_at=now
        )
        db.session.add(row)
    _put(row, "opened", opened, remark, by=by)
    _put(row, "closed", closed, remark, by=by)
    if row.opened_at and row.closed_at and row.closed_at <= row.opened_at:
        raise InvalidInput("关门时间应当晚于开门时间。", "closed")
    row.late_minutes, row.early_minutes = off_by(
        expected(outlet, day), _minute(row.opened_at), _minute(row.closed_at)
    )
    row.remark, row.recorded_at = remark or row.remark or "", now
    changes = {"day": [None, day.isoformat()], "late_minutes": [None, row.late_minutes]}
    log("opening_log", row, outlet.name, changes, by=by, now=now)
    return row


def _put(row: OpeningLog, which: str, minutes: int | None, remark: str, *, by: User) -> None:
    if minutes is None:
        return
    moment = clock.local_midnight(row.day) + timedelta(minutes=minutes)
    known = getattr(row, f"{which}_at")
    if known is not None and known != moment and len(remark) < 4:
        raise RuleViolation("这个时间已经登记过，更正要写明原因。", CLAUSE, "请在备注里写明为什么更正。")
    setattr(row, f"{which}_at", moment)
    setattr(row, f"{which}_by", by.name)


def _minute(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    local = clock.to_local(moment)
    return local.hour * 60 + local.minute


def add_check(
    outlet: Outlet, day: date, *, safe: bool, tidy: bool, findings: str, by: User, now: datetime
) -> OutletCheck:
    """A self-check of safety and tidiness; what is not in order must be described. Errors: InvalidInput."""
    if day > clock.local_date(now):
        raise InvalidInput("这一天还没有到。", "day")
    if not (safe and tidy) and len(findings) < 4:
        raise InvalidInput("有不合要求的地方，请写明是什么。", "findings")
    row = OutletCheck(
        outlet_id=outlet.id, organization_id=outlet.organization_id, day=day, safe=safe, tidy=tidy,
        findings=findings, by=by.name, at=now,
    )  # fmt: skip
    db.session.add(row)
    log("outlet_check", outlet, outlet.name, {"safe": [None, safe], "tidy": [None, tidy]}, by=by, now=now)
    return row


def mend_check(check: OutletCheck, day: date, *, by: User, now: datetime) -> None:
    """What a self-check found has been put in order. Errors: InvalidInput."""
    if not check.day <= day <= clock.local_date(now):
        raise InvalidInput("整改日期应当在自查日期和今天之间。", "mended_on")
    check.mended_on = day
    log(
        "outlet_check_mended",
        check.outlet,
        check.outlet.name,
        {"mended_on": [None, day.isoformat()]},
        by=by,
        now=now,
    )
