"""core.htmx and core.errors: page or fragment, redirects, drafts, and one Chinese page a status."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, abort, flash, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.test import TestResponse

from core.errors import TEXTS
from core.htmx import redirect_to, render
from domain.errors import InvalidInput, RuleViolation
from tests.page_client import check_page
from tests.unit.shell_app import EveryField, make_shell

HX = {"HX-Request": "true"}
KEY = "0123456789abcdef0123456789abcdef"
PAGE = (
    '{% extends "layouts/plain.html" %}{% block title %}页{% endblock %}'
    '{% block content %}<div id="part">{% block part %}{{ word }}{% endblock %}</div>{% endblock %}'
)


def make() -> Flask:
    """The shell with a view for each kind of answer."""
    app = make_shell({"page.html": PAGE}, PROPAGATE_EXCEPTIONS=False)
    failures: dict[str, Any] = {
        "rule": RuleViolation("还没有记录致歉，不能办结。", "Q6.1", "请先记录致歉。"),
        "input": InvalidInput("天数应在 1 到 3660 之间。"),
        "stale": StaleDataError("row"),
        "database": OperationalError("select", {}, Exception("disk full")),
        "bug": ZeroDivisionError(),
    }

    @app.route("/part", methods=["GET", "POST"])
    def part() -> Response:
        if request.args.get("flash"):
            flash("已保存。", "success")
        return render("page.html", block=request.args.get("block", "part"), status=200, word="片段")

    @app.route("/go", methods=["GET", "POST"])
    def go() -> Response:
        if request.args.get("flash"):
            flash("已登记。", "success")
        return redirect_to("/part", saved="lost" not in request.args)

    @app.route("/fail/<name>", methods=["GET", "POST"])
    def fail(name: str) -> Response:
        raise failures[name]

    @app.route("/status/<int:code>", methods=["GET", "POST"])
    def status(code: int) -> Response:
        abort(code)

    @app.route("/said")
    def said() -> Response:
        abort(403, description="只有分管领导可以批示。")

    @app.post("/form")
    def form() -> Response:
        return Response("ok" if EveryField().validate_on_submit() else "no", 422)

    return app


@pytest.fixture(scope="module")
def app() -> Flask:
    """One application for the whole file: it keeps no state."""
    return make()


def body(response: TestResponse) -> str:
    """The text of an answer."""
    return response.get_data(as_text=True)


def test_htmx_gets_the_block_and_everybody_else_the_page(app: Flask) -> None:
    client = app.test_client()
    fragment = client.get("/part", headers=HX)
    assert body(fragment) == "片段"
    for headers in ({}, {**HX, "HX-Boosted": "true"}, {**HX, "HX-History-Restore-Request": "true"}):
        page = client.get("/part", headers=headers)
        assert "<h1>页</h1>" in body(page)
        assert "HX-Request" in page.headers["Vary"]
    assert "HX-Request" in fragment.headers["Vary"]


def test_a_block_that_is_not_there_is_named(app: Flask) -> None:
    with app.test_request_context("/", headers=HX), pytest.raises(LookupError, match=r"'nothing'.*part"):
        render("page.html", block="nothing", word="")


def test_messages_travel_with_a_fragment_once(app: Flask) -> None:
    client = app.test_client()
    first = body(client.get("/part?flash=1", headers=HX))
    assert 'hx-swap-oob="beforeend:#messages"' in first
    assert "已保存。" in first
    assert "已保存。" not in body(client.get("/part", headers=HX))


def test_a_message_for_the_next_page_is_not_eaten_by_a_fragment_in_between(app: Flask) -> None:
    client = app.test_client()
    client.post("/go?flash=1")
    assert "已登记。" not in body(client.get("/part", headers=HX))
    assert "已登记。" in body(client.get("/part"))


def test_redirects_for_browsers_and_for_htmx(app: Flask) -> None:
    client = app.test_client()
    plain = client.post("/go")
    assert (plain.status_code, plain.headers["Location"]) == (303, "/part")
    assert client.post("/go", headers={**HX, "HX-Boosted": "true"}).status_code == 303
    answer = client.post("/go", headers=HX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/part")
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("path", "method", "key", "told"),
    [
        ("/go", "POST", KEY, True),
        ("/go?lost=1", "POST", KEY, False),
        ("/go", "GET", KEY, False),
        ("/go", "POST", "a; Path=/x\r\nX: y", False),
        ("/go", "POST", "", False),
    ],
)
def test_the_browser_is_told_which_draft_is_stored(
    app: Flask, path: str, method: str, key: str, told: bool
) -> None:
    data = {"submission_key": key} if method == "POST" else None
    response = app.test_client().open(path, method=method, data=data)
    cookie = response.headers.get("Set-Cookie", "")
    assert (f"saved={KEY}" in cookie) is told
    assert not told or ("SameSite=Lax" in cookie and "HttpOnly" not in cookie)


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_each_status_has_a_page_that_says_what_to_do(app: Flask, code: int) -> None:
    client = app.test_client()
    page = client.get(f"/status/{code}")
    assert page.status_code == code
    check_page(body(page))
    assert f"<h1>{TEXTS[code].title}</h1>" in body(page)
    assert TEXTS[code].next_step in body(page)
    assert page.headers["Cache-Control"] == "no-store"
    message = client.get(f"/status/{code}", headers=HX)
    assert message.status_code == code
    assert message.headers["HX-Retarget"] == "#messages"
    assert message.headers["HX-Reswap"] == "innerHTML"
    assert "<html" not in body(message)
    assert TEXTS[code].next_step.rstrip("。") in body(message)


def test_other_statuses_have_one_too(app: Flask) -> None:
    page = app.test_client().get("/status/418")
    assert page.status_code == 418
    check_page(body(page))


def test_a_refusal_shows_the_clause_and_the_next_step(app: Flask) -> None:
    for headers in ({}, HX):
        answer = app.test_client().post("/fail/rule", headers=headers)
        assert answer.status_code == 409
        for part in ("还没有记录致歉，不能办结。", "〔Q6.1〕", "请先记录致歉。"):
            assert part in body(answer)


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("input", 422, "天数应在 1 到 3660 之间。"),
        ("stale", 409, "别人刚刚改过"),
        ("database", 503, "错误编号"),
        ("bug", 500, "错误编号"),
    ],
)
def test_failures_have_their_page(
    app: Flask, name: str, code: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = app.test_client().get(f"/fail/{name}")
    assert answer.status_code == code
    assert words in body(answer)
    if "编号" in words:
        reference = body(answer).split("<code>")[1].split("</code>")[0]
        assert reference in caplog.text
        assert "disk full" not in body(answer)
        assert "ZeroDivision" not in body(answer)


def test_what_a_view_says_is_shown(app: Flask) -> None:
    assert "只有分管领导可以批示。" in body(app.test_client().get("/said"))


def test_a_wrong_method_names_the_right_ones(app: Flask) -> None:
    answer = app.test_client().get("/form")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_words_typed_into_a_refused_form_come_back(app: Flask) -> None:
    data = {"body": "停气三天，没人告知", "title": "x", "csrf_token": "字", "password": "密码一"}
    html = body(app.test_client().post("/fail/stale", data=data, headers={"Origin": "http://localhost"}))
    assert "停气三天，没人告知" in html
    assert "密码一" not in html
    assert ">字<" not in html
    check_page(html)
    foreign = app.test_client().post("/fail/stale", data=data, headers={"Origin": "http://evil.example"})
    assert "停气三天" not in body(foreign)


def test_an_expired_page_says_how_to_go_on() -> None:
    app = make()
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/form", data={"body": "写了很久的内容"})
    assert answer.status_code == 400
    assert "页面已过期" in body(answer)
    assert "写了很久的内容" in body(answer)


def test_the_way_back_stays_on_this_site(app: Flask) -> None:
    client = app.test_client()
    assert 'href="/list?q=1"' in body(
        client.get("/nowhere", headers={"Referer": "http://localhost/list?q=1"})
    )
    for referrer in ("http://evil.example/x", "javascript:alert(1)", "http://localhost/nowhere"):
        assert "返回上一页</a>" not in body(client.get("/nowhere", headers={"Referer": referrer}))


def test_too_large_a_form_is_refused_with_words() -> None:
    app = make()
    app.config["MAX_CONTENT_LENGTH"] = 100
    answer = app.test_client().post("/form", data={"body": "长" * 200})
    assert answer.status_code == 413
    assert "文件太大" in body(answer)
