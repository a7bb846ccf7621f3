"""Deadlines to the day: the published vectors, unpublished years, calendar days, hours, days left."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from core.clocks import reckon
from domain.deadlines import Deadline, SkippedDay, Unit, due, due_hours, due_minutes, remaining
from domain.errors import InvalidInput
from domain.workdays import validate_year_file
from tests.calendars import packaged_calendar

DATA = Path(__file__).parents[1] / "data"
SHANGHAI = timezone(timedelta(hours=8))
RECEIVED, KIND, DUE, COUNTED = "受理日", "受理日性质", "应办结日(受理次日起第5个工作日)", "计入的5天"


def vectors() -> list[dict[str, str]]:
    with (DATA / "workdays_5.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


FIRM_ROWS = [row for row in vectors() if not row[DUE].startswith("暂定")]


def workdays(received: date, amount: int = 5) -> Deadline:
    return due(received, amount, Unit.WORKDAY, packaged_calendar())


@pytest.mark.rule("Q5")
@pytest.mark.parametrize("row", FIRM_ROWS, ids=lambda row: row[RECEIVED])
def test_five_workdays_as_the_published_arrangements_have_it(row: dict[str, str]) -> None:
    found = workdays(date.fromisoformat(row[RECEIVED]))
    assert found.due.isoformat() == row[DUE]
    assert [f"{day:%m-%d}" for day in found.counted] == row[COUNTED].split()
    assert found.provisional == (row[RECEIVED] == "2026-12-24")


def test_every_row_of_the_vectors_is_looked_at() -> None:
    assert len(FIRM_ROWS) == 27
    assert [row[RECEIVED] for row in vectors() if row not in FIRM_ROWS] == ["2026-12-28"]


@pytest.mark.rule("Q5")
def test_into_an_unpublished_year_the_date_is_computed_and_provisional() -> None:
    found = workdays(date(2026, 12, 28))
    assert found.as_json() == {
        "received": "2026-12-28",
        "n": 5,
        "due": "2027-01-05",
        "counted": ["2026-12-29", "2026-12-30", "2026-12-31", "2027-01-04", "2027-01-05"],
        "skipped": [
            {"date": "2027-01-01", "why": "元旦（推算）"},
            {"date": "2027-01-02", "why": "周六（推算）"},
            {"date": "2027-01-03", "why": "周日（推算）"},
        ],
        "provisional": True,
        "missing_years": [2027],
    }


def test_a_due_day_in_the_last_week_of_december_is_printed_but_provisional() -> None:
    found = workdays(date(2026, 12, 24))
    assert (found.due, found.provisional, found.missing_years) == (date(2026, 12, 31), True, (2027,))
    assert not workdays(date(2026, 12, 17)).provisional


def test_the_next_year_once_published_makes_it_firm() -> None:
    file = validate_year_file(
        {
            "year": 2027,
            "days": [
                {"name": "元旦", "date": "2026-12-31", "isOffDay": True},
                {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
                {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
            ],
        }
    )
    calendar = packaged_calendar(file.overrides(), extra_years=frozenset({2027}))
    found = due(date(2026, 12, 28), 5, Unit.WORKDAY, calendar)
    assert found.counted[-3:] == (date(2027, 1, 3), date(2027, 1, 4), date(2027, 1, 5))
    assert [day.why for day in found.skipped] == ["元旦", "元旦", "周六"]
    assert (found.provisional, found.missing_years) == (False, ())


def test_the_explanation_is_the_one_of_the_command_line() -> None:
    found = workdays(date(2026, 9, 30)).as_json()
    assert list(found) == ["received", "n", "due", "counted", "skipped", "provisional", "missing_years"]
    assert found["due"] == "2026-10-13"
    assert found["counted"] == ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12", "2026-10-13"]
    assert found["skipped"][0] == {"date": "2026-10-01", "why": "国庆节"}
    assert found["skipped"][-1] == {"date": "2026-10-11", "why": "周日"}
    assert json.loads(json.dumps(found)) == found


@pytest.mark.rule("Q5")
def test_the_day_of_receipt_never_counts_even_on_a_day_off() -> None:
    assert workdays(date(2026, 10, 2), 1).counted == (date(2026, 10, 8),)
    assert workdays(date(2026, 10, 2), 1).skipped[0] == SkippedDay(date(2026, 10, 3), "国庆节")
    assert workdays(date(2026, 10, 12), 1).due == date(2026, 10, 13)


def test_calendar_days_all_count_and_are_never_provisional() -> None:
    found = due(date(2026, 12, 20), 30, Unit.DAY, packaged_calendar())
    assert found.due == date(2027, 1, 19)
    assert len(found.counted) == 30
    assert (found.skipped, found.provisional, found.missing_years) == ((), False, ())


def test_a_unit_may_come_as_its_word() -> None:
    assert due(date(2026, 10, 12), 3, "day", packaged_calendar()).unit is Unit.DAY  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        due(date(2026, 10, 12), 3, "weeks", packaged_calendar())  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", [0, -1, 3661, 10**30, True, 2.0, "5", None])
def test_amounts_that_cannot_be_meant_are_refused(amount: Any) -> None:
    for unit in (Unit.WORKDAY, Unit.DAY):
        with pytest.raises(InvalidInput, match="时限的数目"):
            due(date(2026, 1, 5), amount, unit, packaged_calendar())
    with pytest.raises(InvalidInput, match="时限的数目"):
        due_hours(datetime(2026, 1, 5, tzinfo=UTC), amount)


@pytest.mark.parametrize(
    "received", [date(1899, 12, 31), date(3000, 1, 1), datetime(2026, 1, 5, tzinfo=UTC), "2026-01-05"]
)
def test_days_that_cannot_be_meant_are_refused(received: Any) -> None:
    for unit in (Unit.WORKDAY, Unit.DAY):
        with pytest.raises(InvalidInput):
            due(received, 5, unit, packaged_calendar())


def test_the_largest_limit_and_the_end_of_the_calendar() -> None:
    assert len(workdays(date(2010, 1, 1), 3660).counted) == 3660
    for unit in (Unit.WORKDAY, Unit.DAY):
        with pytest.raises(InvalidInput, match="超过了2999年"):
            due(date(2999, 12, 30), 5, unit, packaged_calendar())


def test_hours_are_elapsed_hours() -> None:
    friday = datetime(2026, 9, 30, 22, 15, tzinfo=SHANGHAI)
    assert due_hours(friday, 24) == datetime(2026, 10, 1, 22, 15, tzinfo=SHANGHAI)
    assert due_hours(friday, 2).tzinfo is SHANGHAI


def test_hours_need_a_moment_with_a_time_zone() -> None:
    with pytest.raises(InvalidInput, match="时刻和时区"):
        due_hours(datetime(2026, 9, 30, 22, 15), 24)  # noqa: DTZ001  the missing zone is the point
    with pytest.raises(InvalidInput, match="时刻"):
        due(date(2026, 9, 30), 24, Unit.HOUR, packaged_calendar())


def test_minutes_are_elapsed_minutes() -> None:
    night = datetime(2026, 9, 30, 23, 58, tzinfo=SHANGHAI)
    assert due_minutes(night, 5) == datetime(2026, 10, 1, 0, 3, tzinfo=SHANGHAI)
    with pytest.raises(InvalidInput, match="按分钟计算的时限须写明收到的时刻和时区"):
        due_minutes(datetime(2026, 9, 30, 22, 15), 5)  # noqa: DTZ001  the missing zone is the point
    with pytest.raises(InvalidInput, match="按分钟"):
        due(date(2026, 9, 30), 5, Unit.MINUTE, packaged_calendar())
    assert [unit for unit in Unit if unit.by_clock] == [Unit.HOUR, Unit.MINUTE]


def test_a_clock_in_minutes_knows_no_calendar() -> None:
    night = datetime(2026, 9, 30, 23, 58, tzinfo=SHANGHAI)
    found = reckon(5, Unit.MINUTE, night, packaged_calendar())
    assert found.due_at == datetime(2026, 10, 1, 0, 3, tzinfo=SHANGHAI)
    assert (found.due_on, found.provisional) == (date(2026, 10, 1), False)
    assert json.loads(found.explanation)["unit"] == "minute"


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 9, 30), 5),
        (date(2026, 10, 1), 5),
        (date(2026, 10, 8), 4),
        (date(2026, 10, 12), 1),
        (date(2026, 10, 13), 0),
        (date(2026, 10, 14), -1),
        (date(2026, 10, 16), -3),
        (date(2026, 10, 17), -3),
        (date(2026, 10, 19), -4),
    ],
)
def test_workdays_left_and_workdays_overdue(today: date, left: int) -> None:
    assert remaining(today, date(2026, 10, 13), packaged_calendar()) == left


def test_the_weekend_after_a_due_friday_is_overdue() -> None:
    assert remaining(date(2026, 10, 16), date(2026, 10, 16), packaged_calendar()) == 0
    assert remaining(date(2026, 10, 17), date(2026, 10, 16), packaged_calendar()) == -1
    assert remaining(date(2026, 10, 19), date(2026, 10, 16), packaged_calendar()) == -1
