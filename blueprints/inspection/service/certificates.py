"""执法证 of a regulator's people: who may be drawn and may inspect."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.inspection.models import InspectorCertificate
from core import audit
from core.db import db
from domain.errors import InvalidInput


def add(
    person: User, number: str, valid_from: date, valid_until: date, *, by: User, now: datetime
) -> InspectorCertificate:
    """Enter a certificate; its number belongs to one person. Errors: InvalidInput."""
    if valid_until < valid_from:
        raise InvalidInput("有效期止早于有效期起。", "valid_until")
    if db.session.scalar(select(InspectorCertificate.id).where(InspectorCertificate.number == number)):
        raise InvalidInput("这个执法证号已经登记过。", "number")
    row = InspectorCertificate(
        organization_id=person.organization_id, user_id=person.id, number=number, valid_from=valid_from,
        valid_until=valid_until, by=by.name, at=now,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    subject = audit.Subject("inspector_certificate", row.id, person.name)
    changes = {"number": [None, number], "valid_until": [None, valid_until.isoformat()]}
    audit.record("inspector.certificate", subject=subject, by=by, now=now, changes=changes)
    return row
