"""Two versions side by side: rows of old and new lines; what differs is marked in words, not by colour."""

from __future__ import annotations

from typing import Any

from blueprints.disclosure.models import DisclosureVersion
from blueprints.registry.events import TOPICS
from domain.differences import lines_in, rows_of


def lines_of(version: DisclosureVersion) -> list[tuple[str, list[str]]]:
    """(part, lines) of what citizens see."""
    parts = [
        ("标题", [version.title]),
        ("正文", lines_in(version.body)),
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
