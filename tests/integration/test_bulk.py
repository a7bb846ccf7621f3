"""One step for many cases that were ticked in the list."""

from __future__ import annotations

import re

import pytest

from core.db import db
from tests.factories.cases import Desk


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
    assert page.count("checked") >= 4
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
    archived = desk.closed()
    client = world.client("jxw-clerk")
    page = client.get(f"/cases/bulk?action=urge&id={archived}").get_data(as_text=True)
    data = form_of(page) | {"action": "urge", "reason": "请抓紧办理。", "id": [archived]}
    html = client.post("/cases/bulk", data=data).get_data(as_text=True)
    assert "1 件中办了 0 件" in html
    assert "〔F5.1〕" in html


def test_nothing_ticked_foreign_cases_and_foreign_steps(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    clerk, stranger = world.client("jxw-clerk"), world.client("gd-dispatcher")
    assert clerk.get("/cases/bulk?action=urge").status_code == 303
    assert clerk.get(f"/cases/bulk?action=verify&id={case}").status_code == 404
    assert clerk.get(f"/cases/bulk?id={case}").status_code == 404
    assert stranger.get(f"/cases/bulk?action=note&id={case}").status_code == 404
    own = desk.register("gd-dispatcher", "gd", channel="power_hotline")
    page = stranger.get(f"/cases/bulk?action=note&id={case}&id={own}").get_data(as_text=True)
    assert desk.case(own).number in page
    assert desk.case(case).number not in page


@pytest.mark.parametrize("missing", ["reason"])
def test_what_was_typed_stays(app, world, desk: Desk, missing: str) -> None:
    case = desk.register("jxw-clerk", "rq")
    client = world.client("jxw-clerk")
    page = client.get(f"/cases/bulk?action=progress_notice&id={case}").get_data(as_text=True)
    data = form_of(page) | {"action": "progress_notice", "way": "phone", "text": "", "id": [case]}
    answer = client.post("/cases/bulk", data=data)
    assert answer.status_code == 422
    assert desk.case(case).number in answer.get_data(as_text=True)
