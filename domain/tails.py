"""Tails of the binomial and the hypergeometric distribution: fast in floating point, by integers where that
comes too near to decide."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist

EPSILON = 1e-16
TINY = 1e-300
NEAR = 1e-9  # shares of the limit within which integers decide …
WORK = 10**9  # … if they need no more than so many bit operations, give or take
EXACT_BELOW = 16
DRIFT = 1e-10  # what a tail carried over 200,000 steps may be off


def normal_quantile(doubt: Fraction) -> float:
    """z with `doubt` of the normal distribution outside -z … z."""
    return -NormalDist().inv_cdf(float(doubt / 2))


# ---- one probability, to thirteen digits whatever the size (Loader's way) -------------------------------


def _stirling_error(n: int) -> float:
    """ln n! less Stirling's formula."""
    if n < EXACT_BELOW:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - math.log(2 * math.pi) / 2
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n


def _deviance(x: int, mean: float) -> float:
    """x ln(x / mean) + mean - x, without cancellation where they are close."""
    away = x - mean
    if abs(away) > 0.1 * (x + mean):
        return x * math.log(x / mean) - away
    v = away / (x + mean)
    total, part, k = away * v, 2 * x * v, 1
    while True:
        part *= v * v
        after = total + part / (2 * k + 1)
        if after == total:
            return total
        total, k = after, k + 1


def _log_binomial(x: int, n: int, p: float, q: float) -> float:
    """ln P(exactly x of n at the rate p), q = 1 - p."""
    if x == 0:
        return n * (math.log1p(-p) if p < q else math.log(q))
    if x == n:
        return n * (math.log1p(-q) if q < p else math.log(p))
    errors = _stirling_error(n) - _stirling_error(x) - _stirling_error(n - x)
    away = _deviance(x, n * p) + _deviance(n - x, n * q)
    return errors - away + math.log(n / (2 * math.pi * x * (n - x))) / 2


def _hypergeometric(k: int, population: int, bad: int, n: int) -> float:
    """P(exactly k of `bad` in a sample of `n`)."""
    if n == population:
        return float(k == bad)
    p, q = n / population, (population - n) / population
    found = _log_binomial(k, bad, p, q) + _log_binomial(n - k, population - bad, p, q)
    away = found - _log_binomial(n, population, p, q)
    return math.exp(away) if away > -745 else 0.0


def _near(share: float, doubt: Fraction, population: int, terms: int, n: int) -> bool:
    """Whether integers have to decide, and can."""
    limit = float(doubt)
    return abs(share - limit) <= limit * NEAR and population.bit_length() * n * (terms + 50) <= WORK


# ---- none found -----------------------------------------------------------------------------------------


def none_found(population: int, defects: int, n: int, doubt: Fraction) -> bool:
    """Whether a sample of `n` finds none of `defects` with a probability of at most `doubt`."""
    if n > population - defects:
        return True
    n, defects = max(n, defects), min(n, defects)  # the probability is the same: fewer factors
    share = _hypergeometric(0, population, defects, n)
    if not _near(share, doubt, population, 1, defects):
        return share <= doubt
    left = math.comb(population - n, defects) * doubt.denominator
    return left <= math.comb(population, defects) * doubt.numerator


# ---- at most x found, hypergeometric --------------------------------------------------------------------


def at_most(x: int, population: int, bad: int, n: int, doubt: Fraction) -> bool:
    """Whether at most `x` of `bad` are found in a sample of `n` with a probability of at most `doubt`."""
    least, most = max(0, n - (population - bad)), min(n, bad)
    if x >= most:
        return doubt >= 1
    if x < least:
        return True
    share = _hypergeometric_share(x, population, bad, n)
    if not _near(share, doubt, population, x - least, min(n, population - n)):
        return share <= doubt
    return _hypergeometric_exact(x, least, population, bad, n, doubt)


