"""Staff lists, and everything that belongs to one person (F3.2.1, F3.2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import selectinload

from blueprints.registry.models import (
    Certificate,
    KnowledgeTest,
    Outlet,
    RosterShift,
    Staff,
    Training,
    Visit,
    VisitStaff,
)
from blueprints.registry.queries.paging import Key, Order, Page, page_of
from core.db import db

POSTS = {
    "window": "窗口人员", "service": "客服人员", "meter": "抄表人员", "construction": "施工人员",
    "repair": "维修人员",
}  # fmt: skip
STATES = {
    "certified": "持证有效", "expiring": "60 天内到期", "soon": "30 天内到期", "expired": "已过期",
    "none": "没有上岗证", "left": "已离岗",
}  # fmt: skip
FILTERS = ("state", "post", "outlet", "q", "enterprise")
FIRST_ALERT, SECOND_ALERT = 60, 30
MOST_RECORDS = 50
DATED = ("expiring", "soon", "expired")


def _state(state: str, today: date) -> list[ColumnElement[bool]]:
    until = Staff.valid_until
    wanted: dict[str, list[ColumnElement[bool]]] = {
        "certified": [until >= today],
        "expiring": [until >= today, until <= today + timedelta(days=FIRST_ALERT)],
        "soon": [until >= today, until <= today + timedelta(days=SECOND_ALERT)],
        "expired": [until < today],
        "none": [until.is_(None)],
    }
    return wanted.get(state, [])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _conditions(filters: Mapping[str, str], today: date) -> list[ColumnElement[bool]]:
    state = filters.get("state", "")
    where: list[ColumnElement[bool]] = [Staff.active.is_(state != "left"), *_state(state, today)]
    if post := filters.get("post"):
        where.append(Staff.post == post)
    if outlet := filters.get("outlet"):
        where.append(Staff.outlet_id == (int(outlet) if outlet.isascii() and outlet.isdecimal() else 0))
    if words := filters.get("q"):
        like = f"%{_escaped(words)}%"
        where.append(Staff.name.like(like, escape="\\") | Staff.badge.like(like, escape="\\"))
    return where


def _order(filters: Mapping[str, str]) -> Order:
    return Order(Staff.valid_until) if filters.get("state") in DATED else Order()


def staff_page(
    organization_ids: Sequence[int], filters: Mapping[str, str], *, today: date,
    after: Key | None = None, before: Key | None = None,
) -> Page[Staff]:  # fmt: skip
    """Up to 50 people; those whose certificate ends first come first where the list is about that."""
    load = (selectinload(Staff.outlet), selectinload(Staff.organization))
    where = _conditions(filters, today)
    return page_of(Staff, organization_ids, where, _order(filters), after=after, before=before, load=load)


def all_staff(organization_ids: Sequence[int], filters: Mapping[str, str], *, today: date) -> list[Staff]:
    """Everybody in such a list, with certificates, for an export."""
    rows = select(Staff).where(Staff.organization_id.in_(organization_ids), *_conditions(filters, today))
    rows = rows.order_by(Staff.organization_id, Staff.id)
    load = (selectinload(Staff.outlet), selectinload(Staff.organization), selectinload(Staff.certificates))
    return list(db.session.scalars(rows.options(*load)))


@dataclass(frozen=True)
class Counts:
    """How many people are in each state."""

    active: int
    expiring: int
    soon: int
    expired: int
    none: int


def counts(organization_ids: Sequence[int], today: date) -> Counts:
    """One look at the index of ends."""

    def number(state: str) -> ColumnElement[int]:
        first, *rest = _state(state, today)
        both = first & rest[0] if rest else first
        return func.coalesce(func.sum(case((both, 1), else_=0)), 0)

    states = ("expiring", "soon", "expired", "none")
    rows = select(func.count(Staff.id), *(number(state) for state in states)).where(
        Staff.organization_id.in_(organization_ids), Staff.active.is_(True)
    )
    return Counts(*map(int, db.session.execute(rows).one()))


def outlets_of(organization_ids: Sequence[int]) -> list[Outlet]:
    """Outlets that somebody can belong to."""
    rows = select(Outlet).where(Outlet.organization_id.in_(organization_ids), Outlet.state != "closed")
    return list(db.session.scalars(rows.order_by(Outlet.organization_id, Outlet.id)))


def person_with_badge(organization_id: int, badge: str) -> Staff | None:
    """The person of an enterprise with this badge number, those who left included."""
    return db.session.scalar(
        select(Staff).where(Staff.organization_id == organization_id, Staff.badge == badge)
    )


def certificate_numbered(number: str) -> Certificate | None:
    """The certificate of this number, whoever's it is."""
    return db.session.scalar(select(Certificate).where(Certificate.number == number))


