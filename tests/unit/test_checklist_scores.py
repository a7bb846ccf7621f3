"""The scored tables that are in use elsewhere, each item as data: a checklist of them, its answers, its points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.errors import InvalidInput
from domain.scoring import NOT_RATED, VETOED, Score
from tests.factories.scored_tables import (
    CITY,
    COUNTY,
    FIFTY,
    GATED,
    HEAT,
    HUAINAN,
    MISSING,
    TIANJIN,
    Rows,
    occurring,
    scored,
)

D = Decimal


def earned(score: Score) -> dict[str, Decimal | None]:
    """Points of each item."""
    return {line.code: line.earned for line in score.lines}


@pytest.mark.rule("F6.2b")
def test_fifty_items_of_two_points_each() -> None:
    """A gas company's service table: 50 items, 2 points each, all or nothing."""
    whole = {f"N{n:02d}": {} for n in range(1, 51)}
    assert scored(FIFTY, whole).percent == D("100.00")
    failed = whole | {f"N{n:02d}": {"不符合": 1} for n in (7, 12, 44)}
    found = scored(FIFTY, failed)
    assert (found.total, found.earned, found.text) == (D(100), D(94), "94.00")
    absent = failed | {f"N{n:02d}": {"na": "没有柜台"} for n in (8, 9)}
    found = scored(FIFTY, absent)
    assert (found.applicable, found.earned, found.coverage) == (D(96), D(90), D("96.00"))
    assert found.percent == D("93.75")


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize(
    ("code", "value", "points"),
    [
        ("灶前压力", "98", "8"),
        ("灶前压力", "97.99", "0"),
        ("灌装合格率", "100", "3"),
        ("灌装合格率", "98", "1"),
        ("灌装合格率", "98.5", "2"),
        ("灌装合格率", "90", "0"),
        ("计划停气", {"一次没有提前告知": 1}, "2.0"),
        ("计划停气", {"一次没有提前告知": 6}, "0"),
        ("事故停气", {"一次没有解释": 1}, "0"),
        ("停气审批", {"一次没有审批": 2}, "1"),
    ],
)
def test_twenty_five_points_with_halves(code: str, value: Any, points: str) -> None:
    """Steady supply of a gas company: eight items of 25 points, two of them 2.5 points."""
    full = {"灶前压力": "99", "换气": {}, "正点营业": {}, "节假日": {}, "灌装合格率": "100",
            "计划停气": {}, "事故停气": {}, "停气审批": {}}  # fmt: skip
    assert scored(HUAINAN, full).earned == scored(HUAINAN, full).total == D(25)
    found = scored(HUAINAN, full | {code: value})
    assert earned(found)[code] == D(points)
    assert found.percent == round(
        (D(25) - found.lines[[r[0] for r in HUAINAN].index(code)].maximum + D(points)) * 4, 2
    )


@pytest.mark.rule("F6.2b")
def test_a_range_needs_its_reason() -> None:
    """Water supply: low pressure costs 3 to 5 points, which the inspector picks and explains."""
    picked = {"deduction": "3.5", "reason": "集体投诉属实"}
    found = scored(TIANJIN, {"压力": picked, "停水批准": {"deduction": "0"}, "停水": {"没有公告": 2}})
    assert earned(found) == {"压力": D("1.5"), "停水批准": D(1), "停水": D(1)}
    assert found.percent == D("38.89")
    assert "集体投诉属实" in found.lines[0].words
    for wrong in ({"deduction": "2.5", "reason": "低压"}, {"deduction": "5.5", "reason": "低压"}):
        with pytest.raises(InvalidInput, match="3到5"):
            scored(TIANJIN, {"压力": wrong})
    with pytest.raises(InvalidInput, match="理由"):
        scored(TIANJIN, {"压力": {"deduction": "3"}})


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize(
    ("value", "points"), [({"渠道": 1}, "2"), ({"渠道": 3}, "6"), ({"渠道": 5}, "6"), ({}, "0")]
)
def test_two_points_a_channel_but_six_at_most(value: Any, points: str) -> None:
    """Disclosure of a county: channels 2 points each, at most 6; a catalogue that is not updated costs 1."""
    rows = COUNTY
    answers = {"渠道": value, "目录和年报": {"目录没有更新": 1, "没有年报": 1}, "公共区域": {"问题": 3}}
    assert earned(scored(rows, answers)) == {"渠道": D(points), "目录和年报": D(2), "公共区域": D(0)}


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize(
    ("code", "value", "points"),
    [
        ("覆盖率", "4.99", "0"), ("覆盖率", "5", "1"), ("覆盖率", "10", "2"), ("覆盖率", "15", "3"),
        ("覆盖率", "80", "3"),
        ("重复利用", "75", "5"), ("重复利用", "74", "5"), ("重复利用", "70", "4"), ("重复利用", "40", "0"),
        ("漏损率", "12", "6"), ("漏损率", "11.1", "6"), ("漏损率", "11", "8"), ("漏损率", "10", "10"),
        ("漏损率", "5", "10"), ("漏损率", "12.1", "0"),
    ],
)  # fmt: skip
def test_bands_and_targets_of_a_city_that_saves_water(code: str, value: str, points: str) -> None:
    """5 % 1 point, 10 % 2, from 15 % 3; each 5 % below the target 1 point; each 1 % better 2 more, 10 at most."""
    rows = CITY
    assert earned(scored(rows, {code: value}))[code] == D(points)


