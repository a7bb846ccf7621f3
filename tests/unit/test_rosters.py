"""Rosters: what is not covered, what is covered twice, hours on duty, shifts by a pattern."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.rosters import MAX_DAYS, ShiftKind, check_span, due_on_duty, gaps, overlaps, pattern

DAY = datetime(2026, 10, 12, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def test_gaps_are_what_no_shift_covers() -> None:
    spans = [(at(8), at(12)), (at(14), at(20)), (at(11), at(13))]
    assert gaps(spans, at(0), at(24)) == [(at(0), at(8)), (at(13), at(14)), (at(20), at(24))]
    assert gaps(spans, at(8), at(13)) == []
    assert gaps([], at(1), at(2)) == [(at(1), at(2))]
    assert gaps([(at(30), at(40))], at(0), at(24)) == [(at(0), at(24))]


def test_overlaps_are_merged() -> None:
    spans = [(at(0), at(10)), (at(8), at(9)), (at(9), at(12)), (at(12), at(14))]
    assert overlaps(spans) == [(at(8), at(10))]
    assert overlaps([(at(0), at(1)), (at(1), at(2))]) == []


def test_a_shift_ends_after_it_begins_and_does_not_last_for_ever() -> None:
    with pytest.raises(InvalidInput, match="晚于"):
        check_span(at(8), at(8))
    with pytest.raises(InvalidInput, match="72 小时"):
        check_span(at(0), at(73))
    check_span(at(0), at(72))


def test_hours_off_duty_do_not_count() -> None:
    found = due_on_duty(at(7), 4, [(at(8), at(10)), (at(14), at(20))])
    assert (found.due, found.after) == (at(16), None)
    assert found.counted == ((at(8), at(10)), (at(14), at(16)))


def test_beyond_the_last_shift_every_hour_counts() -> None:
    found = due_on_duty(at(9), 4, [(at(8), at(10))])
    assert (found.due, found.after) == (at(13), at(10))
    assert due_on_duty(at(9), 4, []).due == at(13)


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 24)), max_size=12),
    st.integers(0, 200),
    st.integers(1, 100),
)
def test_duty_hours_are_never_earlier_than_plain_ones_and_add_up(
    shifts: list[tuple[int, int]], since: int, hours: int
) -> None:
    spans = [(at(begin), at(begin + length)) for begin, length in shifts]
    found = due_on_duty(at(since), hours, spans)
    assert found.due >= at(since + hours)
    assert sum((b - a for a, b in found.counted), timedelta()) == timedelta(hours=hours)
    assert all(a[1] <= b[0] for a, b in zip(found.counted, found.counted[1:], strict=False))


def test_groups_take_turns_shift_by_shift() -> None:
    days = [date(2026, 10, 12), date(2026, 10, 13)]
    kinds = [ShiftKind("白班", 480, 1200), ShiftKind("夜班", 1200, 480)]
    made = pattern(days, kinds, 3)
    assert [(p.day.day, p.kind.name, p.group) for p in made] == [
        (12, "白班", 0), (12, "夜班", 1), (13, "白班", 2), (13, "夜班", 0),
    ]  # fmt: skip
    assert [kind.minutes for kind in kinds] == [720, 720]
    assert ShiftKind("全天", 510, 510).minutes == 24 * 60


def test_a_pattern_needs_shifts_people_and_an_end() -> None:
    kind = [ShiftKind("白班", 480, 1200)]
    day = date(2026, 10, 12)
    for days, kinds, groups, field in (
        ([day], [], 1, "kinds"), ([day], kind, 0, "groups"), ([day] * (MAX_DAYS + 1), kind, 1, "until"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            pattern(days, kinds, groups)
        assert refused.value.field == field
