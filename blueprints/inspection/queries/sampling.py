"""Samples of a regulator with their working papers."""

from __future__ import annotations

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.complaints.models import Case
from blueprints.complaints.queries_access import may_see
from blueprints.inspection.models import RecordSample, SampledRecord, SampleEvidence
from core.db import db

PAGE = 50


def sample_or_none(sample_id: int, by: User) -> RecordSample | None:
    """A sample of the own regulator, or None."""
    row = db.session.get(RecordSample, sample_id)
    return row if row is not None and row.organization_id == by.organization_id else None


def sampled_or_none(sampled_id: int, by: User) -> SampledRecord | None:
    """A working paper of the own regulator, or None."""
    row = db.session.get(SampledRecord, sampled_id)
    return row if row is not None and row.sample.organization_id == by.organization_id else None


def evidence_or_none(evidence_id: int, by: User) -> SampleEvidence | None:
    """A file of a working paper of the own regulator, or None."""
    row = db.session.get(SampleEvidence, evidence_id)
    return row if row is not None and row.owner.sample.organization_id == by.organization_id else None


def case_now(record: SampledRecord, by: User) -> int | None:
    """Id of the case that a record was taken from, where the person may see it as it is now."""
    if record.sample.source != "cases":
        return None
    found = db.session.scalar(select(Case.id).where(Case.number == record.key))
    return found if found is not None and may_see(found, by) else None


def samples(organization_id: int, state: str = "", *, after: int = 0) -> list[RecordSample]:
    """Samples of a regulator, the newest first, up to one more than a page."""
    rows = select(RecordSample).where(RecordSample.organization_id == organization_id)
    if state:
        rows = rows.where(RecordSample.state == state)
    if after:
        rows = rows.where(RecordSample.id < after)
    return list(db.session.scalars(rows.order_by(RecordSample.id.desc()).limit(PAGE + 1)))
