"""Scores: the vectors, the published tables (A1 to A7, A10), every kind of rule, what does not apply, coverage."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from domain.errors import InvalidInput
from domain.score_rules import (
    TYPES,
    Banded,
    Better,
    Bonus,
    Direct,
    Gate,
    Options,
    PerOccurrence,
    Picked,
    Positive,
    Range,
    Rate,
    Rule,
    Steps,
    look_back,
    rule_data,
    rule_from,
)
from domain.scoring import Composite, Item, NotApplicable, Part, Rounding, composite, score
from tests.factories.draws import VECTORS

NA = NotApplicable("本站没有这项业务")


def points_of(**values: str | int) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in values.items()}


def each(value: str | int, cap: str | None = None) -> PerOccurrence:
    """So many points for each time."""
    return PerOccurrence(points_of(每次=value), cap=None if cap is None else Decimal(cap))


def earned(rule: Rule, maximum: str | int, answer: Any) -> str:
    """What one item gives."""
    found = score([Item("A", maximum, rule, answer)])
    return str(found.lines[0].earned)


# ---- vectors and published tables ----------------------------------------------------------------------------


@pytest.mark.rule("F6.2b")
def test_the_score_of_the_vector() -> None:
    found = score([
        Item("A", 10, each(3), 2),
        Item("B", 5, Direct(), NA),
        Item("C", 8, each(1), 12),
        Item("D", 7, Direct(), 7),
    ])  # fmt: skip
    facts = VECTORS["score"]
    assert (found.earned, found.applicable, found.text) == (
        facts["earned"], facts["applicable"], facts["percent"],
    )  # fmt: skip
    assert [line.earned for line in found.lines] == [4, None, 0, 7]
    assert found.coverage == Decimal("83.33")
    assert found.lines[0].words == "每次2次×3分，扣6分"
    assert found.lines[1].words == "不适用：本站没有这项业务"
    assert found.lines[2].words == "每次12次×1分，扣12分，最多扣8分"


@pytest.mark.rule("F6.2b")
def test_the_weighted_sum_of_the_vector() -> None:
    parts = {name: pair for name, pair in VECTORS["composite"].items() if name != "total"}
    found = composite(parts)
    assert (str(found.total), found.text, found.covered) == (VECTORS["composite"]["total"], "87.93", 1)
    assert [line.adds for line in found.lines] == [Fraction(n, 100) for n in (2775, 3400, 1668, 950)]


@pytest.mark.rule("F6.2b")
def test_a1_fifty_items_of_two_points() -> None:
    """A1: 50 items x 2; here three fail, one has half its points, one does not apply."""
    answers: list[Any] = [2] * 50
    answers[6] = answers[20] = answers[33] = 0
    answers[10], answers[40] = "1.5", NA
    found = score(Item(f"A1-{n:02d}", 2, Direct(), a) for n, a in enumerate(answers, 1))
    assert (found.total, found.applicable, found.earned) == (100, 98, Decimal("91.5"))
    assert found.text == "93.37"
    assert score(Item(str(n), 2, Direct(), 2) for n in range(50)).text == "100.00"


@pytest.mark.rule("F6.2b")
def test_a2_section_one_adds_up_to_25_with_half_points() -> None:
    rules: list[tuple[str, Rule, Any]] = [
        ("8", Rate(Decimal(98), None), "98.2"),
        ("2", each(2), 0),
        ("2", each(2), 0),
        ("2", each(2), 1),
        ("3", Rate(Decimal(100), Decimal("0.5")), "98"),
        ("2.5", each("0.5"), 1),
        ("2.5", each("0.5"), 6),
        ("3", Options(points_of(已批准=3, 未批准=0)), "已批准"),
    ]
    found = score(Item(f"A2-{n}", *row) for n, row in enumerate(rules))
    assert found.total == 25
    assert [str(line.earned) for line in found.lines] == ["8", "2", "2", "0", "2.0", "2.0", "0.0", "3"]
    assert (found.earned, found.text) == (19, "76.00")


def test_a3_a_deduction_from_a_range_needs_its_reason() -> None:
    rule = Range(Decimal(3), Decimal(5))
    assert earned(rule, 5, Picked(4, "造成集体投诉")) == "1"
    assert earned(rule, 5, Picked(0)) == "5"
    assert earned(Range(Decimal(1), Decimal(3)), 2, Picked("2.5", "未公告")) == "0"
    for deduction, reason in (("2.5", "说明"), ("5.5", "说明"), (4, " "), (-1, "说明")):
        with pytest.raises(InvalidInput):
            earned(rule, 5, Picked(deduction, reason))


def test_a4_positive_points_have_a_ceiling() -> None:
    """A4: 微博/微信/公开栏/显示屏/便民手册 2 each, max 6."""
    rule = Positive(points_of(微博=2, 微信=2, 公开栏=2, 显示屏=2, 便民手册=2))
    assert earned(rule, 6, {"微博": 1, "公开栏": 1}) == "4"
    assert earned(rule, 6, dict.fromkeys(rule.kinds, 1)) == "6"
    assert earned(rule, 6, {}) == "0"


@pytest.mark.rule("F6.2b")
def test_a5_a_gate_stands_before_the_points() -> None:
    items = [Item("A", 10, Direct(), 10), Item("G1", 0, Gate(), True), Item("G2", 0, Gate(), False)]
    assert score(items[:2]).text == "100.00"
    found = score(items)
    assert (found.vetoed, found.text, found.percent) == (("G2",), "一票否决", Decimal("0.00"))
    assert found.lines[2].words == "不符合，一票否决"
    assert score([items[0], Item("G", 0, Gate(), NA)]).text == "100.00"


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("75", "5"),
        ("90", "5"),
        ("74.9", "5"),
        ("70.1", "5"),
        ("70", "4"),
        ("65", "3"),
        ("50", "0"),
        ("10", "0"),
    ],
)
def test_a6_each_five_percent_below_costs_a_point(value: str, points: str) -> None:
    assert earned(Rate(Decimal(75), Decimal(1), Decimal(5)), 5, value) == points


@pytest.mark.parametrize(
    ("value", "points"),
    [("4.99", "0"), ("5", "1"), ("9.9", "1"), ("10", "2"), ("14.99", "2"), ("15", "3"), ("80", "3")],
)
def test_a6_bands(value: str, points: str) -> None:
    bands = tuple((Decimal(bound), Decimal(n)) for bound, n in ((15, 3), (10, 2), (5, 1)))
    assert earned(Banded(bands), 3, value) == points


@pytest.mark.parametrize(
    ("value", "points"), [("12", "6"), ("12.1", "0"), ("11.5", "6"), ("11", "8"), ("10", "10"), ("5", "10")]
)
def test_a6_leakage_is_better_when_it_is_lower(value: str, points: str) -> None:
    rule = Rate(Decimal(12), None, better=Better.LOWER, at_target=Decimal(6), gain=Decimal(2))
    assert earned(rule, 10, value) == points


def test_a6_bands_from_below() -> None:
    rule = Banded(((Decimal(45), Decimal(3)), (Decimal(90), Decimal(1))), better=Better.LOWER)
    assert [earned(rule, 3, minutes) for minutes in (45, 46, 90, 91)] == ["3", "1", "1", "0"]


@pytest.mark.parametrize(
    ("steps", "points"), [(Steps.WHOLE, "4.5"), (Steps.STARTED, "4.0"), (Steps.EXACT, "4.25")]
)
def test_a_started_step_counts_as_the_rule_says(steps: Steps, points: str) -> None:
    """B5 C01: 0.5 for each point below 100 %."""
    assert earned(Rate(Decimal(100), Decimal("0.5"), steps=steps), 5, "98.5") == points


def test_a7_options_do_not_add_up_and_deductions_run_out() -> None:
    options = Options(points_of(全部完成=5, 完成一半=3, 未完成=0))
    assert earned(options, 5, "完成一半") == "3"
    for answer in ("别的", None, ["全部完成", "完成一半"]):
        with pytest.raises(InvalidInput):
            options.outcome(Decimal(5), answer)
    assert [earned(each(1), 3, times) for times in (0, 1, 3, 4, 100)] == ["3", "2", "0", "0", "0"]
    assert earned(each(1, cap="2"), 5, 4) == "3"
    assert earned(each(1, cap="9"), 3, 10) == "0"


def test_several_kinds_and_one_that_leaves_nothing() -> None:
    """B1 S03: late or early -2 each; closed on a posted day = 0."""
    rule = PerOccurrence(points_of(迟到=2, 早退="0.5"), zero=("应开未开",))
    assert earned(rule, 5, {"迟到": 1, "早退": 2}) == "2.0"
    assert earned(rule, 5, {"迟到": 1, "应开未开": 1}) == "0"
    assert earned(rule, 5, {"应开未开": 0}) == "5"
    veto = rule_from({"type": "per_occurrence", "kinds": {}, "zero": ["指定产品或服务"]})  # B7 三不指定
    assert [earned(veto, 20, times) for times in (0, 1)] == ["20", "0"]


def test_extra_points_are_capped_and_do_not_belong_to_the_full_mark() -> None:
    bonus = Bonus(points_of(表扬=2), Decimal(5))
    items = [Item("A", 50, Direct(), 40), Item("J", 0, bonus, 4)]
    found = score(items)
    assert (found.earned, found.bonus, found.applicable, found.text) == (40, 5, 50, "90.00")
    assert score([Item("A", 50, Direct(), 49), Item("J", 0, bonus, 4)]).text == "100.00"
    assert score([Item("J", 0, bonus, 4)]).text == "不予评定"


@pytest.mark.parametrize(("years", "count"), [(0, 1), (2, 2), (3, 3)])
def test_items_may_look_back(years: int, count: int) -> None:
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2026, 5, 1), date(2027, 1, 1)]
    assert look_back(days, 2026, years) == count


def test_a10_three_parts_to_a_whole_number() -> None:
    parts = [Part("问卷", "0.3", "70.85"), Part("公众投票", "0.4", "94.35"), Part("代表投票", "0.3", "80.26")]
    assert composite(parts, Rounding(0)).text == "83"
    assert composite(parts).text == "83.07"


# ---- what does not apply, coverage, rounding -----------------------------------------------------------------


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize(("left", "text"), [(60, "100.00"), ("59.99", "不予评定"), (0, "不予评定")])
def test_less_than_sixty_percent_covered_is_not_rated(left: int | str, text: str) -> None:
    rest = Decimal(100) - Decimal(left)
    found = score([Item("A", left, Direct(), left), Item("B", rest, Direct(), NA)])
    assert found.text == text
    assert score([Item("A", left, Direct(), left), Item("B", rest, Direct())]).text == text
    assert (found.percent is None) == (text == "不予评定")


def test_nothing_at_all_is_not_rated() -> None:
    assert score([]).text == "不予评定"
    assert score([]).coverage == 0


def test_not_applicable_needs_a_reason() -> None:
    with pytest.raises(InvalidInput, match="B：不适用须写明理由") as refused:
        score([Item("B", 5, Direct(), NotApplicable(" "))])
    assert refused.value.field == "B"


@pytest.mark.parametrize(
    ("rounding", "text"),
    [
        (Rounding(), "66.67"),
        (Rounding(0), "67"),
        (Rounding(1, "down"), "66.6"),
        (Rounding(4, "half_even"), "66.6667"),
    ],
)
def test_the_rounding_rule_is_the_versions_own(rounding: Rounding, text: str) -> None:
    assert score([Item("A", 3, Direct(), 2)], rounding).text == text


def test_halves_are_rounded_as_the_rule_says() -> None:
    for mode, texts in {
        "half_up": ("0.13", "0.38"),
        "half_even": ("0.12", "0.38"),
        "down": ("0.12", "0.37"),
    }.items():
        values = (Fraction(125, 1000), Fraction(375, 1000))
        assert tuple(str(Rounding(2, mode)(value)) for value in values) == texts
    assert Rounding().words == "四舍五入，保留2位小数"
    for places, mode in ((-1, "half_up"), (7, "half_up"), (2, "up")):
        with pytest.raises(InvalidInput):
            Rounding(places, mode)


@pytest.mark.rule("F6.2b")
def test_parts_not_rated_leave_their_weight_to_the_others() -> None:
    found = composite({"资料": ("0.3", "90"), "现场": ("0.4", "80"), "满意度": ("0.3", None)})
    assert found.covered == Decimal("0.7")
    assert found.text == "84.29"
    assert composite({"资料": ("0.5", "90"), "现场": ("0.5", None)}).text == "不予评定"
    assert isinstance(found, Composite)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"资料": ("0.3", "90")},
        {"资料": ("0.3", "90"), "现场": ("0.71", "80")},
        {"资料": ("1", "100.1")},
        {"资料": ("1", "-1")},
        {"资料": ("1",)},
        {"资料": ("x", "5")},
        {"资料": (float("nan"), "5")},
        [Part("资料", "0.5", 1), Part("资料", "0.5", 1)],
    ],
)
def test_parts_that_do_not_add_up_are_refused(parts: Any) -> None:
    with pytest.raises(InvalidInput):
        composite(parts)


# ---- odd answers, rules as data ------------------------------------------------------------------------------

RULES: list[tuple[Rule, Any, tuple[Any, ...]]] = [
    (PerOccurrence(points_of(每次="1.5"), ("关门",), Decimal(4)), {"每次": 1}, (-1, 1.5, True, 1, {"x": 1}, {"每次": -1}, {"每次": 10**9})),
    (Banded(((Decimal(15), Decimal(3)),), Decimal("0.5")), "15", ("x", True, "1e99", [], float("inf"), "9" * 99)),
    (Rate(Decimal("99.5"), Decimal("0.5"), Decimal("0.5"), Steps.EXACT, Better.LOWER, Decimal(3), Decimal(1)), 98, ("", {}, "nan")),
    (Range(Decimal(1), Decimal(3)), Picked(1, "理由"), (1, "1", Picked("x", "理由"))),
    (Options(points_of(好=2, 差=0)), "好", (1, "中", {})),
    (Positive(points_of(做到=1)), 1, (True, "1", {"做到": "1"})),
    (Direct(), "1.5", ("2.1", -1, True, "１２３x", "0.0000001", {})),
    (Bonus(points_of(表扬=1), Decimal(3)), {"表扬": 2}, ("2", {"批评": 1})),
    (Gate(), True, (1, "是", 0, {})),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "good", "odd"), RULES, ids=lambda value: type(value).__name__)
def test_odd_answers_are_refused_with_the_item(rule: Rule, good: Any, odd: tuple[Any, ...]) -> None:
    assert score([Item("S01", 2, rule, good)]).lines[0].earned is not None
    for answer in odd:
        with pytest.raises(InvalidInput, match="S01：") as refused:
            score([Item("S01", 2, rule, answer)])
        assert refused.value.field == "S01"


@pytest.mark.parametrize(("rule", "good", "odd"), RULES, ids=lambda value: type(value).__name__)
def test_rules_are_stored_as_data(rule: Rule, good: Any, odd: tuple[Any, ...]) -> None:
    data = json.loads(json.dumps(rule_data(rule), ensure_ascii=False))
    assert rule_from(data) == rule
    assert TYPES[data["type"]] is type(rule)


def test_every_type_is_tried() -> None:
    assert {type(rule) for rule, _, _ in RULES} == set(TYPES.values())


@pytest.mark.parametrize(
    "data",
    [
        {}, {"type": "dice"}, {"type": "per_occurrence"}, {"type": "per_occurrence", "kinds": {}},
        {"type": "per_occurrence", "kinds": {"每次": -1}}, {"type": "per_occurrence", "kinds": {"每次": 1}, "x": 1},
        {"type": "banded", "bands": []}, {"type": "banded", "bands": [[1]]}, {"type": "banded", "bands": [1]},
        {"type": "options", "options": {}}, {"type": "rate", "target": None, "lose": 1}, {"type": "rate", "target": 75},
        {"type": "rate", "target": 75, "lose": 1, "step": 0}, {"type": "rate", "target": 75, "lose": 1, "steps": "x"},
        {"type": "range", "low": 1}, {"type": "range", "low": None, "high": 3}, {"type": "gate", "low": 1},
    ],
)  # fmt: skip
def test_data_that_are_no_rule_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        rule_from(data)


def test_an_item_given_twice_is_refused() -> None:
    with pytest.raises(InvalidInput):
        score([Item("A", 1, Direct(), 1), Item("A", 1, Direct(), 1)])
    with pytest.raises(InvalidInput):
        score([Item("A", -1, Direct(), 1)])