@pytest.mark.rule("F6.2b")
def test_positive_points_exclusive_options_and_until_nothing_is_left() -> None:
    """Heat metering: done earns its points, options of an item do not add up, each enterprise found costs 1."""
    rows = HEAT
    answers = {
        "做到": {"建立制度": 1},
        "只计一项": "完成一半",
        "发现一家": {"发现一家": 9},
        "加分": {"先进做法": 3},
    }
    found = scored(rows, answers)
    assert earned(found) == {"做到": D(2), "只计一项": D(5), "发现一家": D(0), "加分": D(2)}
    assert (found.total, found.earned, found.bonus, found.percent) == (D(19), D(7), D(2), D("47.37"))
    with pytest.raises(InvalidInput, match="选项"):
        scored(rows, answers | {"只计一项": "全部完成和完成一半"})


@pytest.mark.rule("F6.2b")
def test_a_gate_stands_before_all_points() -> None:
    """Power stations by the star: what must hold, holds, or nothing counts."""
    good = scored(GATED, {"满意率": True, "考核": "985.5"})
    assert (good.total, good.percent) == (D(1000), D("98.55"))
    bad = scored(GATED, {"满意率": False, "考核": "985.5", "说明": {"缺一项": 1}})
    assert (bad.vetoed, bad.text, bad.percent) == (("满意率",), VETOED, D("0.00"))
    assert earned(bad)["说明"] == D("7.5")


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize(
    ("covered", "coverage", "text"),
    [("600", "60.00", "100.00"), ("599", "59.90", NOT_RATED), ("599.5", "59.95", NOT_RATED)],
)
def test_sixty_percent_must_be_covered(covered: str, coverage: str, text: str) -> None:
    """What does not apply leaves the denominator; below 60 % covered there is no grade."""
    rest = str(1000 - D(covered))
    rows: Rows = [("做", covered, MISSING), ("不适用", rest, MISSING)]
    found = scored(rows, {"做": {}, "不适用": {"na": "没有这项业务"}})
    assert (found.coverage, found.text) == (D(coverage), text)
    assert found.applicable == D(covered)
    with pytest.raises(InvalidInput, match="理由"):
        scored(rows, {"做": {}, "不适用": {"na": ""}})


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize(
    ("rounding", "percent"),
    [
        (None, "66.67"),
        ({"places": 1, "mode": "half_up"}, "66.7"),
        ({"places": 0, "mode": "down"}, "66"),
        ({"places": 2, "mode": "down"}, "66.66"),
    ],
)
def test_the_rounding_rule_is_that_of_the_version(rounding: dict[str, Any] | None, percent: str) -> None:
    assert scored([("N", "3", occurring({"缺": "1"}))], {"N": {"缺": 1}}, rounding).percent == D(percent)


def test_a_reason_that_is_nothing_is_no_reason() -> None:
    with pytest.raises(InvalidInput, match="理由"):
        scored(TIANJIN, {"压力": {"deduction": "3", "reason": None}})