def latest_end(staff_id: int) -> date | None:
    """The last day of the certificate that lasts longest and was not revoked."""
    return db.session.scalar(
        select(func.max(Certificate.valid_until)).where(
            Certificate.staff_id == staff_id, Certificate.revoked_on.is_(None)
        )
    )


def able(organization_id: int, day: date) -> list[Staff]:
    """People at work who hold a certificate on `day`, by team and name."""
    holds = (
        select(Certificate.staff_id)
        .where(
            Certificate.organization_id == organization_id,
            Certificate.valid_from <= day,
            Certificate.valid_until >= day,
            Certificate.revoked_on.is_(None) | (Certificate.revoked_on > day),
        )
        .distinct()
    )
    rows = select(Staff).where(
        Staff.organization_id == organization_id, Staff.active.is_(True), Staff.id.in_(holds)
    )
    return list(db.session.scalars(rows.order_by(Staff.team, Staff.name, Staff.id)))


def at_work(organization_id: int) -> list[Staff]:
    """Everybody at work, by team and name."""
    rows = select(Staff).where(Staff.organization_id == organization_id, Staff.active.is_(True))
    return list(db.session.scalars(rows.order_by(Staff.team, Staff.name, Staff.id)))


def teams(organization_ids: Sequence[int]) -> list[str]:
    """Names of teams, each once."""
    rows = select(Staff.team).where(
        Staff.organization_id.in_(organization_ids), Staff.active.is_(True), Staff.team != ""
    )
    return list(db.session.scalars(rows.distinct().order_by(Staff.team)))


def trainings_of(staff_id: int) -> list[Training]:
    """Trainings of a person, the latest first."""
    rows = select(Training).where(Training.staff_id == staff_id)
    return list(
        db.session.scalars(rows.order_by(Training.day.desc(), Training.id.desc()).limit(MOST_RECORDS))
    )


def tests_of(staff_id: int) -> list[KnowledgeTest]:
    """Knowledge tests of a person, the latest first."""
    rows = select(KnowledgeTest).where(KnowledgeTest.staff_id == staff_id)
    rows = rows.order_by(KnowledgeTest.day.desc(), KnowledgeTest.id.desc())
    return list(db.session.scalars(rows.limit(MOST_RECORDS)))


def coming_visits(staff_id: int, since: datetime) -> list[Visit]:
    """Visits that a person still has to make."""
    rows = (
        select(Visit)
        .join(VisitStaff, VisitStaff.visit_id == Visit.id)
        .where(VisitStaff.staff_id == staff_id, Visit.state == "agreed", Visit.slot_until >= since)
    )
    return list(db.session.scalars(rows.order_by(Visit.slot_from).limit(MOST_RECORDS)))


def coming_shifts(staff_id: int, since: date) -> list[RosterShift]:
    """Window shifts that a person still has."""
    rows = select(RosterShift).where(RosterShift.staff_id == staff_id, RosterShift.day >= since)
    rows = rows.options(selectinload(RosterShift.outlet))
    return list(db.session.scalars(rows.order_by(RosterShift.day, RosterShift.starts).limit(MOST_RECORDS)))


def ending(today: date) -> list[Certificate]:
    """Certificates of people at work that last no longer than 60 days from today, and that nothing longer
    replaces; the earliest first."""
    rows = (
        select(Certificate)
        .join(Staff, Staff.id == Certificate.staff_id)
        .where(
            Staff.active.is_(True),
            Certificate.revoked_on.is_(None),
            Certificate.valid_until <= today + timedelta(days=FIRST_ALERT),
            Certificate.valid_until == Staff.valid_until,
        )
        .options(selectinload(Certificate.staff))
        .order_by(Certificate.organization_id, Certificate.valid_until, Certificate.id)
    )
    return list(db.session.scalars(rows))


def badges_and_numbers(
    organization_id: int, badges: Iterable[str], numbers: Iterable[str]
) -> tuple[dict[str, Staff], dict[str, int]]:
    """(people of an enterprise by badge, owners of certificates by number) for what a file names."""
    people: dict[str, Staff] = {}
    for part in _portions(list(badges)):
        rows = select(Staff).where(Staff.organization_id == organization_id, Staff.badge.in_(part))
        people |= {person.badge: person for person in db.session.scalars(rows)}
    owners: dict[str, int] = {}
    for part in _portions(list(numbers)):
        held = select(Certificate.number, Certificate.staff_id).where(Certificate.number.in_(part))
        owners |= {row[0]: row[1] for row in db.session.execute(held)}
    return people, owners


def _portions(values: list[str], size: int = 500) -> list[list[str]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
