"""Shifts to come of somebody who leaves."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from blueprints.accounts.models import User
from blueprints.accounts.service.holdings import Holding, Keeper, Transition
from blueprints.duty.models import DutyPerson, DutyShift
from core import audit, clock
from core.db import db
from core.wording import day_words


def shifts(user: User) -> list[Holding]:
    """Shifts that are not over in which this person is on duty or leads."""
    mine = or_(DutyShift.leader_id == user.id, DutyShift.people.any(DutyPerson.user_id == user.id))
    rows = select(DutyShift).where(mine, DutyShift.ends_at > clock.now()).order_by(DutyShift.begins_at)
    return [
        Holding("shift", row.id, f"{day_words(clock.local_date(row.begins_at))} {row.name}", "/duty/roster")
        for row in db.session.scalars(rows)
    ]


def give(ids: Sequence[int], change: Transition) -> None:
    """The successor takes the place, unless already on duty then."""
    old, new = change.leaving.id, change.successor.id
    for row in db.session.scalars(select(DutyShift).where(DutyShift.id.in_(ids)).order_by(DutyShift.id)):
        if row.leader_id == old:
            row.leader_id = new
        there = {person.user_id: person for person in row.people}
        if old in there:
            row.people.remove(there[old])
            if new not in there:
                row.people.append(DutyPerson(user_id=new, phone=change.successor.phone))
        subject = audit.Subject("duty_shift", row.id, row.name)
        changes = {"people": [change.leaving.name, change.successor.name]}
        audit.record("shift.handed_over", subject=subject, by=change.by, now=change.now, changes=changes)


KEEPER = Keeper("shift", "值班", shifts, give)
