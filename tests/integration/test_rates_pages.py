"""The page of rates, its files and `complaints stats`: the same numbers, each with its very list behind it."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import html5lib
import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from core import clock
from core.db import db
from tests.factories.cases import Desk, at
from tests.factories.world import World
from tests.page_client import XHTML

OCTOBER = "from=2026-10-01&to=2026-10-31"
NOW = at("2026-10-21 10:00")
HOUSEKEEPING = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "PRAGMA")
SESSION = re.compile(r"login_session|role_grant|FROM \"?user\"?\b")


@pytest.fixture
def office(each_app: Flask) -> Desk:
    """Cases of the water and the gas company in every condition that rates tell apart."""
    desk = Desk()
    told = desk.told()
    own: dict[str, Any] = {"channel": "department_phone"}
    for kind in ("complaint", "complaint", "report", "suggestion"):
        desk.register("gs-dispatcher", "gs", type=kind, **own)
    desk.own_water()
    for solved in (True, False):
        case = desk.register("gs-dispatcher", "gs", type="inquiry", channel="online_media")
        desk.do(case, "answer_now", "gs-dispatcher", text="阶梯水价按年累计计算，超出部分加价。", **told)
        satisfied = "satisfied" if solved else "dissatisfied"
        desk.do(case, "callback", "gs-dispatcher", solved=solved, satisfied=satisfied)
    declined, merged, main = (desk.register("gs-dispatcher", "gs", **own) for _ in range(3))
    desk.do(declined, "decline", "gs-dispatcher", reason="不属于供水范围，请向物业反映", **told)
    desk.do(merged, "merge", "gs-dispatcher", other=desk.case(main).number)
    withdrawn = desk.register("gs-dispatcher", "gs", **own)
    desk.do(withdrawn, "request_withdrawal", "gs-dispatcher", reason="已自行解决，要求撤回", told_how="电话")
    desk.do(withdrawn, "decide_withdrawal", "gs-leader", approve=True)
    desk.handed_over("rq")
    desk.replied_handover("rq")
    with clock.frozen(NOW):
        desk.register("gs-dispatcher", "gs", **own)
        desk.handed_over("gd")
    return desk


def elements(html: str, path: str) -> list[Any]:
    return list(html5lib.parse(html).iterfind(".//" + "/".join(XHTML + part for part in path.split("/"))))


def words(element: Any) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def links(html: str) -> list[tuple[int, str]]:
    """(number, address) of every number that opens a list."""
    found = [(words(a), a.get("href")) for a in elements(html, "a")]
    return [(int(text), url) for text, url in found if url.startswith(LISTS) and text.isdecimal()]


def grid(html: str, caption: str) -> list[list[str]]:
    """A table as texts, by a word of its caption; cells that span rows or columns stand once."""
    table = next(t for t in elements(html, "table") if caption in words(t.find(f"{XHTML}caption")))
    return [
        [words(cell) for cell in row if cell.tag in (XHTML + "td", XHTML + "th")]
        for row in table.iter(f"{XHTML}tr")
    ]


def total(client: FlaskClient, url: str) -> int:
    """How many cases a list says that it has."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    found = re.search(r'<span class="muted">共 (\d+) 件</span>', answer.get_data(as_text=True))
    assert found, url
    return int(found[1])


LISTS = ("/cases?",)
SPLITS = ("enterprise", "department", "channel", "type", "time")


@pytest.mark.rule("Q2")
@pytest.mark.parametrize("who", ["gs-leader", "jxw-clerk"])
def test_each_number_opens_the_list_of_that_very_count(office: Desk, each_world: World, who: str) -> None:
    with clock.frozen(NOW):
        client, tried = each_world.client(who), set()
        for split in SPLITS:
            html = client.get(f"/rates?{OCTOBER}&split={split}").get_data(as_text=True)
            for number, url in links(html):
                if url not in tried:
                    assert total(client, url) == number, url
                    tried.add(url)
        assert len(tried) > 40
        exact = next(
            url for number, url in links(html) if "excluded-merged" in url or "timely" in url or number
        )
        assert parse_qs(urlsplit(exact).query).keys() >= {"received_from", "received_to", "rate", "part"}


