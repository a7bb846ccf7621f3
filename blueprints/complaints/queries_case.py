"""What the page of one case reads besides the case itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from blueprints.accounts.models import User
from blueprints.complaints.models import Attachment, Case, CaseLink, Dossier
from blueprints.complaints.queries import ListRow, likely_duplicates
from blueprints.complaints.queries_access import visible
from core.clocks import Clock
from core.db import db
from domain.rulesets import Ruleset


def links_of(case: Case, by: User) -> list[dict[str, Any]]:
    """Cases linked with this one in either direction, as far as the person may see them: id, number,
    title, kind, undone."""
    mine = or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id)
    wanted = (
        select(Case.id, Case.number, Case.title, CaseLink.kind, CaseLink.undone_at)
        .join(CaseLink, or_(Case.id == CaseLink.case_id, Case.id == CaseLink.other_id))
        .where(mine, Case.id != case.id, visible(by))
        .order_by(CaseLink.id)
    )
    return [
        {"id": r[0], "number": r[1], "title": r[2], "kind": r[3], "undone": r[4] is not None}
        for r in db.session.execute(wanted)
    ]


def alike(case: Case, by: User, ruleset: Ruleset, *, now: datetime) -> list[tuple[ListRow, str]]:
    """Visible cases that may be about the same thing, each with the reason (window: local setting)."""
    person = case.complainants[0] if case.complainants else None
    return likely_duplicates(
        by,
        phone=person.phone if person else "",
        account=person.account_number if person else "",
        text=case.content,
        enterprise_id=case.enterprise_id,
        now=now,
        days=ruleset.number("duplicate_window_days"),
        without=case.id,
    )


def people_named(case: Case) -> list[User]:
    """Everybody whom the page of a case names, read in one go; hold the list while the page is made."""
    named = {case.first_receiver_id, *(a.investigator_id for a in case.assignments)} - {None}
    return list(db.session.scalars(select(User).where(User.id.in_(named))))


def clock_of(case: Case, clock_id: int) -> Clock | None:
    """A limit of this case, or None."""
    clock = db.session.get(Clock, clock_id)
    fits = clock is not None and clock.subject_type == "case" and clock.subject_id == case.id
    return clock if fits else None


def attachment_of(case: Case, attachment_id: int) -> Attachment | None:
    """A file of this case, or None."""
    return next((a for a in case.attachments if a.id == attachment_id), None)


def dossier_of(case: Case) -> Dossier | None:
    """The frozen record of an archived case."""
    newest = select(Dossier).where(Dossier.case_id == case.id).order_by(Dossier.id.desc()).limit(1)
    return db.session.scalar(newest)
