"""What is stored of local settings, law limits and the calendar, and which of it a person may see."""

from __future__ import annotations

from datetime import date

from flask import url_for
from sqlalchemy import select

from blueprints.accounts.models import Organization
from blueprints.rulebook.models import LawLimit, LocalSetting
from core.calendar_store import load_calendar
from core.clock import local_date
from core.clocks import Clock
from core.db import db
from domain.deadlines import Unit, due
from domain.workdays import Calendar

FIRST_REMINDER_MONTH = 11


def setting_rows(owner_id: int, ruleset_code: str) -> list[LocalSetting]:
    """Every value that this owner ever set, oldest first."""
    rows = select(LocalSetting).where(
        LocalSetting.owner_id == owner_id, LocalSetting.ruleset_code == ruleset_code
    )
    return list(db.session.scalars(rows.order_by(LocalSetting.id)))


def newest_settings(owner_id: int, ruleset_code: str) -> dict[str, LocalSetting]:
    """The rows in force of one owner: key -> newest row."""
    return {row.key: row for row in setting_rows(owner_id, ruleset_code)}


def law_limits(regulator_id: int) -> list[LawLimit]:
    """All law limits that a regulator holds, in force or not."""
    rows = select(LawLimit).where(LawLimit.regulator_id == regulator_id)
    return list(db.session.scalars(rows.order_by(LawLimit.id)))


def law_limits_in_view(home: Organization) -> list[tuple[Organization, list[LawLimit]]]:
    """The regulators whose law limits count for this organization (itself, when it is one), with these."""
    own = LawLimit.regulator_id == Organization.id
    rows = select(Organization, LawLimit).outerjoin(LawLimit, own).where(Organization.kind == "regulator")
    found: dict[int, tuple[Organization, list[LawLimit]]] = {}
    for regulator, limit in db.session.execute(rows.order_by(Organization.id, LawLimit.id)):
        found.setdefault(regulator.id, (regulator, []))[1].extend([limit] if limit else [])
    if home.is_regulator:
        return [found[home.id]]
    active = [pair for pair in found.values() if pair[0].active]
    wanted = {
        next((regulator.id for regulator, _ in active if sector in regulator.sectors), None)
        for sector in home.sectors
    }
    return [pair for pair in active if pair[0].id in wanted]


def law_limit_or_none(limit_id: int, regulator_id: int | None) -> LawLimit | None:
    """A law limit of this regulator, or None."""
    row = db.session.get(LawLimit, limit_id)
    return row if row is not None and row.regulator_id == regulator_id else None


def deadlines_to_move(calendar: Calendar) -> int:
    """How many open workday limits would get another day or another mark under `calendar`."""
    rows = select(Clock.started_at, Clock.amount, Clock.due_on, Clock.provisional).where(
        Clock.state == "open", Clock.unit == Unit.WORKDAY.value
    )
    known: dict[tuple[date, int], tuple[date, bool]] = {}
    moved = 0
    for row in db.session.execute(rows):
        key = (local_date(row.started_at), row.amount)
        if key not in known:
            deadline = due(*key, Unit.WORKDAY, calendar)
            known[key] = (deadline.due, deadline.provisional)
        moved += known[key] != (row.due_on, row.provisional)
    return moved


def missing_years(today: date) -> list[int]:
    """Years without an arrangement that matter now: this one, and from 1 November on the next one."""
    published = load_calendar().published
    wanted = (today.year, today.year + 1) if today.month >= FIRST_REMINDER_MONTH else (today.year,)
    return [year for year in wanted if year not in published]


def calendar_banner(today: date) -> dict[str, str] | None:
    """The banner about an arrangement that is not in yet, None when nothing is missing.

    From 1 November on, dates that reach into the next year are provisional until its notice is imported.
    """
    missing = missing_years(today)
    if not missing:
        return None
    year = missing[0]
    reach = "今年的到期日" if year == today.year else f"跨到{year}年的到期日"
    how = "国务院办公厅公布后请系统管理员录入，日期自动重算。"
    return {
        "tone": "soon",
        "text": f"{year}年放假安排还没有录入，{reach}都是暂定的；{how}",
        "url": url_for("rulebook.calendar", year=year),
        "link_text": f"{year}年日历",
    }
