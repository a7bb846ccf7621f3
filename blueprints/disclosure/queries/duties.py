"""Which duties an enterprise has on a day: those of the file and those that its regulator added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select

from blueprints.accounts.models import Organization
from blueprints.disclosure.models import AddedDuty, DutyClaim
from blueprints.rulebook.service import base_ruleset, ruleset_codes
from core.db import db
from domain.duties import Duty, applies, duty_of, load_duties

FILE = Path(__file__).resolve().parents[3] / "rulesets" / "disclosure" / "duties.toml"


@dataclass(frozen=True)
class Held:
    """A duty with the span in which it is one; `added_id` and `regulator_id` where a regulator added it."""

    duty: Duty
    since: date | None = None
    ended_on: date | None = None
    added_id: int | None = None
    regulator_id: int | None = None
    reason: str = ""

    def on(self, day: date) -> bool:
        """Whether it is a duty on that day."""
        begun = self.since is None or self.since <= day
        return begun and (self.ended_on is None or self.ended_on > day)


@lru_cache(maxsize=1)
def file_duties() -> tuple[Duty, ...]:
    """The duties of rulesets/disclosure/duties.toml, read once. Errors: InvalidInput names the row."""
    return load_duties(FILE.read_text("utf-8"))


def all_held() -> list[Held]:
    """Every duty, by class; ended ones of regulators included."""
    added = db.session.scalars(select(AddedDuty).order_by(AddedDuty.id)).all()
    held = [Held(duty) for duty in file_duties()]
    held += [
        Held(duty_of(row.content), row.since, row.ended_on, row.id, row.regulator_id, row.reason)
        for row in added
    ]
    return sorted(held, key=lambda one: one.duty.class_)


def held_by(organization: Organization, held: Iterable[Held], *, on: date) -> list[Held]:
    """Those of `held` that concern an enterprise on a day."""
    sectors, code = organization.sectors, organization.ruleset_code
    return [one for one in held if one.on(on) and applies(one.duty, sectors, code)]


def duties_for(organization: Organization, *, on: date) -> list[Duty]:
    """The duties of an enterprise on a day, by class; one statement."""
    return [one.duty for one in held_by(organization, all_held(), on=on)]


def held_or_none(code: str) -> Held | None:
    """A duty by its code, ended or not."""
    known = next((duty for duty in file_duties() if duty.code == code), None)
    if known is not None:
        return Held(known)
    return next((one for one in all_held() if one.duty.code == code), None)


def duty_named(code: str) -> Duty:
    """The duty of that code. Errors: KeyError."""
    held = held_or_none(code)
    if held is None:
        raise KeyError(code)
    return held.duty


def clause_for(duty: Duty, organization: Organization | None) -> str:
    """The clause of the duty's class where the rule system of the enterprise has it, empty otherwise: then
    the duty rests on its source alone."""
    code = organization.ruleset_code if organization else ""
    if code not in ruleset_codes():
        return ""
    return duty.clause if any(c.id == duty.clause for c in base_ruleset(code).clauses) else ""


def standing_claim(organization_id: int, code: str) -> DutyClaim | None:
    """The claim of 不适用 that is asked or agreed, if there is one."""
    rows = select(DutyClaim).where(
        DutyClaim.organization_id == organization_id,
        DutyClaim.duty == code,
        DutyClaim.state.in_(("asked", "agreed")),
    )
    return db.session.scalar(rows.order_by(DutyClaim.id.desc()).limit(1))


def claims_of(organization_ids: Iterable[int], state: str = "") -> list[DutyClaim]:
    """Claims of these enterprises, the newest first, at most 200."""
    rows = select(DutyClaim).where(DutyClaim.organization_id.in_(list(organization_ids)))
    if state:
        rows = rows.where(DutyClaim.state == state)
    return list(db.session.scalars(rows.order_by(DutyClaim.id.desc()).limit(200)))
