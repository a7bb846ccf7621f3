"""Reminders of rectification, once a day: two workdays before, when overdue, then every five workdays.

The level rises from the handler to the enterprise's leader to the regulator's leader (F5.3).
"""

from __future__ import annotations

from datetime import date, datetime

from blueprints.accounts.queries import people_with_role
from blueprints.inspection.models import Rectification
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.service.finding_moves import CLAUSE, label_of, log
from blueprints.inspection.service.rectif_events import owed, path_of
from core import audit
from core.clock import local_date
from core.inbox import tell
from core.wording import date_words
from domain.deadlines import remaining
from domain.roles import Role
from domain.workdays import Calendar

BEFORE, EVERY, HIGHEST = 2, 5, 3


def level_of(days_left: int, overdue: bool) -> int:
    """0: not yet; 1: soon or just overdue; then one more after each five workdays, at most 3."""
    if not overdue:
        return 1 if 0 <= days_left <= BEFORE else 0
    return min(HIGHEST, 1 + max(0, -days_left) // EVERY)


def due_today(row: Rectification, today: date, now: datetime, calendar: Calendar) -> int:
    """The level of the reminder that is due today, 0 for none: not twice a day, and each step once."""
    if row.due_on is None or row.due_at is None:
        return 0
    if row.urged_at is not None and local_date(row.urged_at) >= today:
        return 0
    overdue = now >= row.due_at
    left = remaining(today, row.due_on, calendar)
    level = level_of(left, overdue)
    if level == 0 or row.urged_at is None:
        return level
    before = local_date(row.urged_at)
    if overdue and before <= row.due_on:
        return level
    since = remaining(before, today, calendar)
    return level if overdue and since >= EVERY else 0


def told(row: Rectification, level: int) -> list[int]:
    """Who is reminded at a level: each one more than the one before."""
    people = people_with_role(row.enterprise_id, Role.HANDLER, Role.DISPATCHER)
    if level >= 2:
        people += people_with_role(row.enterprise_id, Role.ENTERPRISE_LEADER)
    if level >= HIGHEST:
        people += people_with_role(row.organization_id, Role.REGULATOR_LEADER)
    return [person.id for person in people]


def urge_all(today: date, *, now: datetime, calendar: Calendar) -> int:
    """Remind of everything that is due; returns how many rectifications. Twice on a day changes nothing."""
    count = 0
    for row in queries.urgable():
        level = due_today(row, today, now, calendar)
        if not level:
            continue
        _urge(row, level, now)
        count += 1
    return count


def _urge(row: Rectification, level: int, now: datetime) -> None:
    late = row.due_at is not None and now >= row.due_at
    due = date_words(row.due_on) if row.due_on else ""
    words = f"已经逾期（期限{due}）" if late else f"将于{due}到期"
    text = f"{row.enterprise.name}：{label_of(row)}的整改{words}，还有 {len(owed(row))} 个问题没有报送。"
    tell(told(row, level), text, link=path_of(row), now=now, clause=CLAUSE)
    old = row.level
    row.urged, row.urged_at, row.level = row.urged + 1, now, level if late else 0
    for one in owed(row):
        one.level = row.level
    log(row, "urge", {"level": [old, level], "late": [None, late]}, by=audit.SYSTEM, now=now)
