"""Steps through their forms without JavaScript: whole flows, and each way in which a step is refused."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from blueprints.complaints.forms import ACTION_FORMS
from blueprints.complaints.models import Attachment, Case, CaseStep
from blueprints.complaints.routes import acting
from core.db import db
from domain.ruleset_codes import ACTION_CODES
from tests.browserless import form_values, opened, take, taken
from tests.integration.test_case_pages import PNG, page

HTMX = {"HX-Request": "true"}
SUBSTANTIAL = "经核实，您反映的情况属实，我们已经整改完毕，并将加强管理。"


def state(case_id: int) -> str:
    db.session.rollback()
    return db.session.get(Case, case_id).state


def done(case_id: int) -> list[str]:
    db.session.rollback()
    steps = select(CaseStep.action).where(CaseStep.case_id == case_id).order_by(CaseStep.id)
    return list(db.session.scalars(steps))


def test_every_step_has_a_form():
    without = {"register", "sample", "submit_ledger", "close_by_incident"}
    assert set(ACTION_FORMS) == ACTION_CODES - without


# ---- flows -------------------------------------------------------------------------------------------------


@pytest.mark.rule("F5.1", "F5.2", "F5.3")
def test_a_12345_complaint_from_intake_to_archive(app, world, desk):
    clerk, supervisor = world.client("jxw-clerk"), world.client("jxw-supervisor")
    dispatcher, handler = world.client("rq-dispatcher"), world.client("rq-handler")
    _, values = form_values(page(clerk, "/cases/new"), "intake-form")
    sent = clerk.post("/cases/new", data={
        **values, "enterprise": world.org("rq").id, "name": "示例用户甲", "phone": "13800000001",
        "content": "昨天下午停气没有通知，家里有老人。", "category": "service",
    })  # fmt: skip
    case = int(sent.headers["Location"].rpartition("/")[2])
    taken(clerk, case, "accept", nature="internal", notice_way="电话")
    _, prefilled = opened(clerk, case, "dispatch")
    assert prefilled["units"] == f"org:{world.org('rq').id}"
    assert "报送核实情况和整改结果" in prefilled["requirement"]
    taken(clerk, case, "dispatch", notice_way="短信")
    taken(dispatcher, case, "assign", units=f"dep:{world.department('rq').id}")
    taken(handler, case, "investigate")
    taken(
        handler, case, "verify", conclusion="substantiated", reasonable="yes",
        findings="检修停气当天才贴通知。", evidence="停气通知存根",
    )  # fmt: skip
    plan = {"measures": "提前两天短信通知", "responsible": "营业厅主任", "due_on": "2026-10-20"}
    taken(handler, case, "rectify", **plan)
    taken(handler, case, "complete_rectification", result="已开通短信通知", proof="短信平台截图")
    _, reply = opened(handler, case, "reply")
    assert "检修停气当天才贴通知。" in reply["text"]
    assert "已开通短信通知" in reply["text"]
    taken(handler, case, "reply", way="电话")
    _, report = opened(dispatcher, case, "report_back")
    assert report["verification"].startswith("属实。检修停气")
    assert report["rectification_result"] == "已开通短信通知"
    taken(dispatcher, case, "report_back")
    taken(supervisor, case, "review_accept")
    taken(clerk, case, "callback", solved="yes", satisfied="satisfied")
    taken(clerk, case, "close")
    taken(clerk, case, "archive")
    assert state(case) == "archived"
    text = page(clerk, f"/cases/{case}")
    assert "卷宗校验值" in text
    assert "10年" in text


@pytest.mark.rule("Q1.3", "Q3.1a", "Q3.1c", "Q6.1", "Q6.2")
def test_a_service_lapse_at_the_water_company(app, world, desk):
    dispatcher, handler, leader = (world.client(f"gs-{who}") for who in ("dispatcher", "handler", "leader"))
    case = desk.register("gs-dispatcher", "gs", channel="department_phone")
    taken(dispatcher, case, "accept", notice_way="电话")
    taken(dispatcher, case, "dispatch", units=f"dep:{world.department('gs').id}")
    taken(handler, case, "investigate")
    taken(
        handler, case, "verify", conclusion="partly", reasonable="yes", service_class="lapse",
        findings="窗口人员解释不清。", evidence="窗口录像",
    )  # fmt: skip
    taken(handler, case, "correct_lapse", sanction="批评教育", measures="当场补办", proof="回执")
    taken(handler, case, "talk", way="电话", text="说明了处理结果", accepted="no")
    taken(leader, case, "apologise", way="电话", in_person="y", text="向用户致歉")
    taken(handler, case, "reply", text=SUBSTANTIAL, way="电话")
    taken(dispatcher, case, "callback", solved="yes", satisfied="fair")
    taken(handler, case, "close")
    assert state(case) == "closed"


@pytest.mark.rule("Q3.2")
def test_a_suggestion_through_the_leader(app, world, desk):
    dispatcher, leader = world.client("gs-dispatcher"), world.client("gs-leader")
    case = desk.register("gs-dispatcher", "gs", type="suggestion", channel="department_phone")
    taken(dispatcher, case, "accept", notice_way="短信")
    _, refer = opened(dispatcher, case, "refer_to_leader")
    assert refer["reply_promised_on"] == "2026-10-19"
    assert refer["reply_needed"] == "y"
    taken(dispatcher, case, "refer_to_leader")
    taken(leader, case, "instruct", adoption="partly", instruction="先在两个小区试点。")
    _, reply = opened(dispatcher, case, "reply")
    assert "部分采纳" in reply["text"]
    taken(dispatcher, case, "reply", way="电话")
    assert state(case) == "replied"


@pytest.mark.rule("Q3.3", "Q5")
def test_inquiries_answered_at_once_and_asked_on(app, world, desk):
    dispatcher, handler = world.client("gs-dispatcher"), world.client("gs-handler")
    at_once, asked = (
        desk.register("gs-dispatcher", "gs", type="inquiry", channel="department_phone") for _ in range(2)
    )
    taken(dispatcher, at_once, "answer_now", text="过户需带房产证和身份证到营业厅办理。", way="电话")
    assert state(at_once) == "replied"
    taken(dispatcher, asked, "ask", units=f"dep:{world.department('gs').id}")
    taken(handler, asked, "give_answer", text="需要带房产证、身份证和最近一次水费单。")
    taken(dispatcher, asked, "progress_notice", way="电话")
    _, reply = opened(dispatcher, asked, "reply")
    assert "最近一次水费单" in reply["text"]
    taken(dispatcher, asked, "reply", way="电话")
    assert state(asked) == "replied"


@pytest.mark.rule("F3.4.2")
def test_a_decline_with_its_reason(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    clerk = world.client("jxw-clerk")
    refused = take(clerk, case, "decline", reason="不属于供气服务，请向物业反映。", told_how="")
    assert refused.status_code == 409
    text = refused.get_data(as_text=True)
    assert "〔F3.4.2〕" in text
    assert "不属于供气服务，请向物业反映。" in text
    taken(clerk, case, "decline", reason="不属于供气服务，请向物业反映。", told_how="电话")
    assert state(case) == "declined"


@pytest.mark.rule("Q4.1")
def test_level_one_with_its_supervision_order(app, world, desk):
    case = desk.own_water()
    dispatcher, leader = world.client("gs-dispatcher"), world.client("gs-leader")
    trigger = {"trigger": "mainstream_media", "reason": "本地电视台当晚播出"}
    refused = take(dispatcher, case, "raise_level", **trigger)
    assert refused.status_code == 409
    assert "〔Q4.1〕" in refused.get_data(as_text=True)
    judged = {"judged_by_id": world.user("gs-leader").id, "judgement": "造成重大社会影响"}
    taken(dispatcher, case, "raise_level", **trigger, **judged)
    assert "建议督办：一级投诉" in page(leader, f"/cases/{case}")
    taken(leader, case, "supervise", reason="一级投诉，请限期答复")
    taken(dispatcher, case, "answer_supervision", answer="已成立专班，三日内办结")
    taken(leader, case, "lift_supervision", reason="已经按期答复")
    assert {"raise_level", "supervise", "answer_supervision", "lift_supervision"} <= set(done(case))


def test_requests_are_decided_by_somebody_else(app, world, desk):
    case = desk.handed_over("rq")
    taken(world.client("rq-dispatcher"), case, "request_extension", workdays="3", reason="配件要从外地调运")
    supervisor = world.client("jxw-supervisor")
    assert "申请 3 个工作日。理由：配件要从外地调运" in page(supervisor, f"/cases/{case}/do/decide_extension")
    taken(supervisor, case, "decide_extension", approve="yes", remark="同意")
    text = page(supervisor, f"/cases/{case}")
    assert "10-26 改为 10-29。批准延期 3 个工作日" in text
    taken(world.client("rq-handler"), case, "return_assignment", reason="不属于营业厅的范围")
    clerk = world.client("jxw-clerk")
    assert take(clerk, case, "decide_return", remark="没有选").status_code == 422
    taken(clerk, case, "decide_return", approve="no", remark="请继续办理")


def test_duplicates_are_suggested_linked_merged_and_unmerged(app, world, desk):
    first, second = desk.register("jxw-clerk", "rq"), desk.register("jxw-clerk", "rq", title="又打来的一件")
    number = desk.case(first).number
    clerk = world.client("jxw-clerk")
    assert number in page(clerk, f"/cases/{second}/do/merge")
    wrong = take(clerk, second, "merge", other="气诉2020-999999", reason="同一件事")
    assert wrong.status_code == 422
    assert "没有找到这个编号" in wrong.get_data(as_text=True)
    taken(clerk, second, "link_duplicate", other=number, kind="duplicate")
    taken(clerk, second, "merge", other=number, reason="同一件事")
    assert state(second) == "merged"
    assert desk.case(second).number in page(clerk, f"/cases/{first}")
    taken(clerk, second, "unmerge", reason="不是同一户")
    assert state(second) == "registered"


# ---- refusals keep what was typed --------------------------------------------------------------------------


def test_a_rule_violation_shows_clause_and_keeps_the_text(app, world, desk):
    case = desk.handed_over("rq")
    desk.verified(case, "rq")
    desk.rectified(case, "rq")
    answer = take(world.client("rq-handler"), case, "reply", text="留言已收悉", way="电话")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "“已收悉”一类的话不能算答复" in text
    assert "〔F5.2〕" in text
    assert form_values(text, "action-form")[1]["text"] == "留言已收悉"
    assert "reply" not in done(case)


def test_an_invalid_value_is_marked_at_its_field(app, world, desk):
    case = desk.handed_over("rq")
    desk.verified(case, "rq")
    plan = {"measures": "提前通知", "responsible": "主任", "due_on": "2026-10-01"}
    answer = take(world.client("rq-handler"), case, "rectify", **plan)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请填写今天或以后的整改完成日期" in text
    assert '<a href="#do-due_on">' in text
    assert form_values(text, "action-form")[1]["measures"] == "提前通知"


def test_a_stale_form_shows_what_happened_and_can_be_sent_again(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    mine, theirs = world.client("jxw-clerk"), world.client("jxw-clerk")
    address, values = opened(mine, case, "correct")
    taken(theirs, case, "correct", place="示例路2号", reason="来电人补充了地点")
    answer = mine.post(address, data={**values, "wish": "希望当面道歉", "reason": "补记来电人的愿望"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "您填写期间，别人办理了本件" in text
    assert "来电人补充了地点" in text
    again = form_values(text, "action-form")[1]
    assert again["wish"] == "希望当面道歉"
    assert again["version"] != values["version"]
    assert desk.case(case).wish == ""
    assert mine.post(address, data={**again, "place": "示例路2号"}).status_code == 303
    assert desk.case(case).wish == "希望当面道歉"


def test_a_race_inside_the_transaction_is_the_same_conflict(app, world, desk, monkeypatch):
    case = desk.register("jxw-clerk", "rq")

    def overtaken(*_args: Any, **_kwargs: Any) -> None:
        raise StaleDataError("somebody was faster")

    monkeypatch.setattr(acting, "perform", overtaken)
    answer = take(world.client("jxw-clerk"), case, "note", text="写了很久的记录")
    assert answer.status_code == 409
    assert "写了很久的记录" in answer.get_data(as_text=True)


def test_prepared_notices_do_not_show_what_the_page_masks(app, world, desk):
    case = desk.handed_over("rq")
    _, values = opened(world.client("rq-handler"), case, "investigate")
    assert values["notice_text"].startswith("您好：您反映的问题（编号气诉2026-000001）已转营业厅核实办理")
    text = page(world.client("rq-handler"), f"/cases/{case}/do/investigate")
    assert "示例用户甲" not in text


def test_a_double_submit_is_one_step(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    clerk = world.client("jxw-clerk")
    address, values = opened(clerk, case, "note")
    sent = {**values, "text": "已电话联系"}
    first, second = clerk.post(address, data=sent), clerk.post(address, data=sent)
    assert first.status_code == second.status_code == 303
    assert done(case).count("note") == 1


def test_the_form_opens_in_place_and_answers_with_a_fragment(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    clerk = world.client("jxw-clerk")
    fragment = clerk.get(f"/cases/{case}/do/decline", headers=HTMX).get_data(as_text=True)
    assert "<html" not in fragment
    _, values = form_values(fragment, "action-form")
    refused = clerk.post(f"/cases/{case}/do/decline", data=values, headers=HTMX)
    assert refused.status_code == 409
    assert "<html" not in refused.get_data(as_text=True)
    told = {"reason": "不属于供气服务", "told_how": "电话"}
    sent = clerk.post(f"/cases/{case}/do/decline", data={**values, **told}, headers=HTMX)
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (204, f"/cases/{case}")


def test_files_come_with_a_step_or_the_step_is_not_taken(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    clerk = world.client("jxw-clerk")
    refused = take(clerk, case, "note", text="附上现场照片", files=(io.BytesIO(b"MZ"), "照片.exe"))
    assert refused.status_code == 422
    assert "附上现场照片" in refused.get_data(as_text=True)
    assert "note" not in done(case)
    taken(clerk, case, "note", text="附上现场照片", files=(io.BytesIO(PNG), "照片.png"))
    db.session.rollback()
    (kept,) = db.session.scalars(select(Attachment)).all()
    assert kept.step_id == db.session.scalars(select(CaseStep.id).order_by(CaseStep.id.desc())).first()


def test_archived_cases_take_no_files(app, world, desk):
    case = desk.closed()
    clerk = world.client("jxw-clerk")
    taken(clerk, case, "archive", files=(io.BytesIO(PNG), "晚到.png"))
    answer = clerk.submit(f"/cases/{case}/files", {"files": (io.BytesIO(PNG), "晚到.png")})
    assert answer.status_code == 409
    assert db.session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize(
    ("who", "action"),
    [("rq-handler", "dispatch"), ("jxw-supervisor", "accept"), ("rq-dispatcher", "verify"),
     ("jxw-clerk", "take_up"), ("jxw-clerk", "apologise")],
)  # fmt: skip
def test_a_step_that_is_not_open_says_so(app, world, desk, who, action):
    case = desk.handed_over("rq")
    before = done(case)
    client = world.client(who)
    shown = client.get(f"/cases/{case}/do/{action}")
    assert shown.status_code == 409
    assert re.search("现在不能办，或者不由您的岗位办理|没有规定这一步", shown.get_data(as_text=True))
    assert client.submit(f"/cases/{case}/do/{action}", {"version": "1"}).status_code == 409
    assert done(case) == before


def test_unknown_steps_and_roles_without_steps(app, world, desk):
    case = desk.handed_over("rq")
    assert world.client("jxw-clerk").get(f"/cases/{case}/do/nonsense").status_code == 404
    assert world.client("jxw-inspector").get(f"/cases/{case}/do/note").status_code == 403
    assert world.client("jxw-clerk").get("/cases/99999999999999999999/do/note").status_code == 404
