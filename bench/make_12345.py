"""A 12345 spreadsheet as it really comes: every kind of dirt, from a seed, with what must become of each row.

`python -m bench.make_12345 OUT.xlsx [--rows 5000] [--seed 12345]` also prints the expected JSON figures.
"""

from __future__ import annotations

import argparse
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HEADER_WORDS = (
    "工单编号 工单标题 诉求内容 诉求类型 区交办时间 区交办办结期限 诉求渠道 承办单位 紧急程度 工单状态 "
    "求助人员 求助号码 性别 事件发生地 诉求详细地址 是否疑难(0否1是) 是否协办 问题分类 市交办时间 "
    "市交办办结期限 坐席备注"
)
HEADERS = tuple(HEADER_WORDS.split())
TITLE_LINES = 2
LATEST = datetime(2026, 10, 12, 8, 0)  # noqa: DTZ001
TYPES = ("投诉", "咨询", "求助", "求决", "建议", "举报", "-", "")
UNITS = {
    "gas": (("示例燃气公司", "燃气公司", "rq", "区经信局>示例燃气公司"), "停气没有提前告知，影响做饭"),
    "power": (("示例供电公司", "供电公司", "gd", "示例供电公司（客服中心）"), "小区反复停电，电压不稳"),
}
WATER_NAMES = ("示例供排水公司", "供排水公司", "gs", "示例供排水公司客服中心")
WATER_UNITS = {"water": (WATER_NAMES, "高层水压不足，水质发黄")}
TITLES = ("停供没有提前告知", "收费与上月相差很大", "营业厅人员态度差", "报修无人上门", "希望网上缴费")
INVISIBLE = ("\u200b", "\ufeff", "\u00a0", "\u3000", "\u200e")


@dataclass
class Expected:
    """What an import into an empty database must say; `rejected` holds (line, column)."""

    rows: int = 0
    imported: int = 0
    duplicates: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def _moment(at: datetime, kind: int) -> Any:
    """The same moment in one of the spellings that are found."""
    serial = (at - datetime(1899, 12, 30)).total_seconds() / 86400  # noqa: DTZ001
    spellings: tuple[Callable[[], Any], ...] = (
        lambda: at,
        lambda: at.strftime("%Y-%m-%d %H:%M"),
        lambda: at.strftime("%Y/%-m/%-d %-H:%M:%S"),
        lambda: at.strftime("%Y年%-m月%-d日 %-H时%-M分"),
        lambda: at.strftime("%Y%m%d%H%M%S"),
        lambda: serial,
        lambda: f" {at:%Y.%m.%d %H:%M}\u200b",
        lambda: at.strftime("%Y-%m-%dT%H:%M:%S+08:00"),
    )
    return spellings[kind % len(spellings)]()


def _phone(number: int, kind: int) -> Any:
    plain = str(13800000000 + number % 100_000_000)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in plain)
    spellings = (
        plain, float(plain), f"{plain[:3]} {plain[3:7]} {plain[7:]}", f"+86-{plain}", full_width,
        f"\u200b{plain} ", f"023-7221{number % 10000:04d}", f"{plain}/139{number % 100_000_000:08d}",
    )  # fmt: skip
    return spellings[kind % len(spellings)]


def _padded(text: str, chance: random.Random) -> str:
    where = chance.random()
    if where < 0.1:
        return f"{chance.choice(INVISIBLE)} {text}　"
    if where < 0.15:
        return text[:2] + "\u200b" + text[2:]
    return text


def _good(index: int, units: dict[str, Any], chance: random.Random) -> list[Any]:
    sector = chance.choice(sorted(units))
    names, trouble = units[sector]
    at = LATEST - timedelta(minutes=chance.randrange(1, 400_000))
    number: Any = f"SL2026{index:08d}"
    if index % 7 == 0:
        number = 2026_0000_0000 + index
    unit = chance.choice((*names, "", "-")) if index % 3 else names[0]
    content = f"诉求人反映：{trouble}，门牌 {index} 号，要求尽快处理并答复。"
    return [
        number, _padded(chance.choice(TITLES), chance), _padded(content, chance), chance.choice(TYPES),
        _moment(at, index), _moment(at + timedelta(days=10), index + 3), "电话", unit,
        chance.choice(("一般", "紧急", "-")), "待签收",
        "示例用户" + "甲乙丙丁"[index % 4] if index % 11 else "匿名",
        _phone(index, index) if index % 11 else "-", chance.choice(("男", "女", "-")),
        f"示例街道{index % 40}社区", chance.choice(("-", f"示例路{index % 300}号")), index % 2, "否",
        "城乡建设>公用事业>供气" if sector == "gas" else "-", _moment(at - timedelta(hours=2), index + 1),
        _moment(at + timedelta(days=12), index + 5), "",
    ]  # fmt: skip


