"""Checklists from and to spreadsheets: hostile-safe reading, bad rows told by line and column."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path

from blueprints.inspection.models import ChecklistVersion
from blueprints.inspection.service import checklists as service
from core.sheets import write_workbook
from core.spreadsheets import cells
from core.spreadsheets.headings import Vocabulary
from core.spreadsheets.reading import opened
from domain.checklist_sheets import COLUMNS, BadRows, Problem, checklist_of, rows_of
from domain.checklists import Checklist

VOCABULARY = Vocabulary({field: (name,) for field, name in COLUMNS.items()}, ("part", "code", "text", "rule"))


def workbook(row: ChecklistVersion) -> bytes:
    """The version as an xlsx."""
    out = io.BytesIO()
    write_workbook(out, "检查表", list(COLUMNS.values()), rows_of(service.content(row)), wide="检查内容")
    return out.getvalue()


def read(data: bytes) -> Checklist:
    """The checklist of an uploaded file. Errors: BadRows; InvalidInput for what is no spreadsheet."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        with opened(path, VOCABULARY.naming) as table:
            if missing := VOCABULARY.missing(table.columns):
                words = "、".join(f"“{name}”" for name in missing)
                raise BadRows([Problem(table.line, "", f"缺少列{words}，请先导出一份对照。")])
            places: Mapping[str, int] = table.columns.places
            rows = (
                (line, {field: _text(row, at) for field, at in places.items()}) for line, row in table.rows
            )
            return checklist_of(rows)


def _text(row: list[cells.Cell], at: int) -> str:
    return cells.text(row[at]) if at < len(row) else ""
