"""What cases say about the wordings that were used in them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import func, select

from blueprints.accounts.models import User
from blueprints.complaints.models import Case
from blueprints.complaints.queries_access import visible
from blueprints.knowledge.models import KnowledgeUse
from blueprints.knowledge.service.sources import Source
from core.db import db
from domain.satisfaction import ANSWERS, CONTENT


def satisfaction(version_ids: Sequence[int]) -> tuple[int, int]:
    """(content, answered) of the callbacks of cases in which these versions were used, each case once."""
    used = select(KnowledgeUse.subject_id).where(
        KnowledgeUse.subject_type == "case", KnowledgeUse.version_id.in_(list(version_ids))
    )
    content, answered = ([kind.value for kind in kinds] for kinds in (CONTENT, ANSWERS))
    rows = select(func.count().filter(Case.satisfied.in_(content)), func.count())
    found = db.session.execute(rows.where(Case.id.in_(used), Case.satisfied.in_(answered))).one()
    return found[0], found[1]


def link(case_id: int, by: User) -> tuple[str, str] | None:
    """Number and page of a case that this person sees."""
    number = db.session.scalar(select(Case.number).where(Case.id == case_id, visible(by)))
    return (number, url_for("complaints.case", case_id=case_id)) if number else None


SOURCE = Source("case", satisfaction, link)
