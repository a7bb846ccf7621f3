"""The line composer: no line over 28 cells, no forbidden beginning or end, nothing lost, full lines full."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pdf.lines import CELL, CELLS, GAPES, NO_END, NO_START, Line, break_lines, pieces_of

HAN = "根据有关规定我委对你单位进行了检查发现存在问题龘𬭸㙟䶮"
MARKS = "，。、；：！？）》”（《“"
LATIN = "0123456789abcXYZ.-/%"


def width(_face: str, character: str) -> float:
    """Half an em for what is ASCII."""
    return 0.5 if character.isascii() else 1.0


def sentence() -> st.SearchStrategy[str]:
    """Text as it is written: no two marks meet without a character between, words of letters and digits."""
    han = st.text(HAN, min_size=1, max_size=12)
    word = st.text(LATIN[:16], min_size=1, max_size=18)
    part = st.tuples(han, st.sampled_from(MARKS), han | word).map(
        lambda t: t[0] + (t[1] + t[2] if t[1] not in "（《“" else t[1] + t[2] + "）》”"["（《“".index(t[1])])
    )
    return st.lists(part | han, min_size=1, max_size=40).map("".join)


def broken(text: str, indent: float = 2) -> list[Line]:
    return break_lines(pieces_of([("fs", text)], width), CELLS, indent)


@given(st.text(HAN + MARKS + LATIN + " ", min_size=1, max_size=400), st.sampled_from([0, 2]))
def test_no_text_is_lost_and_no_line_is_over_full(text: str, indent: int) -> None:
    lines = broken(text, indent)
    assert "".join(line.text for line in lines) == text
    for number, line in enumerate(lines):
        assert line.cells <= CELLS - (0 if number else indent) + 1e-4
        assert all(0 <= given <= 0.5 + 1e-6 for given in line.given.values())


@given(sentence())
def test_no_line_of_a_text_begins_or_ends_where_it_must_not(text: str) -> None:
    lines = broken(text)
    for above, below in pairwise(lines):
        assert below.text[0] not in NO_START
        assert above.text[-1] not in NO_END


@given(sentence())
def test_every_line_but_the_last_is_full_and_none_gapes(text: str) -> None:
    lines = broken(text)
    for number, line in enumerate(lines[:-1]):
        assert line.cells == pytest.approx(CELLS - (0 if number else 2), abs=1e-4)
        assert line.spacing <= GAPES * 1.5


@given(sentence())
def test_the_mark_at_the_end_gives_last(text: str) -> None:
    for line in broken(text):
        last = len(line.pieces) - 1
        inner = [given for place, given in line.given.items() if place != last]
        assert last not in line.given or all(given == pytest.approx(0.5, abs=1e-6) for given in inner)


@given(st.lists(st.tuples(st.sampled_from(["fs", "kt", "ht"]), st.text(HAN, min_size=1, max_size=30)), max_size=8))
def test_faces_stay_with_their_characters(runs: list[tuple[str, str]]) -> None:
    lines = break_lines(pieces_of(runs, width))
    found = [(p.face, c) for line in lines for p in line.pieces for c in p.text]
    assert found == [(face, c) for face, text in runs for c in text]


def test_28_characters_fill_a_line_and_26_the_first() -> None:
    lines = broken("规" * 82)
    assert [len(line.text) for line in lines] == [26, 28, 28]
    assert lines[1].cells * CELL == pytest.approx(156 / 25.4 * 72)


def test_numbers_and_words_stay_together_unless_the_line_would_gape() -> None:
    assert broken("规" * 25 + "2026年10月12日")[1].text == "2026年10月12日"
    assert broken("规" * 24 + "186.5mg")[0].text == "规" * 24
    long = broken("规" * 18 + "GB50028-2006-2020-V1-ABCDE" + "规" * 9)
    assert long[0].spacing <= GAPES
