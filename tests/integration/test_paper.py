"""The paper path of an on-site check (F6.2b): blank, scanned, typed by one person, compared by another."""

from __future__ import annotations

import io
import re
from typing import Any

import pdfplumber
import pytest

from blueprints.inspection.service import entries, paper_entry, signing
from core import audit
from domain.errors import RuleViolation
from tests.factories.checks import CONTENT, Inspected, picture
from tests.factories.paper_checks import paper_of
from tests.factories.world import World

TYPIST, SECOND, THIRD = "jxw-inspector", "jxw-supervisor", "swj-inspector"
FACTS = {
    "arrived": "2026-10-12T09:05", "certificates_shown": "2026-10-12T09:06", "rights_told": "2026-10-12T09:07",
    "ended": "2026-10-12T10:40", "present_name": "示例负责人", "outcome": "done", "statement": "没有异议。",
}  # fmt: skip


@pytest.fixture
def one(world: World) -> Inspected:
    return Inspected()


def scanned(one: Inspected, **upload: Any) -> int:
    """Id of a check with its scan."""
    check_id = one.declared()
    name, data = upload.get("name", "检查表.pdf"), upload.get("data", paper_of())
    client = one.world.client(TYPIST)
    answer = client.submit(f"/checks/{check_id}/paper/scan", {"scan": (io.BytesIO(data), name)})
    assert answer.status_code == 303
    return check_id


def rows_on(page: str) -> dict[str, str]:
    """Item (and counter) -> the number in the names of its fields."""
    found = re.findall(r'for="answer_(\d+)">(\S+) 结论<', page)
    return {name: at for at, name in found}


def typing(one: Inspected, check_id: int, **more: Any) -> dict[str, Any]:
    """A whole paper typed; `more` by item: (answer, fields)."""
    page = one.world.client(TYPIST).get(f"/checks/{check_id}/paper").get_data(as_text=True)
    at = rows_on(page)
    stamp = re.search(r'name="version" value="([0-9a-f]+)"', page)
    assert stamp
    answers: dict[str, tuple[str, dict[str, Any]]] = {
        "S01": ("given", {"count_0": "1", "note": "门头被遮住"}), "S02": ("given", {"value": "1.5", "note": "台面杂乱"}),
        "S03": ("given", {"value": "缺项"}), "P01": ("given", {"value": "96.5", "number": "20次接通"}),
        "P02": ("given", {"count_0": "1"}), "P03": ("na", {"note": "没有申报"}),
    } | more  # fmt: skip
    data: dict[str, Any] = FACTS | {"version": stamp[1]}
    for code, (answer, fields) in answers.items():
        data[f"answer_{at[code]}"] = answer
        for name, value in fields.items():
            field, _, place = name.partition("_")
            data[f"{field}_{at[code]}" + (f"_{place}" if place else "")] = value
    return data


@pytest.mark.rule("F6.2b")
def test_typed_by_one_and_compared_by_another(one: Inspected) -> None:
    check_id = scanned(one)
    client, second = one.world.client(TYPIST), one.world.client(SECOND)
    at = f"/checks/{check_id}/paper"
    data = typing(one, check_id) | {"done": "1"}
    photo = next(name for name in rows_on(client.get(at).get_data(as_text=True)).items() if name[0] == "S01")[1]
    data[f"photo_{photo}"] = (io.BytesIO(picture()), "门头.jpg")
    assert client.submit(at, data).status_code == 303
    row = one.row(check_id)
    assert paper_entry.state_of(row) == "entered"
    assert {entry.tablet_id for entry in row.entries} == {None}
    assert [photo.item for photo in row.photos] == ["S01"]
    own = client.get(f"{at}/check")
    assert own.status_code == 409
    assert "录入的人不能核对自己的录入" in own.get_data(as_text=True)
    page = second.get(f"{at}/check").get_data(as_text=True)
    for words in ("门头被遮住", "台面杂乱", "缺项", "96.5", "2026-10-12 09:05", f"{at}/pages/2"):
        assert words in page, words
    assert "还没有由另一人" in "".join(entries.missing(one.row(check_id)))
    second.submit(f"{at}/check")
    row = one.row(check_id)
    assert paper_entry.state_of(row) == "checked"
    assert entries.missing(row) == []
    late = client.submit(at, typing_again(client, at)).get_data(as_text=True)
    assert "录入已经由另一人核对" in late
    one.do(signing.begin, check_id)
    assert one.row(check_id).content["answers"]["S02"][""]["value"] == {"deduction": "1.5", "reason": "台面杂乱"}
    assert audit.verify().holds


