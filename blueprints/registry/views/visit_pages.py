"""Home visits as the screens show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.registry.models import Staff, Visit, VisitChange
from blueprints.registry.queries.visits import HOW, MOST_COUNTED, STATE_TONES, STATES, TABS
from blueprints.registry.service.visit_steps import SIDES
from blueprints.registry.service.visits import slot_of
from core.clock import to_local
from core.privacy import mask_name, mask_phone, mask_text
from core.screens import cell
from core.wording import day_words, moment_words

KEPT, AGREED = "F3.2.4", "F3.2.3"
KINDS = {"move": "改约", "cancel": "取消", "absent": "用户未在家", "missed": "未上门"}
LIST_HEADS = [("编号", "nowrap"), ("预约时段", "nowrap"), "事项", "用户", "地址", "上门人员", "状态"]
BREACH_HEADS = ["编号", ("预约时段", "nowrap"), "事项", "违约情形", "上门人员", "状态"]


def own(visit: Any, by: User) -> bool:
    """Whether this person belongs to the enterprise of a visit."""
    return visit.organization_id == by.organization_id


def people_words(visit: Visit) -> str:
    """示例员工甲、示例员工乙"""
    return "、".join(link.staff.name for link in visit.staff) or "—"


def state_cell(visit: Any, now: datetime) -> dict[str, Any]:
    """The state in words and colour; a breach is said below it."""
    note = visit.breach_reason if visit.breach else ""
    if visit.state == "agreed" and visit.slot_until < now:
        return cell("时段已过，没有登记到达", tone="danger", note=note)
    return cell(STATES[visit.state], tone=STATE_TONES[visit.state], note=note)


def _number(visit: Any, start: str, places: Mapping[int, str]) -> dict[str, Any]:
    note = places.get(visit.organization_id, "") if len(places) > 1 else ""
    return cell(visit.number, url=f"{start}/{visit.id}", note=note)


@lru_cache(maxsize=4096)
def _slot_words(begin: datetime, until: datetime) -> tuple[str, str]:
    """(10月13日（周二）, 09:00-10:00)"""
    first, last = to_local(begin), to_local(until)
    return day_words(first.date()), f"{first:%H:%M}-{last:%H:%M}"


def _when(visit: Any) -> dict[str, Any]:
    day, span = _slot_words(visit.slot_from, visit.slot_until)
    return cell(day, note=span)


def list_rows(
    visits: Iterable[Any],
    names: Mapping[int, Sequence[str]],
    by: User,
    now: datetime,
    places: Mapping[int, str],
) -> list[list[Any]]:
    """Rows of the list; `names`: who goes, by visit; `places`: the enterprises in reach. Names and phones are
    masked for everybody, addresses for a regulator."""
    mine, start = by.organization_id, url_for("registry.visits")
    return [
        [
            _number(visit, start, places),
            _when(visit),
            visit.purpose,
            cell(mask_name(visit.user_name), note=mask_phone(visit.user_phone)),
            visit.user_address if visit.organization_id == mine else mask_text(visit.user_address),
            cell("、".join(names.get(visit.id, ())) or "—", note=visit.team),
            state_cell(visit, now),
        ]
        for visit in visits
    ]


def breach_rows(
    visits: Iterable[Any], names: Mapping[int, Sequence[str]], places: Mapping[int, str]
) -> list[list[Any]]:
    """Rows of the list of breaches."""
    start = url_for("registry.visits")
    return [
        [
            _number(visit, start, places),
            _when(visit),
            visit.purpose,
            cell(visit.breach_reason, tone="danger"),
            cell("、".join(names.get(visit.id, ())) or "—", note=visit.team),
            cell(STATES[visit.state], tone=STATE_TONES[visit.state]),
        ]
        for visit in visits
    ]


def tabs(current: str, counts: Mapping[str, int], enterprise: str) -> list[dict[str, Any]]:
    """今天 / 待上门 / 违约 / 已完成 / 全部; counts end at 99+."""
    found = []
    for code, label in TABS.items():
        count = counts.get(code)
        shown = f"{MOST_COUNTED - 1}+" if count is not None and count >= MOST_COUNTED else count
        tone = "overdue" if code == "breach" and count else None
        url = url_for("registry.visits", tab=code, enterprise=enterprise or None)
        found.append({"label": label, "url": url, "count": shown, "tone": tone, "active": code == current})
    return found


def facts(visit: Visit, by: User) -> list[dict[str, Any]]:
    """The grid of a visit's page."""
    mine = own(visit, by)
    agreed = f"{HOW.get(visit.agreed_how, visit.agreed_how)}，{moment_words(visit.agreed_at)}"
    rows: list[dict[str, Any]] = [
        {"label": "预约时段", "value": slot_of(visit).words, "clause": KEPT},
        {"label": "与用户约定", "value": agreed, "clause": AGREED},
        {"label": "上门事项", "value": visit.purpose},
        {"label": "上门人员", "value": people_words(visit), "clause": "F3.2.1"},
        {"label": "用户", "value": visit.user_name if mine else mask_name(visit.user_name)},
        {"label": "电话", "value": visit.user_phone if mine else mask_phone(visit.user_phone)},
        {
            "label": "地址",
            "value": visit.user_address if mine else mask_text(visit.user_address),
            "wide": True,
        },
        {"label": "班组", "value": visit.team},
        {"label": "登记人", "value": visit.agreed_by.name},
    ]
    if visit.arrived_at:
        late = f"，迟到 {visit.late_minutes} 分钟" if visit.late_minutes else "，准时"
        rows.append({"label": "到达", "value": moment_words(visit.arrived_at) + late, "clause": KEPT})
    if visit.ended_at:
        rows.append({"label": "结束", "value": moment_words(visit.ended_at)})
    if visit.outcome:
        rows.append({"label": "结果", "value": visit.outcome, "wide": True})
    if visit.rating is not None:
        words = f"{visit.rating} 分" + (f"：{visit.rating_note}" if visit.rating_note else "")
        rows.append({"label": "用户评价", "value": words, "wide": True})
    return rows


