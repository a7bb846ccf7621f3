"""Tables as files for spreadsheets, written row by row; nothing in them is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from rustpy_xlsxwriter import FastExcel, Format

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
PIECE_ROWS = 500
MAX_CELL = 32_767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def escaped(text: str) -> str:
    """The text with a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _storable(text: str) -> str:
    """What the file formats can hold: no lone surrogates, no control characters, not longer than a cell."""
    if text.isprintable():
        return text[:MAX_CELL]
    kept = "".join(c for c in text if c in "\n\t\r" or (c >= " " and not "\ud800" <= c <= "\udfff"))
    return kept[:MAX_CELL]


def _mended(row: Sequence[str]) -> Sequence[str]:
    """The row as it may be written. Most need no mending: all cells are looked at in one go."""
    whole = "".join(row)
    if len(whole) <= MAX_CELL and whole.isprintable() and _RISKY.isdisjoint([value[:1] for value in row]):
        return row
    return [escaped(_storable(value)) for value in row]


_RISKY = frozenset(FORMULA_STARTS)


def write_workbook(
    target: Path | BinaryIO, sheet: str, names: Sequence[str], rows: Iterable[Sequence[str]], wide: str = ""
) -> int:
    """Write an xlsx of text cells with a bold, frozen header; returns the number of rows."""
    count = 0

    def records() -> Iterator[dict[str, str | None]]:
        nonlocal count
        for row in rows:
            count += 1
            yield {n: v or None for n, v in zip(names, _mended(row), strict=True)}
        if not count:
            yield dict.fromkeys(names)

    head = Format().set_bold().set_background_color("#E8EEF5").set_border_bottom("thin")
    widths = {name: 60.0 if name == wide else min(40.0, max(12.0, 2.2 * len(name))) for name in names}
    book = FastExcel(target).freeze(row=1)
    book.sheet(sheet, records(), header_format=head, column_widths=widths).save()
    return count


def csv_pieces(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A csv in UTF-8 with BOM, as pieces to stream."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(BOM)
    writer.writerow(names)
    for count, row in enumerate(rows, start=1):
        writer.writerow(_mended(row))
        if count % PIECE_ROWS == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    piece = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return piece