def typing_again(client: Any, at: str) -> dict[str, str]:
    page = client.get(at).get_data(as_text=True)
    found = re.search(r'name="version" value="([0-9a-f]+)"', page)
    return FACTS | {"version": found[1] if found else ""}


@pytest.mark.rule("F6.2b")
def test_what_differs_goes_back_to_whoever_typed(one: Inspected) -> None:
    check_id = scanned(one)
    client, second = one.world.client(TYPIST), one.world.client(SECOND)
    at = f"/checks/{check_id}/paper"
    client.submit(at, typing(one, check_id) | {"done": "1"})
    assert second.submit(f"{at}/back", {"reason": "S"}).status_code == 422
    second.submit(f"{at}/back", {"reason": "S02 纸上扣的是1分"})
    page = client.get(at).get_data(as_text=True)
    assert "S02 纸上扣的是1分" in page
    assert "S02 纸上扣的是1分" in client.get("/notifications").get_data(as_text=True)
    before = len(one.row(check_id).entries)
    client.submit(at, typing(one, check_id, S02=("given", {"value": "1", "note": "台面杂乱"})) | {"done": "1"})
    row = one.row(check_id)
    assert len(row.entries) == before + 1
    assert paper_entry.state_of(row) == "entered"
    with pytest.raises(RuleViolation, match="不能核对自己"):
        one.do(paper_entry.confirm, check_id, login=TYPIST)


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"S01": ("given", {})}, "请填写每种情形的次数"),
        ({"S02": ("given", {"value": "9", "note": "台面杂乱"})}, "扣分须在1到3之间"),
        ({"S02": ("given", {"value": "2"})}, "理由"),
        ({"S03": ("given", {})}, "请填写这一项"),
        ({"P01": ("given", {"value": "很高"})}, "须是数"),
        ({"P03": ("na", {})}, "不适用须写明理由"),
        ({"P02": ("", {"note": "只写了说明"})}, "请选择结论"),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_lost(one: Inspected, wrong: dict[str, Any], told: str) -> None:
    check_id = scanned(one)
    answer = one.world.client(TYPIST).submit(f"/checks/{check_id}/paper", typing(one, check_id, **wrong))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert told in page
    assert "门头被遮住" in page or "S01" in wrong
    assert "示例负责人" in page
    assert one.row(check_id).entries == []


@pytest.mark.rule("F6.2b")
def test_counters_are_named_then_typed_one_by_one(one: Inspected) -> None:
    check_id = scanned(one)
    client, at = one.world.client(TYPIST), f"/checks/{check_id}/paper"
    client.submit(at, typing(one, check_id) | {"names_0": "一号柜台、二号柜台"})
    assert {"S02一号柜台", "S02二号柜台"} <= set(rows_on(client.get(at).get_data(as_text=True)))
    page = client.get(at).get_data(as_text=True)
    names = rows_on(page)
    again = typing_again(client, at) | {"names_0": "一号柜台、二号柜台"}
    again |= {f"answer_{names['S02一号柜台']}": "ok", f"answer_{names['S02二号柜台']}": "given"}
    again |= {f"value_{names['S02二号柜台']}": "3", f"note_{names['S02二号柜台']}": "没有灭火器"}
    again |= {f"answer_{names['S01']}": "", f"note_{names['S01']}": ""}
    again |= {f"count_{names['S01']}_{place}": "" for place in range(3)}
    client.submit(at, again)
    _, state = entries.standing_of(one.row(check_id))
    assert state.answers["S02"]["二号柜台"]["value"] == {"deduction": "3", "reason": "没有灭火器"}
    assert state.answers["S01"][""] == {}
    client.submit(at, typing_again(client, at) | {"names_0": "一号柜台，三号柜台"})
    _, state = entries.standing_of(one.row(check_id))
    assert set(state.instances["柜台"]) == {"一号柜台", "三号柜台"}


