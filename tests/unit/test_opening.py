"""Opening hours: what people write, what a day asks for, how far it was off."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.opening import (
    Closure,
    closure_line,
    expected_on,
    off_by,
    read_clock,
    read_closure,
    read_spans,
    read_week,
    shut_weekdays,
    spans_words,
    week_line,
    week_words,
)

DAY = [(510, 720), (840, 1050)]
WEEK = dict.fromkeys(range(5), DAY) | {5: [(540, 960)], 6: [(540, 960)]}


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:30-12:00 14:00-17:30", ((510, 720), (840, 1050))),
        ("8：30—12：00，14：00～17：30", ((510, 720), (840, 1050))),
        ("14:00至17:30、8:30至12:00", ((510, 720), (840, 1050))),
        ("9-17", ((540, 1020),)),
        ("00:00-24:00", ((0, 1440),)),
        ("休", ()),
        ("", ()),
    ],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert read_spans(text) == spans


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("08:30-12:00 11:00-17:30", "重叠"),
        ("12:00-08:30", "晚于"),
        ("08:30-08:30", "晚于"),
        ("25:00-26:00", "24 小时"),
        ("08:75-09:00", "24 小时"),
        ("上午", "不是时段"),
        ("1-2 3-4 5-6 7-8 9-10", "最多"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(text, says):
    with pytest.raises(InvalidInput, match=says) as refused:
        read_spans(text, "hours_0")
    assert refused.value.field == "hours_0"


@given(st.lists(st.integers(0, 1440), min_size=2, max_size=8, unique=True).filter(lambda x: len(x) % 2 == 0))
def test_words_and_reading_are_each_others_inverse(edges):
    edges = sorted(edges)
    spans = tuple(zip(edges[::2], edges[1::2], strict=True))
    assert read_spans(spans_words(spans)) == spans


def test_a_single_time():
    assert read_clock("8：05") == 485
    with pytest.raises(InvalidInput):
        read_clock("早上")


@pytest.mark.rule("F3.1.2")
def test_a_holiday_is_a_day_like_any_other_unless_closed_with_a_reason():
    holiday = date(2026, 10, 1)
    assert expected_on(holiday, WEEK, []).spans == tuple(DAY)
    closed = Closure(holiday, date(2026, 10, 3), None, None, "设备检修", True)
    assert expected_on(holiday, WEEK, [closed]).spans == ()
    assert expected_on(date(2026, 10, 4), WEEK, [closed]).spans == ((540, 960),)
    shorter = Closure(holiday, holiday, 540, 720, "值班", True)
    assert expected_on(holiday, WEEK, [shorter]).spans == ((540, 720),)


@pytest.mark.rule("F3.1.2")
def test_late_and_early_are_counted_against_the_day():
    expected = expected_on(date(2026, 10, 12), WEEK, [])
    assert off_by(expected, 510, 1050) == (0, 0)
    assert off_by(expected, 525, 1020) == (15, 30)
    assert off_by(expected, None, None) == (0, 0)


def test_the_week_in_words():
    assert week_words(WEEK) == [("周一至周五", "08:30-12:00 14:00-17:30"), ("周六、周日", "09:00-16:00")]
    assert week_words(dict.fromkeys(range(7), DAY)) == [("每天", "08:30-12:00 14:00-17:30")]
    assert shut_weekdays({0: DAY, 6: DAY}) == "周二、周三、周四、周五、周六"
    assert shut_weekdays(WEEK) == ""


def spans():
    edges = st.lists(st.integers(0, 1440), max_size=6, unique=True).filter(lambda x: len(x) % 2 == 0)
    return edges.map(sorted).map(lambda e: tuple(zip(e[::2], e[1::2], strict=True)))


@given(st.dictionaries(st.integers(0, 6), spans()))
def test_what_is_published_of_a_week_can_be_read_again(week):
    assert read_week(week_line(week)) == {day: tuple(week.get(day, ())) for day in range(7)}


def test_the_published_line():
    assert week_line(WEEK) == "周一至周五 08:30—12:00、14:00—17:30；周六、周日 09:00—16:00"
    assert week_line({}) == "每天 不营业"
    assert read_week("营业时间待登记") is None
    assert read_week("周一 随时") is None


@given(
    st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    st.integers(0, 30),
    st.sampled_from([(None, None), (540, 720)]),
    st.text("停业检修（）", max_size=9),
)
def test_what_is_published_of_a_closure_can_be_read_again(first, days, span, reason):
    last = min(date(2999, 12, 31), date.fromordinal(first.toordinal() + days))
    closure = Closure(first, last, *span, reason, True)
    assert read_closure(closure_line(closure)) == closure
    assert read_closure("另行通知") is None
