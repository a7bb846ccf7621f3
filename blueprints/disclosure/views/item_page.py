"""What the page of an item shows, and the page that explains the days of an update duty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from blueprints.accounts.models import Organization, User
from blueprints.disclosure.models import DisclosureItem, DisclosureVersion, UpdateDuty
from blueprints.disclosure.queries.board import Cell
from blueprints.disclosure.queries.duties import clause_for, duty_named
from blueprints.disclosure.views import board_page, version_page
from blueprints.disclosure.workflow import CHECKED_NAMES, IN_WORK, STATE_NAMES, STATE_TONES, State
from core.authz import Permission
from core.clock import to_local
from core.clocks import Clock, ClockChange
from core.wording import WEEKDAYS, date_words, day_words, moment_words
from domain.duties import CHANNELS
from domain.standing import KIND_NAMES, Kind
from domain.workdays import Calendar

UPDATE_STATES = {
    "open": ("未完成", "wait"),
    "met": ("按时完成", "done"),
    "late": ("逾期完成", "danger"),
    "void": ("不再要求", "stopped"),
}


def page(
    item: DisclosureItem, organization: Organization, cell: Cell | None,
    versions: Sequence[DisclosureVersion], by: User, *, now: datetime, calendar: Calendar,
    updates: Sequence[UpdateDuty],
) -> dict[str, Any]:  # fmt: skip
    """The whole page but the past day that is asked for."""
    duty = duty_named(item.duty)
    own = by.organization_id == organization.id
    current = next((v for v in versions if v.id == item.current_id), None)
    edits = own and Permission.DISCLOSURE_EDIT in by.permissions
    return {
        "item": item,
        "title": duty.item,
        "organization": organization,
        "clause": clause_for(duty, organization),
        "state": (board_page.NAMES[cell.state], board_page.TONES[cell.state])
        if cell
        else ("不再要求", "stopped"),
        "owed": [board_page.obligation_chip(one, now=now, calendar=calendar) for one in cell.owed]
        if cell
        else [],
        "facts": _facts(duty, organization),
        "current": version_page.content(current) if current else None,
        "checked": CHECKED_NAMES[current.checked] if current else "",
        "in_work": [_in_work(v) for v in versions if v.state in IN_WORK],
        "versions": [_version(v) for v in versions],
        "updates": [_update(row) for row in updates],
        "compare_url": url_for("disclosure.compare", item_id=item.id) if len(versions) > 1 else "",
        "write_url": url_for("disclosure.write", duty_code=item.duty) if edits and cell else "",
        "changed_url": url_for("disclosure.declare_change", item_id=item.id) if edits and current else "",
        "today": to_local(now).date().isoformat(),
    }


def _facts(duty: Any, organization: Organization) -> list[dict[str, Any]]:
    return [
        {"label": "企业", "value": organization.name},
        {"label": "类别", "value": f"{duty.class_}　{duty.class_name}"},
        {"label": "公开时限", "value": duty.limit_words},
        {"label": "公开渠道", "value": "、".join(CHANNELS[c] for c in duty.channels)},
        {"label": "应当包含", "value": "、".join(duty.contains), "wide": True},
        {"label": "依据", "value": duty.source, "wide": True},
    ] + ([{"label": "本地确定", "value": duty.reason, "wide": True}] if duty.local else [])


def _in_work(version: DisclosureVersion) -> dict[str, Any]:
    state = State(version.state)
    return {
        "text": f"第{version.number}版 {version.title}",
        "state": (STATE_NAMES[state], STATE_TONES[state]),
        "remark": version.remark if state is State.DRAFT else "",
        "url": url_for("disclosure.version", version_id=version.id),
    }


def _version(version: DisclosureVersion) -> dict[str, Any]:
    state = State(version.state)
    duty = duty_named(version.item.duty)
    return {
        "number": f"第{version.number}版",
        "title": version.title,
        "period": version_page.period_words(duty, version.period),
        "state": (STATE_NAMES[state], STATE_TONES[state]),
        "from": f"{version.published_on:%Y-%m-%d}" if version.published_on else "",
        "until": f"{version.ended_on:%Y-%m-%d}" if version.ended_on else "",
        "sha256": version.content_sha256,
        "url": url_for("disclosure.version", version_id=version.id),
    }


def _update(row: UpdateDuty) -> dict[str, Any]:
    return {
        "cause": KIND_NAMES[Kind(row.cause)],
        "what": row.what,
        "due": day_words(row.due_on) + ("（暂定）" if row.provisional else ""),
        "state": UPDATE_STATES[row.state],
        "ended": moment_words(row.ended_at) if row.ended_at else "",
        "url": url_for("disclosure.update", update_id=row.id),
    }


def why(row: UpdateDuty, clock: Clock, changes: Iterable[ClockChange]) -> dict[str, Any]:
    """为什么是这一天: every counted and skipped day."""
    start = to_local(clock.started_at)
    weekday = WEEKDAYS[clock.due_on.weekday()]
    facts = clock.counted
    years = "、".join(str(year) for year in facts.get("missing_years", []))
    return {
        "title": f"{KIND_NAMES[Kind(row.cause)]}的期限",
        "what": row.what,
        "sentence": (
            f"{date_words(start.date())}起算，当日不计、次日为第 1 日，满 {clock.amount} 个工作日为"
            f"{date_words(clock.due_on)}（周{weekday}），当日 24:00 后为逾期。"
        ),
        "clause": clock.clause,
        "basis": clock.basis,
        "state": UPDATE_STATES[row.state],
        "provisional": f"{years} 年的放假安排还没有公布，日期暂定，公布后自动重算。"
        if clock.provisional
        else "",
        "days": day_strip(clock, "变更" if row.cause == Kind.CHANGE else "核查"),
        "moved": [
            f"{moment_words(c.at)}：{c.old_due_on:%m-%d} 改为 {c.new_due_on:%m-%d}。{c.reason}"
            for c in changes
        ],
    }


def day_strip(clock: Clock, word: str) -> list[dict[str, Any]]:
    """Each day from the beginning (`word`) to the due day: counted with its number, or skipped and why."""
    facts = clock.counted
    skipped = {date.fromisoformat(s["date"]): s["why"] for s in facts["skipped"]}
    numbers = {date.fromisoformat(d): n for n, d in enumerate(facts["counted"], start=1)}
    day, last = date.fromisoformat(facts["received"]), date.fromisoformat(facts["due"])
    days: list[dict[str, Any]] = [{"date": _short(day), "kind": "receipt", "word": word}]
    while day < last and len(days) < 400:
        day += timedelta(days=1)
        if day in numbers:
            why_worked = "调休上班" if day.weekday() > 4 else None
            kind = "due" if day == last else "counted"
            days.append({"date": _short(day), "kind": kind, "n": numbers[day], "why": why_worked})
        else:
            days.append({"date": _short(day), "kind": "skipped", "why": skipped.get(day, "")})
    return days


def _short(day: date) -> str:
    return f"{day:%m-%d} 周{WEEKDAYS[day.weekday()]}"