@pytest.mark.rule("Q2")
def test_the_page_says_whether_100_percent_is_reached_and_why(office: Desk, each_world: World) -> None:
    with clock.frozen(NOW):
        html = each_world.client("gs-leader").get(f"/rates?{OCTOBER}").get_data(as_text=True)
    cards = [words(s) for s in elements(html, "section") if "rate-card" in s.get("class", "")]
    assert "投诉及时受理率〔Q2〕本单位设定" in cards[0].replace(" ", "")
    assert "37.50%" in cards[0]
    assert "未达到100%，差 5 件" in cards[0]
    assert "其中后来重办1 件" in cards[1]
    assert "制度要求及时受理，没有写多久算及时" in html
    assert "1个工作日，从收到起算" in html
    assert "重办的按第一次算" in html
    excluded = grid(html, "不计入比率的件")
    assert [row[:3] for row in excluded[1:]] == [
        ["不予受理", "1", "1"],
        ["已并案", "1", "1"],
        ["已撤回", "1", "1"],
        ["停供事件来电", "0", "0"],
        ["在办、未到期", "1", "1"],
    ]
    assert len(grid(html, "最近不计入的件")) == 4


def test_a_month_without_cases_shows_a_dash(office: Desk, each_world: World) -> None:
    answer = each_world.client("gs-leader").get("/rates?from=2026-01-01&to=2026-01-31")
    html = answer.get_data(as_text=True)
    cards = [words(s) for s in elements(html, "section") if "rate-card" in s.get("class", "")]
    assert all("—" in card and "统计期内没有应计入的件" in card for card in cards)
    assert "%" not in "".join(cards)
    assert "这段时间没有收到诉求件" in html


@pytest.mark.parametrize("query", ["from=2026-10-02&to=2026-10-01", "from=x&to=y", "from=2026-10-02"])
def test_days_that_mean_nothing_are_told(each_world: World, query: str) -> None:
    client = each_world.client("gs-leader")
    answer = client.get(f"/rates?{query}")
    assert answer.status_code == 422
    assert "下面是本月的统计" in answer.get_data(as_text=True)
    assert client.get(f"/rates/export.csv?{query}").status_code == 422


def test_nobody_counts_what_is_not_theirs(office: Desk, each_world: World) -> None:
    foreign = each_world.org("gs").id
    with clock.frozen(NOW):
        for who in ("gd-leader", "swj-leader", "rq-handler2"):
            html = each_world.client(who).get(f"/rates?{OCTOBER}&enterprise={foreign}").get_data(as_text=True)
            assert "水诉" not in html
            assert "这段时间没有收到诉求件" in html
            assert "供排水公司" not in html.replace("示例供排水公司", "", int(who.startswith("swj")))


def test_few_statements_whatever_the_split(office: Desk, each_world: World) -> None:
    client = each_world.client("jxw-clerk")
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))
    for split in SPLITS:
        client.get(f"/rates?{OCTOBER}&split={split}")
        said.clear()
        client.get(f"/rates?{OCTOBER}&split={split}")
        counted = [text for text in said if not text.startswith(HOUSEKEEPING) and not SESSION.search(text)]
        assert len(counted) <= 6, "\n".join(counted)


# Files


def sheets(client: FlaskClient, query: str) -> dict[str, list[list[Any]]]:
    answer = client.get(f"/rates/export.xlsx?{query}")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


