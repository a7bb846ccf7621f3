"""Deadlines of cases when the calendar changes: provisional days, imports, overrides, history, people told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from core import clock, clocks
from core.calendar_store import import_year, load_calendar, set_override
from core.db import transaction
from core.inbox import unread_count
from tests.factories.cases import Desk, at

INVENTED = Path(__file__).resolve().parents[1] / "data" / "holiday-2027-invented.json"


def _import(desk: Desk) -> list[dict[str, str]]:
    with transaction():
        by = desk.world.user("sysadmin")
        done = import_year(json.loads(INVENTED.read_text()), source="国办发明电〔2026〕示例号", by=by, now=clock.now())
    return done.changed


@pytest.mark.rule("Q5")
def test_a_case_of_the_last_days_of_december_is_provisional_until_the_year_is_in(desk: Desk) -> None:
    with clock.frozen(at("2026-12-28 10:00")):
        case_id = desk.own_water()
        closed = desk.register("gs-dispatcher", "gs", type="inquiry", channel="department_phone")
        text = "居民阶梯水价按年用水量分三档计算。"
        desk.do(closed, "answer_now", "gs-dispatcher", text=text, **desk.told())
        case = desk.case(case_id)
        assert (case.due_on, case.due_provisional) == (date(2027, 1, 5), True)
        before = [(c.due_on, c.provisional) for c in clocks.of_subject("case", closed) if c.state != "open"]
        told = unread_count(desk.world.user("gs-handler").id)
        changed = _import(desk)
        case = desk.case(case_id)
        assert (case.due_on, case.due_provisional) == (date(2027, 1, 6), False)
        moved = {(c["case"], c["old"], c["new"]) for c in changed}
        assert (case.number, "2027-01-05", "2027-01-06") in moved
        after = [(c.due_on, c.provisional) for c in clocks.of_subject("case", closed) if c.state != "open"]
        assert after == before
        assert unread_count(desk.world.user("gs-handler").id) > told
        running = clocks.open_of("case", case_id, "completion")[0]
        history = clocks.changes_of([running.id])
        assert [(h.old_due_on, h.new_due_on) for h in history] == [(date(2027, 1, 5), date(2027, 1, 6))]


@pytest.mark.rule("Q5")
def test_an_override_moves_open_cases_and_names_its_document(desk: Desk) -> None:
    case_id = desk.own_water()
    assert desk.case(case_id).due_on == date(2026, 10, 19)
    with transaction():
        by = desk.world.user("sysadmin")
        set_override(date(2026, 10, 15), off=True, name="临时放假", source="示例政办〔2026〕9号", by=by, now=clock.now())
    case = desk.case(case_id)
    assert case.due_on == date(2026, 10, 20)
    running = clocks.open_of("case", case_id, "completion")[0]
    assert {"date": "2026-10-15", "why": "临时放假"} in running.counted["skipped"]
    assert "示例政办〔2026〕9号" in clocks.changes_of([running.id])[0].reason


def test_the_explanation_lists_every_day(desk: Desk) -> None:
    with clock.frozen(at("2026-09-30 16:00")):
        case_id = desk.own_water(received_at=at("2026-09-30 15:00"))
    counted = clocks.open_of("case", case_id, "completion")[0].counted
    assert counted["counted"] == ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12", "2026-10-13"]
    assert counted["skipped"][-1]["why"] == "周日"
    assert load_calendar().status(date(2026, 10, 10)).working
