"""Small spreadsheets for tests: good ones row by row, and hostile ones built by hand."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

NAMES = ("工单编号", "工单标题", "诉求内容", "诉求类型", "区交办时间", "承办单位", "求助人员", "求助号码")
HEAD = '<?xml version="1.0"?>'
OPEN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def good_row(number: Any, **changed: Any) -> list[Any]:
    """A row about the gas company that can be taken in as it is."""
    values: dict[str, Any] = {
        "工单编号": number, "工单标题": "停气没有提前告知", "诉求内容": f"停气没有提前告知，编号 {number}。",
        "诉求类型": "投诉", "区交办时间": "2026-10-10 09:00", "承办单位": "示例燃气公司",
        "求助人员": "示例用户甲", "求助号码": "13800000001",
    }  # fmt: skip
    return list((values | changed).values())


def xlsx(path: Path, rows: Iterable[Sequence[Any]], names: Sequence[Any] | None = NAMES) -> Path:
    """A plain workbook."""
    book = openpyxl.Workbook()
    if names is not None:
        book.active.append(list(names))
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def xls(path: Path, rows: Iterable[Sequence[Any]], names: Sequence[Any] = NAMES) -> Path:
    """The old binary format."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("工单")
    for line, row in enumerate([names, *rows]):
        for place, value in enumerate(row):
            sheet.write(line, place, value)
    book.save(str(path))
    return path


def text(path: Path, rows: Iterable[Sequence[Any]], encoding: str, delimiter: str = ",") -> Path:
    """A text table; no cell holds the delimiter."""
    lines = [delimiter.join(str(cell) for cell in row) for row in [NAMES, *rows]]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def cell(place: str, value: str) -> str:
    """XML of a text cell."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def raw_xlsx(path: Path, body: Iterable[str], before: str = HEAD) -> Path:
    """A workbook whose only sheet is made of `body`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in PARTS.items():
            archive.writestr(name, part)
        with archive.open("xl/worksheets/sheet1.xml", "w") as out:
            out.write((before + OPEN).encode())
            for piece in body:
                out.write(piece.encode())
            out.write(b"</sheetData></worksheet>")
    return path


def bomb(path: Path, lying: bool = False) -> Path:
    """A sheet of 150 MB in less than half a MB; `lying`: its directory says that it holds 1,000 bytes."""
    raw_xlsx(path, ["<row>" + "<c><v>1</v></c>" * 2000 + "</row>"] * 5_000)
    if lying:
        data = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            local = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
        central = data.rindex(b"xl/worksheets/sheet1.xml") - 46
        struct.pack_into("<I", data, central + 24, 1000)
        struct.pack_into("<I", data, local + 22, 1000)
        path.write_bytes(bytes(data))
    return path
