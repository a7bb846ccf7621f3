"""Sizes and bounds against scipy, over a grid."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from scipy import stats

from domain import sampling, tails

LEVELS = (0.8, 0.9, 0.95, 0.99, 0.999)


@pytest.mark.rule("F6.2a")
@pytest.mark.parametrize("n", [1, 2, 5, 30, 60, 100, 1000, 20_000, 1_000_000])
def test_bounds_of_a_rate(n: int) -> None:
    for x, level in product(sorted({0, 1, n // 20, n // 3, n // 2, n - 1, n}), LEVELS):
        doubt = 1 - Fraction(str(level))
        side = float(doubt / 2)
        lower = stats.beta.ppf(side, x, n - x + 1) if x else 0.0
        upper = stats.beta.isf(side, x + 1, n - x) if x < n else 1.0
        assert sampling.clopper_pearson(x, n, level) == pytest.approx((lower, upper), abs=1e-10)
        one_sided = stats.beta.isf(float(doubt), x + 1, n - x) if x < n else 1.0
        assert sampling.upper_bound(x, n, level) == pytest.approx(one_sided, abs=1e-10)
        wilson = stats.binomtest(x, n).proportion_ci(level, "wilson")
        assert sampling.wilson(x, n, level) == pytest.approx((wilson.low, wilson.high), abs=1e-12)


@pytest.mark.rule("F6.2a")
@pytest.mark.parametrize("population", [1, 2, 10, 57, 200, 1000, 50_000, 1_000_000])
def test_bounds_and_discovery_in_a_finite_population(population: int) -> None:
    sizes = sorted({n for n in (1, 5, 60, 500, population // 2, population) if 1 <= n <= population})
    for n, level in product(sizes, LEVELS):
        doubt = float(1 - Fraction(str(level)))
        for x in sorted({0, min(3, n), n // 10, n}):
            bad = sampling.hypergeometric_upper(x, population, n, level)
            assert x <= bad <= population - (n - x)
            assert bad == x or stats.hypergeom.cdf(x, population, bad, n) > doubt - 1e-9
            if bad < population - (n - x):
                assert stats.hypergeom.cdf(x, population, bad + 1, n) <= doubt + 1e-9
        found = sampling.discovery_size(population, n, level)  # n bad ones
        assert stats.hypergeom.pmf(0, population, n, found) <= doubt + 1e-9
        assert found == 1 or stats.hypergeom.pmf(0, population, n, found - 1) > doubt - 1e-9


@pytest.mark.parametrize(("population", "bad", "n"), [(50, 20, 15), (1000, 300, 60), (10**6, 50_000, 2000)])
def test_the_tail_itself(population: int, bad: int, n: int) -> None:
    for x in range(min(n, bad)):
        share = stats.hypergeom.cdf(x, population, bad, n)
        if 1e-200 < share < 1 - 1e-7:
            assert tails.at_most(x, population, bad, n, Fraction(share * (1 + 1e-7)))
            assert not tails.at_most(x, population, bad, n, Fraction(share * (1 - 1e-7)))


@pytest.mark.rule("F6.2a")
@pytest.mark.parametrize("tolerable", ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "0.9"])
def test_attribute_samples_are_the_smallest(tolerable: str) -> None:
    for expected, level in product(("0", "0.001", "0.005", "0.01", "0.02", "0.04", "0.08"), LEVELS):
        if float(expected) > 0.8 * float(tolerable):
            continue
        n, most = sampling.attribute_size(tolerable, expected, level)
        doubt = float(1 - Fraction(str(level)))
        sizes = list(range(1, n + 1))
        allowed = [math.ceil(Fraction(expected) * size) for size in sizes]
        shares = stats.binom.cdf(allowed, sizes, float(tolerable))
        assert most == allowed[-1]
        assert shares[-1] <= doubt + 1e-10
        assert all(share > doubt - 1e-10 for share in shares[:-1])


def test_survey_sizes() -> None:
    for population, margin, level in product((1, 30, 5000, 350_000, None), ("0.01", "0.05", "0.1"), LEVELS):
        z = stats.norm.isf(float((1 - Fraction(str(level))) / 2))
        n0 = (z / (2 * float(margin))) ** 2
        exact = n0 if population is None else n0 / (1 + (n0 - 1) / population)
        assert sampling.survey_size(population, margin, level) == math.ceil(exact - 1e-9)
