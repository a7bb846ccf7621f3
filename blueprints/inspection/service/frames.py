"""The frame of a sample: records of the system, or the rows of a spreadsheet that was handed over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import PurePath

from blueprints.inspection.models import RecordSample
from blueprints.inspection.queries.frames import ABSENT, SHEET, Record, fitting, masked, records_of
from core import files
from core.files import StoredFile
from core.spreadsheets import cells
from core.spreadsheets.cells import Cell
from core.spreadsheets.reading import Naming, opened
from domain.errors import InvalidInput
from domain.sample_plans import WHOLE

LARGEST_FRAME = 50_000
LARGEST_FILE = 200 * 1024 * 1024
LONGEST_CELL = 500
Header = tuple[str, ...]


def gathered(row: RecordSample) -> list[Record]:
    """The records of a draft as they are now, each with its stratum. Errors: InvalidInput."""
    plan = row.plan
    if row.source == SHEET:
        found = _sheet(row)
    else:
        since, until = (date.fromisoformat(plan[name]) for name in ("since", "until"))
        found = records_of(row.source, row.enterprise_id, since, until, plan["by"])
    if not found:
        raise InvalidInput(
            "这段时间没有记录，没有可以抽查的名单。", "since" if row.source != SHEET else "sheet"
        )
    if len(found) > LARGEST_FRAME:
        raise InvalidInput(f"名单超过 {LARGEST_FRAME} 件，请缩短时间分几次抽查。", "since")
    if plan["method"] != "stratified":
        return [record._replace(stratum=WHOLE) for record in found]
    return [record._replace(stratum=record.stratum or "未分层") for record in found]


# ---- spreadsheets ---------------------------------------------------------------------------------------


def keep_sheet(row: RecordSample, name: str, data: bytes, *, now: datetime) -> None:
    """Keep what the enterprise handed over, with its sha256. Errors: InvalidInput."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise InvalidInput("请上传 xlsx 或 csv 文件。", "sheet")
    try:
        stored = files.store("名单.txt" if suffix == ".csv" else "名单.xlsx", data, now=now)
    except InvalidInput as wrong:
        raise InvalidInput(wrong.message, "sheet") from wrong
    row.sheet_file, row.sheet_file_id, row.sheet_name = stored, stored.id, name[-200:]


def _sheet(row: RecordSample) -> list[Record]:
    if row.sheet_file is None:
        raise InvalidInput("请上传企业交来的表格。", "sheet")
    key, by = row.plan["key_column"], row.plan["stratum_column"]

    def score(header: Sequence[Cell]) -> int:
        return 2 if key in [cells.line(cell) for cell in header] else 0

    def recognise(header: Sequence[Cell]) -> Header:
        return tuple(cells.line(cell) for cell in header)

    naming: Naming[Header] = Naming(score, recognise, f"“{key}”")
    try:
        with opened(files.path_of(row.sheet_file.sha256), naming) as table:
            header = table.columns
            if key not in header:
                raise InvalidInput(f"表格里没有“{key}”这一列。", "key_column")
            if by and by not in header:
                raise InvalidInput(f"表格里没有“{by}”这一列。", "stratum_column")
            return _rows(header, table.rows, key, by)
    except InvalidInput as wrong:
        raise InvalidInput(wrong.message, wrong.field if wrong.field != "file" else "sheet") from wrong


def _rows(header: Header, rows: Iterable[tuple[int, list[Cell]]], key: str, by: str) -> list[Record]:
    found: list[Record] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        named = {
            name: cells.text(cell)[:LONGEST_CELL] for name, cell in zip(header, row, strict=False) if name
        }
        id = fitting(named.get(key, ""))
        if not id:
            raise InvalidInput(f"表格第 {line} 行没有“{key}”。", "sheet")
        if id in lines:
            raise InvalidInput(f"表格第 {line} 行的“{key}”{id[:30]} 与第 {lines[id]} 行重复。", "sheet")
        lines[id] = line
        snapshot = [[name, _kept(name, text, key)] for name, text in named.items()]
        found.append(Record(fitting(named.get(by, "")) if by else "", id, snapshot))
    return found


def _kept(name: str, text: str, key: str) -> str:
    if not text:
        return ABSENT
    return text if name == key else masked(name, text)


# ---- what is kept at the freeze -------------------------------------------------------------------------


def keep_frame(records: Iterable[Record], *, now: datetime) -> StoredFile:
    """All records of the frame as they are at the freeze, a line of JSON each, in the order of the frame."""
    ordered = sorted(records, key=lambda record: f"{record.stratum}|{record.key}")
    lines = [json.dumps(list(record), ensure_ascii=False) for record in ordered]
    data = ("\n".join(lines) + "\n").encode()
    return files.store("冻结的记录.txt", data, now=now, most=LARGEST_FILE)


def kept_records(row: RecordSample, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], list[list[str]]]:
    """The snapshots of some (stratum, key) from the frozen frame."""
    found: dict[tuple[str, str], list[list[str]]] = {}
    if row.frame_file is None:
        return found
    with files.path_of(row.frame_file.sha256).open(encoding="utf-8") as lines:
        for line in lines:
            stratum, key, snapshot = json.loads(line)
            if (stratum, key) in wanted:
                found[stratum, key] = snapshot
    return found
