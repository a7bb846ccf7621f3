"""Who is on duty when, shifts of a stretch of time, handovers and shifts that ended without one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries_reach import enterprises
from blueprints.duty.models import DutyPerson, DutyShift, ShiftHandover
from core.db import db

MOST_LISTED = 50
NOBODY_ON_DUTY = "现在没有排值班"
MISSED_FOR = timedelta(days=14)
AHEAD = timedelta(days=40)
_LEADER = joinedload(DutyShift.leader).lazyload(User.grants)  # nobody asks what roles they hold
_WHOLE = (_LEADER, selectinload(DutyShift.people).joinedload(DutyPerson.user).lazyload(User.grants))
_AT_ONCE = (_LEADER, joinedload(DutyShift.people).joinedload(DutyPerson.user).lazyload(User.grants))
_NAMED = (
    joinedload(ShiftHandover.given_by).lazyload(User.grants),
    joinedload(ShiftHandover.taken_by).lazyload(User.grants),
)
_BOTH = (joinedload(ShiftHandover.from_shift), joinedload(ShiftHandover.to_shift), *_NAMED)


def all_on_duty(organization_id: int, now: datetime) -> list[DutyShift]:
    """The shifts that run at a moment (several where they overlap), the latest begun first."""
    rows = select(DutyShift).options(*_AT_ONCE).where(
        DutyShift.organization_id == organization_id, DutyShift.begins_at <= now, DutyShift.ends_at > now
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(DutyShift.begins_at.desc(), DutyShift.id)).unique())


def on_duty(organization_id: int, now: datetime) -> DutyShift | None:
    """The shift on duty at a moment, or None where nobody is."""
    return next(iter(all_on_duty(organization_id, now)), None)


def on_duty_words(organization_id: int, now: datetime) -> str:
    """白班：甲、乙；带班 丙 —— or that nobody is on duty."""
    shift = on_duty(organization_id, now)
    return shift_words(shift) if shift else NOBODY_ON_DUTY


def shift_words(shift: DutyShift) -> str:
    """白班：甲、乙；带班 丙"""
    people = "、".join(person.user.name for person in shift.people) or "没有排人"
    return f"{shift.name}：{people}；带班 {shift.leader.name}"


def shifts_between(organization_id: int, since: datetime, until: datetime) -> list[DutyShift]:
    """Shifts that run in this stretch, with their people, by begin."""
    rows = select(DutyShift).options(*_WHOLE).where(
        DutyShift.organization_id == organization_id, DutyShift.begins_at < until, DutyShift.ends_at > since
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(DutyShift.begins_at)))


def spans_after(organization_id: int, since: datetime) -> list[tuple[datetime, datetime]]:
    """(begin, end) of the shifts that end after `since`, some weeks ahead; for limits in duty hours."""
    rows = select(DutyShift.begins_at, DutyShift.ends_at).where(
        DutyShift.organization_id == organization_id, DutyShift.ends_at > since,
        DutyShift.begins_at < since + AHEAD,
    )  # fmt: skip
    return [(row.begins_at, row.ends_at) for row in db.session.execute(rows.order_by(DutyShift.begins_at))]


def shift_or_none(shift_id: int, by: User) -> DutyShift | None:
    """A shift of the person's own organization, or None."""
    shift = db.session.get(DutyShift, shift_id)
    return shift if shift and shift.organization_id == by.organization_id else None


def next_shift(shift: DutyShift) -> DutyShift | None:
    """The shift that takes over: the next one to begin."""
    rows = select(DutyShift).options(*_WHOLE).where(
        DutyShift.organization_id == shift.organization_id, DutyShift.begins_at > shift.begins_at
    )  # fmt: skip
    return db.session.scalars(rows.order_by(DutyShift.begins_at).limit(1)).first()


def same_begin(organization_id: int, begins_at: datetime, but: int | None = None) -> DutyShift | None:
    """Another shift of the organization that begins at the same moment."""
    rows = select(DutyShift).where(
        DutyShift.organization_id == organization_id, DutyShift.begins_at == begins_at
    )
    return db.session.scalar(rows.where(DutyShift.id != but) if but else rows)


