"""The rates of Q2 and the table channel x type: percentages, what counts, periods, rows of the rules files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blueprints.complaints.forms.rates import presets, read
from blueprints.complaints.queries_rates import RATES, Split
from blueprints.complaints.service.rating import Period, cross_of, joined, once
from blueprints.complaints.views.rates_page import period_words
from domain.errors import InvalidInput
from domain.rates import EXCLUDED, Count, Outcome, Rate, cross_table, percent, percent_text, rate_of
from domain.ruleset_rows import CrossColumn, CrossTotal, Stage
from domain.rulesets import Ruleset, RulesetError, load
from tests.rule_data import NAMES, line_of, ruleset, source

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "data" / "published_statistics_2012-07.json").read_text("utf-8")
)
TODAY = date(2026, 10, 12)


def count(channel: str = "a", type: str = "complaint", number: int = 1, **more: Any) -> Count:
    """So many cases alike."""
    outcomes = {code: more.pop("outcome", Outcome.TIMELY) for code in RATES}
    given = {"accepted": True, "completed": False, "reopened": False, "key": None} | more
    return Count(channel=channel, type=type, number=number, outcomes=outcomes, **given)


# Percentages


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (242, 320, "75.63"),  # 75.625: half a hundredth goes up, not to the even neighbour
        (293, 3194, "9.17"),
        (27, 3194, "0.85"),
        (2451, 3194, "76.74"),
        (320, 3194, "10.02"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 800, "0.13"),  # 0.125
        (1, 20_000, "0.01"),  # 0.005
        (1, 20_001, "0.00"),
        (1, 1, "100.00"),
        (0, 5, "0.00"),
        (1, 2, "50.00"),
        (0, 0, "—"),
    ],
)
def test_percentages_are_rounded_half_up_and_keep_their_zeros(part: int, whole: int, text: str) -> None:
    assert percent_text(part, whole) == text


@pytest.mark.rule("Q2")
def test_a_rate_of_nothing_is_neither_0_nor_100() -> None:
    rate = Rate({Outcome.DECLINED: 3})
    assert (rate.percent, rate.text, rate.denominator, rate.excluded) == (None, "—", 0, 3)
    assert percent(0, 0) is None


@pytest.mark.rule("Q2")
def test_only_all_cases_in_time_reach_100_percent() -> None:
    rate = Rate({Outcome.TIMELY: 99_999, Outcome.LATE: 1})
    assert rate.text == "100.00"
    assert rate.missing(100) == 1
    assert Rate({Outcome.TIMELY: 99_999}).missing(100) == 0
    assert Rate({Outcome.TIMELY: 9, Outcome.LATE: 1}).missing(95) == 1
    assert Rate({Outcome.TIMELY: 19, Outcome.LATE: 1}).missing(95) == 0
    assert Rate({}).missing(100) == 0


@pytest.mark.rule("Q2")
def test_what_is_left_out_is_in_neither_part_of_the_rate() -> None:
    counts = [count(outcome=outcome, number=n) for n, outcome in enumerate(Outcome, start=1)]
    rate = rate_of(
        [*counts, count(outcome="timely", reopened=True), count(outcome="merged", reopened=True)],
        "acceptance",
    )
    assert (rate.numerator, rate.late, rate.denominator) == (2, 2, 4)
    assert rate.excluded == sum(range(3, len(Outcome) + 1)) + 1
    assert rate.reopened == 1


# Channel x type


def published(counts: Sequence[Count]) -> Any:
    """The cross table laid out as in the bulletin."""
    names = zip(("complaint", "report", "inquiry", "other"), PUBLISHED[0]["cols"], strict=True)
    columns = [CrossColumn(code, name, (code,), local=True, reason="通报") for code, name in names]
    both = ("complaint", "report")
    accepted = CrossTotal("accepted", "受理", both, Stage.ACCEPTED, local=True, reason="通报")
    closed = CrossTotal("completed", "办结", both, Stage.COMPLETED, "accepted", local=True, reason="通报")
    return cross_table(counts, list(PUBLISHED[0]["matrix"]), columns, [accepted, closed])


def test_the_bulletin_of_july_2012_in_every_cell() -> None:
    bulletin = PUBLISHED[0]
    codes = ("complaint", "report", "inquiry", "other")
    counts = [
        count(channel, code, number)
        for channel, row in bulletin["matrix"].items()
        for code, number in zip(codes, row, strict=True)
        if number
    ]
    head = counts.pop(0)
    counts += [
        count(head.channel, head.type, 242, completed=True),
        count(head.channel, head.type, head.number - 242),
    ]
    table = published(counts)
    assert table.channels == tuple(bulletin["matrix"])
    assert [list(row) for row in table.cells] == list(bulletin["matrix"].values())
    assert list(table.row_totals) == bulletin["row_totals"]
    assert list(table.col_totals) == bulletin["col_totals"]
    assert table.total == bulletin["total"]
    assert list(table.col_percent)[:3] == [f"{share:.2f}" for share in bulletin["pct_by_type"][:3]]
    assert [(s.number, s.text) for s in table.sums] == [
        (bulletin["accepted"], f"{bulletin['accepted_pct']:.2f}"),
        (bulletin["closed"], f"{bulletin['closed_pct_of_accepted']:.2f}"),
    ]


def test_what_no_column_names_still_counts() -> None:
    table = published([count("12398电话", "complaint", 2), count("飞鸽", "riddle", 3)])
    assert table.channels[-1] == "飞鸽"
    assert [column.name for column in table.columns][-1] == "未列类型"
    assert table.cells[-1] == (0, 0, 0, 0, 3)
    assert (table.total, table.col_totals[-1], table.row_totals[-1]) == (5, 3, 3)


def test_an_empty_table_has_no_shares() -> None:
    table = published([])
    assert (table.total, set(table.col_percent), set(table.row_percent)) == (0, {"—"}, {"—"})
    assert [s.text for s in table.sums] == ["—", "—"]


def test_two_rule_systems_share_their_columns_and_count_no_type_twice() -> None:
    both = [ruleset("fuling"), ruleset("qitaihe")]
    table = cross_of([count(type=kind.code) for kind in ruleset("fuling").types], both)
    assert [column.name for column in table.columns] == ["投诉", "咨询", "求助", "建议", "举报"]
    assert table.total == len(ruleset("fuling").types)
    assert [(s.row.code, set(s.row.types)) for s in table.sums] == [
        ("accepted", {"complaint", "report"}),
        ("completed", {"complaint", "report"}),
    ]
    rest = CrossColumn("other", "其它", ("inquiry", "riddle"), local=True, reason="通报")
    columns = once(joined([*ruleset("fuling").cross_columns, rest]))
    assert columns[-1].types == ("riddle",)


# Periods


def test_a_period_is_cut_into_months_or_years() -> None:
    pieces = Period(date(2025, 11, 15), date(2026, 2, 10)).pieces()
    assert [(p.first.isoformat(), p.last.isoformat()) for p in pieces] == [
        ("2025-11-15", "2025-11-30"),
        ("2025-12-01", "2025-12-31"),
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-10"),
    ]
    years = Period(date(2023, 7, 1), date(2026, 2, 10)).pieces()
    assert [p.first.isoformat() for p in years] == ["2023-07-01", "2024-01-01", "2025-01-01", "2026-01-01"]
    assert years[-1].last == date(2026, 2, 10)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10-02", "2026-10-01"), ("1989-12-31", "2026-01-01"), ("2026-01-01", "3000-01-01")],
)
def test_periods_that_cannot_be_meant_are_refused(first: str, last: str) -> None:
    with pytest.raises(InvalidInput):
        Period(date.fromisoformat(first), date.fromisoformat(last))


def test_the_usual_periods() -> None:
    found = {name: (p.first.isoformat(), p.last.isoformat()) for name, p in presets(date(2026, 1, 31))}
    assert found == {
        "本月": ("2026-01-01", "2026-01-31"),
        "上月": ("2025-12-01", "2025-12-31"),
        "本季度": ("2026-01-01", "2026-03-31"),
        "上季度": ("2025-10-01", "2025-12-31"),
        "本年": ("2026-01-01", "2026-12-31"),
        "上年": ("2025-01-01", "2025-12-31"),
    }


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-02-01", "2026-02-28", "2026年2月"),
        ("2026-07-01", "2026-09-30", "2026年第3季度"),
        ("2026-01-01", "2026-12-31", "2026年"),
        ("2026-02-01", "2026-02-27", "2026年2月1日至2026年2月27日"),
    ],
)
def test_periods_in_words(first: str, last: str, words: str) -> None:
    assert period_words(Period(date.fromisoformat(first), date.fromisoformat(last))) == words


def test_a_question_without_days_is_about_this_month() -> None:
    asked = read({"split": "channel", "enterprise": "7"}, today=TODAY, split=Split.TYPE)
    assert asked.query() == {"from": "2026-10-01", "to": "2026-10-31", "split": "channel", "enterprise": "7"}
    assert read({"split": "nothing", "enterprise": "x"}, today=TODAY, split=Split.TYPE).split is Split.TYPE


@pytest.mark.parametrize(
    "days",
    [
        ("2026-10-05", ""),
        ("", "2026-10-05"),
        ("2026-W41-1", "2026-10-05"),
        ("5.10.2026", "x"),
        ("2026-10-02", "2026-10-01"),
    ],
)
def test_days_that_mean_nothing_are_told_and_this_month_is_shown(days: tuple[str, str]) -> None:
    asked = read({"from": days[0], "to": days[1]}, today=TODAY, split=Split.TYPE)
    assert asked.error.endswith("。")
    assert asked.period == Period(date(2026, 10, 1), date(2026, 10, 31))


# The rows of the rules files


@pytest.mark.rule("Q2")
def test_both_rates_are_to_reach_100_percent_and_say_how_they_are_counted() -> None:
    rules = ruleset("qitaihe")
    assert {(rate.code, rate.clause, rate.target) for rate in rules.rates} == {
        ("acceptance", "Q2", 100),
        ("completion", "Q2", 100),
    }
    assert all(row.local and row.reason for row in (*rules.rates, *rules.counting))
    limit = rules.limit("acceptance")
    assert limit is not None
    assert (limit.clause, limit.local) == ("Q2", True)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_that_is_left_out_has_its_reason(name: str) -> None:
    assert {*EXCLUDED} <= {row.code for row in ruleset(name).counting}


BAD = [
    ('code = "first_round"', 'code = "last_round"', "不认识 code“last_round”"),
    ('[[counting]]\ncode = "declined"', '[[counting]]\ncode = "merged"', "“merged”重复了"),
    ('name = "投诉及时受理率"', 'name = "投诉及时受理率"\ntarget = 101', "1至100的百分数"),
    ('types = ["complaint", "report"]\nstage = "accepted"', 'types = ["riddle"]\nstage = "accepted"', "没有“riddle”这种类型"),
    ('name = "举报"\ntypes = ["report"]', 'name = "举报"\ntypes = ["complaint"]', "“complaint”已经在另一列里"),
    ('of = "accepted"', 'of = "completed"', "没有“completed”"),
    ('stage = "accepted"', 'stage = "forgotten"', "不认识“forgotten”"),
    ('[[cross_columns]]\ncode = "suggestion"\nname = "建议"\ntypes = ["suggestion"]\nclause = "Q3"\n', "", "cross_columns 里没有类型：suggestion"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "reason"), BAD, ids=[bad[2] for bad in BAD])
def test_a_wrong_row_is_refused(old: str, new: str, reason: str) -> None:
    text = source("qitaihe")
    assert line_of(text, old)
    with pytest.raises(RulesetError, match=reason):
        load(text.replace(old, new), "try.toml")


@pytest.mark.parametrize("part", ["rates", "counting"])
def test_a_file_owes_every_rate_and_every_way_of_counting(part: str) -> None:
    blocks = source("qitaihe").split("\n\n")
    first = next(n for n, block in enumerate(blocks) if block.startswith(f"[[{part}]]"))
    with pytest.raises(RulesetError, match=f"缺少 {part}"):
        load("\n\n".join(blocks[:first] + blocks[first + 1 :]), "try.toml")


def test_versions_stored_before_there_were_rates_are_still_read() -> None:
    old = ruleset("qitaihe").to_json()
    for table in ("rates", "counting", "cross_columns", "cross_totals"):
        del old[table]
    assert Ruleset.from_json(old).rates == ()
