"""Opening a spreadsheet, whatever it calls itself, as one table: named columns, and rows with their lines."""

from __future__ import annotations

import codecs
import csv
import json
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

from core.spreadsheets import cells
from core.spreadsheets.cells import Cell
from core.spreadsheets.container import MEGABYTE, Kind, checked_size, kind_of
from core.spreadsheets.excel_child import REFUSED, TOO_LONG
from domain.errors import InvalidInput

MAX_ROWS = 100_000
HEAD = 30
CHILD_MEMORY = 160 * MEGABYTE
DELIMITERS = (",", "\t", ";")
TOTALS = ("合计", "总计", "小计", "共计", "总数")

Row: TypeAlias = tuple[int, list[Cell]]
Sheets: TypeAlias = Generator[tuple[str, Iterator[Row]], None, None]
Columns = TypeVar("Columns")


@dataclass(frozen=True)
class Naming(Generic[Columns]):
    """How the header of a table is found and understood: `score` says how many cells of a row are names of
    columns, `recognise` what each of them is; `example` names two columns for the message without any."""

    score: Callable[[Sequence[Cell]], int]
    recognise: Callable[[Sequence[Cell]], Columns]
    example: str


@dataclass(frozen=True)
class Table(Generic[Columns]):
    """The table of a file. `line` is the line of its header in the sheet (the first line is 1); `rows` gives
    (line, cells) once, blank lines and totals left out."""

    sheet: str
    line: int
    columns: Columns
    rows: Iterator[Row]


@contextmanager
def opened(path: Path, naming: Naming[Columns]) -> Iterator[Table[Columns]]:
    """The one table of a file, for as long as the block lasts.

    Errors: InvalidInput, one sentence, for what cannot be read; also while the rows are being taken.
    """
    sheets = _text_sheets(path, naming) if kind_of(path) is Kind.TEXT else _workbook_sheets(path)
    with closing(sheets):
        yield _table(sheets, naming)


def _table(sheets: Sheets, naming: Naming[Columns]) -> Table[Columns]:
    """The first sheet with a line of column names; else the first with anything, for a person to name."""
    fallback: Table[Columns] | None = None
    for name, rows in sheets:
        head = list(islice(rows, HEAD))
        scores = [naming.score(row) for _, row in head]
        best = max(scores, default=0)
        if best >= 2:
            return _from(name, head[scores.index(best) :], rows, naming)
        wide = next((i for i, (_, row) in enumerate(head) if sum(1 for c in row if cells.text(c)) > 1), None)
        if fallback is None and wide is not None:
            fallback = _from(name, head[wide:], iter(()), naming)
    if fallback is None:
        raise InvalidInput(f"表格里没有数据：没有找到列名（例如{naming.example}）。", "file")
    return fallback


def _from(name: str, head: list[Row], rows: Iterator[Row], naming: Naming[Columns]) -> Table[Columns]:
    line, header = head[0]
    while header and not cells.text(header[-1]):
        header = header[:-1]
    return Table(name, line, naming.recognise(header), _data(chain(head[1:], rows), header))


def _data(rows: Iterable[Row], header: list[Cell]) -> Iterator[Row]:
    """Rows that hold something, without totals and repeated headers. Errors: InvalidInput beyond MAX_ROWS."""
    seen = 0
    for line, row in rows:
        filled = [cell for cell in row if cell is not None and cell != ""]
        if not any(cells.text(cell) for cell in filled):
            continue
        if len(filled) <= 3 and cells.line(filled[0]).startswith(TOTALS):
            continue
        if row[: len(header)] == header:
            continue
        seen += 1
        if seen > MAX_ROWS:
            _too_long()
        yield line, row


def _too_long() -> NoReturn:
    raise InvalidInput(f"超过 {MAX_ROWS} 行，请分成几个文件导入。", "file")


# ---- text --------------------------------------------------------------------------------------------------


def _text_sheets(path: Path, naming: Naming[Any]) -> Sheets:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(64 * 1024)
        delimiter = max(DELIMITERS, key=lambda mark: _fit(sample, mark, naming))
        file.seek(0)
        yield "", _records(file, delimiter)


def _encoding(path: Path) -> str:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else GB18030; the whole file must fit."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(MEGABYTE):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise InvalidInput("文字编码无法识别，请另存为 UTF-8 编码的 csv 或 xlsx 后再导入。", "file")


def _fit(sample: str, delimiter: str, naming: Naming[Any]) -> tuple[int, int]:
    """(names of columns found in the best line, its cells) when the text is cut at `delimiter`."""
    rows: list[list[Cell]] = []
    try:
        rows.extend(islice(map(list, csv.reader(sample.splitlines(), delimiter=delimiter)), HEAD))
    except csv.Error:
        return 0, 0
    return max(((naming.score(row), len(row)) for row in rows), default=(0, 0))


def _records(file: Iterable[str], delimiter: str) -> Iterator[Row]:
    line = 0
    try:
        for line, record in enumerate(csv.reader(file, delimiter=delimiter), start=1):
            yield line, list(record)
    except csv.Error:
        raise InvalidInput(f"第 {line + 1} 行附近读不下去，请检查引号是否成对。", "file") from None


# ---- workbooks ---------------------------------------------------------------------------------------------


def _workbook_sheets(path: Path) -> Sheets:
    """Sheets as the child process tells them; it is ended when the reader has enough."""
    size = path.stat().st_size
    unpacked = checked_size(path) if kind_of(path) is Kind.XLSX else 3 * size
    script = Path(__file__).with_name("excel_child.py")
    memory = CHILD_MEMORY + 4 * unpacked
    command = [sys.executable, "-I", str(script), str(path.resolve()), str(MAX_ROWS + HEAD), str(memory)]
    child = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    try:
        yield from _told_sheets(child)
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _told_sheets(child: subprocess.Popen[str]) -> Sheets:
    told: Iterator[Any] = (json.loads(line, object_hook=_moment) for line in child.stdout or ())
    held: list[Any] = []

    def rows() -> Iterator[Row]:
        for item in told:
            if isinstance(item, str):
                held.append(item)
                return
            yield item[0], item[1:]
        _check_end(child)

    first = next(told, None)
    held += [first] if first is not None else []
    while held:
        current = rows()
        yield held.pop(), current
        for _ in current:  # what the caller left of this sheet
            continue
    _check_end(child)


def _moment(told: dict[str, str]) -> Any:
    if "refused" in told:
        raise InvalidInput(told["refused"], "file")
    if "sheet" in told:
        return told["sheet"]
    text = told["t"]
    if "T" in text:
        return datetime.fromisoformat(text)
    return time.fromisoformat(text) if ":" in text else date.fromisoformat(text)


def _check_end(child: subprocess.Popen[str]) -> None:
    """The child came to its end: was that the end of the file, too?"""
    code = child.wait()
    if code == TOO_LONG:
        _too_long()
    if code not in (0, REFUSED):
        raise InvalidInput("表格的范围或内容异常，无法读取；请把数据复制到新的表格里再导入。", "file")
