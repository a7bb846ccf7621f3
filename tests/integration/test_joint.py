"""Several enterprises on one case: what each sees, the consultation that settles liability, the combined reply."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask

from blueprints.complaints.models import Attachment, Case
from core import clock, files
from core.db import transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.cases import Desk
from tests.factories.shared_cases import shared

MARK = "甲标记乙丙丁"
FILE_MARK = "标记附件戊己"
FOUND = {
    "evidence": "通知记录", "conclusion": "substantiated", "reasonable": True, "service_class": "",
}  # fmt: skip


def verified(desk: Desk, case: int, code: str, findings: str) -> Case:
    """One enterprise's findings."""
    handler = f"{code}-handler"
    desk.do(case, "investigate", handler, investigator_id=desk.world.user(handler).id)
    return desk.do(case, "verify", handler, findings=findings, **FOUND)


def consulted(desk: Desk, case: int, **given: Any) -> Case:
    """A consultation in which both answer for their part."""
    gas, power = desk.world.org("rq").id, desk.world.org("gd").id
    data: dict[str, Any] = {
        "held_at": clock.now(), "place": "三楼会议室", "chair": "示例主任", "attendees": "两家公司负责人",
        "text": "燃气停供没有告知，供电抢修配合不及时。", f"duty_{gas}": "没有提前告知", f"measures_{gas}": "补发通知",
        f"due_{gas}": clock.today(), f"duty_{power}": "配合不及时", f"measures_{power}": "", f"due_{power}": None,
    }  # fmt: skip
    return desk.do(case, "consult", "jxw-supervisor", **(data | given))


@pytest.mark.rule("F5.1")
def test_the_whole_way_of_a_shared_case(desk: Desk) -> None:
    case = shared(desk)
    kinds = {(a.organization.code, a.department is None): a.kind for a in desk.case(case).assignments}
    assert kinds == {("rq", True): "main", ("rq", False): "main", ("gd", True): "assisting", ("gd", False): "assisting"}
    one = verified(desk, case, "rq", "停气没有提前告知。")
    assert (one.state, one.next_org_id) == ("investigating", desk.world.org("gd").id)
    both = verified(desk, case, "gd", "抢修配合不及时。")
    assert both.state == "verified"
    desk.rectified(case, "rq")
    waiting = desk.case(case)
    assert (waiting.next_action, waiting.next_org_id) == ("consult", desk.world.org("jxw").id)
    with pytest.raises(RuleViolation, match="还没有会商划清责任") as refused:
        desk.reply(case, "rq-handler")
    assert refused.value.clause == "F5.1"
    settled = consulted(desk, case)
    words = settled.consultations[0].reply
    assert "示例燃气公司：没有提前告知；措施：补发通知" in words
    assert "示例供电公司：配合不及时" in words
    page = desk.world.client("rq-handler").get(f"/cases/{case}/do/reply").get_data(as_text=True)
    assert "示例供电公司：配合不及时" in page
    with pytest.raises(InvalidInput, match="由主办单位合并答复"):
        desk.reply(case, "gd-handler", text=words)
    assert desk.reply(case, "rq-handler", text=words).state == "replied"


def test_a_consultation_needs_every_party(desk: Desk) -> None:
    case = shared(desk)
    power = desk.world.org("gd").id
    with pytest.raises(InvalidInput, match="示例供电公司的责任"):
        consulted(desk, case, **{f"duty_{power}": " "})
    with pytest.raises(RuleViolation, match="由主管部门"):
        desk.do(case, "consult", "rq-dispatcher")
    alone = desk.handed_over("rq")
    with pytest.raises(RuleViolation, match="按本件的情况现在不办"):
        consulted(desk, alone)


