"""How many records and why, which of them, and what the answers say: F6.2a, without a database."""

from __future__ import annotations

import hashlib

import pytest

from domain import draws, sample_plans
from domain.errors import InvalidInput
from domain.sample_plans import SizeRule, outcome, size_of

AT = "2026-10-12T09:30:00+08:00"
LINES = [f"{stratum}|{stratum}{n:03d}" for stratum, many in (("东", 60), ("西", 30)) for n in range(many)]


def drawn(quotas: dict[str, int]) -> draws.Draw:
    """A draw of these lines by a public value."""
    source = draws.Source(draws.SourceKind.PUBLIC, "示例公开数值")
    frozen = draws.freeze("JXW-1", "抽查", LINES, quotas, draws.commitment("n"), source, AT)
    return draws.run(frozen, "n", "8 8 8", "2026-10-13T09:30:00+08:00")


@pytest.mark.rule("F6.2a")
@pytest.mark.parametrize(
    ("rule", "population", "n", "words"),
    [
        (SizeRule("discovery", defects=10), 200, 51, "若有 10 件不合格，抽 51 件有95%的把握至少发现一件"),
        (SizeRule("attribute", tolerable="0.05", expected="0.01"), 2000, 93, "允许不合格 1 件"),
        (SizeRule("fixed", number=60), 300, 60, "不合格率不超过4.34%"),
        (SizeRule("percentage", percent="10", minimum=20), 300, 30, "按 10%、至少 20 件"),
        (SizeRule("percentage", percent="10", minimum=20), 12, 12, "没有抽样误差"),
    ],
)
def test_sizes_are_told_in_words(rule: SizeRule, population: int, n: int, words: str) -> None:
    size = size_of(rule, population, "simple")
    assert size.n == n
    assert words in size.words


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (SizeRule("discovery", defects=0), "defects"),
        (SizeRule("discovery", defects=21), "defects"),
        (SizeRule("attribute", tolerable="0.01", expected="0.05"), "tolerable"),
        (SizeRule("fixed", number=21), "number"),
        (SizeRule("percentage", percent="0"), "percent"),
        (SizeRule("half"), "rule"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(rule: SizeRule, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        size_of(rule, 20, "simple")
    assert refused.value.field == field


def test_an_attribute_sample_larger_than_the_list_looks_at_all() -> None:
    size = size_of(SizeRule("attribute", tolerable="0.05", expected="0.01"), 40, "simple")
    assert (size.n, size.allowed) == (40, 1)


@pytest.mark.rule("F6.2a")
def test_strata_are_drawn_by_size_with_a_minimum() -> None:
    assert sample_plans.quotas_of("stratified", {"东": 60, "西": 30}, 9) == {"东": 6, "西": 3}
    assert sample_plans.quotas_of("stratified", {"东": 60, "西": 3}, 9, 2) == {"东": 7, "西": 2}
    assert sample_plans.quotas_of("systematic", {"全部": 90}, 9) == {}


@pytest.mark.rule("F6.2a")
def test_chosen_are_the_first_by_ticket_and_an_extension_the_next() -> None:
    made = drawn({"东": 6, "西": 3})
    first = sample_plans.chosen(made, "stratified", 9)
    assert [one.rank for one in first] == list(range(1, 10))
    more = sample_plans.further(made, 6, 10)
    assert [one.rank for one in more] == list(range(10, 16))
    assert sum(one.stratum == "东" for one in more) == 4
    for stratum, many in (("东", 10), ("西", 5)):
        tickets = sorted(
            hashlib.sha256(f"{made.seed}|JXW-1|{line}".encode()).hexdigest() + line
            for line in LINES
            if line.startswith(stratum)
        )
        keys = [line.rpartition("|")[2] for line in tickets[:many]]
        assert [one.key for one in (*first, *more) if one.stratum == stratum] == keys


@pytest.mark.rule("F6.2a")
def test_a_systematic_sample_starts_where_the_seed_says() -> None:
    made = drawn({})
    found = sample_plans.chosen(made, "systematic", 9)
    start = int(hashlib.sha256(f"{made.seed}|JXW-1|SYS".encode()).hexdigest(), 16) * 10 // 2**256
    assert [f"{one.stratum}|{one.key}" for one in found] == [sorted(LINES)[start + 10 * k] for k in range(9)]


@pytest.mark.rule("F6.2a")
def test_a_missing_record_is_a_deviation() -> None:
    made = outcome(["deviation", "deviation", "missing"] + ["conform"] * 57, SizeRule("fixed"), None, 300)
    assert (made.failed, made.missing, made.rate) == (3, 1, "5.00%")
    assert "有95%的把握认为不合格率不超过11.34%（全部300件中不超过34件）" in made.bound
    assert made.interval == "1.04% 至 13.93%"
    assert made.bad


def test_what_is_not_concerned_leaves_the_denominator() -> None:
    made = outcome(["na"] * 10 + ["deviation"] + ["conform"] * 9, SizeRule("fixed"), None, 300)
    assert made.rate == "10.00%"
    assert "全部300件" not in made.bound
    none = outcome(["na"] * 4, SizeRule("fixed"), None, 300)
    assert "不作结论" in none.verdict
    whole = outcome(["na"] * 10 + ["deviation"] + ["conform"] * 9, SizeRule("fixed"), None, 20)
    assert "全部10件都已查看" in whole.bound


def test_an_attribute_sample_allows_so_many() -> None:
    answers = ["deviation"] + ["conform"] * 92
    rule = SizeRule("attribute", tolerable="0.05", expected="0.01")
    assert not outcome(answers, rule, 1, 2000).bad
    over = outcome(["deviation", *answers[:-1]], rule, 1, 2000)
    assert over.bad
    assert "超过允许的 1 件" in over.verdict


def test_an_unanswered_record_has_no_outcome() -> None:
    with pytest.raises(InvalidInput):
        outcome(["conform", ""], SizeRule("fixed"), None, 10)
