"""Several small tables in one file: a sheet each in a workbook, one below the other in a csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from rustpy_xlsxwriter import FastExcel, Format

from core.sheets import BOM, escaped

Value = str | int


@dataclass(frozen=True)
class Table:
    """A title (31 characters at most, as sheets need it), the names of its columns, and its rows.

    Whole numbers stay numbers; percentages come as text, so that their zeros are kept.
    """

    title: str
    names: Sequence[str]
    rows: Sequence[Sequence[Value]]


def _safe(value: Value) -> Value:
    return escaped(value) if isinstance(value, str) else value


def write_tables(target: BinaryIO, tables: Sequence[Table]) -> None:
    """Write an xlsx with a sheet for each table; the same column name may stand twice."""
    head = Format().set_bold().set_background_color("#E8EEF5").set_border_bottom("thin")
    book = FastExcel(target).freeze(row=1)
    for table in tables:
        keys = _distinct(table.names)
        records: list[dict[str, Value | None]] = [
            {key: _safe(value) for key, value in zip(keys, row, strict=True)} for row in table.rows
        ]
        records = records or [dict.fromkeys(keys)]
        widths = [max(8.0, 2.2 * _widest(key, n, table)) for n, key in enumerate(keys)]
        book.sheet(table.title, records, header_format=head, column_widths=[min(60.0, w) for w in widths])
    book.save()


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of columns as a sheet needs them: a repeated one is numbered, a formula made text."""
    found: list[str] = []
    for name in map(escaped, names):
        found.append(name if name not in found else f"{name}（{found.count(name) + 1}）")
    return found


def _widest(name: str, place: int, table: Table) -> int:
    return max([len(name), *(len(str(row[place])) for row in table.rows)])


def csv_of(tables: Sequence[Table]) -> bytes:
    """The tables as one csv in UTF-8 with BOM: title, names, rows, an empty line."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(BOM)
    for table in tables:
        writer.writerow([table.title])
        writer.writerow([escaped(name) for name in table.names])
        writer.writerows([_safe(value) for value in row] for row in table.rows)
        writer.writerow([])
    return out.getvalue().encode()
