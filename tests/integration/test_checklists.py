"""检查表 (F6.2b): a draft is written and published by two people; a published version never changes."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from blueprints.inspection.models import Checklist, ChecklistVersion
from blueprints.inspection.service import checklist_items as items
from blueprints.inspection.service import checklist_sheets as sheets
from blueprints.inspection.service import checklists as service
from core import audit, clock
from core.db import db, transaction
from domain.checklist_library import library
from domain.checklist_texts import item_of_texts, item_texts
from domain.checklists import content_of, digest
from domain.errors import InvalidInput, RuleViolation
from tests.factories.checklists import Shelf
from tests.factories.world import World


@pytest.fixture
def shelf(world: World) -> Shelf:
    return Shelf()


def item_form(shelf: Shelf, version_id: int, code: str, /, **changed: str) -> dict[str, str]:
    """What a browser would send for an item, its version included."""
    page = shelf.world.client("jxw-inspector").get(f"/checklist-versions/{version_id}/items/{code}")
    stamp = re.search(r'name="version" value="([^"]*)"', page.get_data(as_text=True))
    assert stamp
    one = service.content(shelf.row(version_id)).item(code)
    assert one
    return item_texts(one) | {"version": stamp[1], "better": "higher", "steps": "whole"} | changed


@pytest.mark.rule("F6.2b")
def test_somebody_else_publishes_and_the_version_before_is_retired(shelf: Shelf) -> None:
    first = shelf.published()
    row = shelf.row(first)
    assert (row.state, row.sha256) == ("published", digest(row.content))
    drafter = shelf.world.client("jxw-supervisor")
    answer = drafter.submit(f"/checklist-versions/{first}/draft", follow_redirects=True)
    assert "已建立草稿" in answer.get_data(as_text=True)
    draft = service.draft_of(shelf.row(first).checklist)
    assert draft
    assert draft.number == 2
    assert answer.request.path == f"/checklist-versions/{draft.id}"
    own = drafter.submit(f"/checklist-versions/{draft.id}/publish", follow_redirects=True)
    assert "起草或者最后修改这份草稿的人不能自己公布" in own.get_data(as_text=True)
    shelf.world.client("jxw-leader").submit(f"/checklist-versions/{draft.id}/publish")
    assert [one.state for one in shelf.row(first).checklist.versions] == ["retired", "published"]
    assert audit.verify().holds


@pytest.mark.rule("F6.2b")
def test_a_published_version_never_changes(shelf: Shelf) -> None:
    version_id = shelf.published()
    before = shelf.row(version_id).content
    client = shelf.world.client("jxw-inspector")
    at = f"/checklist-versions/{version_id}"
    one = item_texts(service.content(shelf.row(version_id)).items[0]) | {"maximum": "99", "version": "x"}
    assert client.get(f"{at}/items/S01").status_code == 409
    for path, data in (
        (f"{at}/items/new", one | {"code": "X1", "version": "gone"}),
        (f"{at}/items/S01", one),
        (f"{at}/frame", {"parts": "A | 甲", "mode": "down", "places": "0", "version": "2"}),
        (f"{at}/items/S01/remove", {}),
        (f"{at}/items/S01/up", {}),
        (f"{at}/items/S01/copy", {}),
        (f"{at}/discard", {}),
    ):
        client.submit(path, data)
    by = shelf.world.user("jxw-inspector")
    made = service.content(shelf.row(version_id))
    with pytest.raises(RuleViolation, match="以这一版新建草稿") as refused, transaction():
        service.change(shelf.row(version_id), made, {}, by=by, now=clock.now())
    assert refused.value.clause == "F6.2b"
    row = shelf.row(version_id)
    assert (row.content, row.state, digest(row.content)) == (before, "published", row.sha256)


@pytest.mark.rule("F6.2b")
def test_items_are_added_changed_moved_copied_and_removed(shelf: Shelf) -> None:
    version_id = shelf.draft()
    client = shelf.world.client("jxw-inspector")
    at = f"/checklist-versions/{version_id}"
    new = item_form(shelf, version_id, "S01") | {
        "code": "S03", "rule": "banded", "bands": "95 | 3\n90｜1.5", "maximum": "3", "version": "gone",
        "shown_item": "S01", "shown_when": "ok",
    }  # fmt: skip
    assert client.submit(f"{at}/items/new", new).status_code == 303
    assert client.submit(f"{at}/items/S01", item_form(shelf, version_id, "S01", code="S10")).status_code == 303
    client.submit(f"{at}/items/S02/up")
    client.submit(f"{at}/items/S02/copy")
    client.submit(f"{at}/items/G01/remove")
    made = service.content(shelf.row(version_id))
    assert [one.code for one in made.items] == ["S02", "S02-2", "S10", "S03"]
    assert made.items[3].shown
    assert made.items[3].shown.item == "S10"
    assert str(made.total) == "13.0"
    refused = client.submit(f"{at}/items/S10/remove", follow_redirects=True).get_data(as_text=True)
    assert "S03 的前置条件引用了 S10" in refused
    client.submit(f"{at}/items/S03/up", follow_redirects=True)
    assert [one.code for one in service.content(shelf.row(version_id)).items][-1] == "S03"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"maximum": "2.25"}, "0.5的倍数"),
        ({"maximum": "两分"}, "满分须是数"),
        ({"kinds": "缺一项"}, "缺一项 | 0.5"),
        ({"kinds": "缺一项 | 半分"}, "不是数"),
        ({"kinds": "", "zero": ""}, "请列出各种情形和分值"),
        ({"rule": "rate", "target": ""}, "请填写这一项"),
        ({"rule": "bonus", "cap": ""}, "加分的上限"),
        ({"rule": "range", "low": "1", "high": "NaN"}, "不是数"),
        ({"code": "S02"}, "已经有这个编号"),
        ({"code": "S 1"}, "字母、数字和连字符"),
        ({"clause": "F99.9"}, "没有这个条款"),
        ({"shown_item": "G01", "shown_when": "ok"}, "前面的项目"),
    ],
)
@pytest.mark.rule("F6.2b")
def test_bad_items_are_told_at_their_field_and_nothing_is_lost(
    shelf: Shelf, changed: dict[str, str], told: str
) -> None:
    version_id = shelf.draft()
    data = item_form(shelf, version_id, "S01", text="标志统一明显，另写的一句", **changed)
    answer = shelf.world.client("jxw-inspector").submit(f"/checklist-versions/{version_id}/items/S01", data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert told in page
    assert "另写的一句" in page
    assert shelf.row(version_id).content == content_of(service.content(shelf.row(version_id)))


@pytest.mark.rule("F6.2b")
def test_two_editors_of_one_item_are_shown_the_difference(shelf: Shelf) -> None:
    version_id = shelf.draft()
    at = f"/checklist-versions/{version_id}/items"
    mine = item_form(shelf, version_id, "S01", text="我写的内容")
    client = shelf.world.client("jxw-supervisor")
    assert client.submit(f"{at}/S01", item_form(shelf, version_id, "S01", text="别人写的内容")).status_code == 303
    assert client.submit(f"{at}/S02", item_form(shelf, version_id, "S02", maximum="3")).status_code == 303
    me = shelf.world.client("jxw-inspector")
    answer = me.submit(f"{at}/S01", mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "我写的内容" in page
    assert "别人写的内容" in page
    client.submit(f"{at}/S01/remove")
    gone = me.submit(f"{at}/S01", mine)
    assert gone.status_code == 409
    assert "我写的内容" in gone.get_data(as_text=True)
    assert me.submit(f"{at}/S01", mine | {"version": "gone"}).status_code == 303
    made = service.content(shelf.row(version_id))
    assert [one.text for one in made.items if one.code == "S01"] == ["我写的内容"]


def test_the_sum_follows_what_is_typed(shelf: Shelf) -> None:
    version_id = shelf.draft()
    client = shelf.world.client("jxw-inspector")
    at = f"/checklist-versions/{version_id}/sums?code=S01"
    page = client.get(f"{at}&part=G&maximum=9.5", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<strong>22</strong>" in page
    assert "19.5" in page
    assert "<html" not in page
    gate = client.get(f"{at}&part=G&maximum=9.5&rule=gate").get_data(as_text=True)
    assert "<strong>12.5</strong>" in gate


# ---- spreadsheets ----------------------------------------------------------------------------------------


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize("at", range(5))
def test_every_built_in_checklist_survives_the_spreadsheet(shelf: Shelf, at: int) -> None:
    one = library()[at]
    version_id = shelf.draft(one.name, content_of(one.checklist))
    data = shelf.world.client("jxw-clerk").get(f"/checklist-versions/{version_id}/items.xlsx").data
    assert content_of(sheets.read(data)) == shelf.row(version_id).content
    answer = shelf.world.client("jxw-inspector").submit(
        "/checklists/import", {"file": (io.BytesIO(data), "检查表.xlsx"), "name": "导入的", "sector": one.sector}
    )
    assert answer.status_code == 303
    new = shelf.row(int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert (new.state, new.content) == ("draft", shelf.row(version_id).content)


def changed_sheet(data: bytes, **cells: Any) -> bytes:
    """The workbook with some cells written anew (`满分_3`: column and line)."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for place, value in cells.items():
        name, line = place.rsplit("_", 1)
        sheet.cell(int(line), columns[name]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.rule("F6.2b")
def test_bad_rows_are_told_by_line_and_column(shelf: Shelf) -> None:
    version_id = shelf.draft()
    client = shelf.world.client("jxw-inspector")
    data = client.get(f"/checklist-versions/{version_id}/items.xlsx").data
    bad = changed_sheet(data, 满分_2="2.3", 计分方式_3="随便扣", 编号_4="S01", 检查内容_4="=1+1")
    form = {"file": (io.BytesIO(bad), "检查表.xlsx"), "name": "导入的", "sector": ""}
    answer = client.submit("/checklists/import", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "第 3 行“计分方式”" in page
    assert "第 4 行“编号”：编号 S01 与第 2 行重复" in page
    only = changed_sheet(data, 满分_2="2.3")
    page = client.submit("/checklists/import", form | {"file": (io.BytesIO(only), "a.xlsx")}).get_data(as_text=True)
    assert "第 2 行：S01：满分须是0.5的倍数" in page
    assert db.session.query(Checklist).count() == 1
    for wrong in (b"PK\x03\x04nothing", b"", "部分编号,编号\nB,1\n".encode()):
        answer = client.submit("/checklists/import", form | {"file": (io.BytesIO(wrong), "a.xlsx")})
        assert answer.status_code == 422


@pytest.mark.rule("F6.2b")
def test_two_versions_are_compared(shelf: Shelf) -> None:
    first = shelf.published()
    by = shelf.world.user("jxw-inspector")
    with transaction():
        row = shelf.row(first)
        draft = service.new_draft(row.checklist, service.content(row), by=by, now=clock.now())
        draft_id = draft.id
    with transaction():
        row = shelf.row(draft_id)
        one = service.content(row).items[0]
        texts = item_texts(one) | {"maximum": "6.5", "basis_kind": "promise"}
        items.put_item(row, "S01", item_of_texts(texts), by=by, now=clock.now())
        items.copy_item(row, "S02", by=by, now=clock.now())
        items.remove_item(row, "G01", by=by, now=clock.now())
    page = shelf.world.client("jxw-leader").get(f"/checklist-versions/{draft_id}/changes").get_data(as_text=True)
    for words in ("<del>5</del>", "<ins>6.5</ins>", "<del>本制度</del>", "<ins>企业承诺</ins>", "S02-2", "G01",
                  "B1 服务网点", "17.5", "11.5"):  # fmt: skip
        assert words in page, words


# ---- the library -----------------------------------------------------------------------------------------


@pytest.mark.rule("F6.2b")
def test_the_built_in_checklists_are_loaded_once_as_drafts(app: Flask, shelf: Shelf) -> None:
    runner = app.test_cli_runner()
    result = runner.invoke(args=["checklists", "load", "--organization", "jxw"])
    assert result.exit_code == 0
    assert "放进清单 4 份草稿。" in result.output
    again = runner.invoke(args=["checklists", "load", "--organization", "jxw", "--by", "jxw-supervisor"])
    assert "内置检查表都已经在清单里。" in again.output
    for wrong in (["--organization", "rq"], ["--organization", "swj", "--by", "jxw-inspector"]):
        assert runner.invoke(args=["checklists", "load", *wrong]).exit_code == 2
    shelf.world.client("swj-inspector").submit("/checklists/adopt")
    shelf.world.fresh()
    rows = db.session.query(ChecklistVersion).all()
    assert {row.state for row in rows} == {"draft"}
    found = sorted((row.checklist.organization.code, row.checklist.sector) for row in rows)
    assert found == [("jxw", ""), ("jxw", ""), ("jxw", "gas"), ("jxw", "power"), ("swj", ""), ("swj", ""), ("swj", "water")]


@pytest.mark.rule("F6.2b")
def test_the_built_in_checklists_have_their_sums_and_rest_on_known_clauses(app: Flask) -> None:
    known = items.known_clauses()
    sums = {one.code: {part: str(value) for part, value in one.checklist.sums().items()} for one in library()}
    assert sums == {
        "common": {"B1": "30", "B2": "20", "B3": "15", "B4": "15", "B5": "20", "B6": "100"},
        "power": {"E": "100"}, "gas": {"G": "100"}, "water": {"W": "100"}, "disclosure": {"B6": "100"},
    }  # fmt: skip
    for one in library():
        for item in one.checklist.items:
            assert item.clause in known or item.basis, item.code
            assert item.basis or item.basis_kind != "statute", item.code


def test_another_regulator_sees_nothing(shelf: Shelf) -> None:
    version_id = shelf.published()
    client = shelf.world.client("swj-supervisor")
    assert client.get(f"/checklist-versions/{version_id}").status_code == 404
    assert client.submit(f"/checklist-versions/{version_id}/retire").status_code == 404
    assert "供气服务检查" not in client.get("/checklists").get_data(as_text=True)
    assert shelf.world.client("rq-leader").get("/checklists").status_code == 403


def test_a_draft_can_be_deleted_and_takes_an_empty_checklist_along(shelf: Shelf) -> None:
    version_id = shelf.draft()
    shelf.world.client("jxw-inspector").submit(f"/checklist-versions/{version_id}/discard")
    shelf.world.fresh()
    assert db.session.query(Checklist).count() == 0
    again = shelf.draft()
    with pytest.raises(InvalidInput, match="已经有这个名称"):
        shelf.draft()
    row = shelf.row(again)
    with pytest.raises(RuleViolation, match="已经有草稿"), transaction():
        service.new_draft(row.checklist, service.content(row), by=row.drafted_by, now=clock.now())


@pytest.mark.rule("F6.2b")
def test_the_blank_checklist_is_a_pdf_with_all_items(shelf: Shelf) -> None:
    import pdfplumber

    version_id = shelf.published()
    answer = shelf.world.client("jxw-clerk").get(f"/checklist-versions/{version_id}/blank.pdf")
    assert answer.mimetype == "application/pdf"
    assert "filename*=UTF-8" in answer.headers["Content-Disposition"]
    with pdfplumber.open(io.BytesIO(answer.data)) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    for words in ("S01", "S02", "G01", "标志缺失", "检查人员（签名）", "17.5"):
        assert words in text, words


@pytest.mark.rule("F6.2b")
def test_the_public_reads_what_is_inspected_and_on_what_it_rests(app: Flask, shelf: Shelf, tmp_path: Path) -> None:
    anybody = app.test_client()
    assert "还没有公布的检查事项清单" in anybody.get("/public/inspection-list/").get_data(as_text=True)
    shelf.published()
    shelf.draft("还没有公布的检查表")
    page = anybody.get("/public/inspection-list/").get_data(as_text=True)
    for words in ("供气服务检查", "《重庆市天然气管理条例》第三十二条", "法律法规", "〔F3.1.2〕", "全年准时开门营业。"):
        assert words in page, words
    assert "还没有公布的检查表" not in page
    assert "/public/inspection-list/" in anybody.get("/public/").get_data(as_text=True)
    assert app.test_cli_runner().invoke(args=["portal", "export", str(tmp_path / "out")]).exit_code == 0
    assert "供气服务检查" in (tmp_path / "out" / "inspection-list" / "index.html").read_text("utf-8")


def test_the_library_lives_on_both_databases(each_app: Flask) -> None:
    with each_app.app_context():
        shelf = Shelf()
        version_id = shelf.published()
        shelf.world.client("jxw-inspector").submit("/checklists/adopt")
        shelf.world.client("jxw-supervisor").submit(f"/checklist-versions/{version_id}/draft")
        drafts = [one for one in db.session.query(ChecklistVersion) if one.state == "draft"]
        assert len(drafts) == 5
        client = shelf.world.client("jxw-leader")
        for path in ("/checklists?sector=gas&state=draft", f"/checklists/{shelf.row(version_id).checklist_id}"):
            assert "供气" in client.get(path).get_data(as_text=True)
        assert "供气服务检查" in each_app.test_client().get("/public/inspection-list/").get_data(as_text=True)
        client.submit(f"/checklist-versions/{drafts[-1].id}/publish")
        assert [one.state for one in shelf.row(version_id).checklist.versions] == ["retired", "published"]
