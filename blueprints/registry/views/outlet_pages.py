"""Outlets as the screens show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import url_for

from blueprints.registry.models import OpeningLog, Outlet, OutletCheck, OutletClosure
from blueprints.registry.queries.outlets import OUTLET_KINDS, OUTLET_STATES, STATE_TONES, week_of
from core.clock import to_local
from core.screens import cell
from core.wording import date_words, day_words
from domain.opening import Expected, shut_weekdays, spans_words, week_words

CLAUSE_AREA, CLAUSE_OPEN = "F3.1.1", "F3.1.2"


def hours_text(outlet: Outlet) -> str:
    """周一至周五 08:30-17:30；周六、周日 休"""
    return "；".join(f"{days} {words}" for days, words in week_words(week_of(outlet)))


def list_rows(outlets: Iterable[Outlet], expected: Mapping[int, Expected], several: bool) -> list[list[Any]]:
    """Rows of the list of outlets, with today's hours."""
    rows = []
    for outlet in outlets:
        note = outlet.organization.name if several else OUTLET_KINDS[outlet.kind]
        if outlet.kind == "agent":
            note += f" · {outlet.agent}"
        rows.append(
            [
                cell(outlet.name, url=url_for("registry.outlet", outlet_id=outlet.id), note=note),
                outlet.address,
                cell(today_words(expected.get(outlet.id)), note="今日"),
                outlet.phone or "—",
                str(len(outlet.areas)),
                cell(OUTLET_STATES[outlet.state], tone=STATE_TONES[outlet.state]),
            ]
        )
    return rows


def today_words(expected: Expected | None) -> str:
    """Today's hours; a closure says so with its reason."""
    if expected is None:
        return "—"
    words = spans_words(expected.spans)
    return f"{words}（{expected.closure.reason}）" if expected.closure else words


def facts(outlet: Outlet) -> list[dict[str, Any]]:
    """The grid of an outlet's page."""
    rows: list[dict[str, Any]] = [
        {"label": "类型", "value": OUTLET_KINDS[outlet.kind], "clause": CLAUSE_AREA},
        {"label": "电话", "value": outlet.phone},
        {"label": "地址", "value": outlet.address, "wide": True},
        {"label": "营业时间", "value": hours_text(outlet), "wide": True, "clause": CLAUSE_OPEN},
        {"label": "交通", "value": outlet.transport},
        {"label": "标志", "value": _sign_words(outlet), "clause": CLAUSE_AREA},
        {"label": "无障碍与便民设施", "value": outlet.accessibility},
        {"label": "启用日期", "value": date_words(outlet.opened_on) if outlet.opened_on else ""},
        {"label": "可办理的业务", "value": outlet.handles, "wide": True},
        {"label": "服务的街道、乡镇", "value": "、".join(a.area.name for a in outlet.areas), "wide": True},
    ]
    if outlet.kind == "agent":
        until = date_words(outlet.agreement_until) if outlet.agreement_until else "—"
        since = date_words(outlet.agreement_from) if outlet.agreement_from else "—"
        rows.insert(1, {"label": "代办单位", "value": outlet.agent})
        rows.insert(2, {"label": "协议", "value": f"{outlet.agreement} {since}至{until}"})
    if outlet.state != "open":
        rows.insert(0, {"label": "状态说明", "value": outlet.state_reason, "wide": True})
    return rows


def _sign_words(outlet: Outlet) -> str:
    words = "统一、明显" if outlet.signage else "尚不统一或不明显"
    return f"{words}（{outlet.signage_note}）" if outlet.signage_note else words