def _hypergeometric_share(x: int, population: int, bad: int, n: int) -> float:
    """P(at most x), summed away from the mode, so that it ends soon."""
    good = population - bad
    if x * population < n * bad:
        total, part, k = 0.0, _hypergeometric(x, population, bad, n), x
        while k >= 0 and part > total * EPSILON:
            total += part
            part *= k * (good - n + k) / ((bad - k + 1) * (n - k + 1))
            k -= 1
        return total
    total, part, k = 0.0, _hypergeometric(x + 1, population, bad, n), x + 1
    while part > total * EPSILON:
        total += part
        part *= (bad - k) * (n - k) / ((k + 1) * (good - n + k + 1))
        k += 1
    return 1.0 - total


def _hypergeometric_exact(x: int, least: int, population: int, bad: int, n: int, doubt: Fraction) -> bool:
    good = population - bad
    part = math.comb(bad, x) * math.comb(good, n - x)
    total = 0
    for k in range(x, least - 1, -1):
        total += part
        part = part * (k * (good - n + k)) // ((bad - k + 1) * (n - k + 1))
    return total * doubt.denominator <= math.comb(population, n) * doubt.numerator


# ---- at most c found, binomial --------------------------------------------------------------------------


def smallest_sample(rate: Fraction, awaited: Fraction, doubt: Fraction, most: int) -> tuple[int, int] | None:
    """The smallest (n, c = ceil(awaited * n)) with P(at most c of n at `rate`) <= doubt; None: none up to
    `most`. The tail is carried from n to n + 1."""
    p, limit = float(rate), float(doubt)
    n, c, share, term = 0, 0, 1.0, 1.0  # term = P(exactly c of n)
    top, bottom = awaited.numerator, awaited.denominator
    while n < most:
        share -= p * term
        term *= (1 - p) * (n + 1) / (n + 1 - c)
        n += 1
        if c * bottom < top * n:  # ceil(awaited * n) is one more
            term *= (n - c) / (c + 1) * p / (1 - p)
            c += 1
            share += term
        if share > limit * (1 + NEAR) + DRIFT:
            continue
        if share < limit * (1 - NEAR) - DRIFT or _binomial_exact(n, c, rate, doubt):
            return n, c
    return None


def _binomial_exact(n: int, c: int, rate: Fraction, doubt: Fraction) -> bool:
    """Whether P(at most c of n) <= doubt, in integers."""
    if c >= n:
        return doubt >= 1
    bad, good = rate.numerator, rate.denominator - rate.numerator
    total, part = 0, 1
    for k in range(c + 1):  # total = sum of C(n, k) bad^k good^(c - k)
        total = total * good + part
        part = part * bad * (n - k) // (k + 1)
    return bool(total * good ** (n - c) * doubt.denominator <= doubt.numerator * rate.denominator**n)


# ---- bounds of a rate -----------------------------------------------------------------------------------


def lower_rate(x: int, n: int, doubt: float) -> float:
    """The rate at which `x` or more of `n` have the probability `doubt`."""
    return 0.0 if x == 0 else _solve(x, n - x + 1, doubt, upper=False)


def upper_rate(x: int, n: int, doubt: float) -> float:
    """The rate at which `x` or fewer of `n` have the probability `doubt`."""
    return 1.0 if x == n else _solve(x + 1, n - x, doubt, upper=True)


def _solve(a: int, b: int, doubt: float, upper: bool) -> float:
    """r with I_r(a, b) = doubt, or 1 - doubt where `upper`, by halving; compared is the small tail."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        below = _beta(b, a, 1 - middle) > doubt if upper else _beta(a, b, middle) < doubt
        low, high = (middle, high) if below else (low, middle)


def _beta(a: int, b: int, x: float) -> float:
    """The regularized incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(b, a, 1 - x)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if scale < -745:
        return 0.0
    return math.exp(scale) / (a * _fraction(a, b, x))


def _fraction(a: int, b: int, x: float) -> float:
    """The continued fraction of I_x(a, b), from the front (Lentz)."""
    f, c, d, m = 1.0, 1.0, 0.0, 0
    while True:
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) if m else 1.0
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for step in (even, odd) if m else (odd,):
            d = 1 / ((1 + step * d) or TINY)
            c = (1 + step / c) or TINY
            change *= c * d
        f *= change
        m += 1
        if abs(change - 1) < 1e-15 or m > 100_000:
            return f
