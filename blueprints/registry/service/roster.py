"""Window shifts (F3.2.1): only certified people, one place at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from blueprints.accounts.models import User
from blueprints.registry.models import Outlet, RosterShift, Staff
from blueprints.registry.queries import roster as queries
from blueprints.registry.service.keeping import log
from blueprints.registry.service.qualifying import require_certified
from blueprints.registry.service.staff import label_of
from core.clock import local_date, local_midnight, to_local
from core.db import db
from core.locks import lock_name
from core.wording import day_words
from domain.errors import InvalidInput, RuleViolation
from domain.opening import clock_words

CLAUSE = "F3.2.1"


def span_words(starts: int, ends: int) -> str:
    """08:30-12:00"""
    return f"{clock_words(starts)}-{clock_words(ends)}"


def _free(person: Staff, day: date, starts: int, ends: int) -> None:
    other = queries.overlapping(person.id, day, starts, ends)
    if other is not None:
        there = f"{other.outlet.name} {span_words(other.starts, other.ends)}"
        raise RuleViolation(
            f"{person.name}在{day_words(day)}已排{there}，时间重叠。",
            None,
            "请先撤销原来的班次，或者改时间。",
        )
    midnight = local_midnight(day)
    since, until = midnight + timedelta(minutes=starts), midnight + timedelta(minutes=ends)
    visit = queries.visit_then(person.id, since, until)
    if visit is not None:
        first, last = to_local(visit.slot_from), to_local(visit.slot_until)
        raise RuleViolation(
            f"{person.name}在{day_words(day)} {first:%H:%M}-{last:%H:%M} 已约定上门（{visit.number}）。",
            "F3.2.4",
            "请另选人员，或者先改派这次上门。",
        )


def add_shift(
    outlet: Outlet, person: Staff, days: list[date], starts: int, ends: int, *, by: User, now: datetime
) -> list[RosterShift]:
    """A person stands at the window on these days. Errors: InvalidInput for times that cannot be,
    RuleViolation for somebody without a certificate on one of the days (F3.2.1) or who is elsewhere then."""
    if ends <= starts:
        raise InvalidInput("下班时间应当晚于上班时间。", "ends")
    if min(days) < local_date(now):
        raise InvalidInput("只能排今天和以后的班。", "day")
    lock_name(f"staff-time:{person.id}")
    made = []
    for day in days:
        require_certified([person], day, "窗口值班")
        _free(person, day, starts, ends)
        row = RosterShift(
            outlet_id=outlet.id, staff_id=person.id, organization_id=outlet.organization_id, day=day,
            starts=starts, ends=ends, by=by.name, at=now,
        )  # fmt: skip
        db.session.add(row)
        facts = {
            "staff_member": [None, label_of(person)], "day": [None, day], "outlet": [None, outlet.name],
            "time": [None, span_words(starts, ends)],
        }  # fmt: skip
        log("shift_add", row, f"{outlet.name} {day.isoformat()}", facts, by=by, now=now)
        made.append(row)
    return made


def remove_shift(row: RosterShift, *, by: User, now: datetime) -> None:
    """Nobody stands there then. Errors: RuleViolation for a day that is over."""
    if row.day < local_date(now):
        raise RuleViolation("已经过去的班次不能撤销。", None, "排班记录要如实保留。")
    label = f"{row.outlet.name} {row.day.isoformat()}"
    facts = {"staff_member": [label_of(row.staff), None], "time": [span_words(row.starts, row.ends), None]}
    log("shift_remove", row, label, facts, by=by, now=now)
    db.session.delete(row)
