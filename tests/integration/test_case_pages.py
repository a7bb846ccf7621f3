"""The list and the page of a case: who sees what, filters, masks, files, reasons behind a due day."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from blueprints.complaints.models import Attachment, Case
from blueprints.complaints.service.intake import Person
from core import clock, clocks
from core.audit import AuditEntry
from core.db import db
from tests.factories.cases import at

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "010018dd8db00000000049454e44ae426082"
)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that run inside."""
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def page(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:800]
    return answer.get_data(as_text=True)


# ---- the list ----------------------------------------------------------------------------------------------


def test_list_shows_own_cases_and_nobody_elses(app, world, desk):
    ours, theirs = desk.handed_over("rq"), desk.own_water(title="水压不足")
    numbers = {db.session.get(Case, i).number for i in (ours, theirs)}
    shown = {
        who: numbers & set(re.findall(r"[气水]诉2026-\d{6}", page(world.client(who), "/cases")))
        for who in (
            "jxw-clerk",
            "rq-dispatcher",
            "rq-handler",
            "gs-dispatcher",
            "gd-dispatcher",
            "rq-handler2",
        )
    }
    gas, water = sorted(numbers, key=lambda n: "气" not in n)
    assert shown == {
        "jxw-clerk": {gas}, "rq-dispatcher": {gas}, "rq-handler": {gas}, "gs-dispatcher": {water},
        "gd-dispatcher": set(), "rq-handler2": set(),
    }  # fmt: skip


def test_filters_are_in_the_url_and_shown_as_chips(app, world, desk):
    desk.register("jxw-clerk", "rq", title="甲件停气", category="quality")
    desk.register("jxw-clerk", "gd", title="乙件收费", category="charging")
    client = world.client("jxw-clerk")
    text = page(client, "/cases?category=charging&q=收费&state=open")
    assert "乙件收费" in text
    assert "甲件停气" not in text
    assert re.search(r'class="filter-chip" href="/cases\?[^"]*category=charging[^"]*"', text)
    assert "营业收费" in text
    assert "没有符合这些条件的诉求件" in page(client, "/cases?q=没有这样的字")


@pytest.mark.parametrize(
    "query",
    ["offset=99999999999999999999", "offset=-1", "offset=abc", "sort=nonsense", "level=99999999999",
     "enterprise=abc", "due=never", "received_from=2026-99-99", "group=nobody", "state=%F0%9F%98%80",
     "q=%", "q=a_b"],
)  # fmt: skip
def test_list_takes_any_parameter(app, world, desk, query):
    desk.register("jxw-clerk", "rq")
    assert world.client("jxw-clerk").get(f"/cases?{query}").status_code == 200


@pytest.mark.parametrize("query", ["q=%00", "state=a%0Ab", "q=%ED%A0%80"])
def test_list_refuses_what_cannot_be_meant(app, world, desk, query):
    assert world.client("jxw-clerk").get(f"/cases?{query}").status_code in (200, 400)


