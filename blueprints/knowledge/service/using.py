"""A use: a wording that went into something that was said, counted when that is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from blueprints.accounts.models import User
from blueprints.knowledge import queries
from blueprints.knowledge.models import PUBLISHED, REPLACED, KnowledgeItem, KnowledgeUse, KnowledgeVersion
from blueprints.knowledge.service.writing import Subject
from core.db import db
from domain.placeholders import survives

MOST_AT_ONCE = 10


def versions_named(text: str) -> list[int]:
    """Ids of versions as a form carries them (`3 17`); what cannot be an id is left out."""
    words = text.split()[: MOST_AT_ONCE * 2]
    ids = [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 10]
    return list(dict.fromkeys(ids))[:MOST_AT_ONCE]


def record_uses(version_ids: Iterable[int], text: str, subject: Subject, *, by: User, now: datetime) -> int:
    """Count each of these wordings of which something is left in `text`; returns how many those were."""
    ids = list(version_ids)
    if not ids or subject.id is None:
        return 0
    rows = (
        select(KnowledgeVersion)
        .join(KnowledgeItem)
        .where(
            KnowledgeVersion.id.in_(ids), KnowledgeVersion.state.in_((PUBLISHED, REPLACED)),
            KnowledgeItem.organization_id.in_(queries.sources_of(by.organization)),
        )
    )  # fmt: skip
    used = [version for version in db.session.scalars(rows) if survives(version.text, text)]
    for version in used:
        db.session.add(
            KnowledgeUse(
                version_id=version.id, subject_type=subject.type, subject_id=subject.id, used_by_id=by.id,
                used_at=now,
            )
        )  # fmt: skip
    counted = update(KnowledgeItem).where(KnowledgeItem.id.in_({version.item_id for version in used}))
    if used:  # past the version of the row: counting is no change that somebody could have missed
        counted = counted.values(uses=KnowledgeItem.uses + 1, version=KnowledgeItem.version)
        db.session.execute(counted, execution_options={"synchronize_session": False})
    return len(used)