def begins_of(organization_id: int, moments: Iterable[datetime]) -> set[datetime]:
    """Which of these moments are taken by the begin of a shift."""
    rows = select(DutyShift.begins_at).where(
        DutyShift.organization_id == organization_id, DutyShift.begins_at.in_(list(moments))
    )
    return set(db.session.scalars(rows))


def people_of(organization_id: int) -> list[User]:
    """Active people of an organization, by name of account."""
    rows = select(User).where(User.active, User.organization_id == organization_id)
    return list(db.session.scalars(rows.order_by(User.id)))


def rosters_of(by: User) -> list[Organization]:
    """Organizations whose roster this person may open: the own one first, then those supervised."""
    own = by.organization
    if own is None:
        return []
    return [own, *(e for e in enterprises(by) if e.id != own.id)]


def handover_or_none(handover_id: int, by: User) -> ShiftHandover | None:
    """A handover of the person's own organization, or None."""
    row = db.session.get(ShiftHandover, handover_id, options=_NAMED)
    if row is None or row.organization_id != by.organization_id:
        return None
    both = DutyShift.id.in_((row.from_shift_id, row.to_shift_id))
    shifts = {s.id: s for s in db.session.scalars(select(DutyShift).options(*_WHOLE).where(both))}
    set_committed_value(row, "from_shift", shifts[row.from_shift_id])
    set_committed_value(row, "to_shift", shifts[row.to_shift_id])
    return row


def handover_of(shift: DutyShift) -> ShiftHandover | None:
    """The handover of a shift that counts: given or taken."""
    rows = select(ShiftHandover).where(
        ShiftHandover.from_shift_id == shift.id, ShiftHandover.state.in_(("given", "taken"))
    )
    return db.session.scalars(rows.order_by(ShiftHandover.id.desc()).limit(1)).first()


def has_handovers(shift: DutyShift) -> bool:
    """Whether a handover from or to this shift is on record."""
    named = or_(ShiftHandover.from_shift_id == shift.id, ShiftHandover.to_shift_id == shift.id)
    return db.session.scalar(select(ShiftHandover.id).where(named).limit(1)) is not None


def handovers(organization_id: int, before: int = 0) -> list[ShiftHandover]:
    """The newest handovers of an organization, one more than a page."""
    rows = select(ShiftHandover).options(*_BOTH).where(ShiftHandover.organization_id == organization_id)
    if before:
        rows = rows.where(ShiftHandover.id < before)
    return list(db.session.scalars(rows.order_by(ShiftHandover.id.desc()).limit(MOST_LISTED + 1)))


def to_hand_over(organization_id: int, now: datetime) -> list[DutyShift]:
    """Shifts that have begun and have no handover that counts, though another shift follows: the running
    one and those that ended without (the last two weeks), the newest first."""
    counts = ShiftHandover.from_shift_id == DutyShift.id, ShiftHandover.state.in_(("given", "taken"))
    later = DutyShift.__table__.alias("later")
    follows = exists().where(
        later.c.organization_id == DutyShift.organization_id, later.c.begins_at > DutyShift.begins_at
    )
    rows = select(DutyShift).options(*_WHOLE).where(
        DutyShift.organization_id == organization_id, DutyShift.begins_at <= now,
        DutyShift.ends_at > now - MISSED_FOR, ~exists().where(*counts), follows,
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(DutyShift.begins_at.desc()).limit(MOST_LISTED)))


def waiting_to_be_taken(organization_id: int, user_id: int) -> list[ShiftHandover]:
    """Handovers given to a shift of this person and not yet confirmed."""
    there = exists().where(DutyPerson.shift_id == ShiftHandover.to_shift_id, DutyPerson.user_id == user_id)
    leads = exists().where(DutyShift.id == ShiftHandover.to_shift_id, DutyShift.leader_id == user_id)
    rows = select(ShiftHandover).where(
        ShiftHandover.organization_id == organization_id, ShiftHandover.state == "given",
        ShiftHandover.given_by_id != user_id, or_(there, leads),
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(ShiftHandover.id)))
