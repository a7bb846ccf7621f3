"""Reads one workbook in a process of its own, under limits: whatever a hostile file does ends here.

Run as a script: `excel_child.py FILE MAX_ROWS MEMORY_BYTES`. Writes JSON lines to stdout: `{"sheet": name}`
before the rows of each visible sheet, then `[line, cell, cell, ...]` for each row that holds something
(line: 1 is the first of the sheet). A date or time cell is `{"t": ISO text}`. Merged cells that reach over
several rows count for each of them; a row that is nothing but one merged heading is left out.
"""

from __future__ import annotations

import datetime
import json
import resource
import sys
from typing import Any

SECONDS = 30
REFUSED, TOO_LONG = 3, 4

Range = tuple[tuple[int, int], tuple[int, int]]


def main() -> int:
    """Limits first, then the parser."""
    path, most, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            for sheet in book.sheets_metadata:
                if "WorkSheet" in str(sheet.typ) and str(sheet.visible).endswith(".Visible"):
                    print(json.dumps({"sheet": sheet.name}, ensure_ascii=False))
                    if rows_of(book.get_sheet_by_name(sheet.name), most) > most:
                        return TOO_LONG
    except calamine.PasswordError:
        return refuse("文件设有密码，请去掉密码后再导入。")
    except calamine.CalamineError:
        return refuse("表格内容损坏，无法读取，请用 Excel 另存为新的 xlsx 后再导入。")
    return 0


def refuse(sentence: str) -> int:
    """Hand a reason to the parent."""
    print(json.dumps({"refused": sentence}, ensure_ascii=False))
    return REFUSED


def rows_of(sheet: Any, most: int) -> int:
    """Write the rows of a sheet; how many there are (one more than `most` when there are too many)."""
    if sheet.start is None:
        return 0
    tall, headings = merges(sheet.merged_cell_ranges or [], sheet.start[1])
    running: dict[int, tuple[int, Any]] = {}
    seen = 0
    for index, cells in enumerate(sheet.iter_rows()):
        while tall and tall[-1][0] <= index:
            first, last, column = tall.pop()
            if first == index and column < len(cells) and cells[column] != "":
                running[column] = (last, cells[column])
        filled = [column for column, value in enumerate(cells) if value != ""]
        if not filled or (len(filled) == 1 and (index, filled[0]) in headings):
            continue
        for column, (last, value) in running.items():
            if last >= index and cells[column] == "":
                cells[column] = value
        seen += 1
        if seen > most:
            break
        print(json.dumps([index + 1, *map(plain, cells)], ensure_ascii=False))
    return seen


def merges(ranges: list[Range], left: int) -> tuple[list[tuple[int, int, int]], set[tuple[int, int]]]:
    """(ranges over several rows, the last one first: (first, last, column)), places where wide ones begin."""
    tall = [(a[0], b[0], a[1] - left) for a, b in ranges if b[0] > a[0] and a[1] >= left]
    wide = {(a[0], a[1] - left) for a, b in ranges if b[1] > a[1]}
    return sorted(tall, reverse=True), wide


def plain(value: Any) -> Any:
    """A cell as JSON has it."""
    if value == "":
        return None
    if isinstance(value, datetime.date | datetime.time):
        return {"t": value.isoformat()}
    if isinstance(value, datetime.timedelta):
        return str(value)
    return value


if __name__ == "__main__":
    sys.exit(main())