def test_two_typists_are_shown_that_the_other_was_faster(one: Inspected) -> None:
    check_id = scanned(one)
    at, data = f"/checks/{check_id}/paper", typing(one, check_id)
    assert one.world.client(SECOND).submit(at, data).status_code == 303
    answer = one.world.client(TYPIST).submit(at, data | {"statement": "我录的一句"})
    assert answer.status_code == 409
    assert "我录的一句" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "data"),
    [("检查表.txt", b"text"), ("检查表.pdf", b"no pdf"), ("检查表.pdf", b"%PDF-1.4\nnothing\n%%EOF"), ("检查表.png", b"\x89PNG no"), ("检查表.pdf", b"")],
)
def test_what_is_no_scan_is_refused(one: Inspected, name: str, data: bytes) -> None:
    check_id = one.declared()
    at = f"/checks/{check_id}/paper"
    one.world.client(TYPIST).submit(f"{at}/scan", {"scan": (io.BytesIO(data), name)})
    assert one.row(check_id).paper_scan_id is None
    refused = one.world.client(TYPIST).submit(at, FACTS | {"version": "x"})
    assert refused.status_code == 409


def test_photos_of_the_pages_become_one_scan(one: Inspected) -> None:
    check_id = one.declared()
    client = one.world.client(TYPIST)
    photos = [(io.BytesIO(picture()), "1.jpg"), (io.BytesIO(picture("PNG")), "2.png"), (io.BytesIO(picture()), "3.jpg")]
    client.submit(f"/checks/{check_id}/paper/scan", {"scan": photos})
    found = [client.get(f"/checks/{check_id}/paper/pages/{page}").status_code for page in (1, 2, 3, 4)]
    assert found == [200, 200, 200, 404]
    mixed = [(io.BytesIO(picture()), "1.jpg"), (io.BytesIO(paper_of()), "2.pdf")]
    answer = client.submit(f"/checks/{check_id}/paper/scan", {"scan": mixed}, follow_redirects=True)
    assert "请上传一份 PDF，或者几张 JPG、PNG。" in answer.get_data(as_text=True)


def test_pages_of_a_scan(one: Inspected) -> None:
    check_id = scanned(one)
    client = one.world.client(TYPIST)
    for page, status in ((1, 200), (2, 200), (3, 404), (0, 404)):
        assert client.get(f"/checks/{check_id}/paper/pages/{page}").status_code == status
    assert client.get(f"/checks/{check_id}/paper/pages/1").data.startswith(b"\x89PNG")
    assert one.world.client(THIRD).get(f"/checks/{check_id}/paper/pages/1").status_code == 404
    assert one.world.client("rq-leader").get(f"/checks/{check_id}/paper/scan").status_code == 403


def text_of(data: bytes) -> str:
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        cells = [cell or "" for page in pdf.pages for table in page.extract_tables() for row in table for cell in row]
        text = "".join([*cells, *(page.extract_text() for page in pdf.pages)])
    return text.replace("\n", "").replace(" ", "")


@pytest.mark.rule("F6.2b")
def test_the_checklist_of_a_check_blank_and_filled(one: Inspected) -> None:
    check_id = one.declared()
    client = one.world.client(TYPIST)
    number = one.row(check_id).number
    blank = text_of(client.get(f"/checks/{check_id}/paper/blank.pdf").data)
    for words in (number, "示例燃气公司", *(item.code for item in CONTENT.items)):
        assert words in blank, words
    early = client.get(f"/checks/{check_id}/checklist.pdf")
    assert early.status_code == 409
    one.complete(check_id)
    one.do(signing.begin, check_id)
    filled = text_of(client.get(f"/checks/{check_id}/checklist.pdf").data)
    score = one.row(check_id).content["score"]
    for words in (number, "台面堆放杂物", f"折合{score['percent']}", score["total"]):
        assert words in filled, words
