"""Search tokens: what a text becomes, what a query asks for, character by character."""

from __future__ import annotations

import pytest

from domain.tokens import LONGEST_WORD, is_han, phrase_of, runs, tokens_of

RARE = "𬭸"  # U+2CB78, outside the BMP


def code(char: str) -> str:
    """Four base-36 digits of a character."""
    number, digits = ord(char), ""
    for _ in range(4):
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


def pair(two: str) -> str:
    return f"h{code(two[0])}{code(two[1])}"


def test_han_becomes_overlapping_pairs_and_the_last_character_alone() -> None:
    assert tokens_of("停电了") == [pair("停电"), pair("电了"), f"h{code('了')}"]
    assert tokens_of("停") == [f"h{code('停')}"]


def test_a_character_outside_the_bmp_is_one_character() -> None:
    assert tokens_of(f"{RARE}区") == [pair(f"{RARE}区"), f"h{code('区')}"]
    assert phrase_of(RARE) == ([f"h{code(RARE)}"], True)


def test_words_and_numbers_stay_whole_and_lose_width_and_case() -> None:
    assert tokens_of("ＡＢＣ１２ Abc12") == ["wabc12", "wabc12"]
    assert tokens_of("E停电5") == ["we", pair("停电"), f"h{code('电')}", "w5"]


def test_punctuation_parts_and_leaves_nothing() -> None:
    assert tokens_of("停电，抢修。") == [pair("停电"), f"h{code('电')}", pair("抢修"), f"h{code('修')}"]
    assert tokens_of("，。！？ \n()-_") == []
    assert phrase_of("，。") == ([], False)


@pytest.mark.parametrize(
    ("query", "tokens", "beginning"),
    [
        ("停", ["h" + code("停")], True),
        ("停电", [pair("停电")], False),
        ("停电通知", [pair("停电"), pair("电通"), pair("通知")], False),
        ("ａｂ", ["wab"], True),
        ("138", ["w138"], True),
        ("停电5", [pair("停电"), "h" + code("电"), "w5"], True),
        ("E停", ["we", "h" + code("停")], True),
        ("E停电", ["we", pair("停电")], False),
        ("停电，抢修", [pair("停电"), "h" + code("电"), pair("抢修")], False),
    ],
)
def test_a_query_is_a_phrase_whose_end_may_be_open(query: str, tokens: list[str], beginning: bool) -> None:
    assert phrase_of(query) == (tokens, beginning)


def test_punctuation_of_chinese_is_no_character_but_the_iteration_marks_are() -> None:
    assert [c for c in "、。〈〉《》「」【】〔〕〜" if is_han(c)] == []
    assert all(map(is_han, "々〇あア㐀䶿龦\ue000" + RARE))
    assert not any(map(is_han, "aA1é한·—"))


def test_runs_name_their_kind() -> None:
    assert list(runs("第12号楼-B座")) == [("h", "第"), ("w", "12"), ("h", "号楼"), ("w", "b"), ("h", "座")]


def test_a_long_word_is_cut_alike_in_text_and_query() -> None:
    long = "a" * (LONGEST_WORD + 10)
    assert tokens_of(long) == ["w" + "a" * LONGEST_WORD] == phrase_of(long)[0]


def test_words_in_other_scripts_are_not_mistaken_for_latin_ones() -> None:
    assert not set(tokens_of("é")) & set(tokens_of("006h"))
    assert not tokens_of("한국")[0].startswith(tokens_of("0")[0])
    assert tokens_of("café")[0].startswith(phrase_of("caf")[0][0])