def change_rows(changes: Iterable[VisitChange]) -> list[list[Any]]:
    """Every change of the slot, the latest first."""
    rows = []
    for row in reversed(list(changes)):
        consent = "—"
        if row.kind in ("move", "cancel") and row.side == "enterprise":
            consent = f"{row.consent_how}，{moment_words(row.consent_at)}" if row.consent_at else "没有"
        new = _span(row.new_from, row.new_until) if row.new_from and row.new_until else "—"
        rows.append(
            [
                cell(KINDS.get(row.kind, row.kind), note=f"{row.by} {moment_words(row.at)}"),
                SIDES.get(row.side, row.side),
                cell(_span(row.old_from, row.old_until)),
                new,
                row.reason,
                consent,
                cell("违约", tone="danger") if row.breach else cell("不算违约", tone="done"),
            ]
        )
    return rows


def _span(since: datetime, until: datetime) -> str:
    first, last = to_local(since), to_local(until)
    return f"{day_words(first.date())} {first:%H:%M}-{last:%H:%M}"


def actions(visit: Visit, now: datetime) -> list[dict[str, Any]]:
    """What can be done next, the likely step first."""

    def step(label: str, endpoint: str, primary: bool = False) -> dict[str, Any]:
        url = url_for(f"registry.{endpoint}", visit_id=visit.id)
        return {"label": label, "url": url, "primary": primary}

    if visit.state == "agreed":
        found = [step("到达", "visit_arrive", True), step("改约", "visit_move"), step("取消", "visit_cancel")]
        found.append(step("改派人员", "visit_people"))
        if now >= visit.slot_from:
            found.append(step("用户未在家", "visit_absent"))
        if now >= visit.slot_until:
            found.append(step("未上门", "visit_missed"))
        return found
    if visit.state == "arrived":
        return [step("结束", "visit_end", True), step("用户未在家", "visit_absent")]
    if visit.state == "done" and visit.rating is None:
        return [step("登记用户评价", "visit_rate", True)]
    return []


def notices(visit: Visit, now: datetime, unfit: Sequence[Staff]) -> list[dict[str, Any]]:
    """A breach, a slot that is over, people who may not go."""
    found: list[dict[str, Any]] = []
    if visit.breach:
        found.append({"text": f"违约：{visit.breach_reason}。", "tone": "danger", "clause": KEPT})
    if visit.state != "agreed":
        return found
    if visit.slot_until < now:
        text = "预约的时段已过，还没有登记到达。"
        next_step = "已经去了的补登到达时间；没有去的登记未上门。"
        found.append({"text": text, "tone": "danger", "clause": KEPT, "next_step": next_step})
    if unfit:
        names = "、".join(person.name for person in unfit)
        text = f"{names}在上门当天没有有效的上岗证，请改派。"
        found.append({"text": text, "tone": "danger", "clause": "F3.2.1"})
    return found


def week_of(day: date) -> list[date]:
    """Monday to Sunday of a week."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def grid(visits: Iterable[Visit], people: Sequence[Staff], days: Sequence[date]) -> list[dict[str, Any]]:
    """Rows of a team's week: a person, and for each day the visits."""
    by_place: dict[tuple[int, date], list[dict[str, Any]]] = {}
    for visit in visits:
        first, last = to_local(visit.slot_from), to_local(visit.slot_until)
        told = {
            "time": f"{first:%H:%M}-{last:%H:%M}", "purpose": visit.purpose, "tone": STATE_TONES[visit.state],
            "state": STATES[visit.state], "url": url_for("registry.visit", visit_id=visit.id),
        }  # fmt: skip
        for link in visit.staff:
            by_place.setdefault((link.staff_id, first.date()), []).append(told)
    rows = []
    for person in people:
        cells = [by_place.get((person.id, day), []) for day in days]
        url = url_for("registry.staff", staff_id=person.id)
        rows.append({"name": person.name, "badge": person.badge, "url": url, "days": cells})
    return rows


def sheet_rows(visits: Iterable[Visit]) -> list[dict[str, str]]:
    """Rows of the day's sheet: in full, for those who go."""
    rows = []
    for visit in visits:
        first, last = to_local(visit.slot_from), to_local(visit.slot_until)
        rows.append(
            {
                "number": visit.number, "time": f"{first:%H:%M}-{last:%H:%M}", "purpose": visit.purpose,
                "name": visit.user_name, "phone": visit.user_phone, "address": visit.user_address,
                "staff": "、".join(f"{link.staff.name}（{link.staff.badge}）" for link in visit.staff),
            }
        )  # fmt: skip
    return rows
