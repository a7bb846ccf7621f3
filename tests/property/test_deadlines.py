"""What holds for every deadline, whatever the calendar."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import Unit, due, remaining
from domain.workdays import Calendar
from tests.calendars import PACKAGED_YEARS, packaged_base

ONE_DAY = timedelta(days=1)
receipts = st.dates(date(2015, 1, 1), date(2030, 12, 31))
amounts = st.integers(1, 60)
overrides = st.dictionaries(
    st.dates(date(2015, 1, 1), date(2031, 6, 30)), st.tuples(st.booleans(), st.just("调整")), max_size=12
)
calendars = st.builds(
    Calendar,
    st.sets(st.sampled_from(sorted(PACKAGED_YEARS | {2027, 2028})), min_size=1).map(frozenset),
    overrides,
    st.just(packaged_base),
    st.sets(st.sampled_from([2025, 2026]), max_size=1).map(frozenset),
)


@pytest.mark.rule("Q5")
@given(receipts, amounts, calendars)
def test_due_is_the_nth_workday_after_receipt(received: date, amount: int, calendar: Calendar) -> None:
    found = due(received, amount, Unit.WORKDAY, calendar)
    assert len(found.counted) == amount
    assert found.due == found.counted[-1] > received
    assert all(calendar.is_working(day) for day in found.counted)
    assert not any(calendar.is_working(day.date) for day in found.skipped)
    assert all(day.why for day in found.skipped)


@given(receipts, amounts, calendars)
def test_counted_and_skipped_are_all_days_up_to_due(received: date, amount: int, calendar: Calendar) -> None:
    found = due(received, amount, Unit.WORKDAY, calendar)
    days = sorted([*found.counted, *(day.date for day in found.skipped)])
    assert days == [received + n * ONE_DAY for n in range(1, (found.due - received).days + 1)]


@given(receipts, amounts, calendars)
def test_more_days_and_later_receipt_are_never_due_earlier(
    received: date, amount: int, calendar: Calendar
) -> None:
    first = due(received, amount, Unit.WORKDAY, calendar)
    assert due(received, amount + 1, Unit.WORKDAY, calendar).due > first.due
    assert due(received + ONE_DAY, amount, Unit.WORKDAY, calendar).due >= first.due


@given(receipts, amounts, calendars)
def test_provisional_exactly_when_a_day_is_guessed(received: date, amount: int, calendar: Calendar) -> None:
    found = due(received, amount, Unit.WORKDAY, calendar)
    days = [*found.counted, *(day.date for day in found.skipped)]
    guessed = [day for day in days if calendar.status(day).provisional]
    assert found.provisional == bool(guessed) == bool(found.missing_years)
    assert set(found.missing_years) == {year for day in guessed for year in calendar.missing_years(day)}
    assert not set(found.missing_years) & calendar.published


@given(receipts, amounts, calendars, st.dates(date(2015, 1, 1), date(2031, 6, 30)), st.booleans())
def test_an_override_changes_only_what_it_must(
    received: date, amount: int, calendar: Calendar, day: date, working: bool
) -> None:
    rules = {**calendar.overrides, day: (working, "通知")}
    changed = Calendar(calendar.published, rules, calendar.base, calendar.imported)
    before = due(received, amount, Unit.WORKDAY, calendar)
    after = due(received, amount, Unit.WORKDAY, changed)
    same_day = calendar.is_working(day) == working
    if same_day or not received < day <= max(before.due, after.due):
        assert after.counted == before.counted
    else:
        assert (day in after.counted) == working
        assert set(before.counted) - set(after.counted) <= {day} | {before.due}
    for near in (day - ONE_DAY, day + ONE_DAY):
        assert changed.status(near) == calendar.status(near)


@given(receipts, amounts, calendars)
def test_the_json_is_stable(received: date, amount: int, calendar: Calendar) -> None:
    found = due(received, amount, Unit.WORKDAY, calendar).as_json()
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    again = Calendar(calendar.published, calendar.overrides, calendar.base, calendar.imported)
    assert due(received, amount, Unit.WORKDAY, again).as_json() == found


@given(receipts, amounts, calendars)
def test_calendar_days_need_no_calendar(received: date, amount: int, calendar: Calendar) -> None:
    found = due(received, amount, Unit.DAY, calendar)
    assert found.due == received + amount * ONE_DAY
    assert len(found.counted) == amount
    assert (found.skipped, found.provisional, found.missing_years) == ((), False, ())


@given(receipts, amounts, calendars)
def test_days_left_count_down_to_zero(received: date, amount: int, calendar: Calendar) -> None:
    end = due(received, amount, Unit.WORKDAY, calendar).due
    assert remaining(received, end, calendar) == amount
    assert remaining(end, end, calendar) == 0
    assert remaining(end + ONE_DAY, end, calendar) < 0
