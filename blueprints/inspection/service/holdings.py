"""Checks and planned targets of an inspector who leaves."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.accounts.service.holdings import Holding, Keeper, Transition
from blueprints.inspection.models import CheckInspector, PlanTarget, SiteCheck
from blueprints.inspection.queries.plans import targets_of
from blueprints.inspection.service import checking, planning
from core.clock import local_date
from core.db import db
from core.wording import day_words

RUNNING = ("draft", "submitted", "approved")


def checks(user: User) -> list[Holding]:
    """Checks that are begun and not signed in which this person is an inspector."""
    rows = (
        select(CheckInspector, SiteCheck).join(SiteCheck, SiteCheck.id == CheckInspector.check_id)
        .where(CheckInspector.user_id == user.id, SiteCheck.state.in_(("open", "signing")))
        .order_by(SiteCheck.id)
    )  # fmt: skip
    return [
        Holding("site_check", place.id, f"{check.number}　{check.place}", f"/checks/{check.id}")
        for place, check in db.session.execute(rows)
    ]


def give_checks(ids: Sequence[int], change: Transition) -> None:
    """The successor takes the place, with a certificate of the day. Errors: InvalidInput, RuleViolation."""
    for place in db.session.scalars(select(CheckInspector).where(CheckInspector.id.in_(ids))):
        reason = f"离岗交接：{change.reason}"
        checking.replace(place.check, place, change.successor, reason, by=change.by, now=change.now)


def targets(user: User) -> list[Holding]:
    """Planned targets without a check that counts in which this person is on the team."""
    return [
        Holding(
            "target", row.id, f"{row.plan.label}　{row.place}", f"/plan-targets/{row.id}",
            day_words(row.plan.ends_on),
        )
        for row in targets_of(user, *RUNNING)
    ]  # fmt: skip


def give_targets(ids: Sequence[int], change: Transition) -> None:
    """The successor takes the place in the team. Errors: InvalidInput without a certificate."""
    day = local_date(change.now)
    for row in db.session.scalars(select(PlanTarget).where(PlanTarget.id.in_(ids)).order_by(PlanTarget.id)):
        old, new = change.leaving, change.successor
        people = [new.id if person["id"] == old.id else person["id"] for person in row.team]
        row.team = planning.team_of(row.plan, people, day)
        changes = {"target": [f"{row.place}：{old.name}", f"{row.place}：{new.name}"]}
        planning.log("targets", row.plan, changes, change.by, change.now)


KEEPERS = (
    Keeper("site_check", "进行中的现场检查", checks, give_checks),
    Keeper("target", "计划中的检查", targets, give_targets),
)
