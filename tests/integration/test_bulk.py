"""One step for many cases that were ticked in the list."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from core.db import db


def form_of(html: str) -> dict[str, str]:
    """Key and token of the bulk form."""
    form = re.search(r'<form[^>]*id="bulk-form".*?</form>', html, re.S).group(0)
    return dict(re.findall(r'<input[^>]*name="(csrf_token|submission_key)"[^>]*value="([^"]*)"', form))


def test_ticked_cases_are_urged_each_on_its_own(app, world, desk):
    open_cases = [desk.register("jxw-clerk", "rq", title=f"第{i}件") for i in range(3)]
    archived = desk.closed()
    client = world.client("jxw-clerk")
    assert "批量办理" in client.get("/cases").get_data(as_text=True)
    listed = client.get("/cases?select=1").get_data(as_text=True)
    assert listed.count('name="id"') == 4
    wanted = "&".join(f"id={i}" for i in (*open_cases, archived))
    page = client.get(f"/cases/bulk?action=urge&{wanted}").get_data(as_text=True)
    assert "批量催办" in page
    assert page.count("checked") >= 3
    data = form_of(page) | {
        "action": "urge",
        "reason": "请抓紧办理，三日内答复。",
        "id": [*open_cases[:2], archived],
    }
    done = client.post("/cases/bulk", data=data).get_data(as_text=True)
    assert "3 件中办了 2 件" in done
    assert "没有办成" in done
    db.session.remove()
    assert [desk.case(i).urged for i in open_cases] == [1, 1, 0]
    again = client.post("/cases/bulk", data=data)
    assert again.status_code == 303
    db.session.remove()
    assert desk.case(open_cases[0]).urged == 1


@pytest.mark.rule("F5.1")
def test_a_refusal_cites_its_clause(app, world, desk):
    archived, still_open = desk.closed(), desk.register("jxw-clerk", "rq")
    client = world.client("jxw-clerk")
    page = client.get(f"/cases/bulk?action=urge&id={still_open}").get_data(as_text=True)
    data = form_of(page) | {"action": "urge", "reason": "请抓紧办理。", "id": [archived, still_open]}
    html = client.post("/cases/bulk", data=data).get_data(as_text=True)
    assert "2 件中办了 1 件" in html
    assert "〔F5.1〕" in html


def test_nothing_ticked_foreign_cases_and_foreign_steps(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    clerk, stranger = world.client("jxw-clerk"), world.client("gd-dispatcher")
    assert clerk.get("/cases/bulk?action=urge").status_code == 303
    assert clerk.get(f"/cases/bulk?action=verify&id={case}").status_code == 404
    assert clerk.get(f"/cases/bulk?id={case}").status_code == 404
    assert stranger.get(f"/cases/bulk?action=progress_notice&id={case}").status_code == 404
    own = desk.register("gd-dispatcher", "gd", channel="power_hotline")
    page = stranger.get(f"/cases/bulk?action=progress_notice&id={case}&id={own}").get_data(as_text=True)
    assert desk.case(own).number in page
    assert desk.case(case).number not in page


@pytest.mark.rule("F5.1")
def test_who_will_be_refused_is_told_beforehand(app, world, desk):
    case, archived = desk.register("jxw-clerk", "rq"), desk.closed()
    client = world.client("jxw-clerk")
    back = "/cases?state=registered&select=1"
    asked = f"/cases/bulk?action=urge&id={case}&id={archived}&back={quote(back, safe='')}"
    page = client.get(asked).get_data(as_text=True)
    ready, refused = page.split("这些件现在办不了", 1)
    assert "勾选了 2 件，现在能办 1 件" in page
    assert f'name="id" value="{case}"' in ready
    assert f'name="id" value="{archived}"' not in page
    assert desk.case(archived).number in refused
    assert "〔F5.1〕" in refused
    assert f'href="{back.replace("&", "&amp;")}"' in page
    evil = client.get(f"/cases/bulk?action=urge&id={case}&back=https%3A%2F%2Felsewhere.invalid%2F")
    assert "elsewhere.invalid" not in evil.get_data(as_text=True)


@pytest.mark.rule("F5.1")
def test_none_of_them_can(app, world, desk):
    archived = desk.closed()
    page = world.client("jxw-clerk").get(f"/cases/bulk?action=urge&id={archived}").get_data(as_text=True)
    assert "勾选的件现在都不能催办" in page
    assert 'id="bulk-form"' not in page


def test_more_than_the_most_is_not_cut_off_in_silence(app, world, desk):
    client = world.client("jxw-clerk")
    wanted = "&".join(f"id={i}" for i in range(1, 502))
    answer = client.get(f"/cases/bulk?action=urge&{wanted}")
    assert answer.status_code == 303
    assert "一次最多 500 件" in client.get(answer.headers["Location"]).get_data(as_text=True)


def test_ticked_cases_as_a_file(app, world, desk):
    ids = [desk.register("jxw-clerk", "rq", title=f"第{i}件") for i in range(3)]
    client = world.client("jxw-clerk")
    answer = client.get(f"/cases/bulk?action=export&id={ids[0]}&id={ids[2]}")
    where = answer.headers["Location"]
    assert where.endswith(f"only={ids[0]}~{ids[2]}")
    page = client.get(where).get_data(as_text=True)
    assert "所选" in page
    text = client.get(where.replace("/cases/export", "/cases/export.csv")).get_data(as_text=True)
    assert [name in text for name in ("第0件", "第1件", "第2件")] == [True, False, True]
    stranger = world.client("gd-dispatcher").get(f"/cases?only={ids[0]}").get_data(as_text=True)
    assert "第0件" not in stranger
    assert client.get("/cases?only=x~1").get_data(as_text=True).count("第0件") == 0


@pytest.mark.rule("F5.2")
def test_a_notice_left_empty_is_written_for_each_case(app, world, desk):
    ids = [desk.handed_over(title=f"第{i}件") for i in range(2)]
    client = world.client("jxw-clerk")
    page = client.get(f"/cases/bulk?action=progress_notice&id={ids[0]}&id={ids[1]}").get_data(as_text=True)
    assert "逐件按模板" in page
    data = form_of(page) | {"action": "progress_notice", "way": "电话", "text": "", "id": ids}
    done = client.post("/cases/bulk", data=data).get_data(as_text=True)
    assert "2 件中办了 2 件" in done
    db.session.remove()
    told = [desk.case(i).steps[-1].facts["text"] for i in ids]
    assert [desk.case(i).number in text for i, text in zip(ids, told, strict=True)] == [True, True]


def test_what_was_typed_stays(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    desk.do(case, "accept", "jxw-clerk", nature="internal")
    client = world.client("jxw-clerk")
    page = client.get(f"/cases/bulk?action=dispatch&id={case}").get_data(as_text=True)
    data = form_of(page) | {"action": "dispatch", "requirement": "请五日内核实。", "id": [case]}
    answer = client.post("/cases/bulk", data=data)
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert desk.case(case).number in html
    assert "请五日内核实。" in html
    assert "〔F5.1〕" in html
    data |= {"units": ["own"]}
    assert "1 件中办了 1 件" in client.post("/cases/bulk", data=data).get_data(as_text=True)
    db.session.remove()
    assert desk.case(case).assignments[0].organization_id == desk.case(case).enterprise_id
