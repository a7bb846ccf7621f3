"""Many rounds at once: signed for, handed out as a file; and what the sender's words mean here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import supervised_by
from blueprints.complaints.models import Case, OutsideDispatch, OutsideType
from blueprints.complaints.service.engine import perform
from blueprints.rulebook.service import ruleset_for
from core import audit
from core.db import db
from domain.errors import InvalidInput
from domain.rulesets import Ruleset
from domain.workdays import Calendar

SIGN_HOURS = "outside_sign_hours"
USUAL_HOURS = 24
MOST_SIGNED = 500
LONGEST_WORD = 64
SOURCES = ("12345", "留言")


def sign_hours(ruleset: Ruleset) -> int:
    """Within how many hours a round is to be signed for (a local setting)."""
    return ruleset.number_or(SIGN_HOURS, USUAL_HOURS)


def sign_hours_of(organization: Organization | None) -> int:
    """The same for what an organization receives; a regulator's enterprises share its settings."""
    if organization is None:
        return USUAL_HOURS
    enterprises = supervised_by(organization) if organization.is_regulator else [organization]
    for enterprise in enterprises:
        try:
            return sign_hours(ruleset_for(enterprise))
        except InvalidInput:
            continue
    return USUAL_HOURS


def sign_all(case_ids: Iterable[int], *, by: User, now: datetime, calendar: Calendar) -> int:
    """Sign for the waiting rounds of these cases, each as a step of its own; returns how many cases."""
    count = 0
    for case_id in case_ids:
        perform(db.session.get_one(Case, case_id), "outside_sign", {}, by=by, now=now, calendar=calendar)
        count += 1
    return count


def mark_exported(dispatches: list[OutsideDispatch], *, by: User, now: datetime) -> None:
    """These rounds were handed out as a file now; one audit row names them."""
    if not dispatches:
        return
    for dispatch in dispatches:
        dispatch.exported_at = now
    numbers = [f"{d.number}/{d.round}" for d in dispatches]
    subject = audit.Subject("outside", None, f"{len(numbers)} 件")
    audit.record("outside.export", subject=subject, by=by, now=now, changes={"rounds": [None, numbers]})


def set_type(
    organization: Organization, source: str, word: str, type_: str, category: str, *, by: User, now: datetime
) -> OutsideType:
    """Say what a word of the sender means here; the same word again replaces it.

    Errors: InvalidInput without a word, or with neither a type nor a category.
    """
    word, setter = " ".join(word.split()), by.name
    if not word or len(word) > LONGEST_WORD:
        raise InvalidInput(f"请填写来件单位的叫法，不超过 {LONGEST_WORD} 个字。", "word")
    if source not in SOURCES:
        raise InvalidInput("请选择来源。", "source")
    if not type_ and not category:
        raise InvalidInput("请至少选择对应的类型或内容类别。", "type")
    found = db.session.scalar(
        select(OutsideType).where(
            OutsideType.organization_id == organization.id, OutsideType.source == source,
            OutsideType.word == word,
        )
    )  # fmt: skip
    before = [found.type, found.category] if found else None
    if found is None:
        found = OutsideType(organization_id=organization.id, source=source, word=word)
        db.session.add(found)
    found.type, found.category, found.set_by, found.set_at = type_, category, setter, now
    db.session.flush()
    changes = {"meaning": [before, [type_, category]]}
    audit.record("outside.type", subject=_subject(found), by=by, now=now, changes=changes)
    return found


def drop_type(row: OutsideType, *, by: User, now: datetime) -> None:
    """Forget a word: the built-in words decide again."""
    changes = {"meaning": [[row.type, row.category], None]}
    audit.record("outside.type_dropped", subject=_subject(row), by=by, now=now, changes=changes)
    db.session.delete(row)


def _subject(row: OutsideType) -> audit.Subject:
    return audit.Subject("outside_type", row.id, row.word)
