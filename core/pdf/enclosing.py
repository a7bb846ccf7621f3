"""Enclosures and the pages on which the parts of a volume begin, as the templates print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.pdf.binding import picture_name
from core.wording import file_size
from domain.documents import PAGE_COLUMN, Document, Enclosure, part_name

TAIL = 12
KEPT = "原件存电子卷宗。"
LATER = "草稿里只印这一张；编号印制时装订原件内容，页次随之排定。"
TYPES = {
    "application/pdf": "PDF 文档",
    "image/jpeg": "图片（JPEG）",
    "image/png": "图片（PNG）",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word 文档（docx）",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel 表格（xlsx）",
    "audio/mpeg": "录音（mp3）",
    "audio/wav": "录音（wav）",
    "text/plain": "文本（txt）",
}
BOUND = ("application/pdf", "image/jpeg", "image/png")


def anchor_of(position: int) -> str:
    """Where an enclosure begins."""
    return f"enclosure-{position}"


def enclosures_of(
    document: Document, pictures: Mapping[str, bytes], printable: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Each enclosure with its pages, or with what its sheet says."""
    return [_enclosure(e, at, pictures, printable) for at, e in enumerate(document.enclosures, 1)]


def _enclosure(
    e: Enclosure, position: int, pictures: Mapping[str, bytes], printable: Callable[[str], str]
) -> dict[str, Any]:
    names = [picture_name(position, number) for number in range(1, len(e.pages) + 1)]
    type_name = TYPES.get(e.mime.partition(";")[0], e.mime)
    waits = not e.pages and not e.problem and e.mime in BOUND
    return {
        "label": part_name(position),
        "anchor": anchor_of(position),
        "name": printable(e.name),
        "by": printable(e.by),
        "on": e.on,
        "tail": e.sha256[-TAIL:],
        "problem": e.problem,
        "kept": LATER if waits else KEPT,
        "pages": [
            {"url": f"app:{name}" if name in pictures else "", "whole": whole}
            for name, whole in zip(names, e.pages, strict=True)
        ],
        "facts": [
            ("名称", printable(e.name)), ("类型", type_name),
            ("大小", f"{file_size(e.size)}（{e.size} 字节）"), ("SHA-256", e.sha256),
            ("提交人", printable(e.by)), ("提交时间", e.on),
        ],
    }  # fmt: skip


def named_pages(blocks: list[dict[str, Any]], document: Document) -> None:
    """Give every table what its cells in 页次 stand for, and the anchors that they lead to."""
    tables = [b for b in blocks if b["block"] == "table"]
    known = {part_name(at): anchor_of(at) for at in range(1, len(document.enclosures) + 1)}
    for number, table in enumerate(tables, 1):
        table["anchor"] = f"table-{number}"
        if table["caption"] and PAGE_COLUMN not in table["head"]:
            known[table["caption"]] = table["anchor"]
    for table in tables:
        if PAGE_COLUMN in table["head"]:
            table["page_column"], table["pages"] = list(table["head"]).index(PAGE_COLUMN), known