def link(html, rel):
    """The address of the neighbouring page."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', html)
    return found.group(1).replace("&amp;", "&") if found else None


def test_list_pages_and_sorts(app, world, desk):
    for i in range(52):
        desk.register("jxw-clerk", "rq", title=f"第{i:02}件")
    client = world.client("jxw-clerk")
    first = page(client, "/cases?sort=number")
    assert "共 52 件" in first
    assert "第00件" in first
    assert "第51件" not in first
    second = page(client, link(first, "next"))
    assert "第51件" in second
    assert "第49件" not in second
    assert link(second, "next") is None
    assert page(client, link(second, "prev")).count("<tr") == first.count("<tr")


def test_list_statements_do_not_grow_with_the_rows(app, world, desk):
    client = world.client("rq-dispatcher")
    counts = []
    for _ in range(2):
        for i in range(12):
            desk.register("rq-dispatcher", "rq", channel="gas_hotline", title=f"第{i}件")
        db.session.remove()
        with statements() as seen:
            page(client, "/cases")
        counts.append(len([s for s in seen if s != "BEGIN"]))
    assert counts == [5, 5]


def test_case_page_statements_do_not_grow_with_what_belongs_to_it(app, world, desk):
    case = desk.register("jxw-clerk", "rq", people=(Person("示例用户甲", "13800000001"), Person("示例用户乙")))
    client = world.client("jxw-clerk")
    counts = []
    for n in range(2):
        other = desk.register("jxw-clerk", "rq", title=f"另一件{n}")
        desk.do(case, "note", "jxw-clerk", text="又来电询问进展")
        desk.do(case, "link_duplicate", "jxw-clerk", other=desk.case(other).number, kind="follow_up", reason="同一件事")
        client.submit(f"/cases/{case}/files", {"files": (io.BytesIO(PNG + bytes(n)), f"照片{n}.png")})
        db.session.remove()
        with statements() as seen:
            html = page(client, f"/cases/{case}")
        assert desk.case(other).number in html
        assert f"照片{n}.png" in html
        counts.append(len([s for s in seen if s != "BEGIN" and "FROM login_session" not in s]))
    assert counts[0] == counts[1] <= 6


def test_due_chips_say_time_in_words(app, world, desk):
    desk.register("rq-dispatcher", "rq", channel="gas_hotline")
    client = world.client("rq-dispatcher")
    assert "剩 1 个工作日 · 10月13日（周二）" in page(client, "/cases")
    with clock.frozen(at("2026-10-13 15:00")):
        client = world.client("rq-dispatcher")
        assert "今日到期" in page(client, "/cases")
    with clock.frozen(at("2026-10-15 09:00")):
        client = world.client("rq-dispatcher")
        assert "逾期 2 个工作日" in page(client, "/cases?due=overdue")


# ---- the page of a case ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    ["jxw-clerk", "jxw-supervisor", "jxw-inspector", "jxw-leader", "rq-dispatcher", "rq-handler",
     "rq-leader"],
)  # fmt: skip
def test_case_page_for_each_role(app, world, desk, who):
    case = desk.handed_over("rq")
    text = page(world.client(who), f"/cases/{case}")
    assert "停供没有提前告知" in text
    assert "下一步" in text
    assert "示例用户甲" not in text
    assert "13800000001" not in text


@pytest.mark.parametrize("who", ["gd-dispatcher", "gs-leader", "swj-clerk", "rq-handler2", "jxw-clerk"])
def test_foreign_cases_do_not_exist(app, world, desk, who):
    foreign = desk.own_water() if who == "jxw-clerk" else desk.handed_over("rq")
    limit = clocks.of_subject("case", foreign)[0].id
    client = world.client(who)
    paths = [f"/cases/{foreign}{tail}" for tail in ("", "/alike", f"/why/{limit}", "/files/1", "/do/note")]
    if who == "gs-leader":
        paths.append(f"/cases/{foreign}/reveal")
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    before = db.session.get(Case, foreign).version
    assert client.submit(f"/cases/{foreign}/do/note", {"text": "不该写进来"}).status_code == 404
    assert desk.case(foreign).version == before


def test_next_action_stands_on_top_with_its_clause(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    text = page(world.client("jxw-clerk"), f"/cases/{case}")
    bar = re.search(r'<section class="next-action".*?</section>', text, re.DOTALL)
    assert bar
    assert "受理" in bar[0]
    assert "〔F5.1〕" in bar[0]
    assert f"/cases/{case}/do/accept" in bar[0]
    waiting = page(world.client("jxw-supervisor"), f"/cases/{case}")
    assert "等示例区经济信息委（受理员）办理" in waiting


def test_blocked_steps_are_grey_with_reason_and_clause(app, world, desk):
    case = desk.handed_over("rq")
    desk.verified(case, "rq")
    text = page(world.client("rq-handler"), f"/cases/{case}")
    assert "现在还没有整改措施" in text
    assert f"/cases/{case}/do/reply" not in text
    refused = world.client("rq-handler").get(f"/cases/{case}/do/reply")
    assert refused.status_code == 409
    assert "〔F5.2〕" in refused.get_data(as_text=True)


def test_limits_say_rule_source_and_which_one_governs(app, world, desk):
    case = desk.register("gs-dispatcher", "gs", channel="department_phone")
    text = page(world.client("gs-dispatcher"), f"/cases/{case}")
    assert "本单位设定" in text
    assert "在办的 2 项时限里它最早，以它为准" in text
    completion = clocks.open_of("case", case, "completion")[0]
    why = page(world.client("gs-dispatcher"), f"/cases/{case}/why/{completion.id}")
    assert "〔Q5〕" in why
    assert why.count("why-day is-counted") == 4
    assert "why-day is-due" in why
    assert "10-17 周六" in why


def test_why_page_belongs_to_the_case(app, world, desk):
    one, other = desk.own_water(), desk.own_water(title="另一件")
    limit = clocks.of_subject("case", other)[0].id
    assert world.client("gs-dispatcher").get(f"/cases/{one}/why/{limit}").status_code == 404


def test_timeline_names_people_masks_complainants_and_shows_corrections(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    desk.do(case, "correct", "jxw-clerk", category="charging", reason="来电人更正为收费问题")
    desk.do(case, "note", "jxw-clerk", text="示例用户甲来电催问，电话13800000001")
    text = page(world.client("jxw-clerk"), f"/cases/{case}")
    assert "<del>营业服务</del>" in text
    assert "<ins>营业收费</ins>" in text
    assert "示****来电催问，电话138****0001" in text


# ---- who complained ----------------------------------------------------------------------------------------


def reveals() -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "case.reveal")))


def test_reveal_asks_for_a_reason_and_is_recorded(app, world, desk):
    case = desk.handed_over("rq")
    client = world.client("rq-handler")
    assert "13800000001" not in page(client, f"/cases/{case}/reveal")
    without = client.submit(f"/cases/{case}/reveal", {"reason": "看"})
    assert without.status_code == 422
    assert "13800000001" not in without.get_data(as_text=True)
    assert reveals() == []
    shown = client.submit(f"/cases/{case}/reveal", {"reason": "电话核实停气时间"})
    assert "13800000001" in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert [(e.subject_id, e.actor_name) for e in reveals()] == [(case, "燃气公司经办人")]
    assert "电话核实停气时间" in reveals()[0].changes


@pytest.mark.rule("Q2")
def test_reporter_is_kept_from_the_handlers(app, world, desk):
    case = desk.register(
        "gs-dispatcher", "gs", type="report", channel="department_phone",
        content="举报抄表员收钱改表，举报人示例用户甲。",
    )  # fmt: skip
    desk.do(case, "accept", "gs-dispatcher")
    units = desk.department("gs")
    desk.do(case, "dispatch", "gs-dispatcher", units=units, requirement="示例用户甲反映，请核实")
    handler = world.client("gs-handler")
    text = page(handler, f"/cases/{case}")
    assert "举报人的身份对被诉单位和经办人保密" in text
    assert "示****" not in text
    assert "示例用户甲" not in text
    assert "138****0001" not in text
    assert handler.submit(f"/cases/{case}/reveal", {"reason": "想知道是谁举报的"}).status_code == 409
    assert reveals() == []
    assert "示****" in page(world.client("gs-dispatcher"), f"/cases/{case}")


# ---- files -------------------------------------------------------------------------------------------------


def test_files_are_added_listed_and_given_out(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    client = world.client("jxw-clerk")
    sent = client.submit(f"/cases/{case}/files", {"files": (io.BytesIO(PNG), "现场 照片.png")})
    assert sent.status_code == 303
    attachment = db.session.scalars(select(Attachment)).one()
    assert "现场 照片.png" in page(client, f"/cases/{case}")
    given = client.get(f"/cases/{case}/files/{attachment.id}")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    other = desk.register("jxw-clerk", "rq", title="另一件")
    assert client.get(f"/cases/{other}/files/{attachment.id}").status_code == 404
    assert world.client("rq-dispatcher").get(f"/cases/{case}/files/{attachment.id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [("脚本.exe", b"MZ", "不接受"), ("空.pdf", b"", "文件是空的"), ("假.png", b"no picture", "无法识别")],
)
def test_bad_files_are_refused_at_the_field(app, world, desk, name, data, why):
    case = desk.register("jxw-clerk", "rq")
    answer = world.client("jxw-clerk").submit(f"/cases/{case}/files", {"files": (io.BytesIO(data), name)})
    assert answer.status_code == 422
    assert why in answer.get_data(as_text=True)
    assert db.session.scalars(select(Attachment)).all() == []


def test_likely_duplicates_are_pointed_out_beside_the_page(app, world, desk):
    first = desk.register("jxw-clerk", "rq", title="先来的一件")
    second = desk.register("jxw-clerk", "rq", title="后来的一件")
    text = page(world.client("jxw-clerk"), f"/cases/{second}/alike")
    assert db.session.get(Case, first).number in text
    assert "同一电话" in text


def test_group_complaints_show_the_headcount(app, world, desk):
    people = (Person("示例用户甲", "13800000001", headcount=12), Person("示例用户乙", representative=False))
    case = desk.register("jxw-clerk", "rq", people=people)
    text = page(world.client("jxw-clerk"), f"/cases/{case}")
    assert "等 12 人" in text
    assert "代表" in text
