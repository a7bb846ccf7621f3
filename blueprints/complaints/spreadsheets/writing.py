"""Writing spreadsheets: xlsx row by row, csv in pieces; nothing in them is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from rustpy_xlsxwriter import FastExcel, Format

from blueprints.complaints.spreadsheets import cells
from blueprints.complaints.spreadsheets.cells import Cell

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
PIECE_ROWS = 500
MAX_CELL = 32_767
TEMPLATE_HEADERS = (
    *("工单编号", "工单标题", "诉求内容", "诉求类型", "区交办时间", "区交办办结期限", "承办单位"),
    *("问题分类", "紧急程度", "求助人员", "求助号码", "事件发生地", "诉求详细地址"),
)


def escaped(text: str) -> str:
    """The text with a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_written(value: Cell) -> str:
    """A cell as it came, as text: spelling errors and all, so that a person can mend it."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return cells.text(value)


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


def workbook_of_headers() -> io.BytesIO:
    """An empty workbook with the usual columns, to be filled in."""
    book = io.BytesIO()
    write_workbook(book, "工单", TEMPLATE_HEADERS, ())
    book.seek(0)
    return book


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
