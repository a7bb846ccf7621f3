"""Answers of several devices: any order gives the same, nothing is doubled, nothing is overwritten in silence."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merging import Entry, digest, entry_digest, standings, state_of

ITEMS = ("S01", "S02", "@arrived", "@instance:柜台")
STEP = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 5), st.booleans())


def log_of(steps: list[tuple[int, int, int, bool]]) -> list[Entry]:
    """Three devices that each build on what they know, and now and then hear of everything and decide."""
    known: list[dict[str, list[str]]] = [{}, {}, {}]
    entries: list[Entry] = []
    for number, (device, item, value, hears) in enumerate(steps):
        name = ITEMS[item]
        if hears:
            found = standings(entries).get((name, ""))
            known[device][name] = [head.client_id for head in found.heads] if found else []
        had = known[device].get(name, [])
        entry = Entry(f"d{device}-{number:03d}", name, "", {"value": value}, (had or [""])[0], tuple(had) if len(had) > 1 else ())
        known[device][name] = [entry.client_id]
        entries.append(entry)
    return entries


@pytest.mark.rule("F6.2b")
@given(st.lists(STEP, max_size=40), st.randoms(use_true_random=False), st.integers(0, 5))
def test_order_and_repetition_change_nothing(steps: list[tuple[int, int, int, bool]], dice: random.Random, again: int):
    entries = log_of(steps)
    arrived = [*entries, *(dice.choice(entries) for _ in range(again) if entries)]
    dice.shuffle(arrived)
    assert standings(arrived) == standings(entries)
    assert state_of(standings(arrived)) == state_of(standings(entries))


@given(st.lists(STEP, max_size=40))
def test_every_entry_stands_or_is_named_by_a_later_one(steps: list[tuple[int, int, int, bool]]):
    entries = log_of(steps)
    heads = {head.client_id for standing in standings(entries).values() for head in standing.heads}
    built_on = {old for entry in entries for old in (entry.base, *entry.resolves)}
    assert {entry.client_id for entry in entries} == heads | (built_on - {""})


@pytest.mark.rule("F6.2b")
@given(st.lists(st.integers(0, 9), min_size=1, max_size=9), st.lists(st.integers(0, 9), min_size=1, max_size=9))
def test_different_items_merge_and_the_same_item_shows_both(first: list[int], second: list[int]):
    def chain(device: str, item: str, values: list[int]) -> list[Entry]:
        return [
            Entry(f"{device}{n}", item, "", {"value": v}, f"{device}{n - 1}" if n else "") for n, v in enumerate(values)
        ]

    apart = standings(chain("a", "S01", first) + chain("b", "S02", second))
    assert [standing.conflict for standing in apart.values()] == [False, False]
    both = standings(chain("a", "S01", first) + chain("b", "S01", second))["S01", ""]
    assert both.conflict
    assert {head.data["value"] for head in both.heads} == {first[-1], second[-1]}
    decided = Entry("c", "S01", "", {"value": 0}, both.heads[0].client_id, tuple(h.client_id for h in both.heads))
    late = Entry("d", "S01", "", {"value": 1})
    told = [*chain("a", "S01", first), *chain("b", "S01", second), decided]
    assert standings(told)["S01", ""].current == decided
    assert standings([*told, late])["S01", ""].conflict


def test_the_same_counter_named_twice_is_one_counter():
    rows = [Entry(name, "@instance:柜台", "1号", {"value": True}) for name in "ab"]
    found = state_of(standings(rows))
    assert (found.conflicts, found.instances) == ((), {"柜台": ("1号",)})


def test_a_ring_loses_nothing():
    rows = [Entry("a", "S01", "", {"value": 1}, "b"), Entry("b", "S01", "", {"value": 2}, "a")]
    assert standings(rows)["S01", ""].conflict


def test_digests_depend_on_everything_that_an_entry_says():
    entry = Entry("a" * 32, "S01", "", {"value": {"缺": 1}, "note": "𬭸\n“引号”"})
    at = "2026-10-12T01:30:00.000Z"
    assert digest({"b": 1, "a": "中"}) == digest({"a": "中", "b": 1})
    assert entry_digest(1, entry, at) != entry_digest(2, entry, at)
    assert entry_digest(1, entry, at) != entry_digest(1, Entry(entry.client_id, "S01", "", entry.data, "x"), at)
