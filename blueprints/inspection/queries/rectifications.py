"""Rectifications that a person may see: one, the work list, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import (
    Escalation,
    Finding,
    Plea,
    Recheck,
    Rectification,
)
from blueprints.inspection.workflow import ACTIVE, KINDS, NAMES
from core.db import db
from domain.roles import Permission

PAGE = 50
FILTERS = ("tab", "state", "enterprise", "kind", "overdue")
TABS = {
    "work": "在办",
    "overdue": "逾期",
    "answered": "待审核整改",
    "recheck": "复查",
    "done": "已办结",
    "all": "全部",
}
IN_WORK = ("drafted", *(str(state) for state in ACTIVE))


def reach(by: User) -> ColumnElement[bool]:
    """Whose rectifications this person may see: an enterprise only what was served on it."""
    own = by.organization
    if own is None:
        return false()
    if own.is_regulator:
        return Rectification.organization_id == own.id
    return and_(
        Rectification.enterprise_id == own.id, Rectification.served_on.is_not(None),
        Rectification.state.not_in(("drafted", "void")),
    )  # fmt: skip


def rectification_or_none(rectification_id: int, by: User) -> Rectification | None:
    """One that this person may see, or None."""
    return db.session.scalar(select(Rectification).where(Rectification.id == rectification_id, reach(by)))


def plea_or_none(plea_id: int, by: User) -> Plea | None:
    """A plea of such a rectification, or None."""
    row = db.session.get(Plea, plea_id)
    return row if row is not None and rectification_or_none(row.rectification_id, by) else None


def recheck_or_none(recheck_id: int, by: User) -> Recheck | None:
    """A recheck of such a rectification, or None."""
    row = db.session.get(Recheck, recheck_id)
    return row if row is not None and rectification_or_none(row.rectification_id, by) else None


def of_notice(notice_id: int) -> Rectification | None:
    """The rectification that a notice orders or asks for."""
    return db.session.scalar(select(Rectification).where(Rectification.notice_id == notice_id))


def recheck_of_notice(notice_id: int) -> Recheck | None:
    """The recheck whose opinion a notice is."""
    return db.session.scalar(select(Recheck).where(Recheck.notice_id == notice_id))


def escalations_of(rectification_id: int) -> list[Escalation]:
    """What the leader decided, in order."""
    rows = select(Escalation).where(Escalation.rectification_id == rectification_id)
    return list(db.session.scalars(rows.order_by(Escalation.id)))


def following(row: Rectification) -> list[Rectification]:
    """Second notices after this one."""
    rows = select(Rectification).where(Rectification.previous_id == row.id, Rectification.state != "void")
    return list(db.session.scalars(rows.order_by(Rectification.id)))


def tab_of(filters: Mapping[str, str]) -> str:
    """The tab that is open."""
    asked = filters.get("tab", "")
    return asked if asked in TABS else "work"


def _in_tab(tab: str, now: datetime) -> list[ColumnElement[bool]]:
    wanted: dict[str, list[ColumnElement[bool]]] = {
        "work": [Rectification.state.in_(IN_WORK)],
        "overdue": [Rectification.state == "served", Rectification.due_at <= now],
        "answered": [Rectification.state == "answered"],
        "recheck": [Rectification.state == "recheck"],
        "done": [Rectification.state.in_(("closed", "escalated"))],
    }
    return wanted.get(tab, [])


def conditions(filters: Mapping[str, str], by: User, *, now: datetime) -> list[ColumnElement[bool]]:
    """The filters of the list, and what the person may see at all."""
    where = [reach(by), *_in_tab(tab_of(filters), now)]
    if filters.get("state") in NAMES:
        where.append(Rectification.state == filters["state"])
    if filters.get("kind") in KINDS:
        where.append(Rectification.kind == filters["kind"])
    if code := filters.get("enterprise"):
        of = db.session.scalar(select(Organization.id).where(Organization.code == code))
        where.append(Rectification.enterprise_id == (of or 0))
    return where


def page(
    filters: Mapping[str, str], by: User, *, now: datetime, after: int = 0, before: int = 0
) -> tuple[list[Rectification], int | None, int | None]:
    """Up to fifty, the newest first, with the keys of the pages before and after."""
    where = conditions(filters, by, now=now)
    upwards = bool(before and not after)
    if after:
        where.append(Rectification.id < after)
    elif before:
        where.append(Rectification.id > before)
    rows = select(Rectification).where(*where).options(
        joinedload(Rectification.enterprise), joinedload(Rectification.notice)
    )  # fmt: skip
    order = Rectification.id if upwards else Rectification.id.desc()
    found = list(db.session.scalars(rows.order_by(order).limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    if upwards:
        found.reverse()
    newer, older = (more, bool(found)) if upwards else (bool(after), more)
    return found, found[0].id if found and newer else None, found[-1].id if found and older else None


def counts(by: User, *, now: datetime) -> dict[str, int]:
    """How many the tabs hold."""
    return {
        tab: db.session.scalar(
            select(func.count()).select_from(Rectification).where(reach(by), *_in_tab(tab, now))
        ) or 0
        for tab in ("work", "overdue", "answered", "recheck")
    }  # fmt: skip


def findings_in(rectification_ids: list[int]) -> dict[int, tuple[int, int]]:
    """(all, closed or withdrawn) findings by rectification."""
    ended = func.sum(Finding.state.in_(("closed", "withdrawn")).cast(db.Integer))
    rows = (
        select(Finding.rectification_id, func.count(), ended)
        .where(Finding.rectification_id.in_(rectification_ids))
        .group_by(Finding.rectification_id)
    )
    return {row[0]: (row[1], int(row[2] or 0)) for row in db.session.execute(rows)}


def awaits_plea() -> ColumnElement[bool]:
    """Whether a plea of the rectification has no answer yet."""
    return exists().where(Plea.rectification_id == Rectification.id, Plea.decision == "")


def waiting(by: User) -> list[Rectification]:
    """What waits for this person: an enterprise's open ones; measures, pleas and rechecks of a regulator."""
    own = by.organization
    if own is None:
        return []
    if own.is_regulator:
        mine: list[ColumnElement[bool]] = []
        if Permission.FINDING_DECIDE in by.permissions:
            mine += [Rectification.state == "answered", awaits_plea()]
        if Permission.FINDING_EDIT in by.permissions:
            mine.append(Rectification.state == "recheck")
        if not mine:
            return []
        what = and_(Rectification.state.in_([str(state) for state in ACTIVE]), or_(*mine))
    else:
        if Permission.FINDING_ANSWER not in by.permissions:
            return []
        what = Rectification.state == "served"
    rows = select(Rectification).where(reach(by), what).options(
        joinedload(Rectification.enterprise), joinedload(Rectification.notice)
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(Rectification.due_at, Rectification.id).limit(200)))


def urgable() -> list[Rectification]:
    """Everything that is under way and not answered, for the daily reminders."""
    rows = select(Rectification).where(Rectification.state == "served", Rectification.due_at.is_not(None))
    return list(db.session.scalars(rows.order_by(Rectification.id)))


def last_values(organization_id: int, kind: str) -> dict[str, Any]:
    """What the last notice of a kind said, for what does not change from one to the next."""
    from blueprints.notices.models import Notice

    rows = select(Notice.values).where(Notice.organization_id == organization_id, Notice.kind == kind)
    return dict(db.session.scalar(rows.order_by(Notice.id.desc()).limit(1)) or {})
