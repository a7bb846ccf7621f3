"""Two versions side by side: rows of old and new lines; what differs is marked in words, not by colour."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from blueprints.disclosure.models import DisclosureVersion
from blueprints.registry.events import TOPICS

Pieces = list[tuple[str, bool]]
SAME, CHANGED, ADDED, REMOVED = "相同", "改动", "新增", "删去"
MOST_PIECES = 2000


def lines_of(version: DisclosureVersion) -> list[tuple[str, list[str]]]:
    """(part, lines) of what citizens see."""
    parts = [
        ("标题", [version.title]),
        ("正文", [line for line in version.body.splitlines() if line.strip()]),
    ]
    parts += [(TOPICS.get(topic, topic), list(lines)) for topic, lines in (version.taken or {}).items()]
    return [*parts, ("附件", [f"{row.name}（校验 {row.file.sha256[:12]}）" for row in version.files])]


def difference(old: DisclosureVersion, new: DisclosureVersion) -> list[dict[str, Any]]:
    """Rows of the table: {"part", "kind", "old", "new"}; old and new are pieces (text, marked)."""
    left, right = dict(lines_of(old)), dict(lines_of(new))
    rows: list[dict[str, Any]] = []
    for part in dict.fromkeys([*left, *right]):
        rows += [{"part": part, **row} for row in rows_of(left.get(part, []), right.get(part, []))]
    return rows


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
