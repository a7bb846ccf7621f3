"""Search tokens of Chinese text: overlapping pairs of Han characters, Latin words and digits whole.

Every token is plain ASCII (`h` and four base-36 digits for each character, `w` and the word), so that each
database splits them alike and characters outside the BMP need no rule of their own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise

LONGEST_WORD = 64
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_HAN = ((0x2E80, 0xA000), (0xE000, 0xFB00), (0x20000, 0x40000), (0xF0000, 0x110000))


def is_han(char: str) -> bool:
    """Characters that are indexed in pairs: ideographs, kana, and private use."""
    code = ord(char)
    punctuation = 0x3000 <= code <= 0x303F and char not in "々〇"
    return not punctuation and any(first <= code < last for first, last in _HAN)


def _code(char: str) -> str:
    number, digits = ord(char), ""
    for _ in range(4):
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


def _kind(char: str) -> str:
    if is_han(char):
        return "h"
    return "w" if char.isalnum() else ""


def runs(text: str) -> Iterator[tuple[str, str]]:
    """(`h` or `w`, run of characters), in order; width and case do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for kind, chars in groupby(plain, key=_kind):
        if kind:
            yield kind, "".join(chars)


def _word(run: str) -> str:
    """ASCII as it is; `v`, with which no code begins, sets off the codes of other letters, and itself."""
    return "w" + "".join(
        c if c.isascii() and c != "v" else f"v{c if c == 'v' else _code(c)}" for c in run[:LONGEST_WORD]
    )


def _pairs(run: str) -> list[str]:
    codes = [_code(c) for c in run]
    return [f"h{a}{b}" for a, b in pairwise(codes)]


def tokens_of(text: str) -> list[str]:
    """Tokens to store: pairs and the last character of each run of Han characters, words whole."""
    found: list[str] = []
    for kind, run in runs(text):
        if kind == "w":
            found.append(_word(run))
        else:
            found += [*_pairs(run), f"h{_code(run[-1])}"]
    return found


def phrase_of(query: str) -> tuple[list[str], bool]:
    """(tokens that must follow each other, whether the last one is only a beginning).

    A single Han character at the end is a beginning (its pairs begin with it), and so is a word.
    """
    parts = list(runs(query))
    found: list[str] = []
    for place, (kind, run) in enumerate(parts):
        last = place == len(parts) - 1
        if kind == "w":
            found.append(_word(run))
        elif last and len(run) > 1:
            found += _pairs(run)
        else:
            found += [*_pairs(run), f"h{_code(run[-1])}"]
    open_end = bool(parts) and (parts[-1][0] == "w" or len(parts[-1][1]) == 1)
    return found, open_end