def sections(client: FlaskClient, query: str) -> dict[str, list[list[str]]]:
    answer = client.get(f"/rates/export.csv?{query}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    found: dict[str, list[list[str]]] = {}
    title = ""
    for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")):
        if not row:
            title = ""
        elif not title:
            title = row[0]
            found[title] = []
        else:
            found[title].append(row)
    return found


def as_texts(rows: list[list[Any]]) -> list[list[str]]:
    return [["" if v is None else v if isinstance(v, str) else f"{v:.0f}" for v in row] for row in rows]


@pytest.mark.rule("Q2")
def test_the_files_hold_exactly_what_the_page_shows(office: Desk, each_world: World) -> None:
    with clock.frozen(NOW):
        client = each_world.client("jxw-leader")
        query = f"{OCTOBER}&split=enterprise"
        html = client.get(f"/rates?{query}").get_data(as_text=True)
        book, text = sheets(client, query), sections(client, query)
    assert list(book) == list(text)
    assert {title: as_texts(rows) for title, rows in book.items()} == text
    assert text["按被诉单位分"][1:] == [
        row for row in grid(html, "两项比率") if len(row) > 10 and row[0] != "应计入"
    ]
    shown = grid(html, "各渠道、各类型")
    assert [row for row in text["渠道和类型"] if not row[0].startswith(("受理", "办结"))] == shown
    excluded = grid(html, "不计入比率的件")
    assert text["不计入的件"][1:] == excluded[1:]
    assert not any(isinstance(value, str) for value in book["按被诉单位分"][1][1:6])
    assert book["按被诉单位分"][1][6] in html


def test_an_export_is_in_the_audit_log(office: Desk, each_world: World) -> None:
    with clock.frozen(NOW):
        each_world.client("gs-leader").get(f"/rates/export.csv?{OCTOBER}")
        log = each_world.client("auditadmin").get("/audit-log").get_data(as_text=True)
    assert "统计 csv" in log


def test_who_may_not_export_is_not_offered_it(office: Desk, each_world: World) -> None:
    handler = each_world.client("gs-handler")
    assert "/rates/export" not in handler.get("/rates").get_data(as_text=True)
    assert handler.get("/rates/export.csv").status_code == 403


# Command line


def stats(app: Flask, *arguments: str) -> tuple[int, Any, str]:
    """(exit code, the JSON on the last line of stdout or None, stderr)."""
    result = app.test_cli_runner().invoke(args=["complaints", "stats", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    db.session.rollback()
    lines = result.stdout.strip().splitlines()
    return result.exit_code, json.loads(lines[-1]) if lines and "--json" in arguments else None, result.stderr


PERIOD = ("--from", "2026-10-01", "--to", "2026-10-31")


@pytest.mark.rule("Q2")
def test_stats_lists_every_case_behind_every_number(each_app: Flask, office: Desk, each_world: World) -> None:
    with clock.frozen(NOW):
        code, told, _ = stats(each_app, *PERIOD, "--enterprise", "gs", "--json")
        client = each_world.client("gs-leader")
        html = client.get(f"/rates?{OCTOBER}&split=enterprise").get_data(as_text=True)
    assert code == 0
    assert list(told) == ["received", "acceptance", "completion", "excluded", "cross"]
    assert {"rate", "numerator", "denominator"} <= set(told["acceptance"])
    row = grid(html, "两项比率")[-1]
    sizes = [told["received"]]
    for name in ("acceptance", "completion"):
        part = told[name]
        assert set(part["numerator"]) <= set(part["denominator"])
        late = len(part["denominator"]) - len(part["numerator"])
        left_out = sum(map(len, part["excluded"].values()))
        sizes += [len(part["denominator"]), len(part["numerator"]), late, left_out, part["rate"]]
        assert len(part["denominator"]) + left_out == told["received"]
    assert row == ["合计", *map(str, sizes)]
    assert [(kind, len(cases)) for kind, cases in told["excluded"].items()] == [
        ("declined", 1), ("merged", 1), ("withdrawn", 1), ("open_not_due", 1),
    ]  # fmt: skip
    cross = grid(html, "各渠道、各类型")
    assert [[row[0], *row[1:5]] for row in cross[1:-2]] == [
        [name, *map(str, cells)]
        for name, cells in zip(told["cross"]["channels"], told["cross"]["cells"], strict=True)
    ]
    assert cross[-1][1:5] == told["cross"]["col_percent"]


def test_stats_of_everybody_and_of_nothing(each_app: Flask, office: Desk) -> None:
    with clock.frozen(NOW):
        _, told, _ = stats(each_app, *PERIOD, "--json")
        assert told["received"] == told["cross"]["total"] == 15
        _, told, _ = stats(each_app, "--from", "2026-01-01", "--to", "2026-01-31", "--json")
        code = each_app.test_cli_runner().invoke(args=["complaints", "stats", *PERIOD]).exit_code
    assert (code, told["received"], told["acceptance"]["rate"], told["cross"]["total"]) == (0, 0, None, 0)
    assert told["excluded"] == {"declined": [], "merged": [], "withdrawn": [], "open_not_due": []}


def test_stats_for_people(each_app: Flask, office: Desk) -> None:
    with clock.frozen(NOW):
        result = each_app.test_cli_runner().invoke(
            args=["complaints", "stats", *PERIOD, "--enterprise", "gs"]
        )
    lines = result.stdout.splitlines()
    assert lines[1].startswith("投诉及时受理率 37.50%（未达到100%，差 5 件")
    assert any(line.startswith("公司部门来电") for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2026-10-02", "--to", "2026-10-01", "--json"),
        ("--from", "gestern", "--to", "2026-10-01", "--json"),
        (*PERIOD, "--enterprise", "nobody", "--json"),
        (*PERIOD, "--enterprise", "jxw", "--json"),
        (*PERIOD[:2], "--json"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(app: Flask, world: World, arguments: tuple[str, ...]) -> None:
    code, told, error = stats(app, *arguments)
    assert (code, told) == (2, None)
    assert error.strip()
    assert "Traceback" not in error
