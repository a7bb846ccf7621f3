"""Which incidents a person may see, their calls, what is still to be told, figures by hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, literal_column, or_, select, union_all
from sqlalchemy.orm import joinedload, lazyload, load_only

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries_reach import reached
from blueprints.complaints.models import Case, Complainant
from blueprints.complaints.queries_access import visible
from blueprints.hotline.models import Incident, IncidentCall, IncidentTelling, IncidentUpdate
from blueprints.hotline.queries.incident_cases import left_open
from blueprints.registry.models.outlets import SupplyArea
from core.clock import to_local
from core.db import db

PAGE, SHOWN = 50, 20
FETCH = 2000
MOST_HOURS = 72


def _mine(by: User) -> ColumnElement[bool]:
    """Of the own enterprise, of the enterprises supervised, or opened by the own organization."""
    return or_(Incident.enterprise_id.in_(reached(by)), Incident.organization_id == by.organization_id)


def may_read(incident: Incident, by: User) -> bool:
    """As `incident_or_none`, for a row that has been read."""
    return incident.enterprise_id in reached(by) or incident.organization_id == by.organization_id


NAME_ONLY = (load_only(User.id, User.name), lazyload(User.grants), lazyload(User.organization))


def incident_or_none(incident_id: int, by: User) -> Incident | None:
    """One incident with its updates and the names of who wrote them, in one statement, or None."""
    rows = select(Incident).where(Incident.id == incident_id, _mine(by))
    loaded = rows.options(
        joinedload(Incident.enterprise), joinedload(Incident.organization),
        joinedload(Incident.updates).options(
            joinedload(IncidentUpdate.drafted_by).options(*NAME_ONLY),
            joinedload(IncidentUpdate.decided_by).options(*NAME_ONLY),
        ),
    )  # fmt: skip
    return db.session.scalars(loaded).unique().one_or_none()


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


@dataclass(frozen=True)
class Figures:
    """Of all calls of an incident: by local hour from the first to the last (at most three days), and
    update_id -> state -> how many were told."""

    hours: list[tuple[datetime, int]]
    tellings: dict[int, dict[str, int]]


def figures(incident: Incident) -> Figures:
    """Both in one statement, counted by the database."""
    hour = _hour()
    calls = select(literal("").label("state"), hour.label("key"), func.count().label("number"))
    told = select(IncidentTelling.state, cast(IncidentTelling.update_id, String), func.count())
    both = union_all(
        calls.where(Case.incident_id == incident.id).group_by(hour),
        told.where(IncidentTelling.update_id.in_([row.id for row in incident.updates])).group_by(
            IncidentTelling.update_id, IncidentTelling.state
        ),
    )
    hours: dict[datetime, int] = {}
    tellings: dict[int, dict[str, int]] = {}
    for state, key, number in db.session.execute(both):
        if state:
            tellings.setdefault(int(key), {})[state] = number
        else:
            hours[to_local(datetime.strptime(key, "%Y-%m-%d %H").replace(tzinfo=UTC))] = number
    return Figures(_filled(hours), tellings)


def _hour() -> ColumnElement[str]:
    """The hour of receipt in UTC as text: hours of Asia/Shanghai begin with those of UTC."""
    if db.engine.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", Case.received_at), literal_column("'YYYY-MM-DD HH24'"))
    return func.strftime(literal_column("'%Y-%m-%d %H'"), Case.received_at)


def _filled(hours: dict[datetime, int]) -> list[tuple[datetime, int]]:
    """With the hours between in which nobody called."""
    if not hours:
        return []
    first, last = min(hours), max(hours)
    length = min(MOST_HOURS, int((last - first) / timedelta(hours=1)) + 1)
    return [(hour, hours.get(hour, 0)) for n in range(length) if (hour := first + timedelta(hours=n))]


def call_and_incident(case_id: int, incident_id: int) -> tuple[Incident, str] | None:
    """The incident of an attached case, and why it is handled on its own."""
    call = IncidentCall
    rows = select(Incident, call.apart).join(call, call.incident_id == Incident.id)
    mine = rows.where(Incident.id == incident_id, call.case_id == case_id, call.detached_at.is_(None))
    found = db.session.execute(mine).first()
    return (found[0], found[1]) if found else None


def case_or_none(case_id: int, by: User) -> Case | None:
    """A visible case by itself, without what belongs to it."""
    return db.session.scalar(select(Case).where(Case.id == case_id, visible(by)))
