"""The rows that were not taken in, as a file to mend and send again: the same columns and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from blueprints.complaints.service.importing.drafts import Problem
from blueprints.complaints.spreadsheets.columns import Columns
from blueprints.complaints.spreadsheets.reading import Table, opened
from core.sheets import write_workbook
from core.spreadsheets.cells import as_written
from core.spreadsheets.headings import ERRORS_HEADER


def write_rejects(
    source: Path,
    target: Path | BinaryIO,
    problems: Iterable[Problem],
    remembered: Mapping[str, str] | None = None,
) -> int:
    """Write the lines of `source` that have problems as an xlsx to `target`; returns how many.

    The cells stand as they came, the last column says what is wrong; sent again, it imports just these.
    """
    messages: dict[int, list[str]] = {}
    for problem in problems:
        messages.setdefault(problem.line, []).append(f"{problem.column}：{problem.message}")
    with opened(source, remembered) as table:
        rows = _rows(table, messages)
        return write_workbook(target, "需要修改的行", _names(table), rows, wide=ERRORS_HEADER)


def _kept(table: Table[Columns]) -> list[int]:
    """All columns but an earlier 错误说明."""
    return [place for place, name in enumerate(table.columns.names) if name != ERRORS_HEADER]


def _names(table: Table[Columns]) -> list[str]:
    return [*(table.columns.names[place] for place in _kept(table)), ERRORS_HEADER]


def _rows(table: Table[Columns], messages: Mapping[int, list[str]]) -> Iterator[list[str]]:
    kept = _kept(table)
    for line, row in table.rows:
        if line in messages:
            told = [as_written(row[place]) if place < len(row) else "" for place in kept]
            yield [*told, "\n".join(messages[line])]