def test_the_form_of_a_consultation_asks_for_each_enterprise(app: Flask, desk: Desk) -> None:
    case = shared(desk)
    verified(desk, case, "gd", "抢修配合不及时。")
    client = desk.world.client("jxw-supervisor")
    page = client.get(f"/cases/{case}/do/consult").get_data(as_text=True)
    gas, power = desk.world.org("rq").id, desk.world.org("gd").id
    assert f'name="duty_{gas}"' in page
    assert f'name="duty_{power}"' in page
    assert "示例供电公司：抢修配合不及时。" in page
    stamp = dict(re.findall(r'name="(version|seen)"[^>]*value="([^"]*)"', page))
    sent = stamp | {"held_at": "2026-10-12T09:00", "chair": "示例主任", "attendees": "两家", "text": "已查明",
                    f"duty_{gas}": "没有告知", f"duty_{power}": "没有责任"}  # fmt: skip
    assert client.submit(f"/cases/{case}/do/consult", sent).status_code == 303
    for login in ("rq-leader", "gd-leader", "jxw-clerk"):
        shown = desk.world.client(login).get(f"/cases/{case}").get_data(as_text=True)
        assert "没有责任" in shown, login


def marked(desk: Desk) -> int:
    """A shared case in which the power company's own work carries the mark everywhere."""
    case = shared(desk)
    desk.do(case, "note", "gd-handler", text=f"{MARK}走访记录")
    verified(desk, case, "gd", f"{MARK}抢修配合不及时。")
    desk.do(case, "request_extension", "gd-dispatcher", reason=f"{MARK}需要检测", workdays=3)
    desk.do(case, "supervise", "jxw-supervisor", reason="久拖不决，影响恶劣", workdays=3)
    desk.do(case, "answer_supervision", "gd-dispatcher", answer=f"{MARK}已经抓紧")
    with transaction() as session:
        by = desk.world.user("gd-handler")
        stored = files.store("x.txt", io.BytesIO(FILE_MARK.encode()).read(), now=clock.now())
        row = Attachment(case_id=case, file_id=stored.id, name=f"{FILE_MARK}.txt", added_by_id=by.id)
        row.added_at = clock.now()
        session.add(row)
    return case


def paths(case: int, attachment: int, clock_id: int) -> list[str]:
    """Everything by which the case can be read or taken along."""
    at = f"/cases/{case}"
    steps = ("note", "verify", "investigate", "reply", "report_back", "rectify", "explain", "correct_lapse")
    return [
        at, f"{at}/data.json", f"{at}/papers", f"{at}/alike", f"{at}/why/{clock_id}", f"{at}/files/{attachment}",
        *(f"{at}/do/{step}" for step in steps), "/cases", f"/cases?q={MARK}", f"/cases?q={FILE_MARK}", "/bench",
        "/cases/export.csv", "/outside", "/notifications", "/ledgers", "/rates", "/notices",
    ]  # fmt: skip


def hits(desk: Desk, login: str, case: int, name: str) -> tuple[int, int, list[str]]:
    """(answers with 200, refused or absent, paths that show a mark or the investigator)."""
    client = desk.world.client(login)
    stored = desk.case(case)
    where = paths(case, stored.attachments[0].id, stored.clocks[0].id)
    opened, shown = 0, []
    for path in where:
        answer = client.get(path, follow_redirects=True)
        text = answer.get_data().decode(errors="ignore")
        opened += answer.status_code == 200
        if path.startswith(("/cases?q=",)):
            shown += [path] if f'href="/cases/{case}"' in text else []
        elif any(mark in text for mark in (MARK, FILE_MARK, name)):
            shown.append(path)
    return opened, len(where) - opened, shown


def test_an_enterprise_sees_nothing_of_the_others_work(app: Flask, desk: Desk) -> None:
    case = marked(desk)
    name = desk.world.user("gd-handler").name
    for login in ("rq-dispatcher", "rq-handler", "rq-leader"):
        opened, refused, shown = hits(desk, login, case, name)
        print(f"\n{login}: {opened} pages opened, {refused} refused, {len(shown)} hits")
        assert opened > 8
        assert shown == [], login
    for login in ("gd-handler", "jxw-supervisor"):
        opened, _, shown = hits(desk, login, case, name)
        assert f"/cases/{case}" in shown, f"{login}: the sweep finds nothing where it should"
    own = desk.world.client("rq-dispatcher").get(f"/cases/{case}").get_data(as_text=True)
    assert "停供没有提前告知" in own
    assert "示例燃气公司 · 营业厅" in own
    assert "示例供电公司 · 营业厅" not in own
