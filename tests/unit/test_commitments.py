"""Promises that can be measured."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.commitments import duration_words, kept, measured_minutes, promise_words
from domain.errors import InvalidInput
from tests.calendars import packaged_calendar

CALENDAR = packaged_calendar()

NOON = datetime(2026, 10, 12, 12, 0, tzinfo=UTC)
DAYS = {"began": date(2026, 10, 12), "done": date(2026, 10, 12), "calendar": CALENDAR}


@pytest.mark.rule("F3.4.2")
def test_a_repair_crew_within_45_minutes():
    assert measured_minutes("within", NOON, NOON + timedelta(minutes=45, seconds=30)) == 45
    assert kept("within", 45, "minute", minutes=45, **DAYS)
    assert not kept("within", 45, "minute", minutes=46, **DAYS)


@pytest.mark.rule("F3.4.2")
def test_a_notice_24_hours_ahead():
    assert measured_minutes("ahead", NOON, NOON - timedelta(hours=23)) == 23 * 60
    assert not kept("ahead", 24, "hour", minutes=23 * 60, **DAYS)
    assert kept("ahead", 24, "hour", minutes=24 * 60, **DAYS)


def test_workdays_are_counted_by_the_calendar():
    days = {"began": date(2026, 9, 30), "calendar": CALENDAR, "minutes": 0}
    assert kept("within", 1, "workday", done=date(2026, 10, 8), **days)
    assert not kept("within", 1, "workday", done=date(2026, 10, 9), **days)
    assert kept(
        "ahead", 1, "workday", began=date(2026, 10, 8), done=date(2026, 9, 30), minutes=0, calendar=CALENDAR
    )
    assert not kept(
        "ahead", 2, "workday", began=date(2026, 10, 8), done=date(2026, 9, 30), minutes=0, calendar=CALENDAR
    )


def test_what_ends_before_it_began_is_refused():
    with pytest.raises(InvalidInput):
        measured_minutes("within", NOON, NOON - timedelta(minutes=1))
    with pytest.raises(InvalidInput):
        measured_minutes("ahead", NOON, NOON + timedelta(minutes=1))


def test_words():
    assert promise_words("within", 45, "minute") == "不超过45分钟"
    assert promise_words("ahead", 24, "hour") == "提前24小时"
    assert [duration_words(n) for n in (0, 59, 95, 1440, 3000)] == [
        "0分钟",
        "59分钟",
        "1小时35分钟",
        "1天",
        "2天2小时",
    ]
