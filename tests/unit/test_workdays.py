"""The working-day calendar: published years, overrides, guessed years, year files."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import holidays
import pytest

from domain.errors import InvalidInput
from domain.workdays import Calendar, DayStatus, YearFile, validate_year_file
from tests.calendars import packaged_calendar

DATA = Path(__file__).parents[1] / "data" / "holiday-cn"


def year_data(year: int) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / f"{year}.json").read_text(encoding="utf-8"))
    return data


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize(
    ("day", "working", "why"),
    [
        (date(2026, 9, 30), True, "工作日"),
        (date(2026, 10, 1), False, "国庆节"),
        (date(2026, 10, 4), False, "国庆节"),
        (date(2026, 10, 10), True, "国庆节（调休上班）"),
        (date(2026, 10, 11), False, "周日"),
        (date(2026, 10, 17), False, "周六"),
        (date(2018, 12, 29), True, "元旦（调休上班）"),
        (date(2018, 12, 31), False, "元旦"),
    ],
)
def test_published_days_say_what_they_are(day: date, working: bool, why: str) -> None:
    assert packaged_calendar().status(day) == DayStatus(day, working, why, provisional=False)


@pytest.mark.parametrize(
    ("day", "working", "why"),
    [
        (date(2027, 1, 1), False, "元旦（推算）"),
        (date(2027, 5, 1), False, "劳动节（推算）"),
        (date(2027, 5, 2), False, "劳动节（推算）"),
        (date(2027, 5, 3), True, "工作日（推算）"),
        (date(2027, 10, 1), False, "国庆节（推算）"),
        (date(2027, 10, 2), False, "国庆节（推算）"),
        (date(2027, 10, 3), False, "国庆节（推算）"),
        (date(2027, 10, 4), True, "工作日（推算）"),
        (date(2027, 2, 8), True, "工作日（推算）"),
        (date(2027, 2, 13), False, "周六（推算）"),
        (date(2027, 2, 14), False, "周日（推算）"),
    ],
)
def test_an_unpublished_year_is_guessed_by_the_fixed_rule(day: date, working: bool, why: str) -> None:
    calendar = packaged_calendar()
    assert calendar.status(day) == DayStatus(day, working, why, provisional=True)
    assert calendar.missing_years(day) == (2027,)


@pytest.mark.parametrize("day", [25, 28, 31])
def test_the_last_week_of_december_waits_for_the_next_notice(day: int) -> None:
    late = date(2026, 12, day)
    assert packaged_calendar().status(late).provisional
    assert packaged_calendar().missing_years(late) == (2027,)
    assert not packaged_calendar(extra_years=frozenset({2027})).status(late).provisional


def test_before_25_december_a_published_year_is_firm() -> None:
    assert not packaged_calendar().status(date(2026, 12, 24)).provisional
    assert not packaged_calendar().status(date(2025, 12, 31)).provisional


def test_the_last_week_of_an_unpublished_year_misses_both_years() -> None:
    assert packaged_calendar().missing_years(date(2027, 12, 30)) == (2027, 2028)


def test_an_override_wins_over_everything_and_is_firm() -> None:
    calendar = packaged_calendar(
        {
            date(2026, 10, 1): (True, "防汛上班"),
            date(2026, 10, 12): (False, ""),
            date(2027, 3, 1): (False, "停工"),
        }
    )
    assert calendar.status(date(2026, 10, 1)) == DayStatus(date(2026, 10, 1), True, "防汛上班", False)
    assert calendar.status(date(2026, 10, 12)) == DayStatus(date(2026, 10, 12), False, "放假", False)
    assert calendar.status(date(2027, 3, 1)) == DayStatus(date(2027, 3, 1), False, "停工", False)
    assert calendar.status(date(2027, 3, 2)).provisional


def test_an_override_does_not_make_the_last_week_of_december_firm() -> None:
    calendar = packaged_calendar({date(2026, 12, 31): (True, "")})
    assert calendar.status(date(2026, 12, 31)).provisional


def test_words_that_already_say_working_are_not_doubled() -> None:
    day = date(2026, 10, 10)
    assert packaged_calendar({day: (True, "国庆节调休上班")}).status(day).why == "国庆节调休上班"


def test_later_changes_to_the_mapping_do_not_reach_the_calendar() -> None:
    overrides = {date(2026, 10, 12): (False, "")}
    calendar = packaged_calendar(overrides)
    overrides[date(2026, 10, 13)] = (False, "")
    assert calendar.is_working(date(2026, 10, 13))


def test_a_published_year_that_the_base_does_not_know_is_monday_to_friday_and_overrides() -> None:
    file = validate_year_file(
        {
            "year": 2027,
            "days": [
                {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
                {"name": "元旦", "date": "2027-01-04", "isOffDay": True},
                {"name": "元旦", "date": "2027-01-09", "isOffDay": False},
            ],
        }
    )
    calendar = packaged_calendar(file.overrides(), extra_years=frozenset({2027}))
    found = [calendar.status(date(2027, 1, day)) for day in (1, 2, 4, 5, 9)]
    assert [status.working for status in found] == [False, False, False, True, True]
    assert [status.why for status in found] == ["元旦", "周六", "元旦", "工作日", "元旦（调休上班）"]
    assert not any(status.provisional for status in found)


def test_an_imported_year_is_not_mixed_with_the_packaged_one() -> None:
    data = year_data(2026)
    data["days"] = [day for day in data["days"] if day["date"] != "2026-10-10"]
    overrides = validate_year_file(data).overrides()
    saturday = date(2026, 10, 10)
    assert packaged_calendar(overrides).is_working(saturday)
    amended = packaged_calendar(overrides, imported=frozenset({2026}))
    assert amended.status(saturday) == DayStatus(saturday, False, "周六", False)


@pytest.mark.parametrize(
    "day", [date(1899, 12, 31), date(3000, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01"]
)
def test_days_that_cannot_be_meant_are_refused(day: Any) -> None:
    with pytest.raises(InvalidInput):
        packaged_calendar().status(day)


@pytest.mark.parametrize("year", range(2018, 2027))
def test_the_packaged_years_agree_with_an_independent_calendar(year: int) -> None:
    calendar = packaged_calendar()
    other = holidays.country_holidays("CN", years=[year - 1, year, year + 1])
    differing = [day for day in days_of(year) if calendar.is_working(day) != other.is_working_day(day)]
    assert differing == []


@pytest.mark.parametrize("year", range(2016, 2027))
def test_the_packaged_years_agree_with_the_published_year_files(year: int) -> None:
    calendar = packaged_calendar()
    file = validate_year_file(year_data(year))
    years = frozenset({year, year + 1})
    imported = Calendar(years, file.overrides(), calendar.base, years)
    next_year = {day for day, _, _ in validate_year_file(year_data(year + 1)).days} if year < 2026 else set()
    for day in days_of(year):
        if day not in next_year:
            assert imported.is_working(day) == calendar.is_working(day), day


def test_a_year_file_may_hold_days_of_the_december_before() -> None:
    file = validate_year_file(year_data(2019))
    assert isinstance(file, YearFile)
    assert (date(2018, 12, 29), False, "元旦") in file.days
    assert file.overrides()[date(2018, 12, 31)] == (False, "元旦")
    assert list(file.days) == sorted(file.days)
    assert validate_year_file(year_data(2023)).days[0] == (date(2022, 12, 31), True, "元旦")


def test_the_same_day_twice_is_one_day() -> None:
    data = year_data(2026)
    data["days"].append(deepcopy(data["days"][0]))
    assert validate_year_file(data) == validate_year_file(year_data(2026))


def test_a_year_without_days_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2027年的放假安排还没有内容"):
        validate_year_file(year_data(2027))


GOOD = {"name": "元旦", "date": "2027-01-01", "isOffDay": True}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "JSON 对象"),
        ([], "JSON 对象"),
        ({"days": [GOOD]}, "year 应当是"),
        ({"year": "2027", "days": [GOOD]}, "year 应当是"),
        ({"year": True, "days": [GOOD]}, "year 应当是"),
        ({"year": 1899, "days": [GOOD]}, "year 应当是"),
        ({"year": 10**30, "days": [GOOD]}, "year 应当是"),
        ({"year": 2027}, "days 应当是一个列表"),
        ({"year": 2027, "days": {"2027-01-01": True}}, "days 应当是一个列表"),
        ({"year": 2027, "days": [GOOD] * 401}, "超过400条"),
        ({"year": 2027, "days": ["2027-01-01"]}, "第1条"),
        ({"year": 2027, "days": [GOOD, {**GOOD, "isOffDay": 1}]}, "第2条：isOffDay"),
        ({"year": 2027, "days": [{**GOOD, "isOffDay": "true"}]}, "isOffDay"),
        ({"year": 2027, "days": [{**GOOD, "name": " "}]}, "name"),
        ({"year": 2027, "days": [{**GOOD, "name": None}]}, "name"),
        ({"year": 2027, "days": [{**GOOD, "name": "节" * 51}]}, "name"),
        ({"year": 2027, "days": [{**GOOD, "name": "元\x00旦"}]}, "不能显示"),
        ({"year": 2027, "days": [{**GOOD, "name": "元\ud800旦"}]}, "不能显示"),
        ({"year": 2027, "days": [{**GOOD, "date": "2027-02-29"}]}, "date 应当写成"),
        ({"year": 2027, "days": [{**GOOD, "date": "20270101"}]}, "date 应当写成"),
        ({"year": 2027, "days": [{**GOOD, "date": "2027-W01-1"}]}, "date 应当写成"),
        ({"year": 2027, "days": [{**GOOD, "date": 20270101}]}, "date 应当写成"),
        ({"year": 2027, "days": [{**GOOD, "date": "2028-01-01"}]}, "不在2027年"),
        ({"year": 2027, "days": [{**GOOD, "date": "2026-12-19"}]}, "不在2027年"),
        ({"year": 2027, "days": [{**GOOD, "date": "2026-12-31"}]}, "没有一天是2027年的"),
        ({"year": 2027, "days": [GOOD, {**GOOD, "isOffDay": False}]}, "出现了两次"),
        ({"year": 2027, "days": [GOOD, {**GOOD, "name": "春节"}]}, "出现了两次"),
    ],
)
def test_a_year_file_that_cannot_be_used_is_refused(data: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        validate_year_file(data)


def test_20_december_of_the_year_before_is_still_taken() -> None:
    early = {**GOOD, "date": "2026-12-20"}
    assert validate_year_file({"year": 2027, "days": [GOOD, early]}).days[0][0] == date(2026, 12, 20)
