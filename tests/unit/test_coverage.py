"""F3.1.1: one outlet or agent in the supply area; below it, which streets have none."""

from __future__ import annotations

from datetime import date

import pytest

from domain.coverage import Point, coverage, expiring, uncovered_without

DAY = date(2026, 10, 12)
OWN = Point(1, "东城营业厅", frozenset({1, 2}), True)
BANK = Point(2, "银行代办点", frozenset({3}), True, True, date(2026, 1, 1), date(2026, 10, 31))


@pytest.mark.rule("F3.1.1")
def test_one_outlet_meets_the_duty_and_streets_without_one_are_named():
    found = coverage([1, 2, 3, 4], [OWN, BANK], DAY)
    assert found.met
    assert found.bare == {4}
    assert found.by_street[3] == ("银行代办点",)


@pytest.mark.rule("F3.1.1")
def test_an_agent_counts_while_its_agreement_runs():
    assert BANK.counts_on(date(2026, 10, 31))
    assert not BANK.counts_on(date(2026, 11, 1))
    assert not Point(3, "代办点", frozenset({1}), True, True).counts_on(DAY)
    assert not coverage([3], [BANK], date(2026, 11, 1)).met


@pytest.mark.rule("F3.1.1")
def test_what_closing_an_outlet_uncovers():
    assert uncovered_without([1, 2, 3], [OWN, BANK], None, 1, DAY) == ({1, 2}, False)
    assert uncovered_without([1, 2], [OWN], None, 1, DAY) == ({1, 2}, True)
    fewer = Point(1, "东城营业厅", frozenset({1}), True)
    assert uncovered_without([1, 2, 3], [OWN, BANK], fewer, 1, DAY) == ({2}, False)


def test_without_a_supply_area_any_open_outlet_will_do():
    assert coverage([], [OWN], DAY).met
    assert not coverage([], [], DAY).met


def test_agreements_that_end_soon_with_what_they_uncover():
    assert expiring([1, 2, 3], [OWN, BANK], DAY, date(2026, 12, 31)) == [(BANK, 1)]
    assert expiring([1, 2, 3], [OWN, BANK], DAY, date(2026, 10, 20)) == []
