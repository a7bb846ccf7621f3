"""Anonymising forgets the person and nothing else: case, hashes and audit chain stay whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from blueprints.complaints.models import Dossier
from blueprints.complaints.service.closing import dossier_digest
from blueprints.complaints.service.retention import GONE, run
from core import audit, clock
from core.db import db, transaction
from core.privacy import decrypt
from tests.factories.cases import Desk


def _archived(desk: Desk, **data: str) -> int:
    case = desk.closed()
    desk.do(case, "archive", "jxw-clerk", **data)
    return case


def test_an_archived_case_past_the_limit_loses_its_person_and_keeps_its_hashes(desk: Desk) -> None:
    case_id = _archived(desk)
    later = clock.now() + timedelta(days=3 * 365)
    with transaction():
        assert run(later - timedelta(days=365), now=later) == 1
    case = desk.case(case_id)
    assert case.complainants[0].name == GONE
    assert case.complainants[0].phone == ""
    dossier = db.session.scalars(select(Dossier).where(Dossier.case_id == case_id)).one()
    assert dossier_digest(dossier.body) == dossier.digest
    assert "示例用户甲" not in dossier.body
    entries = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.subject_id == case_id)).all()
    assert any(e.personal for e in entries)
    assert all(decrypt("case", case_id, e.personal) is None for e in entries if e.personal)
    assert audit.verify().holds
    with transaction():
        assert run(later, now=later) == 0


def test_before_that_the_sealed_values_can_be_read(desk: Desk) -> None:
    case_id = _archived(desk)
    entry = db.session.scalars(
        select(audit.AuditEntry).where(
            audit.AuditEntry.action == "case.register", audit.AuditEntry.subject_id == case_id
        )
    ).one()
    assert "示例用户甲" not in entry.changes
    values = decrypt("case", case_id, entry.personal)
    assert values is not None
    assert values["complainants"][0]["name"] == "示例用户甲"


def test_permanent_cases_are_never_anonymised(desk: Desk) -> None:
    _archived(desk, retention="永久")
    later = clock.now() + timedelta(days=40 * 365)
    with transaction():
        assert run(later, now=later) == 0


def test_the_chain_names_the_first_row_that_was_touched(desk: Desk) -> None:
    _archived(desk)
    assert audit.verify().holds
    with transaction() as session:
        session.execute(db.text("DROP TRIGGER audit_entry_no_update"))
        session.execute(db.text("UPDATE audit_entry SET actor_name = 'x' WHERE seq = 3"))
    found = audit.verify()
    assert (found.holds, found.first_bad) == (False, 3)
    rows = db.session.scalar(select(func.count()).select_from(audit.AuditEntry))
    assert rows
    assert found.rows <= rows


def test_the_database_itself_refuses_to_change_the_log(desk: Desk) -> None:
    _archived(desk)
    for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
            session.execute(db.text(statement))
