"""Checklists as text (F6.2b): whatever an item is, the editor and a spreadsheet give it back unchanged."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.checklist_changes import compare
from domain.checklist_sheets import COLUMNS, checklist_of, rows_of
from domain.checklist_texts import item_of_texts, item_texts, rule_brief, rule_words
from domain.checklists import BASES, EVIDENCE, METHODS, WHEN, CheckItem, Checklist, Shown, content_of
from domain.score_rules import (
    Banded,
    Better,
    Bonus,
    Direct,
    Gate,
    Options,
    PerOccurrence,
    Positive,
    Range,
    Rate,
    Rule,
    Steps,
)
from domain.scoring import MODES, Rounding

WORDS = st.text("缺一项迟开门Ab1（）、%", min_size=1, max_size=12)
HALVES = st.integers(1, 40).map(lambda n: Decimal(n) / 2)
NUMBERS = st.decimals(0, 200, places=2)
KINDS = st.dictionaries(WORDS, NUMBERS, min_size=1, max_size=4)
RULES: st.SearchStrategy[Rule] = st.one_of(
    st.builds(PerOccurrence, KINDS, st.lists(WORDS, max_size=2, unique=True).map(tuple), st.none() | NUMBERS),
    st.builds(
        Banded,
        st.dictionaries(NUMBERS, NUMBERS, min_size=1, max_size=4).map(lambda bands: tuple(bands.items())),
        NUMBERS,
        st.sampled_from(Better),
    ),
    st.builds(
        Rate, NUMBERS, st.none() | NUMBERS, st.decimals("0.01", 10, places=2), st.sampled_from(Steps),
        st.sampled_from(Better), st.none() | NUMBERS, NUMBERS,
    ),
    st.builds(Range, NUMBERS, NUMBERS),
    st.builds(Options, KINDS),
    st.builds(Positive, KINDS),
    st.just(Direct()),
    st.builds(Bonus, KINDS, NUMBERS),
    st.just(Gate()),
)  # fmt: skip


@st.composite
def checklists(draw: st.DrawFn) -> Checklist:
    """A checklist of up to six items in two parts, of which one may be empty."""
    items: list[CheckItem] = []
    for at in range(draw(st.integers(1, 6))):
        rule = draw(RULES)
        shown = draw(st.none() | st.builds(Shown, st.sampled_from([one.code for one in items] or ["-"]), st.sampled_from(["ok", "deviation", "na"])))
        items.append(CheckItem(
            code=f"S{at}", part=draw(st.sampled_from(["A", "B"])), text=draw(WORDS), rule=rule,
            maximum=Decimal(0) if isinstance(rule, Bonus | Gate) else draw(HALVES),
            method=draw(st.sampled_from(list(METHODS))), how=draw(WORDS | st.just("")), basis=draw(WORDS | st.just("")),
            basis_kind=draw(st.sampled_from(list(BASES))), clause=draw(st.sampled_from(["", "F3.1.2"])),
            evidence=draw(st.dictionaries(st.sampled_from(list(EVIDENCE)), st.sampled_from(list(WHEN)))),
            repeat=draw(st.sampled_from(["", "柜台"])), shown=shown if shown and shown.item != "-" else None,
        ))  # fmt: skip
    rounding = Rounding(draw(st.integers(0, 6)), draw(st.sampled_from(list(MODES))))
    return Checklist({"A": "服务网点", "B": "员工"}, tuple(items), rounding)


@pytest.mark.rule("F6.2b")
@settings(deadline=None)
@given(checklists())
def test_the_editor_and_the_spreadsheet_change_nothing(made: Checklist) -> None:
    for one in made.items:
        assert content_of(Checklist(made.parts, (item_of_texts(item_texts(one)),))) == content_of(Checklist(made.parts, (one,)))
        assert rule_words(one.rule)
        assert rule_brief(one.rule)
    rows = [(line, dict(zip(COLUMNS, row, strict=True))) for line, row in enumerate(rows_of(made), 2)]
    again = checklist_of(rows)
    order = list(dict.fromkeys([one.part for one in made.items] + list(made.parts)))
    assert content_of(again) == content_of(Checklist({code: made.parts[code] for code in order}, made.items, made.rounding))


@pytest.mark.rule("F6.2b")
@settings(deadline=None)
@given(checklists(), checklists())
def test_what_changed_is_found_and_nothing_else(old: Checklist, new: Checklist) -> None:
    assert compare(old, old).none
    found = compare(old, new)
    codes = {one.code for one in old.items}, {one.code for one in new.items}
    assert {one.code for one in found.added} == codes[1] - codes[0]
    assert {one.code for one in found.removed} == codes[0] - codes[1]
    assert {one.code for one, _ in found.changed} <= codes[0] & codes[1]
    assert found.total == (old.total, new.total)
