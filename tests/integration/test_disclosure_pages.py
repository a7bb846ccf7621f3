"""Self-disclosure through its pages: the way of a version, who may do what, bad input, what strangers see."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core import clock
from core.db import transaction
from tests.factories.disclosure import Column, fill_disclosure, fill_register, picture
from tests.factories.world import World


@pytest.fixture
def column(app: Flask) -> Column:
    """The gas company, disclosing since June."""
    fill_register()
    found = Column()
    found.profile()
    return found


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def number_in(answer: TestResponse) -> int:
    """The id at the end of the address that an answer leads to."""
    assert answer.status_code == 303, text(answer)[:3000]
    return int(answer.headers["Location"].rstrip("/").rpartition("/")[2])


def proof_fields(*channels: str) -> dict[str, object]:
    fields: dict[str, object] = {}
    for channel in channels:
        fields[f"place_{channel}"] = f"https://example.com/{channel}"
        fields[f"day_{channel}"] = clock.today().isoformat()
        fields[f"file_{channel}"] = (io.BytesIO(picture()), "截图.png")
    return fields


@pytest.mark.rule("F3.3.1", "F3.3.4", "F3.3.5")
def test_the_whole_way_by_its_pages(column: Column, world: World) -> None:
    drafter, leader, inspector = (world.client(n) for n in ("rq-discloser", "rq-leader", "jxw-inspector"))
    answer = drafter.submit("/disclosure/duties/outlets/write", {"title": "服务网点", "body": "第一版"})
    version = number_in(answer)
    path = f"/disclosure/versions/{version}"
    assert "东城营业厅" in text(drafter.get(path))
    assert inspector.get(path).status_code == 404
    assert drafter.submit(f"{path}/submit").status_code == 303
    assert "登记公开" not in text(drafter.get(path))
    assert leader.submit(f"{path}/approve").status_code == 303
    form = text(drafter.get(f"{path}/publish"))
    assert "网上专栏" in form
    assert "营业厅公示" in form
    assert (
        number_in(drafter.submit(f"{path}/publish", proof_fields("online", "hall")))
        == column.item("outlets").id
    )
    page = text(inspector.get(path))
    assert "SHA-256" in page
    assert "核查公开的内容" in page
    points = {"result": "deficient", "points": "没有写节假日\n电话不对", "workdays": "10"}
    assert inspector.submit(f"{path}/check", points).status_code == 303
    item = text(drafter.get(f"/disclosure/items/{column.item('outlets').id}"))
    assert "10月26日" in item
    assert "没有写节假日；电话不对" in item
    again = number_in(
        drafter.submit("/disclosure/duties/outlets/write", {"title": "服务网点", "body": "改正"})
    )
    path = f"/disclosure/versions/{again}"
    drafter.submit(f"{path}/submit")
    leader.submit(f"{path}/approve")
    drafter.submit(f"{path}/publish", proof_fields("online", "hall"))
    assert "已改正，待复核" in text(inspector.get(path))
    assert inspector.submit(f"{path}/check", {"result": "verified"}).status_code == 303
    assert "已核实" in text(inspector.get(path))


def test_a_missing_channel_is_refused_with_the_clause_and_the_text_kept(column: Column, world: World) -> None:
    version = column.draft("prices")
    column.submit(version)
    column.approve(version)
    client, path = world.client("rq-discloser"), f"/disclosure/versions/{version}/publish"
    answer = client.submit(path, proof_fields("online"))
    assert answer.status_code == 409
    html = text(answer)
    assert "还没有登记：营业厅公示" in html
    assert "/clauses/F3.3.5" in html or "F3.3.5" in html
    assert "https://example.com/online" in html
    fields = proof_fields("online", "hall") | {"day_hall": "2026-10-13"}
    answer = client.submit(path, fields)
    assert answer.status_code == 422
    assert "公开日期不能晚于今天" in text(answer)
    answer = client.submit(path, proof_fields("online", "hall") | {"day_hall": "农历九月初三"})
    assert answer.status_code == 422
    assert "请填公历日期" in text(answer)


def test_steps_out_of_turn_are_refused(column: Column, world: World) -> None:
    published, draft = column.published("laws"), column.draft("overview")
    drafter, leader = world.client("rq-discloser"), world.client("rq-leader")
    for client, path in (
        (drafter, f"/disclosure/versions/{published}/edit"),
        (drafter, f"/disclosure/versions/{draft}/publish"),
        (leader, f"/disclosure/versions/{draft}/withdraw"),
        (drafter, "/disclosure/duties/water_weekly/write"),
        (leader, f"/disclosure/versions/{draft}/send-back"),
    ):
        answer = client.get(path)
        assert answer.status_code == 409, path
        assert "不能" in text(answer)
    assert drafter.submit(f"/disclosure/versions/{published}/submit").status_code == 303
    assert "不能提交审核" in text(drafter.get(f"/disclosure/versions/{published}"))


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("rq-handler", "/disclosure/duties/laws/write", 403),
        ("rq-handler", "/disclosure", 200),
        ("rq-dispatcher", "/disclosure/versions/{version}", 200),
        ("rq-discloser", "/disclosure/versions/{submitted}/send-back", 403),
        ("rq-discloser", "/disclosure/versions/{version}/withdraw", 403),
        ("rq-leader", "/disclosure/versions/{submitted}/send-back", 200),
        ("rq-leader", "/disclosure/versions/{version}/check", 403),
        ("rq-leader", "/disclosure/check-queue", 403),
        ("rq-leader", "/disclosure/duties/new", 403),
        ("jxw-clerk", "/disclosure/versions/{version}/check", 200),
        ("jxw-clerk", "/disclosure/duties/new", 403),
        ("jxw-leader", "/disclosure/duties/new", 200),
        ("jxw-leader", "/disclosure/duties/laws/write", 403),
        ("swj-inspector", "/disclosure/versions/{version}/check", 404),
        ("swj-inspector", "/disclosure/items/{item}", 404),
        ("gd-leader", "/disclosure/versions/{submitted}/send-back", 404),
        ("gd-discloser", "/disclosure/versions/{version}", 404),
        ("gd-discloser", "/disclosure/items/{item}/compare", 404),
        ("gd-discloser", "/disclosure/enterprises/{own}", 404),
        ("gd-discloser", "/disclosure/enterprises/{own}/directory.pdf", 404),
        ("rq-accounts", "/disclosure", 403),
        ("auditadmin", "/disclosure", 403),
    ],
)
def test_who_may_open_what(column: Column, world: World, login: str, path: str, status: int) -> None:
    version, submitted = column.published("laws"), column.draft("overview")
    column.submit(submitted)
    ids = {
        "version": version,
        "submitted": submitted,
        "item": column.item("laws").id,
        "own": world.org("rq").id,
    }
    assert world.client(login).get(path.format(**ids)).status_code == status


def test_strangers_find_nothing_in_matrix_lists_and_searches(column: Column, world: World) -> None:
    column.published("laws", title="示例秘密标题")
    for login in ("gd-discloser", "gs-leader", "swj-supervisor"):
        client = world.client(login)
        for path in ("/disclosure", "/disclosure/duties", "/disclosure/claims", "/disclosure/check-queue",
                     "/disclosure/check-queue?enterprise=rq"):  # fmt: skip
            html = text(client.get(path))
            assert "示例秘密标题" not in html
            assert "燃气公司" not in html, (login, path)
            assert f"/disclosure/items/{column.item('laws').id}" not in html


def test_a_form_keeps_what_was_typed(column: Column, world: World) -> None:
    client = world.client("rq-discloser")
    body = "𬭸䶮镇" * 10
    answer = client.submit("/disclosure/duties/laws/write", {"title": "", "body": body})
    assert answer.status_code == 422
    assert body in text(answer)
    assert "请填写这一项" in text(answer)
    answer = client.submit("/disclosure/duties/laws/write", {"title": "长" * 201, "body": body})
    assert answer.status_code == 422
    assert "最多填写 200 个字" in text(answer)


def test_somebody_elses_change_in_between_is_shown(column: Column, world: World) -> None:
    version = column.draft("laws")
    client, path = world.client("rq-leader"), f"/disclosure/versions/{version}/edit"
    stale = str(column.version(version).version)
    with transaction():
        column.version(version).title = "别人改的标题"
    answer = client.submit(path, {"version": stale, "title": "我的标题", "body": "示例正文"})
    assert answer.status_code == 409
    assert "别人改的标题" in text(answer)
    assert "我的标题" in text(answer)


def test_a_button_pressed_twice_acts_once(column: Column, world: World) -> None:
    client = world.client("rq-discloser")
    fields = {"title": "示例", "body": "示例", "submission_key": "a" * 32}
    first = client.submit("/disclosure/duties/laws/write", fields)
    second = client.submit("/disclosure/duties/laws/write", fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert column.version(number_in(first)).number == 1


def test_a_file_goes_in_and_out_of_a_draft_and_never_of_a_published_one(column: Column, world: World) -> None:
    version, client = column.draft("laws"), world.client("rq-discloser")
    path = f"/disclosure/versions/{version}/files/new"
    assert client.submit(path, {"file": (io.BytesIO(b"x"), "a.exe")}).status_code == 422
    assert client.submit(path, {}).status_code == 422
    assert client.submit(path, {"file": (io.BytesIO("条例".encode()), "../条例.txt")}).status_code == 303
    (row,) = column.version(version).files
    assert row.name == "条例.txt"
    assert client.get(f"/disclosure/files/{row.id}").headers["X-Content-Type-Options"] == "nosniff"
    assert world.client("jxw-clerk").get(f"/disclosure/files/{row.id}").status_code == 404
    for step in (column.submit, column.approve, column.publish):
        step(version)
    client.submit(f"/disclosure/files/{row.id}/remove")
    assert len(column.version(version).files) == 1
    assert world.client("jxw-clerk").get(f"/disclosure/files/{row.id}").status_code == 200
    assert world.client("gd-leader").get(f"/disclosure/files/{row.id}").status_code == 404


def test_the_proof_is_sent_as_an_attachment(column: Column, world: World) -> None:
    proof = column.version(column.published("laws")).proofs[0]
    answer = world.client("jxw-clerk").get(f"/disclosure/proofs/{proof.id}/file")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert world.client("gd-leader").get(f"/disclosure/proofs/{proof.id}/file").status_code == 404


def test_the_version_of_a_past_day_and_the_difference_of_two(column: Column, world: World) -> None:
    column.published("laws", body="第一条 示例")
    column.published("laws", body="第一条 示例\n第二条 新增")
    client, item = world.client("jxw-inspector"), column.item("laws").id
    assert "2026年10月12日公开的是" in text(client.get(f"/disclosure/items/{item}?on=2026-10-12"))
    assert "2026年10月11日没有公开的内容" in text(client.get(f"/disclosure/items/{item}?on=2026-10-11"))
    assert "请选择今天或者以前的日期" in text(client.get(f"/disclosure/items/{item}?on=2026-10-13"))
    assert "日期格式不对" in text(client.get(f"/disclosure/items/{item}?on=农历"))
    html = text(client.get(f"/disclosure/items/{item}/compare?a=1&b=2"))
    assert "<ins>第二条 新增</ins>" in html
    assert "新增" in html
    assert "相同" in html


@pytest.mark.parametrize("login", ["rq-leader", "rq-discloser", "jxw-supervisor"])
def test_odd_values_in_any_field_never_break_a_form(app: Flask, world: World, login: str) -> None:
    fill_register()
    rows = fill_disclosure()
    values: dict[str, object] = rows | {"organization_id": world.org("rq").id}
    client, tried = world.client(login), 0
    token = client.token()
    names = ("title", "body", "period", "place_online", "day_online", "file_online", "result", "points", "since",
             "workdays", "remark", "reason", "answer", "what", "ended_on", "class_", "item", "contains", "sectors",
             "frequency", "within", "first_half", "channels", "source", "local", "version", "file")  # fmt: skip
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("disclosure.") or "POST" not in (rule.methods or ()):
            continue
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
        for odd in ("99999999999999999999", "-1", "\x00", "a\nb", "\udcff", "𬭸䶮", "A" * 30000):
            body = "&".join(f"{n}={quote(odd, safe='', errors='surrogatepass')}" for n in names)
            answer = client.post(path, data=f"{body}&csrf_token={quote(token)}",
                                 content_type="application/x-www-form-urlencoded")  # fmt: skip
            assert answer.status_code < 500, f"{path} {odd[:20]!r}"
            tried += 1
    assert tried > 100
