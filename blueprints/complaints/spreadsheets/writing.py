"""Sheets of cases: cells as they came, and the workbook to be filled in."""

from __future__ import annotations

import io
from datetime import datetime

from blueprints.complaints.spreadsheets import cells
from blueprints.complaints.spreadsheets.cells import Cell
from core.sheets import write_workbook

TEMPLATE_HEADERS = (
    *("工单编号", "工单标题", "诉求内容", "诉求类型", "区交办时间", "区交办办结期限", "承办单位"),
    *("问题分类", "紧急程度", "求助人员", "求助号码", "事件发生地", "诉求详细地址"),
)


def as_written(value: Cell) -> str:
    """A cell as it came, as text: spelling errors and all, so that a person can mend it."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return cells.text(value)


def workbook_of_headers() -> io.BytesIO:
    """An empty workbook with the usual columns, to be filled in."""
    book = io.BytesIO()
    write_workbook(book, "工单", TEMPLATE_HEADERS, ())
    book.seek(0)
    return book