def _spoil(row: list[Any], kind: int) -> tuple[list[Any], str]:
    """(a row with one thing that cannot be taken in, the column it stands in)."""
    spoilt: tuple[tuple[str, Any], ...] = (
        ("区交办时间", "2026年13月40日"), ("区交办时间", "2031-01-01 09:00"), ("区交办时间", "-"),
        ("诉求内容", "\u200b "), ("求助号码", "1380000"), ("承办单位", "某某热力公司"), ("诉求类型", "天气"),
        ("工单编号", " "), ("工单编号", 20261012000012345678), ("区交办时间", "明天上午"),
    )  # fmt: skip
    column, value = spoilt[kind % len(spoilt)]
    row[HEADERS.index(column)] = value
    if value == "-":
        row[HEADERS.index("市交办时间")] = "-"
    if column == "诉求内容":
        row[HEADERS.index("工单标题")] = "-"
    return row, column


def make(target: Path, rows: int = 5000, seed: int = 12345, units: dict[str, Any] | None = None) -> Expected:
    """Write `rows` data rows to `target`; about 3 % are rejects, 2 % repeats, 1 % conflicts."""
    chance = random.Random(seed)
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title, hidden.sheet_state = "字典", "hidden"
    hidden.append(list(HEADERS))
    sheet = book.create_sheet("导出数据")
    _head(sheet)
    expected = Expected()
    good: list[list[Any]] = []
    line = TITLE_LINES + 1
    for index in range(1, rows + 1):
        line = _gap(sheet, line, index, chance) + 1
        expected.rows += 1
        fate = index % 100 if index > 20 else 99
        if fate in (3, 33, 63):
            row, column = _spoil(_good(index, units or UNITS, chance), index // 30)
            expected.rejected.append((line, column))
        elif fate in (10, 60):
            row = list(chance.choice(good))
            expected.duplicates.append(str(row[0]))
        elif fate == 80:
            row = list(chance.choice(good))
            row[2] = f"{row[2]}（补充：已第二次来电）"
            expected.conflicts.append(str(row[0]))
        else:
            row = _good(index, units or UNITS, chance)
            good.append(row)
            expected.imported += 1
        _put(sheet, line, row)
    sheet.cell(line + 1, 1, "合计")
    sheet.cell(line + 1, 3, f"{rows} 件")
    sheet.cell(1, 90).font = openpyxl.styles.Font(bold=True)
    book.active = 1
    book.save(target)
    _lie_about_range(target)
    return expected


def _head(sheet: Worksheet) -> None:
    sheet["A1"] = "12345 政务服务便民热线工单导出"
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADERS))
    sheet["A2"] = "导出时间：2026-10-12　导出人：示例用户甲"
    for place, name in enumerate(HEADERS, start=1):
        sheet.cell(TITLE_LINES + 1, place, f"*{name}" if place == 1 else f" {name}\u200b")


def _gap(sheet: Worksheet, last: int, index: int, chance: random.Random) -> int:
    """The last line used: now and then a blank line or a merged heading stands between the rows."""
    if index % 211 == 0:
        sheet.cell(last + 2, 1, f"（第 {index} 件起）")
        sheet.merge_cells(start_row=last + 2, start_column=1, end_row=last + 2, end_column=6)
        return last + 2
    return last + 1 if chance.random() < 0.01 else last


def _put(sheet: Worksheet, line: int, row: list[Any]) -> None:
    for place, value in enumerate(row, start=1):
        if value != "":
            cell = sheet.cell(line, place, value)
            if isinstance(value, datetime):
                cell.number_format = "yyyy-mm-dd hh:mm"


def _lie_about_range(path: Path) -> None:
    """Real exports declare ranges that are far too large."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    for name, body in parts.items():
        if name.startswith("xl/worksheets/") and b"<dimension" in body:
            start = body.index(b"<dimension")
            end = body.index(b"/>", start) + 2
            parts[name] = body[:start] + b'<dimension ref="A1:XFD1048576"/>' + body[end:]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)


def mend(rejects: Path, target: Path) -> int:
    """Do what a clerk does with a file of rejected rows; returns how many rows it has."""
    book = openpyxl.load_workbook(rejects)
    sheet = book.active
    names = [cell.value for cell in sheet[1]]
    mended: dict[str, Callable[[int], Any]] = {
        "区交办时间": lambda line: "2026-10-10 09:00",
        "诉求内容": lambda line: f"补录内容：停气，第 {line} 行",
        "求助号码": lambda line: "13800000001",
        "承办单位": lambda line: "示例燃气公司",
        "诉求类型": lambda line: "投诉",
        "工单编号": lambda line: f"BL2026{line:06d}",
    }
    for line in range(2, sheet.max_row + 1):
        wrong = str(sheet.cell(line, len(names)).value or "")
        for column, value in mended.items():
            if f"{column}：" in wrong:
                sheet.cell(line, names.index(column) + 1, value(line))
    book.save(target)
    return int(sheet.max_row) - 1


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="生成一份 12345 导出样式的脏表格")
    parser.add_argument("target", type=Path)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=12345)
    parser.add_argument("--sector", choices=("power-gas", "water"), default="power-gas")
    given = parser.parse_args()
    units = WATER_UNITS if given.sector == "water" else UNITS
    expected = asdict(make(given.target, given.rows, given.seed, units))
    print(json.dumps({name: len(v) if isinstance(v, list) else v for name, v in expected.items()}))


if __name__ == "__main__":
    main()
