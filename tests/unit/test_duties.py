"""Due days of disclosure duties through 2026, against values counted by hand and the 2026 arrangement."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.duties import (
    CLASSES,
    Duty,
    Frequency,
    applies,
    change_due,
    dues_of_year,
    duty_of,
    load_duties,
    period_of,
    periods,
    running,
)
from domain.errors import InvalidInput
from tests.calendars import packaged_calendar

ROOT = Path(__file__).parents[2]
DUTIES = {d.code: d for d in load_duties((ROOT / "rulesets/disclosure/duties.toml").read_text("utf-8"))}
CALENDAR = packaged_calendar()


def days(code: str) -> list[str]:
    return [f"{d.due:%m-%d}" for d in dues_of_year(DUTIES[code], 2026, CALENDAR)]


def arrangement() -> dict[date, bool]:
    """Days of the public data set for 2026: True where it declares a day off."""
    data = json.loads((ROOT / "tests/data/holiday-cn/2026.json").read_text("utf-8"))
    return {date.fromisoformat(row["date"]): row["isOffDay"] for row in data["days"]}


def counted(since: date, amount: int) -> date:
    """The day reached by counting workdays one by one, by the public data set alone."""
    declared, day, left = arrangement(), since, amount
    while left:
        day += timedelta(days=1)
        off = declared.get(day, day.weekday() >= 5)
        left -= not off
    return day


# Counted on paper: 1 January is a Thursday off; Sunday 4 January is worked (1), 5 to 9 (6), 12 to 16 (11),
# 19 to 23 (16), 26 to 29 (20). 1 October: 8 and 9 (2), Saturday 10 worked (3), 12 to 16 (8), 19 to 23 (13),
# 26 to 30 (18), 2 and 3 November (20).
TWENTY = [
    "01-29", "03-05", "03-27", "04-30", "06-01", "06-30", "07-29", "08-28", "09-29", "11-03", "11-27", "12-29",
]  # fmt: skip


@pytest.mark.rule("F3.3.1")
def test_twenty_workdays_after_a_change_on_each_first_of_2026() -> None:
    assert days("laws") == TWENTY
    assert DUTIES["laws"].limit_words == "形成或变更之日起20个工作日内"


def test_twenty_workdays_after_every_day_of_2026_as_counted_by_the_public_data_set() -> None:
    first = date(2026, 1, 1)
    for n in range(330):
        since = first + timedelta(days=n)
        assert change_due(since, DUTIES["laws"], CALENDAR) == counted(since, 20), since


@pytest.mark.rule("F3.3.5")
def test_weekly_by_wednesday_of_the_next_week() -> None:
    found = dues_of_year(DUTIES["water_weekly"], 2026, CALENDAR)
    assert len(found) == 52
    assert {d.due.weekday() for d in found} == {2}
    assert (found[0].about, found[0].due) == ("2026年第1周（12月29日至1月4日）", date(2026, 1, 7))
    assert found[40].about == "2026年第41周（10月5日至10月11日）"
    assert found[40].due == date(2026, 10, 14)
    assert found[-1].due == date(2026, 12, 30)


@pytest.mark.rule("F3.3.5")
def test_half_months_are_due_on_the_20th_and_the_5th() -> None:
    assert days("water_network") == [f"{month:02d}-{day}" for month in range(1, 13) for day in ("05", "20")]


@pytest.mark.rule("F3.3.5")
def test_months_are_due_on_the_10th() -> None:
    assert days("water_monthly") == [f"{month:02d}-10" for month in range(1, 13)]
    assert dues_of_year(DUTIES["water_monthly"], 2026, CALENDAR)[0].about == "2025年12月"


@pytest.mark.rule("F3.3.5")
def test_quarters_and_half_years_are_due_on_the_20th_after_them() -> None:
    assert days("power_quality") == ["01-20", "04-20", "07-20", "10-20"]
    assert days("water_half_yearly") == ["01-20", "07-20"]


def test_a_year_is_due_in_january() -> None:
    yearly = duty_of({**plain(), "frequency": "year", "within": 15})
    assert [(d.about, d.due) for d in dues_of_year(yearly, 2026, CALENDAR)] == [("2025年", date(2026, 1, 15))]


def test_periods_lie_wholly_after_the_beginning_and_are_over() -> None:
    duty = DUTIES["water_monthly"]
    found = list(periods(duty, date(2026, 6, 2), date(2026, 10, 12)))
    assert [p.key for p in found] == ["2026-07", "2026-08", "2026-09"]
    assert [p.key for p in periods(duty, date(2026, 6, 1), date(2026, 6, 30))] == []
    assert [p.key for p in periods(duty, date(2026, 6, 1), date(2026, 7, 1))] == ["2026-06"]
    assert list(periods(DUTIES["laws"], date(2026, 1, 1), date(2026, 12, 31))) == []


def test_the_running_period_and_a_period_by_its_key() -> None:
    now = running(DUTIES["water_half_yearly"], date(2026, 10, 12))
    assert now is not None
    assert (now.key, now.label, now.due) == ("2026-H2", "2026年下半年", date(2027, 1, 20))
    assert running(DUTIES["laws"], date(2026, 10, 12)) is None
    known = period_of(DUTIES["water_network"], "2026-02B", date(2026, 1, 1), date(2026, 10, 12))
    assert known is not None
    assert (known.last, known.due) == (date(2026, 2, 28), date(2026, 3, 5))


def test_every_class_has_a_duty_for_every_sector() -> None:
    for sector in ("power", "gas"):
        mine = {d.class_ for d in DUTIES.values() if applies(d, [sector], "fuling")}
        assert mine == set(CLASSES)


@pytest.mark.rule("F3.3.1", "F3.3.2", "F3.3.3", "F3.3.4", "F3.3.5")
def test_each_class_rests_on_its_clause() -> None:
    assert {d.clause for d in DUTIES.values()} == {f"F3.3.{n}" for n in range(1, 6)}
    assert all(d.source and d.contains and d.channels for d in DUTIES.values())
    assert all(d.reason for d in DUTIES.values() if d.local)


@pytest.mark.rule("Q0")
def test_only_a_company_under_q_publishes_q() -> None:
    assert applies(DUTIES["complaint_rules"], ["water"], "qitaihe")
    assert not applies(DUTIES["complaint_rules"], ["gas"], "fuling")
    assert not applies(DUTIES["systems"], ["water"], "qitaihe")


def plain() -> dict[str, object]:
    return {
        "code": "x", "class": 5, "item": "示例事项", "contains": ["内容"], "frequency": "change", "within": 20,
        "channels": ["online"], "source": "示例依据",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"class": 6}, "类别"),
        ({"within": 0}, "期限"),
        ({"frequency": "week", "within": 8}, "期限"),
        ({"frequency": "month", "within": 29}, "期限"),
        ({"frequency": "half_month", "within": 5}, "上半月"),
        ({"frequency": "daily"}, "daily"),
        ({"channels": []}, "渠道"),
        ({"channels": ["fax"]}, "渠道"),
        ({"item": " "}, "事项"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_duty_that_does_not_fit_is_refused_by_name(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        duty_of(plain() | wrong)


def test_codes_are_unique() -> None:
    row = '[[duties]]\ncode="a"\nclass=1\nitem="一"\ncontains=["二"]\nfrequency="change"\nwithin=20\n'
    row += 'channels=["online"]\nsource="三"\n'
    with pytest.raises(InvalidInput, match="重复"):
        load_duties(row * 2)


def test_limits_in_words() -> None:
    words = {d.frequency: d.limit_words for d in DUTIES.values() if isinstance(d, Duty)}
    assert words[Frequency.WEEK] == "每周：次周周三前"
    assert words[Frequency.HALF_MONTH] == "每半月：当月20日、次月5日前"
    assert words[Frequency.QUARTER] == "每季度：期满次月20日前"
