"""How an enterprise stands with a duty: what is owed, what was done in time, the one word for it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.duties import load_duties
from domain.standing import Facts, Kind, Standing, Update, next_words, owed, performed, standing
from tests.calendars import packaged_calendar

ROOT = Path(__file__).parents[2]
DUTIES = {d.code: d for d in load_duties((ROOT / "rulesets/disclosure/duties.toml").read_text("utf-8"))}
CALENDAR = packaged_calendar()
SINCE, TODAY = date(2026, 6, 1), date(2026, 10, 12)


def word(code: str, facts: Facts, today: date = TODAY) -> Standing:
    open_now = owed(DUTIES[code], facts, today, CALENDAR)
    return standing(facts, open_now, today, CALENDAR)


def update(due: date, cause: str = "change", state: str = "open", ended: date | None = None) -> Update:
    return Update(1, cause, "示例变更", due, False, state, ended)


def test_what_was_never_published_is_owed_within_twenty_workdays_of_the_beginning() -> None:
    facts = Facts(SINCE)
    (one,) = owed(DUTIES["laws"], facts, TODAY, CALENDAR)
    assert (one.kind, one.due_on) == (Kind.FIRST, date(2026, 6, 30))
    assert word("laws", facts) is Standing.OVERDUE
    assert word("laws", facts, date(2026, 6, 30)) is Standing.SOON
    assert word("laws", facts, date(2026, 6, 2)) is Standing.MISSING


def test_missing_periods_are_owed_each_by_its_day() -> None:
    facts = Facts(SINCE, {"2026-06": date(2026, 7, 9), "2026-08": date(2026, 9, 12)}, current=True)
    found = owed(DUTIES["gas_quality"], facts, TODAY, CALENDAR)
    assert [(o.period, o.due_on) for o in found] == [
        ("2026-07", date(2026, 8, 10)),
        ("2026-09", date(2026, 10, 10)),
    ]
    done = performed(DUTIES["gas_quality"], facts, TODAY, CALENDAR)
    assert [(p.label, p.in_time) for p in done] == [
        ("2026年9月", False), ("2026年8月", False), ("2026年7月", False), ("2026年6月", True),
    ]  # fmt: skip
    assert word("gas_quality", facts) is Standing.OVERDUE


def test_what_is_not_due_yet_counts_neither_for_nor_against() -> None:
    facts = Facts(date(2026, 9, 1))
    day = date(2026, 10, 9)
    assert performed(DUTIES["gas_quality"], facts, day, CALENDAR) == []
    assert word("gas_quality", facts, day) is Standing.SOON


@pytest.mark.parametrize(
    ("left", "expected"),
    [(0, Standing.SOON), (3, Standing.SOON), (4, Standing.CURRENT), (-1, Standing.OVERDUE)],
)
def test_three_workdays_before_the_day_it_is_said_to_be_soon(left: int, expected: Standing) -> None:
    """From Monday 12 October on, so that no weekend lies between."""
    today = date(2026, 10, 12)
    due = today + timedelta(days=left)
    facts = Facts(SINCE, {"": SINCE}, current=True, updates=(update(due),))
    assert word("laws", facts, today) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(SINCE, {"": SINCE}, current=True), Standing.CURRENT),
        (Facts(SINCE, {"": SINCE}, current=True, checked="verified"), Standing.CURRENT),
        (Facts(SINCE, {"": SINCE}, current=True, checked="deficient"), Standing.DEFICIENT),
        (Facts(SINCE, {"": SINCE}, current=True, checked="corrected"), Standing.TO_CHECK),
        (Facts(SINCE, {"": SINCE}, current=True, claim="asked"), Standing.TO_CHECK),
        (Facts(SINCE, {"": SINCE}, withdrawn_on=TODAY), Standing.MISSING),
        (Facts(SINCE, claim="agreed"), Standing.NOT_APPLICABLE),
    ],
)
def test_the_one_word(facts: Facts, expected: Standing) -> None:
    assert word("laws", facts) is expected


def test_an_open_correction_is_deficient_even_when_its_day_has_passed() -> None:
    facts = Facts(SINCE, {"": SINCE}, current=True, updates=(update(date(2026, 10, 9), "correction"),))
    assert word("laws", facts) is Standing.DEFICIENT


def test_after_a_withdrawal_it_is_owed_again_from_that_day() -> None:
    facts = Facts(SINCE, {"": SINCE}, withdrawn_on=date(2026, 10, 1))
    (one,) = owed(DUTIES["laws"], facts, TODAY, CALENDAR)
    assert one.due_on == date(2026, 11, 3)


def test_nothing_is_owed_of_what_does_not_apply() -> None:
    facts = Facts(SINCE, claim="agreed", updates=(update(date(2026, 9, 1)),))
    assert owed(DUTIES["laws"], facts, TODAY, CALENDAR) == []
    assert performed(DUTIES["laws"], facts, TODAY, CALENDAR) == []


def test_updates_count_once_when_met_late_or_overdue() -> None:
    met = update(date(2026, 9, 10), state="met", ended=date(2026, 9, 10))
    late = update(date(2026, 9, 10), state="late", ended=date(2026, 9, 11))
    void = update(date(2026, 9, 10), state="void")
    overdue, coming = update(date(2026, 10, 9)), update(date(2026, 10, 20))
    facts = Facts(SINCE, {"": SINCE}, True, updates=(met, late, void, overdue, coming))
    found = [p for p in performed(DUTIES["laws"], facts, TODAY, CALENDAR) if p.kind is Kind.CHANGE]
    assert sorted(p.in_time for p in found) == [False, False, True]


def test_what_comes_next() -> None:
    assert next_words(DUTIES["gas_quality"], TODAY) == "2026年10月：11月10日前公开"
    assert next_words(DUTIES["gas_safety"], TODAY) == "2026年下半年：2027年1月20日前公开"
    assert next_words(DUTIES["laws"], TODAY) == ""


def test_days_of_the_next_year_are_provisional() -> None:
    facts = Facts(date(2026, 12, 15))
    (one,) = owed(DUTIES["laws"], facts, date(2026, 12, 16), CALENDAR)
    assert one.provisional
