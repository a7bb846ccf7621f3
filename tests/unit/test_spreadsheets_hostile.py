"""Files that mean harm, or only look like tables: one sentence each, quickly, without much memory."""

from __future__ import annotations

import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
import xlwt

from blueprints.complaints.spreadsheets.reading import opened
from core.spreadsheets import reading
from domain.errors import InvalidInput
from tests.factories.spreadsheets import HEAD, NAMES, bomb, cell, good_row, raw_xlsx, text, xlsx

HEADER = "<row r='1'>" + cell("A1", "工单编号") + cell("B1", "诉求内容") + "</row>"
READ = """
import re
import resource
import sys
from pathlib import Path
from blueprints.complaints.spreadsheets.reading import opened
from domain.errors import InvalidInput
try:
    with opened(Path(sys.argv[1])) as table:
        print("read", sum(1 for _ in table.rows))
except InvalidInput as error:
    print("refused", error.message)
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(sum(u.ru_utime + u.ru_stime for u in used), max(own, used[1].ru_maxrss) // 1024)
"""


def refusal(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(InvalidInput) as caught, opened(path) as table:
        list(table.rows)
    assert "\n" not in caught.value.message
    return caught.value.message


def measured(path: Path) -> tuple[str, float, int]:
    """(what was said, CPU seconds, MB of the greediest process), as a process of its own tells of itself:
    what the kernel says of a child would include the size of this one at the moment of the fork."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True,
    )  # fmt: skip
    said, used = done.stdout.strip().rsplit("\n", 1)
    seconds, megabytes = used.split()
    return said, float(seconds), int(megabytes)


@pytest.mark.parametrize("lying", [False, True])
def test_zip_bombs(tmp_path, lying):
    assert "大得异常" in refusal(bomb(tmp_path / "bomb.xlsx", lying))


def test_cells_at_the_far_end_of_a_sheet(tmp_path):
    far = ["<row r='1048576'>" + cell("XFD1048576", "x") + "</row>"]
    assert "异常" in refusal(raw_xlsx(tmp_path / "far.xlsx", [HEADER, *far]))
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(0, 0, "工单编号")
    sheet.write(65535, 255, "x")
    book.save(str(tmp_path / "far.xls"))
    assert "异常" in refusal(tmp_path / "far.xls")


def test_bombs_cost_neither_time_nor_memory(tmp_path):
    far = raw_xlsx(tmp_path / "far.xlsx", [HEADER, "<row r='90000'>" + cell("BZZ90000", "x") + "</row>"])
    for path in (bomb(tmp_path / "bomb.xlsx"), bomb(tmp_path / "lying.xlsx", lying=True), far):
        said, seconds, megabytes = measured(path)
        assert said.startswith("refused"), said
        assert seconds < 2, f"{path.name}: {seconds:.1f} s"
        assert megabytes < 300, f"{path.name}: {megabytes} MB"


def test_empty_styled_cells_far_away_do_no_harm(tmp_path):
    styled = (f'<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"/></row>' for n in range(3, 20_000))
    row = '<row r="2">' + cell("A2", "A1") + cell("B2", "停气") + "</row>"
    with opened(raw_xlsx(tmp_path / "styled.xlsx", [HEADER, row, *styled])) as table:
        assert len(list(table.rows)) == 1


@pytest.mark.parametrize("entity", ["<!ENTITY a 'b'>", '<!ENTITY x SYSTEM "file:///etc/passwd">'])
def test_document_type_definitions(tmp_path, entity):
    before = f"{HEAD}<!DOCTYPE l [{entity}]>"
    assert "DTD" in refusal(raw_xlsx(tmp_path / "dtd.xlsx", [HEADER], before))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("leer.xlsx", b"", "空的"),
        ("a.xlsx", b"PK\x03\x04 nonsense", "损坏"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40, "损坏"),
        ("a.xls", "<html><table><tr><td>工单编号</td></tr></table></html>".encode(), "网页"),
        ("a.csv", b"%PDF-1.7\n%\xe2\xe3", "不是表格"),
        ("a.csv", b"a,b\x00\n" * 9, "不是表格"),
        ("a.csv", "工单编号,诉求内容\n1,停气".encode("utf-8-sig")[:-1], "编码"),
        ("a.csv", b"\n\n \n", "没有数据"),
        ("a.csv", ("工单编号,诉求内容\n1,\"" + "停气" * 200_000).encode(), "引号"),
        ("a.csv", ("工单编号,诉求内容\n" + "1,停气\n" * 100_001).encode(), "行"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    assert words in refusal(tmp_path / name)


def test_cut_short_and_other_archives(tmp_path):
    whole = xlsx(tmp_path / "a.xlsx", [good_row(n) for n in range(50)]).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    assert "损坏" in refusal(tmp_path / "cut.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "不是 xlsx" in refusal(tmp_path / "b.xlsx")


def test_directories_and_missing_files(tmp_path):
    assert "打不开" in refusal(tmp_path)
    assert "打不开" in refusal(tmp_path / "fehlt.xlsx")


def test_a_workbook_with_too_many_rows_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 40)
    assert "超过 40 行" in refusal(xlsx(tmp_path / "a.xlsx", [good_row(n) for n in range(200)]))
    assert "超过 40 行" in refusal(text(tmp_path / "a.csv", [good_row(n) for n in range(41)], "utf-8"))


def test_the_parser_never_outlives_the_reader(tmp_path):
    with opened(xlsx(tmp_path / "a.xlsx", [good_row(n) for n in range(2000)])) as table:
        next(table.rows)
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    assert all("excel_child" not in Path(f"/proc/{pid}/cmdline").read_text() for pid in children)


def test_odd_cells_do_not_break_the_reader(tmp_path):
    odd = ["=1+1", "\x0bx", "𬭸䶮", "<b>", "a" * 32_000, "'", '"', "\\", "../../etc/passwd"]
    rows = [good_row(f"A{n}", 诉求内容=value.replace("\x0b", "")) for n, value in enumerate(odd)]
    with opened(xlsx(tmp_path / "a.xlsx", rows)) as table:
        assert len(list(table.rows)) == len(odd)
        assert table.columns.names == NAMES
