"""Search tokens of Chinese text: overlapping pairs of Han characters, Latin words and digits whole.

Every token is plain ASCII (`h` and four base-36 digits for each character, `w` and the word), so that each
database splits them alike and characters outside the BMP need no rule of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

LONGEST_WORD = 64
KNOWN_CHARACTERS = 10_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_HAN = "\u2e80-\u2fff々〇\u3040-\u9fff\ue000-\ufaff\U00020000-\U0003ffff\U000f0000-\U0010ffff"
_RUN = re.compile(f"([{_HAN}]+)|[^\\W_{_HAN}]+")


def is_han(char: str) -> bool:
    """Characters that are indexed in pairs: ideographs, kana, and private use."""
    found = _RUN.match(char)
    return found is not None and bool(found[1])


@lru_cache(maxsize=KNOWN_CHARACTERS)
def _code(char: str) -> str:
    number, digits = ord(char), ""
    for _ in range(4):
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


def runs(text: str) -> Iterator[tuple[str, str]]:
    """(`h` or `w`, run of characters), in order; width and case do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for run in _RUN.finditer(plain):
        yield "h" if run[1] else "w", run[0]


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
