"""The workbook of cases that is to be filled in."""

from __future__ import annotations

import io

from core.sheets import write_workbook

TEMPLATE_HEADERS = (
    *("工单编号", "工单标题", "诉求内容", "诉求类型", "区交办时间", "区交办办结期限", "承办单位"),
    *("问题分类", "紧急程度", "求助人员", "求助号码", "事件发生地", "诉求详细地址"),
)


def workbook_of_headers() -> io.BytesIO:
    """An empty workbook with the usual columns, to be filled in."""
    book = io.BytesIO()
    write_workbook(book, "工单", TEMPLATE_HEADERS, ())
    book.seek(0)
    return book
