"""What holds for every rate and every table channel x type, whatever the cases."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rates import COUNTED, EXCLUDED, Count, Outcome, cross_table, percent, rate_of
from domain.ruleset_rows import CrossColumn, CrossTotal, Stage

CHANNELS = ("phone", "letter", "visit", "carrier pigeon")
TYPES = ("complaint", "report", "inquiry", "riddle")
COLUMNS = [CrossColumn(code, code, (code,), local=True, reason="。") for code in TYPES[:2]]
COLUMNS.append(CrossColumn("rest", "其它", TYPES[2:3], local=True, reason="。"))
TOTALS = [
    CrossTotal("accepted", "受理", TYPES[:2], Stage.ACCEPTED, local=True, reason="。"),
    CrossTotal("completed", "办结", TYPES[:2], Stage.COMPLETED, "accepted", local=True, reason="。"),
]
counts = st.lists(
    st.builds(
        Count,
        st.none(),
        st.sampled_from(CHANNELS),
        st.sampled_from(TYPES),
        st.fixed_dictionaries(
            {"acceptance": st.sampled_from(Outcome), "completion": st.sampled_from(Outcome)}
        ),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.integers(1, 10**6),
    ),
    max_size=30,
)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_percentages_lie_within_half_a_hundredth_upwards(part: int, whole: int) -> None:
    found = percent(part, whole)
    assert found is not None
    assert -found.as_tuple().exponent == 2
    error = Fraction(found) - Fraction(part * 100, whole)
    assert -Fraction(1, 200) < error <= Fraction(1, 200)


@pytest.mark.rule("Q2")
@given(counts)
def test_every_case_is_counted_once_or_left_out_for_one_reason(found: list[Count]) -> None:
    for code in ("acceptance", "completion"):
        rate = rate_of(found, code)
        assert rate.numerator + rate.late + sum(rate.of(kind) for kind in EXCLUDED) == sum(
            c.number for c in found
        )
        assert rate.denominator == sum(c.number for c in found if c.outcomes[code] in COUNTED)
        assert (rate.percent is None) is (rate.denominator == 0)
        assert (rate.missing(100) == 0) is (rate.late == 0)
        assert rate.reopened <= rate.denominator


@given(counts)
def test_both_margins_of_the_table_are_those_of_all_cases(found: list[Count]) -> None:
    table = cross_table(found, CHANNELS[:2], COLUMNS, TOTALS)
    total = sum(c.number for c in found)
    assert table.total == sum(table.row_totals) == sum(table.col_totals) == total
    by_channel: Counter[str] = Counter()
    for one in found:
        by_channel[one.channel] += one.number
    assert dict(zip(table.channels, table.row_totals, strict=True)) == {
        channel: by_channel[channel] for channel in table.channels
    }
    assert all(s.number <= total for s in table.sums)
    assert table.sums[1].whole == table.sums[0].number
