"""A filled checklist on paper (F6.2b) that shows every way of scoring: what is printed is what was computed."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pdfplumber
import pytest
from flask import Flask

from blueprints.inspection.service import checklist_papers as papers
from blueprints.notices.service.papers import print_paper
from core import clock
from domain.checklists import checklist_from, score_of
from domain.scoring import NOT_RATED
from tests.factories.scored_tables import (
    CITY,
    COUNTY,
    FIFTY,
    GATED,
    HEAT,
    HUAINAN,
    TIANJIN,
    Rows,
    answers_of_values,
    content_of_rows,
)

TABLES: dict[str, Rows] = {
    "B1": FIFTY[:10], "B2": HUAINAN, "B3": TIANJIN, "B4": COUNTY, "B5": CITY, "B6": HEAT, "B7": GATED[:1],
}  # fmt: skip
NAMES = {
    "B1": "五十项各两分（前十项）", "B2": "稳定供气", "B3": "供水压力", "B4": "信息公开", "B5": "节水", "B6": "计量改造",
    "B7": "必备条件",
}  # fmt: skip
VALUES: dict[str, Any] = {f"N{n:02d}": {} for n in range(1, 11)} | {
    "N03": {"不符合": 1}, "N08": {"na": "没有玻璃柜台"}, "灶前压力": "97.9", "换气": {}, "正点营业": {}, "节假日": {},
    "灌装合格率": "98.5", "计划停气": {"一次没有提前告知": 1}, "事故停气": {}, "停气审批": {"一次没有审批": 2},
    "压力": {"deduction": "3.5", "reason": "集体投诉属实"}, "停水批准": {"deduction": "0"}, "停水": {"没有公告": 2},
    "渠道": {"渠道": 5}, "目录和年报": {"目录没有更新": 1, "没有年报": 1}, "公共区域": {"问题": 3}, "覆盖率": "10",
    "重复利用": "70", "漏损率": "11", "做到": {"建立制度": 1}, "只计一项": "完成一半", "发现一家": {"发现一家": 9},
    "加分": {"先进做法": 3}, "满意率": True,
}  # fmt: skip
POINTS = {
    "N01": "2", "N03": "0", "N08": "—", "灶前压力": "0", "灌装合格率": "2", "计划停气": "2", "停气审批": "1",
    "压力": "1.5", "停水": "1", "渠道": "6", "目录和年报": "2", "公共区域": "0", "覆盖率": "2", "重复利用": "4",
    "漏损率": "8", "做到": "2", "只计一项": "5", "发现一家": "0", "加分": "2", "满意率": "—",
}  # fmt: skip


def sample(values: dict[str, Any]) -> bytes:
    """The filled checklist of all tables as PDF."""
    parts = [[code, NAMES[code]] for code in TABLES]
    items = [item for code, rows in TABLES.items() for item in content_of_rows(rows, part=code)["items"]]
    made = checklist_from({"parts": parts, "items": items})
    answers = answers_of_values(values)
    parent = SimpleNamespace(name="计分示例", organization=SimpleNamespace(name="示例区经济信息委"))
    row: Any = SimpleNamespace(checklist=parent, label="计分示例 第1版")
    place = papers.Place("示例燃气公司", "示例路营业厅", "2026年10月15日", "JC2026-0001")
    paper = papers.filled_paper(row, made, score_of(made, answers), answers, place)
    return bytes(print_paper(paper, now=clock.now()).pdf)


def cells_of(pdf: bytes) -> list[list[str]]:
    """The rows of all tables, without line breaks."""
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        tables = [table for page in file.pages for table in page.extract_tables()]
    return [[(cell or "").replace("\n", "") for cell in row] for table in tables for row in table]


@pytest.mark.rule("F6.2b")
def test_the_filled_sample_shows_every_score(app: Flask) -> None:
    rows = cells_of(sample(VALUES))
    printed = {row[0]: row[4] for row in rows if len(row) == 6}
    assert {code: printed[code] for code in POINTS} == POINTS
    told = {row[0]: row[5] for row in rows if len(row) == 6}
    assert told["压力"] == "扣3.5分：集体投诉属实"
    assert told["N08"] == "不适用：没有玻璃柜台"
    whole = ["".join(row) for row in rows]
    assert any("满分103不适用分值2" in line for line in whole), whole[-6:]
    assert any("得分64折合百分63.37" in line for line in whole), whole[-6:]


@pytest.mark.rule("F6.2b")
def test_a_veto_and_too_little_covered_are_printed(app: Flask) -> None:
    veto = ["".join(row) for row in cells_of(sample(VALUES | {"满意率": False}))]
    assert any("一票否决" in line and "折合百分" in line for line in veto)
    absent = {code: {"na": "没有这项业务"} for code in VALUES if code not in ("渠道", "停水", "满意率")}
    few = ["".join(row) for row in cells_of(sample(VALUES | absent))]
    assert any(f"折合百分{NOT_RATED}" in line for line in few)
    assert any("不足60%" in line for line in few)
