"""Spreadsheets as they really come: cells, names of columns, file formats, dirt of every kind."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest

from blueprints.complaints.spreadsheets import columns
from blueprints.complaints.spreadsheets.reading import opened
from core.sheets import csv_pieces, escaped, write_workbook
from core.spreadsheets import cells
from domain.errors import InvalidInput
from tests.factories.spreadsheets import NAMES, good_row, text, xls, xlsx

MORNING = "2026-10-12 09:30"


def lines(path: Path, remembered: dict[str, str] | None = None) -> list[tuple[int, list[object]]]:
    """All rows of a file."""
    with opened(path, remembered) as table:
        return [(line, list(row)) for line, row in table.rows]


# ---- cells


@pytest.mark.parametrize(
    "value",
    [
        MORNING,
        dt.datetime.fromisoformat("2026-10-12T09:30"),
        dt.datetime.fromisoformat("2026-10-12T09:29:59.999990"),
        "2026/10/12 9:30",
        "2026.10.12 09:30:00",
        "20261012093000",
        202610120930.0,
        "202610120930",
        "2026年10月12日 9时30分",
        "2026年10月12日9时30分00秒",
        "２０２６年１０月１２日　０９：３０",
        "2026-10-12T09:30:00+08:00",
        "2026-10-12T01:30:00Z",
        "2026-10-12 上午9:30",
        "2026-10-12（周一） 09:30",
        "\u200b 2026-10-12\u00a009:30\ufeff",
        46307.395833333336,
        "46307.3958333",
        "2026-10-12 09:30:00.000",
    ],
)
def test_every_spelling_of_a_moment(value):
    assert f"{cells.moment(value):%Y-%m-%d %H:%M %z}" == f"{MORNING} +0800"


@pytest.mark.parametrize(
    "value", ["20261012", 20261012.0, "2026-10-12", "2026年10月12日", 46307, dt.date(2026, 10, 12)]
)
def test_a_day_alone_is_its_beginning(value):
    assert f"{cells.moment(value):%Y-%m-%d %H:%M}" == "2026-10-12 00:00"


@pytest.mark.parametrize("value", [None, "", " - ", "—", "\u200b", "NULL", "#N/A", "/"])
def test_what_counts_as_empty(value):
    assert cells.text(value) == ""
    assert cells.moment(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "2026-13-01",
        "10月12日",
        "明天",
        "1905-01-01",
        "2026-10-12 25:00",
        "12/10/2026",
        5.0,
        True,
        "3026-01-01",
    ],
)
def test_what_is_no_moment(value):
    with pytest.raises(InvalidInput):
        cells.moment(value)


def test_afternoons_count_twelve_hours_more():
    assert f"{cells.moment('2026-10-12 下午3:05'):%H:%M}" == "15:05"
    assert f"{cells.moment('2026-10-12 12:10 AM'):%H:%M}" == "00:10"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("138 0000 0001", "13800000001"),
        ("１３８００００００１１", "13800000011"),
        (13800000001.0, "13800000001"),
        ("+86-138-0000-0001", "13800000001"),
        ("0086 13800000001", "13800000001"),
        ("\u200b13800000001\u3000", "13800000001"),
        ("023-72212345转8001", "02372212345"),
        (2372212345.0, "02372212345"),
        ("72212345", "72212345"),
        ("无", ""),
        ("-", ""),
    ],
)
def test_phone_numbers_become_digits(value, number):
    assert cells.phone(value).number == number


def test_a_second_phone_number_is_not_lost():
    assert cells.phone("13800000001/13900000002") == cells.Phone("13800000001", others=("13900000002",))


def test_a_masked_phone_number_is_told_apart():
    assert cells.phone("138****0001").masked


@pytest.mark.parametrize("value", ["1380000", "abc", "1.38E+10", "138000000011", "电话关机"])
def test_what_is_no_phone_number(value):
    with pytest.raises(InvalidInput):
        cells.phone(value)


def test_numbers_that_name_something():
    assert cells.identifier(123.0) == cells.identifier("123.0") == cells.identifier(" １２３\u200b") == "123"
    assert cells.identifier("0012") == "0012"
    for spoilt in (2.0261012e16, "2.02E+15"):
        with pytest.raises(InvalidInput, match="文本"):
            cells.identifier(spoilt)


def test_text_loses_what_nobody_sees():
    assert cells.text("\u3000a\u200bb\r\nc_x000D_\n d\u00a0\x00\ud800 ") == "ab\nc\nd"
    assert cells.text("𬭸䶮") == "𬭸䶮"
    assert cells.text(float("nan")) == "nan"


# ---- names of columns


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("* 工单编号（必填）", "number"),
        ("热线单号", "number"),
        ("留言编号", "number"),
        ("市民诉求", "content"),
        ("诉求\n内容", "content"),
        ("留言详情", "content"),
        ("诉求标题", "title"),
        ("推送时间", "received"),
        ("区交办时间", "received"),
        ("诉求归口", "unit_hint"),
        ("受理部门名称", "unit"),
        ("问题点位", "place"),
        ("求助号码", "phone"),
        ("联系人姓名", "name"),
        ("答复意见", "reply"),
        ("处置结果", "reply"),
        ("市交办办结期限", "city_due"),
        ("是否疑难(0否1是)", columns.EXTRA),
        ("错误说明", columns.IGNORE),
        ("坐席的话", ""),
    ],
)
def test_headers_of_real_systems(header, field):
    assert columns.recognise([header], {}).field_of(0) == field


def test_remembered_columns_go_first():
    found = columns.recognise(["单号", "诉求内容"], {"单号": "number", "诉求内容": "title"})
    assert (found.field_of(0), found.field_of(1)) == ("number", "title")


def test_two_columns_of_the_same_name_stay_apart():
    assert columns.recognise(["备注", "备注", ""], {}).names == ("备注", "备注（2）", "第3列")


# ---- file formats


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files(tmp_path, encoding, delimiter):
    path = text(tmp_path / "工单.csv", [good_row("A1"), good_row("A2")], encoding, delimiter)
    assert [(line, row[0], row[6]) for line, row in lines(path)] == [
        (2, "A1", "示例用户甲"),
        (3, "A2", "示例用户甲"),
    ]


def test_old_workbooks(tmp_path):
    path = xls(tmp_path / "a.xls", [good_row(123.0)])
    (line, row), *_ = lines(path)
    assert (line, cells.identifier(row[0]), row[6]) == (2, "123", "示例用户甲")


def test_the_kind_is_told_by_content_not_by_name(tmp_path):
    path = xlsx(tmp_path / "a.csv", [good_row("A1")])
    assert len(lines(path)) == 1


def test_title_rows_blank_rows_totals_and_repeated_headers(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["12345 工单导出"])
    sheet.merge_cells("A1:H1")
    sheet.append(["导出时间：2026-10-12"])
    for row in (NAMES, good_row("A1"), [], ["-"] * 8, NAMES, good_row("A2"), ["合计", None, "2 件"]):
        sheet.append(list(row))
    book.save(tmp_path / "a.xlsx")
    with opened(tmp_path / "a.xlsx") as table:
        assert table.line == 3
        assert [(line, row[0]) for line, row in table.rows] == [(4, "A1"), (8, "A2")]


def test_merged_cells_count_for_each_of_their_rows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(NAMES))
    for number in ("A1", "A2", "A3"):
        sheet.append(good_row(number))
    sheet.merge_cells("F2:F4")
    sheet.append(["二、供电"])
    sheet.merge_cells("A5:H5")
    book.save(tmp_path / "a.xlsx")
    assert [row[5] for _, row in lines(tmp_path / "a.xlsx")] == ["示例燃气公司"] * 3


def test_hidden_sheets_are_passed_over_and_the_right_sheet_is_found(tmp_path):
    book = openpyxl.Workbook()
    book.active.title, book.active.sheet_state = "字典", "hidden"
    book.active.append(list(NAMES))
    book.create_sheet("说明").append(["本表由系统导出", "请勿修改"])
    data = book.create_sheet("数据")
    data.append(list(NAMES))
    data.append(good_row("A1"))
    book.active = 1
    book.save(tmp_path / "a.xlsx")
    with opened(tmp_path / "a.xlsx") as table:
        assert (table.sheet, [row[0] for _, row in table.rows]) == ("数据", ["A1"])


def test_a_table_that_does_not_start_in_the_corner(tmp_path):
    book = openpyxl.Workbook()
    for place, name in enumerate(NAMES, start=3):
        book.active.cell(6, place, name)
        book.active.cell(7, place, good_row("A1")[place - 3])
    book.save(tmp_path / "a.xlsx")
    with opened(tmp_path / "a.xlsx") as table:
        assert table.line == 6
        assert [(line, row[0]) for line, row in table.rows] == [(7, "A1")]


def test_unknown_headers_are_handed_to_a_person(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["A1", "停气"]], ["单号", "情况"])
    with opened(path) as table:
        assert table.columns.missing == ["工单编号", "诉求内容"]
        assert table.columns.unknown == (0, 1)
    assert len(lines(path, {"单号": "number", "情况": "content"})) == 1


# ---- writing


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_written_is_a_formula(tmp_path, start):
    danger = f"{start}cmd|' /C calc'!A0"
    assert escaped(danger) == f"'{danger}"
    written = b"".join(csv_pieces(["内容"], [[danger]])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{danger}"]
    write_workbook(tmp_path / "a.xlsx", "表", ["内容"], [[danger]])
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


def test_the_quote_before_a_formula_goes_again_when_it_is_read():
    assert cells.text("'=1+1") == "=1+1"
    assert cells.text("'-") == ""


def test_an_empty_table_still_has_its_header(tmp_path):
    assert write_workbook(tmp_path / "a.xlsx", "表", ["甲", "乙"], []) == 0
    assert [c.value for c in openpyxl.load_workbook(tmp_path / "a.xlsx").active[1]] == ["甲", "乙"]
