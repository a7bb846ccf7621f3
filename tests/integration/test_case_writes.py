"""What a write stores at once, and what it leaves alone: one flush, and rows derived as if read again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from blueprints.complaints.service.access import refresh
from core.db import db, transaction
from tests.factories.cases import Desk


@pytest.fixture
def flushed() -> Iterator[list[set[str]]]:
    """The kinds of rows in each flush of a session."""
    seen: list[set[str]] = []

    def note(session: Session, _context: object) -> None:
        seen.append({type(row).__name__ for row in (*session.new, *session.dirty)})

    event.listen(Session, "after_flush", note)
    yield seen
    event.remove(Session, "after_flush", note)


def _derived(case_id: int) -> list[list[tuple[object, ...]]]:
    access = text("SELECT * FROM case_access WHERE case_id = :id ORDER BY scope")
    found = text("SELECT text, names FROM case_search WHERE rowid = :id")
    return [[tuple(row) for row in db.session.execute(wanted, {"id": case_id})] for wanted in (access, found)]


def test_a_new_case_and_a_note_are_stored_by_one_flush(desk: Desk, flushed: list[set[str]]) -> None:
    case_id = desk.own_water()
    version = desk.case(case_id).version
    flushed.clear()
    desk.do(case_id, "note", "gs-dispatcher", text="已电话核对现场情况。")
    assert flushed == [{"CaseStep"}]
    assert desk.case(case_id).version == version
    flushed.clear()
    desk.register("gs-dispatcher", "gs", type="inquiry", channel="department_phone")
    assert flushed == [{"Case", "CaseStep", "Complainant"}]


def test_what_a_new_case_is_found_by_is_what_its_rows_say(desk: Desk) -> None:
    fields = {"type": "inquiry", "channel": "department_phone", "place": "示例路12号"}
    case_id = desk.register("gs-dispatcher", "gs", **fields)
    stored = _derived(case_id)
    assert all(stored)
    with transaction() as session:
        refresh(session, [case_id])
    assert _derived(case_id) == stored
