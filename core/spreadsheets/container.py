"""What a file is, told from its bytes, and whether a workbook may be opened at all (ZIP bombs, DTDs)."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO

from domain.errors import InvalidInput

MEGABYTE = 1024 * 1024
MAX_BYTES = 50 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
MAX_RATIO = 100
SMALL_PART = 5 * MEGABYTE
MAX_PARTS = 2000
MAX_CELLS = 5_000_000
PIECE = 256 * 1024

_DTD = re.compile(rb"<!DOCTYPE|<!ENTITY")
_CELL = re.compile(rb"<(?:\w{1,8}:)?c[ >]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class Kind(StrEnum):
    """How a file is read."""

    XLSX = "xlsx"
    XLS = "xls"
    TEXT = "csv"


def kind_of(path: Path) -> Kind:
    """The kind by content, never by name. Errors: InvalidInput for everything that cannot be a table."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(2048)
    except OSError:
        raise InvalidInput("文件打不开，请确认文件存在并且可以读取。", "file") from None
    if not head:
        raise InvalidInput("文件是空的，请重新导出后再导入。", "file")
    if size > MAX_BYTES:
        raise InvalidInput(f"文件超过 {MAX_BYTES // MEGABYTE} MB，请分成几个文件导入。", "file")
    if head.startswith(b"PK"):
        return Kind.XLSX
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return Kind.XLS
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<style")):
        raise InvalidInput("文件其实是网页或 XML，请用 Excel 打开后另存为 xlsx 再导入。", "file")
    if start.startswith((b"%pdf", b"\x89png", b"{\\rtf")) or (b"\0" in head and head[:2] not in _WIDE):
        raise InvalidInput("这不是表格文件，只能导入 xlsx、xls、csv。", "file")
    return Kind.TEXT


def checked_size(path: Path) -> int:
    """Bytes that an xlsx really unpacks to, counted piece by piece before anything parses it.

    The sizes written in the directory are looked at first and then not believed. Errors: InvalidInput for
    a bomb (total, ratio, cells), a DTD, an encrypted or damaged file, or an archive of another kind.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_directory(parts, path.stat().st_size)
            return sum(_check_part(file, part) for part in parts)
    except InvalidInput:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, ValueError, OSError):
        raise InvalidInput("文件已损坏，无法打开，请重新导出后再导入。", "file") from None


def _check_directory(parts: list[zipfile.ZipInfo], size: int) -> None:
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise InvalidInput("这不是 xlsx 表格，只能导入 xlsx、xls、csv。", "file")
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidInput("文件设有密码，请去掉密码后再导入。", "file")
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MAX_PARTS or packed > size or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * size:
        raise _too_much()


def _too_much() -> InvalidInput:
    return InvalidInput("文件解压后大得异常，没有打开；请另存为新的表格，只保留数据后再导入。", "file")


def _check_part(file: IO[bytes], part: zipfile.ZipInfo) -> int:
    """Bytes of one part; it may not hold more than the directory says."""
    xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    sheet = part.filename.startswith("xl/worksheets/")
    size, cells, tail = 0, 0, b""
    for piece in _inflated(file, part):
        size += len(piece)
        if size > part.file_size or (size > SMALL_PART and size > MAX_RATIO * part.compress_size):
            raise _too_much()
        if not xml:
            continue
        if size == len(piece) and piece[:2] in _WIDE:
            raise InvalidInput("表格的内部编码不受支持，请用 Excel 另存后再导入。", "file")
        window = tail + piece
        if _DTD.search(window):
            raise InvalidInput("文件里含有不允许的定义（DTD），没有打开。", "file")
        if sheet:
            cells += len(_CELL.findall(piece))
        tail = piece[-16:]
    if cells > MAX_CELLS:
        raise _too_much()
    return size


def _inflated(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, read by its own length: not cut short where the directory wants it to be."""
    file.seek(part.header_offset)
    signature, name, extra = struct.unpack("<4s22xHH", file.read(30))
    if signature != b"PK\x03\x04":
        raise zipfile.BadZipFile(part.filename)
    file.seek(name + extra, 1)
    left = part.compress_size
    if part.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (piece := file.read(min(left, PIECE))):
            left -= len(piece)
            yield piece
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError(part.compress_type)
    stream = zlib.decompressobj(-15)
    while left > 0 and not stream.eof and (packed := file.read(min(left, PIECE // 4))):
        left -= len(packed)
        while packed and not stream.eof:
            yield stream.decompress(packed, PIECE)
            packed = stream.unconsumed_tail
