"""Tokens find what a plain scan of the text finds, nothing else, whatever the text and the query."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tokens import phrase_of, tokens_of

HAN = "停电通知气水\U0002cb78䶮々"
LATIN = "ab5v0"
OTHER = "éß한"
APART = " ，-·。"
texts = st.text(alphabet=HAN + LATIN + OTHER + APART, max_size=30) | st.text(alphabet="a5停 ", max_size=9)
wild = st.text(max_size=30)
queries = st.text(alphabet=HAN + LATIN + OTHER + APART, min_size=1, max_size=6)
ASCII_TOKEN = re.compile(r"[hw][0-9a-z]+")


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def found(text: str, query: str) -> bool:
    """By tokens, as both databases do it: the phrase somewhere in a row, its end open or not."""
    wanted, beginning = phrase_of(query)
    have = tokens_of(text)
    if not wanted:
        return False
    for place in range(len(have) - len(wanted) + 1):
        here = have[place : place + len(wanted)]
        last = here[-1].startswith(wanted[-1]) if beginning else here[-1] == wanted[-1]
        if here[:-1] == wanted[:-1] and last:
            return True
    return False


def scanned(text: str, query: str) -> bool:
    """By a regular expression over the text itself: words from their beginning, all else wherever it stands;
    what stands between two runs does not matter."""
    parts = re.findall(rf"[{HAN}]+|[^\W{HAN}_]+", plain(query))
    if not parts:
        return False
    kinds = [bool(re.match(f"[{HAN}]", part)) for part in parts]
    pattern = re.escape(parts[0]) if kinds[0] else rf"(?<![^\W{HAN}_])" + re.escape(parts[0])
    for part, kind, before in zip(parts[1:], kinds[1:], kinds, strict=False):
        pattern += (r"[\W_]+" if kind == before else r"[\W_]*") + re.escape(part)
    return re.search(pattern, plain(text)) is not None


@given(texts, queries)
def test_tokens_find_what_a_scan_finds(text: str, query: str) -> None:
    assert found(text, query) == scanned(text, query), (tokens_of(text), phrase_of(query))


@given(texts, texts, st.integers(0, 9), st.integers(1, 6))
def test_a_piece_of_one_text_is_found_where_a_scan_finds_it(
    text: str, other: str, start: int, length: int
) -> None:
    piece = plain(text)[start : start + length]
    for searched in (text, other, piece + other, other + piece):
        assert found(searched, piece) == scanned(searched, piece)
    if re.fullmatch(f"[{HAN}]+", piece):
        assert found(text, piece)


@given(wild)
def test_tokens_are_plain_ascii_whatever_the_text(text: str) -> None:
    assert all(ASCII_TOKEN.fullmatch(token) for token in (*tokens_of(text), *phrase_of(text)[0]))


@given(wild)
def test_there_are_no_more_tokens_than_characters(text: str) -> None:
    assert len(tokens_of(text)) <= len(plain(text))


@pytest.mark.parametrize("query", ["停电", "电通", "知", "a5", "5停"])
def test_width_and_case_do_not_matter(query: str) -> None:
    text = "Ａ５停电通知"
    assert found(text, query) == found(plain(text), query.upper())


@given(texts)
def test_a_text_finds_itself(text: str) -> None:
    assert found(text, text) == bool(tokens_of(text))
