"""The benchmark tells the truth: a miss is a miss, forms are sent as they stand, the next page is followed."""

from __future__ import annotations

import pytest

from bench.__main__ import main
from bench.report import Operation, Size, as_json, growth, tables
from bench.visitor import OURS, Answer, Visitor, intake, next_page, read_form

FORM = """<form><input name="q" value="x"><select name="state"><option value="">all</option></select></form>
<form method="post"><input type="hidden" name="csrf_token" value="t&amp;1"><input name="title" value="old">
<textarea name="content"></textarea><select name="channel"><option value="a">A</option>
<option value="b" selected>B</option></select><select name="type"><option value="c">C</option></select>
<input type="radio" name="category" value="one"><input type="radio" name="category" value="two" checked>
<input type="checkbox" name="urgent" value="y"><input type="file" name="files"></form>"""


def size(cases: int, seconds: float, floor: float = 1.0, **more: int) -> Size:
    names = ("list", "search", "create", "export")
    operations = [Operation(name, seconds, floor) for name in names]
    return Size(cases, cases // 2, operations, html=29_000, gzip=5_900, memory=200_000_000, **more)


def test_each_operation_is_held_against_its_own_bar() -> None:
    met = {f.name: f.met for f in size(1000, 1.6).figures()}
    assert met == {
        "list": True, "search": True, "create": False, "export": False,
        "list HTML": True, "list gzip": True, "memory": True,
    }  # fmt: skip


def test_a_miss_is_printed_as_a_miss() -> None:
    good = size(1000, 1.2)
    assert "MISS" not in tables([good], "SQLite")
    assert "every bar is met" in tables([good], "SQLite")
    for spoil in ("html", "gzip", "memory"):
        bad = size(1000, 1.2)
        setattr(bad, spoil, 10**9)
        assert tables([bad], "SQLite").count("MISS") == 1
        assert "1 missed" in tables([bad], "SQLite")
    many = size(1000, 1.2)
    many.statements = {"list": 7}
    assert "MISS: more than 6 statements" in tables([many], "SQLite")


def test_growth_of_an_export_is_that_of_a_row() -> None:
    small, large = size(1000, 1.0), size(10_000, 1.5)
    found = {f.name: (f.value, f.met) for f, _ in growth(small, large)}
    assert found == {
        "list": (1.5, False), "search": (1.5, True), "create": (1.5, False), "export": (pytest.approx(0.15), True),
    }  # fmt: skip
    document = as_json([small, large], "SQLite")
    assert [g["met"] for g in document["growth"]] == [False, True, False, True]
    assert [o["met"] for o in document["sizes"][0]["operations"]] == [True] * 4


def test_a_form_is_read_as_a_browser_would_send_it() -> None:
    form = read_form(FORM.encode(), "content")
    assert form == {
        "csrf_token": "t&1", "title": "old", "content": "", "channel": "b", "type": "c", "category": "two",
    }  # fmt: skip
    with pytest.raises(LookupError):
        read_form(FORM.encode(), "password")
    assert "submission_key" not in intake(form)
    keys = {intake({"submission_key": ""})["submission_key"] for _ in range(3)}
    assert len(keys) == 3


class Pages:
    """Three pages: two full ones and a last one with a single case; writes down what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def send(self, method: str, path: str, form: object = None) -> Answer:
        self.asked.append(path)
        number = int(path.partition("=")[2] or 1)
        rows = "".join(f'<a href="/cases/{number * 100 + n}">x</a>' for n in range(1 if number == 3 else 50))
        link = (
            f'<a rel="next" href="/cases?a=&amp;p={number + 1}"><svg></svg>下一页</a>' if number < 3 else ""
        )
        return Answer(200, (rows + link).replace("a=&amp;", "").encode(), "", 0.0)


def test_the_deep_page_is_reached_by_links_and_is_a_full_one() -> None:
    assert next_page('<a href="/x?a=1&amp;b=2">第 2 页 <b>下一页</b></a>'.encode()) == "/x?a=1&b=2"
    assert next_page(b'<a href="/x">other</a>') is None
    visitor = Visitor(OURS, Pages())
    assert visitor.walk("/cases", 2) == ("/cases?p=2", 2)
    assert visitor.walk("/cases", 1000) == ("/cases?p=2", 2)


def test_anything_but_success_stops_the_run() -> None:
    class Broken(Pages):
        def send(self, method: str, path: str, form: object = None) -> Answer:
            return Answer(500, b"<p>broken</p>", "", 0.0)

    with pytest.raises(RuntimeError, match="broken"):
        Visitor(OURS, Broken()).get("/cases")


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "cases" in capsys.readouterr().err
