"""Which incidents a person may see, their calls, what is still to be told, figures by hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries_reach import reached
from blueprints.complaints.models import Case, Complainant
from blueprints.complaints.queries_access import visible
from blueprints.hotline.models import Incident, IncidentCall, IncidentTelling, IncidentUpdate
from blueprints.hotline.service.incident_closing import left_open
from blueprints.registry.models.outlets import SupplyArea
from core.clock import to_local
from core.db import db

PAGE, SHOWN = 50, 20
FETCH = 2000
MOST_HOURS = 72


def _mine(by: User) -> ColumnElement[bool]:
    """Of the own enterprise, of the enterprises supervised, or opened by the own organization."""
    return or_(Incident.enterprise_id.in_(reached(by)), Incident.organization_id == by.organization_id)


def incident_or_none(incident_id: int, by: User) -> Incident | None:
    """One incident with its updates and who wrote them, or None."""
    rows = select(Incident).where(Incident.id == incident_id, _mine(by))
    loaded = rows.options(
        joinedload(Incident.enterprise), joinedload(Incident.organization),
        selectinload(Incident.updates).options(
            joinedload(IncidentUpdate.drafted_by), joinedload(IncidentUpdate.decided_by)
        ),
    )  # fmt: skip
    return db.session.scalar(loaded)


def listing(
    by: User, filters: Mapping[str, str], *, before: int = 0, after: int = 0
) -> tuple[list[Any], int | None, int | None]:
    """Up to 50 incidents as columns, the newest first, with the keys of the pages before and after."""
    columns = (
        Incident.id, Incident.number, Incident.title, Incident.kind, Incident.state, Incident.areas,
        Incident.began_at, Incident.estimated_at, Incident.restored_at, Incident.calls,
        Incident.closed_cases, Organization.name.label("enterprise"),
    )  # fmt: skip
    rows = select(*columns).join(Organization, Organization.id == Incident.enterprise_id).where(_mine(by))
    for name in ("state", "kind"):
        if name in filters:
            rows = rows.where(getattr(Incident, name) == filters[name])
    if "enterprise" in filters:
        rows = rows.where(Organization.code == filters["enterprise"])
    if "mine" in filters:
        own = Incident.organization_id == by.organization_id
        rows = rows.where(own if filters["mine"] == "own" else ~own)
    if before:
        found = list(
            db.session.execute(rows.where(Incident.id > before).order_by(Incident.id).limit(PAGE + 1))
        )
        more, found = len(found) > PAGE, found[:PAGE][::-1]
        return found, (found[0].id if more else None), (found[-1].id if found else None)
    rows = rows.where(Incident.id < after) if after else rows
    found = list(db.session.execute(rows.order_by(Incident.id.desc()).limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    return found, (found[0].id if after and found else None), (found[-1].id if more else None)


def areas_of(enterprise_ids: list[int]) -> list[tuple[int, str]]:
    """Streets and towns that these enterprises supply, by id."""
    rows = select(SupplyArea).where(SupplyArea.organization_id.in_(enterprise_ids))
    found = {row.area.id: row.area.name for row in db.session.scalars(rows)}
    return sorted(found.items())


CALL = (
    IncidentCall.id, IncidentCall.attached_at, IncidentCall.apart, Case.id.label("case_id"), Case.number,
    Case.title, Case.state, Case.received_at, Case.significant, Case.confidential, Case.level,
    Case.supervised, Case.emergency, Case.suspended_at,
)  # fmt: skip


def calls(
    incident: Incident, by: User, *, before: int = 0, after: int = 0, left: bool = False, limit: int = PAGE
) -> tuple[list[Any], int | None, int | None]:
    """Attached calls that the person sees, the latest first, with the keys of the neighbouring pages; `left`:
    only those that stay open when it closes."""
    rows = (
        select(*CALL)
        .join(Case, Case.id == IncidentCall.case_id)
        .where(IncidentCall.incident_id == incident.id, IncidentCall.detached_at.is_(None), visible(by))
    )
    if left:
        rows = rows.where(left_open(incident.id))
    if before:
        back = rows.where(IncidentCall.id > before).order_by(IncidentCall.id).limit(limit + 1)
        found = list(db.session.execute(back))
        more, found = len(found) > limit, found[:limit][::-1]
        return found, (found[0].id if more else None), (found[-1].id if found else None)
    rows = rows.where(IncidentCall.id < after) if after else rows
    found = list(db.session.execute(rows.order_by(IncidentCall.id.desc()).limit(limit + 1)))
    more, found = len(found) > limit, found[:limit]
    return found, (found[0].id if after and found else None), (found[-1].id if more else None)


def tellings_of(case_id: int) -> list[Any]:
    """What the caller of a case is told: (telling, update, name of who told), the latest first."""
    rows = (
        select(IncidentTelling, IncidentUpdate, User.name.label("who"))
        .join(IncidentUpdate, IncidentUpdate.id == IncidentTelling.update_id)
        .outerjoin(User, User.id == IncidentTelling.told_by_id)
        .where(IncidentTelling.case_id == case_id)
    )
    return list(db.session.execute(rows.order_by(IncidentTelling.id.desc())))


TELLING = (
    IncidentTelling.id, IncidentTelling.state, IncidentTelling.prepared_at, IncidentTelling.told_at,
    IncidentTelling.update_id, Case.id.label("case_id"), Case.number, Case.title, Case.confidential,
    Case.receiving_org_id, Case.regulator_id, Case.place,
)  # fmt: skip


def to_tell(
    incident: Incident, by: User, *, state: str = "prepared", after: int = 0, limit: int = PAGE
) -> list[Any]:
    """Tellings in this state of cases that the person sees, in the order in which they were prepared."""
    rows = (
        select(*TELLING)
        .join(Case, Case.id == IncidentTelling.case_id)
        .where(
            IncidentTelling.update_id.in_([row.id for row in incident.updates]),
            IncidentTelling.state == state, visible(by),
        )
    )  # fmt: skip
    if after:
        rows = rows.where(IncidentTelling.id > after)
    return list(db.session.execute(rows.order_by(IncidentTelling.id).limit(limit)))


def all_to_tell(incident: Incident, by: User) -> Iterator[tuple[Any, list[Any]]]:
    """Every prepared telling with the people of its case, read in fetches."""
    last = 0
    while rows := to_tell(incident, by, after=last, limit=FETCH):
        people = people_of([row.case_id for row in rows])
        for row in rows:
            yield row, people.get(row.case_id, [])
        last = rows[-1].id


def people_of(case_ids: list[int]) -> dict[int, list[Any]]:
    """Name and phone of the complainants of these cases."""
    columns = (
        Complainant.case_id, Complainant.name, Complainant.phone, Complainant.address,
        Complainant.account_number, Complainant.headcount,
    )  # fmt: skip
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(select(*columns).where(Complainant.case_id.in_(case_ids))):
        found.setdefault(row.case_id, []).append(row)
    return found


def telling_counts(incident: Incident) -> dict[int, dict[str, int]]:
    """update_id -> state -> how many, of all its calls."""
    rows = (
        select(IncidentTelling.update_id, IncidentTelling.state, func.count())
        .where(IncidentTelling.update_id.in_([row.id for row in incident.updates]))
        .group_by(IncidentTelling.update_id, IncidentTelling.state)
    )
    found: dict[int, dict[str, int]] = {}
    for update_id, state, number in db.session.execute(rows):
        found.setdefault(update_id, {})[state] = number
    return found


def by_hour(incident: Incident) -> list[tuple[datetime, int]]:
    """(local hour, calls received in it) from the first to the last call; at most the first three days."""
    rows = select(Case.received_at).where(Case.incident_id == incident.id)
    hours: dict[datetime, int] = {}
    for moment in db.session.scalars(rows):
        hour = to_local(moment).replace(minute=0, second=0, microsecond=0)
        hours[hour] = hours.get(hour, 0) + 1
    if not hours:
        return []
    first, last = min(hours), max(hours)
    length = min(MOST_HOURS, int((last - first) / timedelta(hours=1)) + 1)
    return [(hour, hours.get(hour, 0)) for n in range(length) if (hour := first + timedelta(hours=n))]
