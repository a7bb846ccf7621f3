"""Tickets, sample sizes and bounds: the published vectors, odd arguments, large numbers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from domain import sampling
from domain.errors import InvalidInput
from domain.sampling import Ticket
from tests.factories.draws import INSPECTORS, VECTORS

FACTS = VECTORS["draw_v1"]
FRAME = FACTS["pool_lines_sorted_bytewise_each_with_LF"]


def rows(start: str) -> list[Any]:
    """The rows of the vector whose name begins so."""
    return next(rows for name, rows in VECTORS.items() if name.startswith(start))


def near(*values: float) -> Any:
    """The vectors have six decimals."""
    return pytest.approx(values, abs=5.1e-7)


# ---- the draw ------------------------------------------------------------------------------------------------


@pytest.mark.rule("F6.1", "F6.2a")
def test_digest_commitment_and_seed_are_those_of_the_vector() -> None:
    assert sampling.frame_digest(FRAME) == FACTS["pool_digest"]
    assert sampling.frame_digest(reversed(FRAME)) == FACTS["pool_digest"]
    assert sampling.sha256(FACTS["nonce"]) == FACTS["commit_sha256_of_nonce"]
    args = (FACTS["commit_sha256_of_nonce"], FACTS["nonce"], FACTS["public_entropy"], FACTS["pool_digest"])
    assert sampling.seed_of(*args) == FACTS["seed"]


@pytest.mark.rule("F6.2a")
def test_the_ranks_are_those_of_the_vector() -> None:
    ids = [line.split("|")[1] for line in FRAME if line.startswith("气|")]
    found = sampling.draw(FACTS["seed"], FACTS["drawNo"], "气", ids)
    assert [f"{t.id}:{t.ticket[:16]}" for t in found] == FACTS["rank_气"]
    assert sampling.draw(FACTS["seed"], FACTS["drawNo"], "气", reversed(ids), first=2) == found[:2]
    text = sampling.ticket_text(FACTS["seed"], FACTS["drawNo"], "气", "G03")
    assert found[0] == Ticket("G03", sampling.sha256(text))


@pytest.mark.rule("F6.2b")
def test_inspectors_are_ranked_for_each_target() -> None:
    left = [id for id in INSPECTORS if id != "P02"]
    found = sampling.draw(FACTS["seed"], FACTS["drawNo"], "INSP|G03", left)
    assert [f"{t.id}:{t.ticket[:12]}" for t in found] == FACTS["insp_G03_excluding_P02"]


def test_lines_are_sorted_by_their_bytes() -> None:
    lines = ["电|\U00020000", "电|Z", "电|a", "电|ｱ", "电|一", "Z|1"]
    assert sampling.frozen(lines) == sorted(lines, key=str.encode)


@pytest.mark.parametrize("bad", ["", "a|b", "a\nb", "a\r", "\x00", "\x85", "\ud800", None, 7, b"x"])
def test_what_cannot_stand_in_a_ticket_is_refused(bad: Any) -> None:
    for call in (
        lambda: sampling.draw("s", "n", "气", ["G01", bad]),
        lambda: sampling.draw("s", "n", bad, ["G01"]),
        lambda: sampling.draw("s", bad, "气", ["G01"]),
        lambda: sampling.draw(bad, "n", "气", ["G01"]),
        lambda: sampling.draw("s", "n", f"INSP|{bad}|x", ["P01"]),
        lambda: sampling.seed_of("c", "n", bad, "d"),
        lambda: sampling.frame_digest(["气|G01", "a|b|c" if bad == "a|b" else bad]),
    ):
        with pytest.raises(InvalidInput) as refused:
            call()
        assert refused.value.message.endswith("。")
        refused.value.message.encode()


@pytest.mark.parametrize("bad", [[], ["气"], ["气|G01", "气|G01"], "气|G01", None, [["气", "G01"]]])
def test_a_frame_that_is_none_is_refused(bad: Any) -> None:
    with pytest.raises(InvalidInput):
        sampling.frame_digest(bad)


def test_ids_given_twice_or_as_one_text_are_refused() -> None:
    for ids in (["G01", "G01"], "G01", None):
        with pytest.raises(InvalidInput):
            sampling.draw("s", "n", "气", ids)  # type: ignore[arg-type]


# ---- sizes ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("F6.2a")
def test_allocation_is_that_of_the_vector() -> None:
    for row in rows("allocation"):
        assert sampling.allocate(row["sizes"], row["n"]) == row["out"]


def test_allocation_uses_up_n_and_takes_no_more_than_there_is() -> None:
    sizes = {"甲": 620, "乙": 3, "丙": 0, "丁": 75, "戊": 75}
    for minimum in (0, 1, 5):
        for n in range(minimum * 3 + 3 if minimum else 0, sum(sizes.values()) + 1):
            found = sampling.allocate(sizes, n, minimum)
            assert list(found) == list(sizes)
            assert sum(found.values()) == n
            assert all(min(minimum, size) <= found[name] <= size for name, size in sizes.items())


def test_a_minimum_takes_from_the_large_strata() -> None:
    sizes = {"一般": 980, "抢修": 15, "报装": 5}
    assert sampling.allocate(sizes, 50) == {"一般": 49, "抢修": 1, "报装": 0}
    assert sampling.allocate(sizes, 50, 6) == {"一般": 39, "抢修": 6, "报装": 5}
    assert sampling.allocate({"b": 1, "a": 1}, 1) == {"b": 0, "a": 1}
    assert sampling.allocate({}, 0) == {}


@pytest.mark.rule("F6.2a")
def test_sizes_are_those_of_the_vectors() -> None:
    for population, defects, n in rows("discovery"):
        assert sampling.discovery_size(population, defects, 0.95) == n
    for tolerable, expected, n, most in rows("attribute"):
        assert sampling.attribute_size(tolerable, expected, "0.95") == (n, most)
    for population, n in VECTORS["survey_n_95_p50_margin_5pct {N: n}"].items():
        size = None if population == "infinite" else int(population)
        assert sampling.survey_size(size, Decimal("0.05"), 0.95) == n


def test_the_smallest_sample_that_finds_one_is_found_exactly() -> None:
    for population in range(1, 41):
        for defects in range(1, population + 1):
            for doubt in (Fraction(1, 2), Fraction(1, 10), Fraction(1, 20)):
                n = next(
                    n for n in range(1, population + 1)
                    if Fraction(math.comb(population - defects, n), math.comb(population, n)) <= doubt
                )  # fmt: skip
                assert sampling.discovery_size(population, defects, 1 - doubt) == n


def test_a_share_of_the_population_has_a_minimum() -> None:
    assert sampling.percentage_size(1000, 5) == 50
    assert sampling.percentage_size(1001, "5") == 51
    assert sampling.percentage_size(100, "2.5", 10) == 10
    assert sampling.percentage_size(7, 5, 10) == 7


def test_systematic_positions_are_those_of_the_vector() -> None:
    facts = VECTORS["systematic"]
    for start in (facts["u"], 0.375, Decimal("0.375"), Fraction(3, 8)):
        assert sampling.systematic(facts["N"], facts["n"], start) == facts["positions"]
    assert sampling.systematic(10, 10, 0) == list(range(1, 11))
    assert sampling.systematic(10, 3, "999/1000") == [4, 7, 10]


# ---- bounds --------------------------------------------------------------------------------------------------


@pytest.mark.rule("F6.2a")
def test_bounds_are_those_of_the_vectors() -> None:
    for x, n, lower, upper in rows("clopper"):
        assert sampling.clopper_pearson(x, n, 0.95) == near(lower, upper)
    for x, n, upper in rows("upper"):
        assert (sampling.upper_bound(x, n, 0.95),) == near(upper)
    for x, population, n, bad in rows("hypergeometric"):
        assert sampling.hypergeometric_upper(x, population, n, 0.95) == bad
    for x, n, lower, upper in rows("wilson"):
        assert sampling.wilson(x, n, 0.95) == near(lower, upper)


def test_the_finite_bound_is_exact() -> None:
    def share(x: int, population: int, bad: int, n: int) -> Fraction:
        ways = sum(math.comb(bad, k) * math.comb(population - bad, n - k) for k in range(x + 1))
        return Fraction(ways, math.comb(population, n))

    for population in (1, 2, 9, 16):
        for n in range(1, population + 1):
            for x in range(n + 1):
                possible = range(x, population - (n - x) + 1)
                for doubt in (Fraction(9, 10), Fraction(1, 2), Fraction(1, 4), Fraction(1, 20)):
                    bad = max((k for k in possible if share(x, population, k, n) > doubt), default=x)
                    assert sampling.hypergeometric_upper(x, population, n, 1 - doubt) == bad


def test_where_the_limit_is_met_exactly_integers_decide() -> None:
    # one of four bad: a sample of two misses it with probability exactly one half
    assert sampling.discovery_size(4, 1, 0.5) == 2
    assert sampling.discovery_size(20, 1, "0.95") == 19
    assert sampling.discovery_size(20, 1, "0.9500000001") == 20
    # (1 - 0.5) ** 3 = 1 / 8
    assert sampling.attribute_size(0.5, 0, "0.875") == (3, 0)
    assert sampling.attribute_size(0.5, 0, "0.8750000001") == (4, 0)
    assert sampling.hypergeometric_upper(0, 20, 19, "0.95") == 0
    assert sampling.hypergeometric_upper(0, 20, 19, "0.9500000001") == 1


@pytest.mark.rule("F6.2a")
def test_results_in_words_round_the_bound_upwards() -> None:
    assert sampling.result_words(3, 60, None, 0.95) == (
        "抽查60件，不合格3件，不合格率5.00%；有95%的把握认为不合格率不超过12.42%。"
    )
    assert sampling.result_words(1, 60, 200, 0.95) == (
        "抽查60件，不合格1件，不合格率1.67%；有95%的把握认为不合格率不超过6.50%（全部200件中不超过13件）。"
    )
    assert sampling.result_words(2, 8, 8, 0.95) == "全部8件都已查看，不合格2件，不合格率25.00%。"
    assert "有97.5%的把握" in sampling.result_words(0, 30, None, "0.975")
    # 0.095034 is more than 9.50 %, 4 of 300 more than 1.33 %: the bound said must not be lower
    assert "不超过9.51%" in sampling.result_words(0, 30, None, 0.95)
    assert "不超过1.34%（全部300件中不超过4件）" in sampling.result_words(0, 150, 300, 0.95)


# ---- odd arguments, large numbers ----------------------------------------------------------------------------

ODD = (-1, 0, 1.5, "1", None, True, float("nan"), float("inf"), 10**10, "", "x", [], 2**5000)
CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[int, set[Any]]]] = {
    "discovery": (sampling.discovery_size, (200, 10, 0.95), {}),
    "attribute": (sampling.attribute_size, (0.05, 0.01, 0.95), {1: {0}}),
    "clopper": (sampling.clopper_pearson, (3, 60, 0.95), {0: {0}}),
    "upper": (sampling.upper_bound, (3, 60, 0.95), {0: {0}}),
    "hypergeometric": (sampling.hypergeometric_upper, (1, 200, 60, 0.95), {0: {0}}),
    "systematic": (sampling.systematic, (103, 10, 0.25), {2: {0}}),
    "wilson": (sampling.wilson, (3, 60, 0.95), {0: {0}}),
    "survey": (sampling.survey_size, (500, 0.05, 0.95), {0: {None}}),
    "percentage": (sampling.percentage_size, (500, 5, 3), {0: {0}, 1: {1.5, "1"}, 2: {0}}),
    "allocate": (sampling.allocate, ({"甲": 5}, 3, 1), {1: set(), 2: {0}}),
    "words": (sampling.result_words, (3, 60, 200, 0.95), {0: {0}, 2: {None}}),
}


@pytest.mark.parametrize("name", CALLS)
def test_odd_arguments_are_refused_in_words(name: str) -> None:
    function, good, allowed = CALLS[name]
    function(*good)
    for place in range(len(good)):
        for odd in ODD:
            if any(odd == fine and type(odd) is type(fine) for fine in allowed.get(place, ())):
                continue
            arguments = [*good[:place], odd, *good[place + 1 :]]
            with pytest.raises(InvalidInput) as refused:
                function(*arguments)
            assert refused.value.message.endswith("。"), arguments


@pytest.mark.parametrize(
    "call",
    [
        lambda: sampling.discovery_size(1000, 10, "0.9999999999999"),
        lambda: sampling.discovery_size(1000, 10, "1e-999999999"),
        lambda: sampling.discovery_size(1000, 10, "9" * 5000),
        lambda: sampling.attribute_size(0.05, 0.05, 0.95),
        lambda: sampling.attribute_size(0.05, 0.0499, 0.95),
        lambda: sampling.systematic(10, 11, 0),
        lambda: sampling.systematic(10**9, 10**9, 0),
        lambda: sampling.systematic(10, 5, 1),
        lambda: sampling.clopper_pearson(61, 60, 0.95),
        lambda: sampling.hypergeometric_upper(1, 50, 60, 0.95),
        lambda: sampling.allocate({"甲": 5, "乙": 5}, 11),
        lambda: sampling.allocate({"甲": 5, "乙": 5}, 3, 2),
        lambda: sampling.allocate({"甲": -5}, 0),
        lambda: sampling.allocate({"甲|乙": 5}, 1),
        lambda: sampling.allocate([5], 1),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit_together_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput):
        call()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: sampling.hypergeometric_upper(250_000, 10**6, 500_000, 0.95), 500_823),
        (lambda: sampling.hypergeometric_upper(300, 10**6, 5000, 0.95), 65_803),
        (lambda: sampling.hypergeometric_upper(0, 10**9, 10**8, 0.95), 28),
        (lambda: sampling.discovery_size(10**9, 1000, 0.95), 2_991_249),
        (lambda: sampling.attribute_size(0.05, 0.045, 0.95), (5244, 236)),
        (lambda: sampling.attribute_size("0.0001", 0, 0.95), (29_956, 0)),
        (lambda: len(sampling.systematic(10**9, 10_000, "1/3")), 10_000),
    ],
)
def test_large_numbers_are_quick(call: Callable[[], object], expected: object) -> None:
    began = time.perf_counter()
    assert call() == expected
    assert time.perf_counter() - began < 1
