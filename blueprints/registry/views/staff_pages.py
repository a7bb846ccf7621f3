"""Staff as the screens show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.registry.models import Certificate, KnowledgeTest, RosterShift, Staff, Training, Visit
from blueprints.registry.queries.staff import FIRST_ALERT, POSTS, SECOND_ALERT, Counts
from blueprints.registry.service.qualifying import holds_on
from core.clock import local_date, to_local
from core.privacy import mask_phone
from core.screens import cell
from core.wording import date_words, day_words
from domain.opening import clock_words

CLAUSE = "F3.2.1"
FOREVER = 2099


def end_words(until: date) -> str:
    """2027年3月1日; 长期 for certificates without an end."""
    return "长期" if until.year >= FOREVER else date_words(until)


def end_cell(person: Staff, today: date) -> dict[str, Any]:
    """The end of the longest certificate, in words and colour."""
    if not person.active:
        left = f"{date_words(person.left_on)}离岗" if person.left_on else ""
        return cell("已离岗", tone="stopped", note=left)
    until = person.valid_until
    if until is None:
        return cell("没有上岗证", tone="danger")
    left_days = (until - today).days
    if left_days < 0:
        return cell("已过期", tone="danger", note=f"{end_words(until)}到期")
    if left_days == 0:
        return cell("今天到期", tone="danger", note=end_words(until))
    if left_days <= FIRST_ALERT:
        tone = "danger" if left_days <= SECOND_ALERT else "wait"
        return cell(f"{left_days} 天后到期", tone=tone, note=end_words(until))
    return cell("有效", tone="done", note=f"至 {end_words(until)}")


def _person_cell(person: Staff, several: bool) -> dict[str, Any]:
    note = person.organization.name if several else ""
    return cell(person.name, url=url_for("registry.staff", staff_id=person.id), note=note)


def list_rows(people: Iterable[Staff], today: date, several: bool) -> list[list[Any]]:
    """Rows of the list of staff."""
    return [
        [
            _person_cell(p, several),
            p.badge,
            POSTS.get(p.post, p.post),
            p.team or "—",
            p.outlet.name if p.outlet else "—",
            mask_phone(p.phone) or "—",
            end_cell(p, today),
        ]
        for p in people
    ]  # fmt: skip


def tabs(found: Counts, state: str) -> list[dict[str, Any]]:
    """Who has to be looked after, with numbers."""

    def tab(label: str, value: str, count: int, tone: str | None = None) -> dict[str, Any]:
        url = url_for("registry.staff_list", state=value or None)
        shown = tone if count else None
        return {"label": label, "url": url, "count": count, "tone": shown, "active": state == value}

    return [
        tab("在岗", "", found.active),
        tab("60 天内到期", "expiring", found.expiring, "soon"),
        tab("30 天内到期", "soon", found.soon, "overdue"),
        tab("已过期", "expired", found.expired, "overdue"),
        tab("没有上岗证", "none", found.none, "overdue"),
    ]


def phone_for(person: Staff, by: User) -> str:
    """In full for the own enterprise, masked for everybody else."""
    return person.phone if by.organization_id == person.organization_id else mask_phone(person.phone)


def facts(person: Staff, by: User) -> list[dict[str, Any]]:
    """The grid of a person's page."""
    uniform = date_words(person.uniform_on) if person.uniform_on else ""
    return [
        {"label": "工号（证章号）", "value": person.badge, "clause": CLAUSE},
        {"label": "岗位", "value": POSTS.get(person.post, person.post)},
        {"label": "班组", "value": person.team},
        {"label": "所在网点", "value": person.outlet.name if person.outlet else ""},
        {"label": "工作电话", "value": phone_for(person, by)},
        {"label": "工作制服", "value": f"{uniform}发放" if uniform else "没有登记", "clause": CLAUSE},
    ]


