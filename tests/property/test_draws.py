"""What holds for every draw: any ticket follows from the export by sha256 alone, and no place can be changed."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import draws, sampling
from domain.draws import Draw
from domain.errors import InvalidInput
from tests.factories.draws import DRAWN, LOTTERY, PUBLISHED, vector_draw

words = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="|"), min_size=1, max_size=6
)
frames = st.sets(st.tuples(st.sampled_from(["电", "气", "水", "a b"]), words), min_size=1, max_size=12).map(
    lambda pairs: ["|".join(pair) for pair in pairs]
)
EXPORT = json.loads(draws.to_json(vector_draw()))


@st.composite
def drawn(draw: st.DrawFn) -> Draw:
    """A draw over any frame, quotas and exclusions."""
    lines = draw(frames)
    excluded = draw(st.sets(st.sampled_from(lines)))
    left: dict[str, int] = {}
    for line in lines:
        name = line.split("|")[0]
        left[name] = left.get(name, 0) + (line not in excluded)
    quotas = {name: draw(st.integers(0, most)) for name, most in left.items()}
    nonce = draw(words)
    frozen = draws.freeze(
        draw(words), "检查", lines, quotas, draws.commitment(nonce), LOTTERY, PUBLISHED,
        exclusions=dict.fromkeys(excluded, "本年度已检查"),
    )  # fmt: skip
    return draws.run(frozen, nonce, draw(words), DRAWN)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@pytest.mark.rule("F5.3", "F6.1")
@settings(deadline=None)
@given(drawn(), st.data())
def test_any_ticket_follows_from_the_export_by_sha256_alone(draw: Draw, data: st.DataObject) -> None:
    export = json.loads(draws.to_json(draw))
    assert draws.verify(export).first_difference is None
    commit = sha256(export["nonce"])
    digest = sha256("".join(f"{line}\n" for line in sorted(export["frame"], key=str.encode)))
    seed = sha256(f"{commit}|{export['nonce']}|{export['entropy']}|{digest}")
    open_lines = [line for line in export["frame"] if line not in export["exclusions"]]
    tickets = [ticket for stratum in export["strata"] for ticket in stratum["tickets"]]
    assert len(tickets) == len(open_lines)
    if open_lines:
        line = data.draw(st.sampled_from(open_lines))
        ticket = sha256(f"{seed}|{export['number']}|{line}")
        assert f"{line}|{ticket}" in tickets
    for stratum in export["strata"]:
        lots = [line.rpartition("|")[2] for line in stratum["tickets"]]
        assert lots == sorted(lots)
        names = [line.split("|")[1] for line in stratum["tickets"]]
        assert names[: stratum["quota"]] == stratum["taken"]


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text and number of the export that something follows from."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [place for key, inner in pairs for place in places(inner, (*way, key))]
    return [] if way[-1] in ("purpose", "published_at", "drawn_at", "reason") or value is None else [way]


WORDS_ONLY = {("entropy_source", "name"), ("exclusions", "INSP|G03|P02")}


@pytest.mark.rule("F6.1")
@settings(deadline=None)
@given(st.sampled_from([place for place in places(EXPORT) if place not in WORDS_ONLY]), st.data())
def test_nothing_that_decides_can_be_changed(place: tuple[Any, ...], data: st.DataObject) -> None:
    export = json.loads(json.dumps(EXPORT))
    inner = export
    for key in place[:-1]:
        inner = inner[key]
    old = inner[place[-1]]
    if isinstance(old, int):
        inner[place[-1]] = data.draw(st.integers(0, 9).filter(lambda n: n != old))
    else:
        at = data.draw(st.integers(0, len(old) - 1))
        inner[place[-1]] = (
            old[:at] + data.draw(st.sampled_from("x07").filter(lambda c: c != old[at])) + old[at + 1 :]
        )
    try:
        holds = draws.verify(export).holds
    except InvalidInput:  # no export at all any more
        holds = False
    assert not holds


@settings(deadline=None)
@given(st.dictionaries(words, st.integers(0, 5000), min_size=1, max_size=8), st.data())
def test_allocation_is_fair_and_complete(sizes: dict[str, int], data: st.DataObject) -> None:
    total = sum(sizes.values())
    minimum = data.draw(st.integers(0, 5))
    least = sum(min(minimum, size) for size in sizes.values())
    n = data.draw(st.integers(least, total))
    found = sampling.allocate(sizes, n, minimum)
    assert sum(found.values()) == n
    assert all(min(minimum, size) <= found[name] <= size for name, size in sizes.items())
    if minimum == 0 and total:
        assert all(abs(found[name] - n * size / total) < 1 for name, size in sizes.items())


@settings(deadline=None)
@given(st.integers(1, 5000), st.data())
def test_systematic_positions_are_spread_evenly(population: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, population))
    start = data.draw(st.fractions(0, 1, max_denominator=1000).filter(lambda u: u < 1))
    found = sampling.systematic(population, n, start)
    assert len(set(found)) == n
    assert found == sorted(found)
    assert 1 <= found[0] <= found[-1] <= population
    gaps = {after - before for before, after in pairwise(found)}
    assert gaps <= {population // n, population // n + 1}


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_bounds_grow_with_what_was_found(population: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, population))
    level = data.draw(st.sampled_from(["0.5", "0.9", "0.95", "0.99"]))
    bounds = [sampling.hypergeometric_upper(x, population, n, level) for x in range(n + 1)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == population
    rates = [sampling.upper_bound(x, n, level) for x in range(n + 1)]
    assert rates == sorted(rates)
    assert rates[-1] == 1.0
    if n < population and level != "0.5":
        assert all(bad <= population * rate + 1 for bad, rate in zip(bounds, rates, strict=True))
