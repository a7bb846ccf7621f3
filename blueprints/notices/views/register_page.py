"""Rows, filters and numbers of the list of notices and of the register (发文登记)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.notices.models import Notice, NoticeService
from blueprints.notices.queries import SERVICE_FILTERS, Standing
from blueprints.notices.workflow import STATE_NAMES, STATE_TONES, State
from core.authz import Permission
from core.clock import local_date
from core.privacy import mask_name
from core.wording import due_chip
from domain.notice_kinds import kind, kinds
from domain.workdays import Calendar

HEADERS = (
    "文号", "文书种类", "标题", "主送", "拟稿人", "签发人", "印发日期", "状态", "送达", "送达日期",
    "回复期限", "回复日期", "作废理由", "文件校验值", "OA 文号",
)  # fmt: skip
FILTER_NAMES = {"kind": "种类", "state": "状态", "series": "机关代字", "year": "年份", "q": "标题、文号",
                "service": "送达回复", "mine": "待办"}  # fmt: skip


def _at(endpoint: str, values: Mapping[str, Any]) -> str:
    return url_for(endpoint, **values)


def state_view(notice: Notice) -> dict[str, str]:
    """Words and tone of the state; a record that goes to nobody only waits to be filed."""
    if notice.state == State.ISSUED and not notice.services:
        return {"text": "待归档", "tone": "wait"}
    return {"text": STATE_NAMES[notice.state], "tone": STATE_TONES.get(notice.state, "open")}


def listed_name(notice: Notice, name: str) -> str:
    """An addressee as lists and files show it: of a complainant only the first character."""
    return mask_name(name) if kind(notice.kind).addressed_to == "complainant" else name


def addressee_words(notice: Notice, most: int = 2) -> str:
    """示例燃气公司、示例供电公司 等 5 个"""
    names = [listed_name(notice, row["name"]) for row in notice.addressees]
    shown = "、".join(names[:most])
    return f"{shown} 等 {len(names)} 个" if len(names) > most else shown


def next_due(services: Iterable[NoticeService]) -> NoticeService | None:
    """The addressee whose answer is owed first."""
    owed = [row for row in services if row.due_at is not None and row.answered_at is None]
    return min(owed, key=lambda row: row.due_at.timestamp() if row.due_at else 0.0, default=None)


def list_rows(
    notices: Iterable[Notice], by: User, *, now: datetime, calendar: Calendar
) -> list[dict[str, Any]]:
    """Rows of the list."""
    rows = []
    for notice in notices:
        due = next_due(notice.services)
        served = sum(row.served_at is not None for row in notice.services)
        issued = local_date(notice.issued_at) if notice.issued_at else None
        rows.append({
            "id": notice.id,
            "url": url_for("notices.notice", notice_id=notice.id),
            "number": notice.number_text or "—",
            "oa": notice.oa_number,
            "kind": kind(notice.kind).name,
            "title": notice.plain_title,
            "addressees": addressee_words(notice) or "—",
            "organ": notice.organization.name if notice.organization_id != by.organization_id else "",
            "state": state_view(notice),
            "issued": issued.isoformat() if issued else "—",
            "served": f"{served}/{len(notice.services)}" if notice.services else "—",
            "chip": _chip(due, now, calendar),
            "printable": notice.pdf_id is not None,
        })  # fmt: skip
    return rows


def _chip(row: NoticeService | None, now: datetime, calendar: Calendar) -> dict[str, Any] | None:
    if row is None:
        return None
    return due_chip(row.due_on, row.due_at, row.due_provisional, now=now, calendar=calendar)


def file_rows(notices: Iterable[Notice]) -> list[list[str]]:
    """Rows of the register as a file: one for each addressee, so that every service stands in it."""
    rows = []
    for notice in notices:
        head = [notice.number_text, kind(notice.kind).name, notice.plain_title]
        tail = [notice.void_reason, notice.pdf_sha256 or "", notice.oa_number]
        people = [notice.drafted_by.name, notice.signed_by.name if notice.signed_by else "",
                  local_date(notice.issued_at).isoformat() if notice.issued_at else "",
                  STATE_NAMES[notice.state]]  # fmt: skip
        for row in notice.services or [None]:  # type: ignore[list-item]
            to = listed_name(notice, row.addressee) if row else ""
            rows.append([*head, to, *people, *_service_cells(row), *tail])
    return rows


def _service_cells(row: NoticeService | None) -> list[str]:
    if row is None:
        return ["", "", "", ""]
    served = local_date(row.served_at).isoformat() if row.served_at else ""
    answered = local_date(row.answered_at).isoformat() if row.answered_at else ""
    return ["已送达" if served else "未送达", served, row.due_on.isoformat() if row.due_on else "", answered]


def choices(by: User, series: Iterable[tuple[str, int]]) -> dict[str, dict[str, str]]:
    """Options of the filters, as value to words."""
    known = list(series)
    return {
        "kind": {k.code: k.name for k in kinds()},
        "state": dict(STATE_NAMES),
        "service": dict(SERVICE_FILTERS),
        "series": {name: name for name in dict.fromkeys(name for name, _ in known)},
        "year": {str(year): f"{year}年" for year in dict.fromkeys(year for _, year in known)},
        "mine": {"1": "等我办理"},
    }


def chips(
    filters: Mapping[str, str], meant: Mapping[str, Mapping[str, str]], endpoint: str
) -> list[dict[str, str]]:
    """What is set, each with the address without it."""
    return [
        {
            "label": FILTER_NAMES[name],
            "value": meant.get(name, {}).get(value, value),
            "remove_url": _at(endpoint, {n: v for n, v in filters.items() if n != name}),
        }
        for name, value in filters.items()
    ]


def tabs(filters: Mapping[str, str], by: User) -> list[dict[str, Any]]:
    """The usual lists."""
    mine = {"mine": "1"}
    lists: list[tuple[str, dict[str, str]]] = [("等我办理", mine), ("全部", {})]
    if Permission.NOTICE_SERVE in by.permissions or Permission.NOTICE_SIGN in by.permissions:
        lists += [
            ("待签发", {"state": "to_sign"}), ("待编号", {"state": "signed"}),
            ("未送达", {"service": "unserved"}), ("逾期未回复", {"service": "overdue"}),
        ]  # fmt: skip
    return [
        {"label": label, "url": _at("notices.notices", wanted), "active": dict(filters) == wanted}
        for label, wanted in lists
    ]


def stats(found: Standing, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    """The numbers over the register, each with its list."""
    kept = {n: v for n, v in filters.items() if n in ("series", "year", "kind")}

    def at(**more: str) -> str:
        return _at("notices.register_of_year", kept | more)

    return [
        {"label": "已编号", "value": found.numbered, "url": at(), "tone": None},
        {"label": "已送达", "value": found.served, "url": at(service="served"), "tone": "done"},
        {"label": "未送达", "value": found.unserved, "url": at(service="unserved"), "tone": "soon"},
        {"label": "待回复", "value": found.owed, "url": at(service="owed"), "tone": None},
        {"label": "逾期未回复", "value": found.overdue, "url": at(service="overdue"), "tone": "overdue"},
        {"label": "作废", "value": found.void, "url": at(state="void"), "tone": None},
    ]
