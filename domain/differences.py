"""Two texts side by side, line by line: what is the same, changed, new or gone, in words and in pieces."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, TypeAlias

Pieces: TypeAlias = list[tuple[str, bool]]
SAME, CHANGED, ADDED, REMOVED = "相同", "改动", "新增", "删去"
MOST_PIECES = 2000


def lines_in(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line for line in text.splitlines() if line.strip()]


def rows_of(old: Sequence[str], new: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of two lists of lines; lines that stand across of each other are compared by characters."""
    rows: list[dict[str, Any]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [_row(SAME, [(line, False)], [(line, False)]) for line in old[a:b]]
            continue
        for n in range(max(b - a, d - c)):
            before = old[a + n] if a + n < b else None
            after = new[c + n] if c + n < d else None
            if before is None:
                rows.append(_row(ADDED, [], [(after or "", True)]))
            elif after is None:
                rows.append(_row(REMOVED, [(before, True)], []))
            else:
                rows.append(_row(CHANGED, *pieces(before, after)))
    return rows


def _row(kind: str, old: Pieces, new: Pieces) -> dict[str, Any]:
    return {"kind": kind, "old": old, "new": new}


def pieces(old: str, new: str) -> tuple[Pieces, Pieces]:
    """The two lines in pieces; what differs is marked. Very long lines are marked as a whole."""
    if len(old) > MOST_PIECES or len(new) > MOST_PIECES:
        return [(old, True)], [(new, True)]
    left: Pieces = []
    right: Pieces = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if a < b:
            left.append((old[a:b], tag != "equal"))
        if c < d:
            right.append((new[c:d], tag != "equal"))
    return left, right
