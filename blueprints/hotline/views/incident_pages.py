"""Incidents as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case
from blueprints.complaints.people import hidden_from, hide, present
from blueprints.complaints.views.lists import case_url_start
from blueprints.complaints.views.people import replacements, swapped
from blueprints.complaints.workflow import STATE_NAMES as CASE_STATES
from blueprints.hotline.forms.incidents import KINDS
from blueprints.hotline.models import Incident, IncidentUpdate
from blueprints.hotline.queries.incident_cases import why_left
from blueprints.hotline.service.incident_calls import estimate_words
from blueprints.hotline.service.incident_tellings import telling_text
from blueprints.hotline.service.incidents import notice_late
from core.privacy import mask_name, mask_phone
from core.screens import cell
from core.wording import moment_words

STATES = {
    "announced": ("已告知，未开始", "wait"), "open": ("进行中", "danger"), "closing": ("正在结案", "open"),
    "closed": ("已结束", "done"), "cancelled": ("已取消", "stopped"),
}  # fmt: skip
UPDATE_STATES = {
    "drafted": ("待批准", "wait"),
    "approved": ("已批准", "done"),
    "rejected": ("已退回", "stopped"),
}
TELLINGS = {
    "prepared": ("待告知", "wait"),
    "told": ("已告知", "done"),
    "unreachable": ("没有留电话", "stopped"),
    "superseded": ("已有新的更新", "stopped"),
}
HEADS = ("停供事件", "编号", "状态", "单位", "范围", "开始", "恢复", ("来电", "num"))
CALL_HEADS = ("来电", "状态", "收到", "并入", "另行办理")
UPDATE_HEADS = ("更新", "状态", "预计恢复", "原因", "话术", "起草", "批准", ("告知", "nowrap"))


def list_rows(found: Iterable[Any]) -> list[list[Any]]:
    """The lines of the list."""
    rows = []
    for row in found:
        state, tone = STATES[row.state]
        ends = row.restored_at or row.estimated_at
        until = ("" if row.restored_at else "预计 ") + moment_words(ends) if ends else "待定"
        url = url_for("hotline.incident", incident_id=row.id)
        rows.append([
            cell(row.title, url=url, note=KINDS[row.kind]), row.number, cell(state, tone=tone),
            row.enterprise, "、".join(row.areas)[:60], moment_words(row.began_at), until, str(row.calls),
        ])  # fmt: skip
    return rows


def notice_words(incident: Incident) -> str:
    """How long ahead a planned one was announced, against what was promised."""
    if incident.announced_at is None or incident.notice_hours is None:
        return ""
    ahead = max(0, int((incident.began_at - incident.announced_at).total_seconds() // 3600))
    late = f"，告知晚了：{incident.late_reason}" if notice_late(incident) else ""
    told = moment_words(incident.announced_at)
    return f"{told}，提前 {ahead} 小时（应提前 {incident.notice_hours} 小时）{late}"


def facts(incident: Incident, hours: Sequence[tuple[datetime, int]]) -> list[dict[str, Any]]:
    """The ruled grid."""
    peak = max(hours, key=lambda row: row[1], default=None)
    calls = f"{incident.calls} 件"
    if peak:
        calls += f"，最多的一小时 {peak[1]} 件（{peak[0]:%m-%d %H}时）"
    ended = f"{incident.closed_cases} 件" if incident.closed_cases else ""
    rows = [
        ("单位", incident.enterprise.name, False), ("建立", _opened(incident), False),
        ("种类", KINDS[incident.kind], False), ("范围", "、".join(incident.areas), False),
        ("开始", moment_words(incident.began_at), False),
        ("恢复", moment_words(incident.restored_at) if incident.restored_at
         else estimate_words(incident.estimated_at), False),
        ("原因", incident.cause or "还没有说明", True), ("告知用户", notice_words(incident), True),
        ("来电", calls, False), ("随事件结案", ended, False),
        ("取消原因" if incident.state == "cancelled" else "恢复后告知", incident.closing_text, True),
    ]  # fmt: skip
    return [{"label": label, "value": value, "wide": wide} for label, value, wide in rows if value]


def _opened(incident: Incident) -> str:
    return f"{incident.organization.name}，{moment_words(incident.made_at)}"


def _decided(row: IncidentUpdate) -> Any:
    if row.decided_by is None or row.decided_at is None:
        return "—"
    own = row.state == "approved" and row.decided_by_id == row.drafted_by_id
    note = f"本人起草、本人批准：{row.remark}" if own else row.remark
    return cell(f"{row.decided_by.name} {moment_words(row.decided_at)}", note=note)


def update_rows(incident: Incident, counts: Mapping[int, Mapping[str, int]]) -> list[list[Any]]:
    """History of updates, the newest first, with how many callers were told."""
    rows = []
    for row in reversed(incident.updates):
        state, tone = UPDATE_STATES[row.state]
        told = counts.get(row.id, {})
        all_of = sum(told.values())
        name = "恢复告知" if row.restored_at else f"第 {row.number} 次"
        until = row.restored_at or row.estimated_at
        rows.append([
            cell(name, note=row.reason), cell(state, tone=tone), moment_words(until) if until else "待定",
            row.cause or "—", row.script, cell(row.drafted_by.name, note=moment_words(row.drafted_at)),
            _decided(row), f"{told.get('told', 0)}／{all_of}" if all_of else "—",
        ])  # fmt: skip
    return rows


def call_rows(found: Iterable[Any]) -> list[list[Any]]:
    """The lines of the list of calls."""
    start = case_url_start()
    return [
        [
            cell(row.number, url=f"{start}{row.case_id}", note=row.title), CASE_STATES[row.state],
            moment_words(row.received_at), moment_words(row.attached_at), why_left(row, row.apart) or "—",
        ]
        for row in found
    ]  # fmt: skip


def bars(hours: Sequence[tuple[datetime, int]]) -> list[dict[str, Any]]:
    """Calls by hour; `size` in twentieths of the most, for the width of its bar."""
    most = max((number for _, number in hours), default=1)
    return [
        {"hour": f"{hour:%m-%d %H}时", "number": number, "size": -(-number * 20 // most)}
        for hour, number in hours
    ]


def caller(row: Any, people: Iterable[Any], by: User, *, in_full: bool) -> tuple[str, str]:
    """Name and phone of a caller as the person may read them."""
    if hidden_from(row, by) is not None:
        return "（已隐去）", "（已隐去）"
    names, phones = [], []
    for person in present(people):
        names.append(person.name if in_full else mask_name(person.name))
        if person.phone:
            phones.append(person.phone if in_full else mask_phone(person.phone))
    return "、".join(names), "、".join(phones)


def telling_rows(
    incident: Incident, found: Sequence[Any], people: Mapping[int, list[Any]], by: User
) -> list[dict[str, Any]]:
    """The lines of the page of what is to be told."""
    start, updates = case_url_start(), {row.id: row for row in incident.updates}
    rows = []
    for row in found:
        name, phone = caller(row, people.get(row.case_id, []), by, in_full=False)
        callers = people.get(row.case_id, [])
        kept = hidden_from(row, by) is not None
        title = hide(row.title, callers) if kept else swapped(row.title, replacements(callers))
        rows.append({
            "id": row.id, "number": row.number, "url": f"{start}{row.case_id}", "name": name, "phone": phone,
            "title": title, "text": telling_text(incident, updates[row.update_id]),
            "round": updates[row.update_id].number, "at": moment_words(row.prepared_at),
        })  # fmt: skip
    return rows


def told_rows(incident: Incident | None, found: Iterable[Any]) -> list[dict[str, Any]]:
    """What the caller of one case was told, and when."""
    rows = []
    for telling, row, who in found:
        state, tone = TELLINGS[telling.state]
        when = f"{moment_words(telling.told_at)} {who or ''}" if telling.told_at else ""
        text = telling_text(incident, row) if incident is not None else row.script
        rows.append({"id": telling.id, "state": state, "tone": tone, "when": when, "text": text})
    return rows


def organization_options(enterprises: Iterable[Organization]) -> list[tuple[str, str]]:
    """The filter by enterprise."""
    return [(row.code, row.name) for row in enterprises]


def crumbs(incident: Incident | None = None, case: Case | None = None) -> list[dict[str, str]]:
    """停供事件 / the incident, or 诉求件 / the case."""
    if case is not None:
        return [
            {"label": "诉求件", "url": url_for("complaints.cases")},
            {"label": case.number, "url": url_for("complaints.case", case_id=case.id)},
        ]
    found = [{"label": "停供事件", "url": url_for("hotline.incidents")}]
    if incident is not None:
        url = url_for("hotline.incident", incident_id=incident.id)
        found.append({"label": incident.number, "url": url})
    return found
