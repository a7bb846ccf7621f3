"""Tables as files for spreadsheets: text cells only, nothing in them is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
MAX_CELL = 32_767
PIECE_ROWS = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def safe(text: str) -> str:
    """The text as a cell: what a file cannot hold is left out, a formula becomes text."""
    if not text.isprintable():
        text = "".join(c for c in text if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff"))
    return f"'{text}"[:MAX_CELL] if text.startswith(FORMULA_STARTS) else text[:MAX_CELL]


def csv_pieces(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A csv in UTF-8 with BOM, as pieces to stream."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(BOM)
    writer.writerow(names)
    for count, row in enumerate(rows, start=1):
        writer.writerow([safe(value) for value in row])
        if count % PIECE_ROWS == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    piece = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return piece


def write_sheet(target: BinaryIO, title: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write an xlsx of one sheet with a bold, frozen header."""
    from rustpy_xlsxwriter import FastExcel, Format

    records: list[dict[str, str | None]] = [
        {name: safe(value) or None for name, value in zip(names, row, strict=True)} for row in rows
    ]
    head = Format().set_bold().set_background_color("#E8EEF5").set_border_bottom("thin")
    widths = [min(40.0, max(12.0, 2.2 * len(name))) for name in names]
    book = FastExcel(target).freeze(row=1)
    book.sheet(title, records or [dict.fromkeys(names)], header_format=head, column_widths=widths).save()