def certificate_state(row: Certificate, today: date) -> dict[str, Any]:
    """有效 / 已过期 / 已注销 / 未生效."""
    if row.revoked_on is not None:
        return cell("已注销", tone="stopped", note=f"{date_words(row.revoked_on)}，{row.revoked_reason}")
    if row.valid_until < today:
        return cell("已过期", tone="danger")
    if row.valid_from > today:
        return cell("尚未生效", tone="wait")
    return cell("有效", tone="done")


def certificate_rows(rows: Iterable[Certificate], today: date, edits: bool) -> list[list[Any]]:
    """Certificates of a person, the longest first."""
    found = []
    for row in rows:
        here: dict[str, Any] = {"certificate_id": row.id}
        file: Any = "—"
        if row.file_id is not None:
            file = cell("扫描件", url=url_for("registry.certificate_file", **here), note=row.file_name)
        step: Any = "—"
        if edits and row.revoked_on is None:
            step = cell("注销", url=url_for("registry.revoke_certificate", **here))
        found.append(
            [
                cell(row.name, note=row.number),
                row.issuer,
                f"{date_words(row.valid_from)}至{end_words(row.valid_until)}",
                certificate_state(row, today),
                file,
                step,
            ]
        )
    return found


def training_rows(rows: Iterable[Training]) -> list[list[Any]]:
    """Trainings, the latest first."""
    return [
        [day_words(r.day) + f" {r.day.year}", r.subject, points(r.hours), r.trainer or "—", r.result or "—"]
        for r in rows
    ]


def test_rows(rows: Iterable[KnowledgeTest]) -> list[list[Any]]:
    """Knowledge tests, the latest first."""
    return [
        [
            date_words(r.day),
            r.subject,
            cell(points(r.points)),
            points(r.pass_mark),
            cell("合格", tone="done") if r.points >= r.pass_mark else cell("不合格", tone="danger"),
        ]
        for r in rows
    ]


def points(value: Decimal) -> str:
    """60, 72.5"""
    return f"{value:.1f}".removesuffix(".0")


def visit_rows(rows: Iterable[Visit], person: Staff) -> list[list[Any]]:
    """Visits to come; a day without a certificate shows red (F3.2.1)."""
    found = []
    for row in rows:
        start, until = to_local(row.slot_from), to_local(row.slot_until)
        fit = holds_on(person.certificates, local_date(row.slot_from))
        found.append(
            [
                cell(row.number, url=url_for("registry.visit", visit_id=row.id)),
                f"{day_words(start.date())} {start:%H:%M}-{until:%H:%M}",
                row.purpose,
                cell("持证", tone="done") if fit else cell("当日无有效证书，请改派", tone="danger"),
            ]
        )
    return found


def shift_rows(rows: Iterable[RosterShift], person: Staff) -> list[list[Any]]:
    """Shifts to come."""
    return [
        [
            day_words(row.day),
            f"{clock_words(row.starts)}-{clock_words(row.ends)}",
            row.outlet.name,
            cell("持证", tone="done")
            if holds_on(person.certificates, row.day)
            else cell("当日无有效证书，请换班", tone="danger"),
        ]
        for row in rows
    ]


def notices(person: Staff, today: date) -> list[dict[str, Any]]:
    """What must be done about the certificate."""
    if not person.active:
        return []
    until = person.valid_until
    if until is None:
        text = f"{person.name}没有有效的上岗证，不能安排窗口和上门服务。"
        return [{"text": text, "tone": "danger", "clause": CLAUSE, "next_step": "请先登记上岗证。"}]
    left = (until - today).days
    if left < 0:
        text = f"上岗证已于{date_words(until)}过期，不能再安排窗口和上门服务。"
        return [{"text": text, "tone": "danger", "clause": CLAUSE, "next_step": "请换证后登记新的证书。"}]
    if left <= FIRST_ALERT:
        text = f"上岗证还有 {left} 天到期（{date_words(until)}），请安排复训换证。"
        return [{"text": text, "tone": "soon", "clause": CLAUSE}]
    return []
