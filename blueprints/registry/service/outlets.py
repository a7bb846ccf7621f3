"""Outlets (F3.1.1, F3.1.2): kept, closed, opened each day, checked; coverage is said before it is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.registry.models import OpeningHours, Outlet, OutletArea, OutletPhoto, SupplyArea
from blueprints.registry.queries import outlets as queries
from blueprints.registry.service.keeping import announce, log, set_values
from core import clock
from core.db import db
from core.files import store_upload
from domain.coverage import CLAUSE, Point, uncovered_without
from domain.errors import InvalidInput, RuleViolation
from domain.opening import Span, week_words

FACTS = (
    "name", "kind", "agent", "agreement", "agreement_from", "agreement_until", "address", "phone",
    "transport", "signage", "signage_note", "accessibility", "handles", "opened_on",
)  # fmt: skip
PUBLIC = frozenset({"name", "kind", "agent", "address", "phone", "handles", "transport", "accessibility"})


@dataclass(frozen=True)
class Details:
    """What is entered about an outlet: plain facts, hours by weekday, ids of the streets it serves."""

    facts: Mapping[str, Any]
    week: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    streets: frozenset[int] = frozenset()


def _checked(details: Details, organization_id: int, own_id: int | None, day: date) -> None:
    facts = details.facts
    named = queries.outlet_named(organization_id, facts["name"])
    if named is not None and named.id != own_id:
        raise InvalidInput(f"已有名为“{facts['name']}”的网点，请换一个名称。", "name")
    if facts["kind"] == "agent":
        _check_agreement(facts, day)
    if not any(details.week.values()):
        raise InvalidInput("请填写营业时间，至少一天。", "hours_0")


def _check_agreement(facts: Mapping[str, Any], day: date) -> None:
    if not facts["agent"]:
        raise InvalidInput("代办网点请写明代办单位，例如某银行支行。", "agent")
    begins, ends = facts["agreement_from"], facts["agreement_until"]
    if begins is None or ends is None:
        raise InvalidInput(
            "代办网点请写明协议的起止日期。", "agreement_from" if begins is None else "agreement_until"
        )
    if ends < begins:
        raise InvalidInput("协议的截止日期早于开始日期。", "agreement_until")
    if ends < day:
        raise InvalidInput("协议已经到期，不能作为网点登记；请先续签，再填新的截止日期。", "agreement_until")


def _point(outlet: Outlet | None, details: Details) -> Point:
    facts = details.facts
    return Point(
        outlet.id if outlet else 0, facts["name"], details.streets, True, facts["kind"] == "agent",
        facts["agreement_from"], facts["agreement_until"],
    )  # fmt: skip


def lost_by(outlet: Outlet, changed: Point | None, day: date) -> tuple[list[str], bool]:
    """(names of the streets that lose their last outlet, whether F3.1.1 would no longer be met) when the
    outlet becomes `changed` (None: it closes)."""
    supply = queries.supply_of(outlet.organization_id)
    points = [queries.point_of(row) for row in queries.outlets([outlet.organization_id])]
    lost, unmet = uncovered_without([a.id for a in supply], points, changed, outlet.id, day)
    return [area.name for area in supply if area.id in lost], unmet


def loss_words(streets: list[str], unmet: bool) -> str:
    """What a person is told before coverage is lost; empty where nothing is."""
    told = f"{'、'.join(streets)}将没有服务网点。" if streets else ""
    if unmet:
        told += "供应区域内将一个网点也没有：制度要求辖区至少有一个服务网点，"
        told += "不能满足的，可通过银行等其他网点补充。"
    return told


def _warn(outlet: Outlet, changed: Point | None, confirmed: bool, day: date) -> None:
    told = loss_words(*lost_by(outlet, changed, day))
    if told and not confirmed:
        raise RuleViolation(told, CLAUSE, "确实要这样办的，请勾选“我已知道，仍要保存”，再提交一次。")


def create(organization_id: int, details: Details, *, by: User, now: datetime) -> Outlet:
    """A new outlet with its hours and streets. Errors: InvalidInput."""
    day = clock.local_date(now)
    _checked(details, organization_id, None, day)
    outlet = Outlet(organization_id=organization_id, created_at=now, **_facts(details))
    db.session.add(outlet)
    db.session.flush()
    _set_streets(outlet, details.streets)
    _set_hours(outlet, details.week)
    log("outlet_created", outlet, outlet.name, {"name": [None, outlet.name]}, by=by, now=now)
    announce(organization_id, ("outlets", "hours"), f"新增网点“{outlet.name}”", since=day, by=by, now=now)
    return outlet


def update(
    outlet: Outlet, details: Details, *, confirmed: bool, by: User, now: datetime
) -> dict[str, list[Any]]:
    """Change an outlet; returns what differs. Errors: InvalidInput, RuleViolation (F3.1.1) while the loss of
    coverage is not confirmed."""
    day = clock.local_date(now)
    _checked(details, outlet.organization_id, outlet.id, day)
    _warn(outlet, _point(outlet, details) if outlet.state == "open" else None, confirmed, day)
    changes = set_values(outlet, _facts(details))
    changes |= _set_streets(outlet, details.streets)
    hours = _set_hours(outlet, details.week)
    if not changes and not hours:
        return {}
    log("outlet_changed", outlet, outlet.name, changes | hours, by=by, now=now)
    topics = [*(["outlets"] if changes.keys() & PUBLIC else []), *(["hours"] if hours else [])]
    announce(outlet.organization_id, topics, f"网点“{outlet.name}”有变更", since=day, by=by, now=now)
    return changes | hours


def _facts(details: Details) -> dict[str, Any]:
    facts = {name: details.facts[name] for name in FACTS}
    if facts["kind"] == "own":
        facts |= {"agent": "", "agreement": "", "agreement_from": None, "agreement_until": None}
    return facts


def _set_streets(outlet: Outlet, wanted: frozenset[int]) -> dict[str, list[Any]]:
    old = {row.area_id: row for row in outlet.areas}
    if old.keys() == wanted:
        return {}
    names = {area.id: area.name for area in queries.areas()}
    unknown = wanted - names.keys()
    if unknown:
        raise InvalidInput("请从列出的街道、乡镇中选择。", "streets")
    outlet.areas = [old.get(i) or OutletArea(area_id=i) for i in sorted(wanted)]
    return {"streets": [[names[i] for i in sorted(old) if i in names], [names[i] for i in sorted(wanted)]]}


def _set_hours(outlet: Outlet, week: Mapping[int, tuple[Span, ...]]) -> dict[str, list[Any]]:
    old = queries.week_of(outlet)
    wanted = {day: list(spans) for day, spans in week.items() if spans}
    if old == wanted:
        return {}
    outlet.hours = []
    db.session.flush()
    outlet.hours = [
        OpeningHours(weekday=day, opens=opens, closes=closes)
        for day, spans in sorted(wanted.items())
        for opens, closes in spans
    ]
    return {"hours": [_week_text(old), _week_text(wanted)]}


def _week_text(week: Mapping[int, list[Span]]) -> str:
    return "；".join(f"{days} {words}" for days, words in week_words(week)) if week else ""


def close(outlet: Outlet, state: str, reason: str, *, confirmed: bool, by: User, now: datetime) -> None:
    """Suspend, close for good, or open again. Errors: RuleViolation (F3.1.1) while the loss of coverage is
    not confirmed."""
    day = clock.local_date(now)
    if state == outlet.state:
        raise InvalidInput("网点已经是这个状态。", "state")
    if state != "open":
        if len(reason) < 4:
            raise InvalidInput("请写明原因，至少 4 个字。", "reason")
        _warn(outlet, None, confirmed, day)
    closed = day if state == "closed" else None
    changes = set_values(outlet, {"state": state, "state_reason": reason, "closed_on": closed})
    log("outlet_state", outlet, outlet.name, changes, by=by, now=now)
    words = queries.OUTLET_STATES[state]
    announce(outlet.organization_id, ["outlets"], f"网点“{outlet.name}”{words}", since=day, by=by, now=now)


def add_photo(
    outlet: Outlet, upload: FileStorage, shows: str, caption: str, *, by: User, now: datetime
) -> OutletPhoto:
    """A picture of the outlet. Errors: InvalidInput for anything but JPG or PNG."""
    stored = store_upload(upload, now=now)
    if not stored.mime.startswith("image/"):
        raise InvalidInput("请上传 JPG 或 PNG 照片。", "file")
    photo = OutletPhoto(
        outlet_id=outlet.id, organization_id=outlet.organization_id, file_id=stored.id,
        name=(upload.filename or "照片.jpg")[-200:], shows=shows, caption=caption, by=by.name, at=now,
    )  # fmt: skip
    db.session.add(photo)
    log("outlet_photo", outlet, outlet.name, {"sha256": [None, stored.sha256]}, by=by, now=now)
    return photo


def set_supply(organization_id: int, streets: frozenset[int], *, by: User, now: datetime) -> bool:
    """The streets that an enterprise supplies; whether anything changed."""
    old = {area.id: area.name for area in queries.supply_of(organization_id)}
    names = {area.id: area.name for area in queries.areas()}
    if streets - names.keys():
        raise InvalidInput("请从列出的街道、乡镇中选择。", "streets")
    if old.keys() == streets:
        return False
    gone = old.keys() - streets
    db.session.query(SupplyArea).filter(
        SupplyArea.organization_id == organization_id, SupplyArea.area_id.in_(gone)
    ).delete(synchronize_session=False)
    rows = [SupplyArea(organization_id=organization_id, area_id=i) for i in sorted(streets - old.keys())]
    db.session.add_all(rows)
    changes = {"streets": [list(old.values()), [names[i] for i in sorted(streets)]]}
    if rows:
        log("supply_area", rows[0], "供应区域", changes, by=by, now=now)
    return True
