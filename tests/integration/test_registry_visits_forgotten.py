"""Forgetting users of visits, assisted handling and requests: the person goes, the chain holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from blueprints.accounts.models import User
from blueprints.registry.models import AssistedHandling, ServiceRequest, Visit
from blueprints.registry.service import assisted, visit_steps
from blueprints.registry.service.visits_forgetting import GONE
from core import clock
from core.audit import AuditEntry, verify
from core.db import db, transaction
from core.privacy import decrypt
from tests.factories.registry_people import USER, People, assisted_of, at, slot, visit_of
from tests.factories.registry_service import fill_service
from tests.factories.world import World

WHEN = date(2026, 10, 13)


@pytest.fixture
def ended(world: World) -> tuple[int, int, int]:
    """A visit that was cancelled, one that is still to come, and assisted handling that is done."""
    fill_service()
    desk = People()
    staff_id = desk.staff()
    gone = desk.visit(staff_id, when=slot(WHEN, 9), purpose="给示例用户甲换表")
    kept = desk.visit(staff_id, when=slot(WHEN, 14))
    task = desk.assisted(staff_id)
    by_id = desk.by().id
    with transaction() as session:
        by = session.get_one(User, by_id)
        wish = visit_steps.Wish("user", "示例用户甲（13800001234）来电不用了")
        visit_steps.cancel(session.get_one(Visit, gone), wish, insist=False, by=by, now=clock.now())
        assisted.end(
            session.get_one(AssistedHandling, task), "done", "已替示例用户甲办好", by=by, now=clock.now()
        )
    with transaction() as session:
        request = session.scalars(select(ServiceRequest)).one()
        request.state, request.ended_at = "done", clock.now()
    return gone, kept, task


def run(app: Flask, before: date) -> str:
    """The command, a month later."""
    with clock.frozen(at(WHEN + timedelta(days=30), 9)):
        result = app.test_cli_runner().invoke(args=["registry", "forget", "--before", before.isoformat()])
    assert result.exit_code == 0, result.output
    db.session.rollback()
    return result.output


def test_what_ended_loses_its_person_and_what_did_not_keeps_it(
    app: Flask, ended: tuple[int, int, int]
) -> None:
    gone, kept, task = ended
    keys = {
        row.subject_id: row.personal
        for row in db.session.scalars(select(AuditEntry).where(AuditEntry.action == "registry.visit_new"))
    }
    assert decrypt("visit", gone, keys[gone])
    assert "上门 1 次，帮办代办 1 件，服务请求 1 件" in run(app, WHEN + timedelta(days=10))
    visit, row = visit_of(gone), assisted_of(task)
    assert (visit.user_name, visit.user_phone, visit.user_address) == (GONE, "", GONE)
    assert visit.purpose == f"给{GONE}换表"
    assert visit.changes[0].reason == f"{GONE}（{GONE}）来电不用了"
    assert (row.user_name, row.outcome, row.consent_file_id) == (GONE, f"已替{GONE}办好", None)
    assert decrypt("visit", gone, keys[gone]) is None
    assert visit_of(kept).user_name == USER["user_name"]
    assert decrypt("visit", kept, keys[kept])
    assert verify().holds
    assert "上门 0 次" in run(app, WHEN + timedelta(days=10))


def test_no_table_holds_the_person_any_more(app: Flask, ended: tuple[int, int, int]) -> None:
    with transaction() as session:
        session.delete(session.get_one(Visit, ended[1]))  # the one that was still to come
    run(app, WHEN + timedelta(days=10))
    for name in ("visit", "visit_change", "assisted_handling", "service_request", "audit_entry"):
        rows = " ".join(map(str, db.session.execute(text(f"SELECT * FROM {name}")).all()))
        for value in USER.values():
            assert value not in rows, name


def test_nothing_before_the_day_is_touched(app: Flask, ended: tuple[int, int, int]) -> None:
    assert "上门 0 次，帮办代办 0 件，服务请求 0 件" in run(app, date(2026, 10, 1))


@pytest.mark.parametrize("day", ["soon", "2027-01-01"])
def test_a_day_that_cannot_be_meant_is_refused(app: Flask, world: World, day: str) -> None:
    result = app.test_cli_runner().invoke(args=["registry", "forget", "--before", day])
    assert result.exit_code == 2