def notices(outlet: Outlet, today: date, closures: Iterable[OutletClosure]) -> list[dict[str, Any]]:
    """What deviates from the rule and what must be done, above the facts."""
    found: list[dict[str, Any]] = []
    shut = shut_weekdays(week_of(outlet))
    if shut:
        text = f"{shut}不营业，与“全年准时开门营业”不一致，请安排营业或者说明原因。"
        found.append({"text": text, "tone": "soon", "clause": CLAUSE_OPEN})
    until = outlet.agreement_until
    if outlet.kind == "agent" and until is not None and until <= today + timedelta(days=60):
        text = (
            f"代办协议{'已于' if until < today else '将于'}{date_words(until)}到期，到期后不再算作服务网点。"
        )
        found.append({"text": text, "tone": "danger" if until < today else "soon", "clause": CLAUSE_AREA})
    for row in closures:
        if row.last_day >= today:
            text = f"{closure_words(row)}：{row.reason}。" + (
                f"公告：{row.announcement}。" if row.announcement else "尚未公告。"
            )
            found.append({"text": text, "tone": "soon", "clause": CLAUSE_OPEN})
    return found


def closure_words(row: OutletClosure) -> str:
    """10月1日（周四）至10月3日（周六）不营业"""
    span = day_words(row.first_day)
    if row.last_day != row.first_day:
        span += f"至{day_words(row.last_day)}"
    if row.opens is None or row.closes is None:
        return f"{span}不营业"
    return f"{span}营业时间改为 {spans_words([(row.opens, row.closes)])}"


def closure_rows(closures: Iterable[OutletClosure]) -> list[list[Any]]:
    """Closures of an outlet, each a deviation."""
    return [
        [
            cell(closure_words(row), note=f"{row.by} 登记"),
            row.reason,
            row.announcement or cell("未公告", tone="overdue"),
            date_words(row.announced_on) if row.announced_on else "—",
        ]
        for row in closures
    ]


def check_rows(checks: Iterable[OutletCheck], may_mend: bool) -> list[list[Any]]:
    """Self-checks, the newest first."""
    rows = []
    for row in checks:
        good = row.safe and row.tidy
        rows.append(
            [
                cell(day_words(row.day), note=row.by),
                cell("符合", tone="done") if row.safe else cell("不符合", tone="overdue"),
                cell("符合", tone="done") if row.tidy else cell("不符合", tone="overdue"),
                row.findings or "—",
                _mended(row, good, may_mend),
            ]
        )
    return rows


def _mended(row: OutletCheck, good: bool, may_mend: bool) -> Any:
    if good:
        return "—"
    if row.mended_on:
        return cell(f"{day_words(row.mended_on)}已整改", tone="done")
    if may_mend:
        return cell("登记整改", url=url_for("registry.mend_check", check_id=row.id))
    return cell("未整改", tone="overdue")


def opening_row(day: date, expected: Expected, log: OpeningLog | None, today: date) -> list[Any]:
    """One day of the opening log: what was asked, what happened, the deviation in words."""
    return [
        cell(day_words(day)),
        today_words(expected),
        f"{to_local(log.opened_at):%H:%M} {log.opened_by}" if log and log.opened_at else "—",
        f"{to_local(log.closed_at):%H:%M} {log.closed_by}" if log and log.closed_at else "—",
        opening_state(day, expected, log, today),
        (log.remark if log else "") or "—",
    ]


def opening_state(day: date, expected: Expected, log: OpeningLog | None, today: date) -> dict[str, Any]:
    """准时 / 迟开15分钟 / 未登记 / 停业 in words and colour."""
    if log is None or log.opened_at is None:
        if not expected.spans:
            reason = expected.closure.reason if expected.closure else "不营业日"
            return cell("停业", tone="soon", note=reason)
        return cell("未登记", tone="overdue") if day < today else cell("待登记", tone="open")
    words = []
    if log.late_minutes:
        words.append(f"迟开 {log.late_minutes} 分钟")
    if log.early_minutes:
        words.append(f"早关 {log.early_minutes} 分钟")
    if not words:
        return cell("准时", tone="done") if log.closed_at else cell("准时开门", tone="done")
    return cell("，".join(words), tone="overdue")
