"""Which cases exist and which of them a person may see; lists for pages and work benches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import selectinload

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case, CaseAccess, Complainant
from blueprints.complaints.queries_access import scopes_of, visible
from blueprints.complaints.workflow import ENDED, OPEN
from core.db import db

OPEN_STATES = sorted(s.value for s in OPEN)
ENDED_STATES = sorted(s.value for s in ENDED)


def case_by_number(number: str, by: User) -> Case | None:
    """A visible case by its number."""
    return db.session.scalar(select(Case).where(Case.number == number, visible(by)))


class ListRow(NamedTuple):
    """What a list shows of one case."""

    id: int
    number: str
    title: str
    type: str
    state: str
    level: int
    channel: str
    category: str
    received_at: datetime
    due_on: date | None
    due_at: datetime | None
    due_provisional: bool
    next_action: str
    supervised: bool
    sent_back: bool
    urgent: bool
    enterprise: str


CASES, PLACES = Case.__table__, Organization.__table__
PLACE = func.coalesce(func.nullif(PLACES.c.short_name, ""), PLACES.c.name)
LIST_COLUMNS = (*(PLACE if name == "enterprise" else CASES.c[name] for name in ListRow._fields),)


def listing(ids: Any, order: Sequence[Any], extra: Sequence[Any] = ()) -> Select[Any]:
    """What a list shows, then `extra`, for each row of `ids` (a subquery with `case_id`), in this order; over
    plain columns, which are cheaper to run than those of a model."""
    return (
        select(*LIST_COLUMNS, *extra)
        .join_from(ids, CASES, CASES.c.id == ids.c.case_id)
        .join(PLACES, PLACES.c.id == CASES.c.enterprise_id)
        .order_by(*order)
    )


def read_rows(wanted: Select[Any], values: Mapping[str, Any] | None = None) -> list[tuple[Any, ListRow]]:
    """(`extra` columns, row) of a `listing`; `values` are those of its bound parameters."""
    width = len(LIST_COLUMNS)
    found = map(tuple, db.session.execute(wanted, values))
    return [(r[width:], ListRow._make(r[:width])) for r in found]


def _rows(wanted: Select[Any]) -> list[ListRow]:
    """List rows of the cases whose ids `wanted` selects, in order of registration."""
    ids = wanted.subquery()
    return [row for _, row in read_rows(listing(ids, [ids.c.case_id]))]


def people_known(by: User) -> list[ColumnElement[bool]]:
    """Cases whose people this person may be told about: who reported in confidence is not found by comparing
    phones, places or words either (see complaints.people.hidden_from)."""
    home = by.organization
    if home is None or home.is_regulator:
        return []
    return [or_(Case.confidential.is_(False), Case.receiving_org_id == home.id)]


def likely_duplicates(
    by: User, *, phone: str, account: str, text: str, enterprise_id: int | None, now: datetime, days: int,
    without: int | None = None,
) -> list[tuple[ListRow, str]]:  # fmt: skip
    """Visible cases of the last `days` days by the same phone or account number, or with a like text."""
    recent = (CaseAccess.received_at >= now - timedelta(days=days), CaseAccess.case_id != (without or 0))
    known = people_known(by)
    found: dict[int, tuple[ListRow, str]] = {}
    for column, value, why in (
        (Complainant.phone, phone, "同一电话"), (Complainant.account_number, account, "同一户号"),
    ):  # fmt: skip
        if value.strip():
            owners = select(Complainant.case_id).where(column == value.strip(), Complainant.headcount > 0)
            same = CaseAccess.case_id.in_(owners.join(Case, Case.id == Complainant.case_id).where(*known))
            for row in reversed(_rows(_newest(by, *recent, same).limit(5))):
                found.setdefault(row.id, (row, why))
    if len(text.strip()) >= 6 and enterprise_id:
        pool = _newest(by, *recent, CaseAccess.enterprise_id == enterprise_id).limit(200).subquery()
        texts = select(Case.id, Case.content).join(pool, pool.c.case_id == Case.id).where(*known)
        alike = [(likeness(text, r.content), r.id) for r in db.session.execute(texts)]
        ids = [i for score, i in sorted(alike, reverse=True)[:5] if score >= 0.35]
        for row in _rows(select(Case.id.label("case_id")).where(Case.id.in_(ids))) if ids else ():
            found.setdefault(row.id, (row, "内容相似"))
    return list(found.values())[:6]


def _newest(by: User, *where: ColumnElement[bool]) -> Select[Any]:
    """Ids of visible cases with the moment of receipt, the newest first."""
    columns: tuple[Any, ...] = (CaseAccess.case_id, CaseAccess.received_at)
    mine: Select[Any] = select(*columns).where(CaseAccess.scope.in_(scopes_of(by)), *where).distinct()
    return mine.order_by(CaseAccess.received_at.desc(), CaseAccess.case_id.desc())


def likeness(one: str, other: str) -> float:
    """Share of common two-character pieces (Jaccard), 0 to 1."""
    a, b = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (one.strip(), other.strip()))
    return len(a & b) / len(a | b) if a and b else 0.0


@dataclass(frozen=True)
class Surge:
    """Many like cases within a few days: same enterprise, place and category."""

    enterprise_id: int
    enterprise: str
    place: str
    category: str
    count: int


def surges(by: User, *, now: datetime, days: int, at_least: int) -> list[Surge]:
    """Surges among the visible cases that were received in the last `days` days."""
    recent = CaseAccess.received_at >= now - timedelta(days=days)
    mine = _newest(by, recent, CaseAccess.idle.is_(False)).order_by(None).subquery()
    wanted = (
        select(Case.enterprise_id, Organization.name, Case.place, Case.category, func.count().label("n"))
        .join_from(mine, Case, Case.id == mine.c.case_id)
        .join(Organization, Organization.id == Case.enterprise_id)
        .where(Case.place != "", Case.state.in_(OPEN_STATES), *people_known(by))
        .group_by(Case.enterprise_id, Organization.name, Case.place, Case.category)
        .having(func.count() >= at_least)
        .order_by(func.count().desc())
        .limit(20)
    )
    return [Surge(r[0], r[1], r[2], r[3], r[4]) for r in db.session.execute(wanted)]


def surge_cases(by: User, surge: Surge, *, now: datetime, days: int) -> list[ListRow]:
    """The cases of one surge."""
    wanted = select(Case.id.label("case_id")).where(
        visible(by), Case.enterprise_id == surge.enterprise_id, Case.place == surge.place,
        Case.category == surge.category, Case.received_at >= now - timedelta(days=days),
        Case.state.in_(OPEN_STATES), *people_known(by),
    )  # fmt: skip
    return _rows(wanted.order_by(Case.id).limit(500))


def cases_by_ids(ids: Sequence[int], by: User) -> list[Case]:
    """Visible cases among these ids, with what decides about their next steps."""
    mine = select(Case).where(Case.id.in_(list(ids)), visible(by)).order_by(Case.id)
    parts = (Case.complainants, Case.assignments, Case.steps)
    return list(db.session.scalars(mine.options(*(selectinload(part) for part in parts))))
