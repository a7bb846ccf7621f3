"""Rounds of a case from outside, as its page and the list of all rounds show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, OutsideDispatch, OutsideRequest
from blueprints.complaints.service.outside import KINDS
from blueprints.complaints.service.outside_limits import NAMES
from blueprints.complaints.views.people import readable
from blueprints.complaints.workflow import STATE_NAMES
from core.clock import local_date, to_local
from core.screens import cell, chip_cell
from core.wording import day_words, due_chip, moment_words
from domain.workdays import Calendar

STATES = {
    "received": ("待签收", "wait"),
    "signed": ("已签收", "open"),
    "returned": ("已退单", "stopped"),
    "filled_back": ("已回填", "done"),
}
DECISIONS = {"": ("等来件单位答复", "wait"), "granted": ("同意", "done"), "refused": ("不同意", "stopped")}
HEADS = ("派单", "诉求件", "签收", "时限", "回填")
LONGEST_TITLE = 24
EXPORT_NAMES = ("工单编号", "派单轮次", "工单状态", "办理结果", "承办单位", "办结时间")


def rounds_view(
    case: Case, by: User, names: Mapping[int, str], *, hours: int, now: datetime, calendar: Calendar
) -> list[dict[str, Any]]:
    """All rounds of a case, the newest first; people of another organization are not named."""
    mine = {d.id: d.organization_id == by.organization_id for d in case.dispatches}
    return [
        _round(d, case, by, names if mine[d.id] else {}, hours=hours, now=now, calendar=calendar)
        for d in reversed(case.dispatches)
    ]


def _round(
    d: OutsideDispatch, case: Case, by: User, names: Mapping[int, str], *, hours: int, now: datetime,
    calendar: Calendar,
) -> dict[str, Any]:  # fmt: skip
    state, tone = STATES[d.state]
    late = sign_late(d, hours, now)
    return {
        "title": f"{d.source} {d.number} · 第 {d.round} 轮",
        "state": state,
        "tone": tone,
        "received": moment_words(d.received_at),
        "signed": _who(names, d.signed_by_id, d.signed_at) if d.signed_at else "",
        "sign_late": f"超过 {hours} 小时没有签收（本单位设定）" if late else "",
        "limits": [
            {"name": NAMES[level], "chip": limit_chip(d, level, now=now, calendar=calendar)}
            for level in NAMES
            if getattr(d, f"{level}_due_at") is not None
        ],
        "requests": [_request(r, case, by, names) for r in d.requests],
        "fill": readable(d.fill_text, case, by),
        "filled": _who(names, d.filled_by_id, d.filled_at) if d.filled_at else "",
        "exported": moment_words(d.exported_at) if d.exported_at else "",
    }


def _who(names: Mapping[int, str], person_id: int | None, at: datetime | None) -> str:
    name = names.get(person_id or 0, "")
    return " ".join(filter(None, (moment_words(at) if at else "", name)))


def _request(r: OutsideRequest, case: Case, by: User, names: Mapping[int, str]) -> dict[str, str]:
    decision, tone = DECISIONS[r.decision]
    until = f"，希望延到{day_words(r.asked_until)}" if r.asked_until else ""
    new = f"，新期限{day_words(r.new_due_on)}" if r.new_due_on else ""
    when = f"{day_words(r.decided_on)}答复" if r.decided_on else ""
    return {
        "kind": f"申请{KINDS[r.kind]}",
        "text": f"{_who(names, r.asked_by_id, r.asked_at)}{until}。理由：{readable(r.reason, case, by)}",
        "decision": decision,
        "tone": tone,
        "answer": "".join((when, new, f"。{readable(r.remark, case, by)}" if r.remark else "")),
    }


def sign_late(d: OutsideDispatch, hours: int, now: datetime) -> bool:
    """Nobody signed within the hours of the local setting."""
    return d.state == "received" and now >= d.received_at + timedelta(hours=hours)


def limit_chip(d: OutsideDispatch, level: str, *, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """A limit of the sender: running, or how it stood when it was filled back."""
    due_at: datetime = getattr(d, f"{level}_due_at")
    due_on = local_date(due_at - timedelta(microseconds=1))
    if d.state == "filled_back" and d.filled_at is not None:
        met = d.filled_at < due_at
        words = "按时回填" if met else "超期回填"
        return {"text": f"{words} · {day_words(due_on)}", "tone": "done" if met else "overdue"}
    if d.state == "returned":
        return {"text": f"已退单 · {day_words(due_on)}", "tone": "none"}
    chip = due_chip(due_on, due_at, False, now=now, calendar=calendar)
    return {"text": chip["text"], "tone": chip["tone"]}


def strictest(d: OutsideDispatch) -> str | None:
    """Which of both limits ends first."""
    given = [level for level in NAMES if getattr(d, f"{level}_due_at") is not None]
    return min(given, key=lambda level: getattr(d, f"{level}_due_at"), default=None)


def list_cells(row: tuple[Any, ...], *, hours: int, now: datetime, calendar: Calendar) -> list[Any]:
    """One line of the list of rounds."""
    d, number, title, state, asking = row
    words, tone = STATES[d.state]
    level, start = strictest(d), url_for("complaints.cases")
    signed = cell(words, tone=tone, note="申请等来件单位答复" if asking else "")
    if sign_late(d, hours, now) and not asking:
        signed = chip_cell({"text": f"超过 {hours} 小时未签收", "tone": "overdue"})
    filled = (
        cell(moment_words(d.filled_at), note="已导出" if d.exported_at else "未导出") if d.filled_at else "—"
    )
    return [
        cell(
            d.number,
            url=f"{start}/{d.case_id}#outside",
            note=f"第 {d.round} 轮 · {moment_words(d.received_at)}",
        ),
        cell(f"{number} · {STATE_NAMES[state]}", note=_short(title)),
        signed,
        chip_cell(limit_chip(d, level, now=now, calendar=calendar)) if level else "—",
        filled,
    ]


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"


def export_row(d: OutsideDispatch, case: Case, enterprise: str) -> list[str]:
    """One filled-back round in the columns that hotlines take."""
    ended = case.closed_at or case.completed_at or d.filled_at
    state = "已办结" if case.closed_at or case.archived_at else "已答复"
    return [
        d.number, str(d.round), state, d.fill_text, enterprise,
        f"{to_local(ended):%Y-%m-%d %H:%M}" if ended else "",
    ]  # fmt: skip
