"""Groups, anonymous cases, corrections of who complains, and the same matter once more."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from blueprints.complaints.models import Attachment
from blueprints.complaints.people import heads, present, representative
from blueprints.complaints.queries_rates import Split
from blueprints.complaints.queries_repeats import repeats_of
from blueprints.complaints.service import noticing
from blueprints.complaints.service.intake import Person
from blueprints.complaints.service.rating import Period, scope_of, statistics
from blueprints.rulebook.service import pinned
from core import audit, clock, clocks
from core.calendar_store import load_calendar
from core.db import db
from domain.errors import InvalidInput, RuleViolation
from domain.satisfaction import Heard
from tests.factories.cases import Desk
from tests.factories.world import World

OWN = {"channel": "gas_hotline"}
TOLD = "您反映的事项先前已经办结并答复，这次没有新的事实和证据，不再重复办理。"


def own(desk: Desk, **fields: Any) -> int:
    """A complaint that the gas company received itself, investigated and verified as a lapse put right."""
    case = desk.register("rq-dispatcher", "rq", **(OWN | fields))
    desk.do(case, "accept", "rq-dispatcher", nature="internal")
    desk.do(case, "dispatch", "rq-dispatcher", units=desk.department("rq"), requirement="请核实")
    desk.verified(case, "rq", service_class="")
    desk.rectified(case, "rq")
    return case


def page(desk: Desk, who: str, path: str) -> str:
    answer = desk.world.client(who).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


# ---- anonymous ---------------------------------------------------------------------------------------------


def test_an_anonymous_case_is_closed_without_reply_and_callback(desk: Desk) -> None:
    case = own(desk, anonymous=True, people=())
    assert desk.case(case).next_action == "close"
    for action in ("reply", "callback", "progress_notice"):
        with pytest.raises(RuleViolation):
            desk.do(case, action, "rq-dispatcher", text="已处理完毕并整改到位。", **desk.told())
    html = page(desk, "rq-dispatcher", f"/cases/{case}")
    assert "匿名诉求，无法答复和回访" in html
    done = desk.do(case, "close", "rq-leader")
    assert (done.state, done.ended_how, done.satisfied) == ("closed", "", "")
    assert done.completed_at is not None
    assert done.steps[-1].facts["unanswered"] == "匿名诉求，无法答复和回访"
    assert not clocks.open_of("case", case, "completion")
    assert "未答复的原因：匿名诉求，无法答复和回访" in page(desk, "rq-dispatcher", f"/cases/{case}")


def test_an_anonymous_case_that_was_handed_over_is_still_reported(desk: Desk) -> None:
    case = desk.handed_over("rq", anonymous=True, people=())
    desk.verified(case, "rq", service_class="")
    desk.rectified(case, "rq")
    with pytest.raises(RuleViolation):
        desk.do(case, "close", "jxw-clerk")
    desk.do(case, "report_back", "rq-dispatcher", verification="属实", rectification_result="已整改")
    desk.do(case, "review_accept", "jxw-supervisor")
    assert desk.do(case, "close", "jxw-clerk").state == "closed"


def test_anonymous_inquiries_and_suggestions_end_too(desk: Desk) -> None:
    asked = desk.register("rq-dispatcher", "rq", type="inquiry", anonymous=True, people=(), **OWN)
    desk.do(asked, "ask", "rq-dispatcher", units=desk.department("rq"), requirement="怎样开户")
    desk.do(asked, "give_answer", "rq-handler", text="带身份证到营业厅办理。")
    assert desk.do(asked, "close", "rq-dispatcher").state == "closed"
    wish = desk.register("rq-dispatcher", "rq", type="suggestion", anonymous=True, people=(), **OWN)
    desk.do(wish, "accept", "rq-dispatcher", nature="internal")
    desk.do(wish, "refer_to_leader", "rq-dispatcher", text="建议延长营业时间", reply_needed=False)
    desk.do(wish, "instruct", "rq-leader", adoption="adopted", instruction="采纳")
    assert desk.do(wish, "close", "rq-leader").state == "closed"


def test_the_anonymous_do_not_count_for_satisfaction(desk: Desk) -> None:
    desk.closed()
    desk.do(own(desk, anonymous=True, people=()), "close", "rq-leader")
    today = clock.today()
    by, period = desk.world.user("rq-leader"), Period(today.replace(day=1), today)
    scope = scope_of(by, period, now=clock.now(), calendar=load_calendar())
    rules = [pinned(desk.case(1).ruleset_version_id)]
    found = statistics(scope, period, Split.CHANNEL, rules, now=clock.now()).satisfaction
    assert (found.of(Heard.SATISFIED), found.of(Heard.ANONYMOUS), found.counted, found.text) == (1, 1, 1, "100.00")
    html = page(desk, "rq-leader", "/rates")
    assert "没有留下姓名和联系方式，无法答复和回访" in html
    listed = page(desk, "rq-leader", f"/cases?rate=satisfaction&part=anonymous&received_from={period.first}")
    assert listed.count("data-row") >= 1


def test_a_later_contact_names_an_anonymous_person_on_record(desk: Desk) -> None:
    case = own(desk, anonymous=True, people=())
    named = desk.do(
        case, "change_people", "rq-dispatcher", added=[Person("示例用户乙", "13900000002", representative=False)],
        reason="本人再次来电留下姓名",
    )  # fmt: skip
    assert not named.anonymous
    assert representative(named.complainants).name == "示例用户乙"
    assert ["anonymous", "是", "否，已留下姓名或电话"] in named.steps[-1].facts["changes"]
    assert "示例用户乙" not in str(named.steps[-1].facts)
    assert desk.case(case).next_action == "reply"


# ---- groups ------------------------------------------------------------------------------------------------


def test_a_group_shows_who_speaks_for_it_and_its_list_behind(desk: Desk) -> None:
    people = (Person("示例用户甲", "13800000001", headcount=12), Person("示例用户乙", representative=False))
    case = desk.register("jxw-clerk", "rq", people=people)
    found = desk.case(case)
    assert found.significant, "十人以上一起反映的是重大事项"
    html = page(desk, "jxw-clerk", f"/cases/{case}")
    assert "等 12 人" in html
    assert "展开名单：已登记 2 位" in html
    assert "示例用户甲" not in html
    csv = page(desk, "jxw-clerk", "/cases/export.csv")
    assert "等 12 人" in csv
    with clock.frozen(clock.now()):
        values = noticing.OWN["dispatch_slip"](found, pinned(found.ruleset_version_id))
    assert "等 12 人" in values["slip_person"]
    assert noticing.OWN["dossier"](found, pinned(found.ruleset_version_id))["dossier_person"] == "示例用户甲 等 12 人"


def test_a_list_is_pasted_and_uploaded(desk: Desk, world: World) -> None:
    case = desk.register("jxw-clerk", "rq")
    client, path = world.client("jxw-clerk"), f"/cases/{case}/do/change_people"
    stamp = {"version": str(desk.case(case).version), "seen": str(desk.case(case).steps[-1].id)}
    sheet = io.BytesIO("姓名,电话\n示例用户丙,13900000003\n".encode())
    answer = client.submit(path, stamp | {
        "added": "示例用户乙，13900000002", "list_file": (sheet, "名单.csv"), "headcount": "5",
        "reason": "补交了联名名单",
    })  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    found = desk.case(case)
    assert [p.name for p in present(found.complainants)] == ["示例用户甲", "示例用户乙", "示例用户丙"]
    assert heads(found.complainants) == 5
    assert "示****" in client.get(path).get_data(as_text=True)
    bad = client.submit(path, {"added": "示例用户丁，不是电话", "reason": "补交了联名名单"} | {
        "version": str(found.version), "seen": str(found.steps[-1].id)})  # fmt: skip
    assert bad.status_code == 422
    assert "第 1 行的电话不对" in bad.get_data(as_text=True)
    assert "示例用户丁" in bad.get_data(as_text=True)


def test_changes_are_recorded_masked_and_in_full_in_the_audit_log_only(desk: Desk) -> None:
    people = (Person("示例用户甲", "13800000001"), Person("王小明", "13800000002", representative=False))
    case = desk.register("jxw-clerk", "rq", people=people, content="示例用户甲和王小明都说没有告知。")
    first, second = desk.case(case).complainants
    done = desk.do(case, "change_people", "jxw-clerk", removed=[first.id], representative_ids=[second.id],
                   person_id=second.id, phone="13900000009", reason="登记时写错了人")  # fmt: skip
    assert [p.name for p in present(done.complainants)] == ["王小明"]
    assert representative(done.complainants).phone == "13900000009"
    told = str(done.steps[-1].facts)
    assert "王小明" not in told
    assert "示例用户甲" not in told
    html = page(desk, "jxw-clerk", f"/cases/{case}")
    assert "示例用户甲" not in html, "who was taken out stays masked in the texts"
    kept = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "case.people")).one()
    assert "王小明" not in kept.changes + kept.personal


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"removed": [1]}, "至少要有一位"),
        ({"headcount": 0}, "没有改动"),
        ({"removed": [999]}, "没有这位"),
        ({"added": [Person("示例用户甲", "13800000001")]}, "都已经登记"),
        ({"added": [Person(f"用户{n}") for n in range(500)]}, "最多登记 500"),
    ],
)
def test_changes_that_cannot_be_meant(desk: Desk, data: dict[str, Any], words: str) -> None:
    case = desk.register("jxw-clerk", "rq")
    with pytest.raises(InvalidInput, match=words):
        desk.do(case, "change_people", "jxw-clerk", reason="更正诉求人名单", **data)


def test_who_becomes_confidential_later_is_kept_back_with_files_and_title(desk: Desk, world: World) -> None:
    case = desk.handed_over("rq", title="示例用户甲反映停气")
    clerk = world.client("jxw-clerk")
    clerk.submit(f"/cases/{case}/files", {"files": (io.BytesIO("来信".encode()), "来信.txt")})
    desk.do(case, "change_people", "jxw-clerk", confidential=True, reason="本人要求保密")
    world.fresh()
    assert all(a.kept_back for a in db.session.scalars(select(Attachment)))
    assert desk.case(case).title == "诉求人反映停气"
    html = page(desk, "rq-handler", f"/cases/{case}")
    assert "来信.txt" not in html
    assert "138****0001" not in html


# ---- the same matter once more -----------------------------------------------------------------------------


def again(desk: Desk) -> tuple[int, int]:
    """A closed case and a new one of the same person about the same."""
    first = desk.closed()
    with clock.frozen(clock.now() + timedelta(days=3)):
        return first, desk.register("jxw-clerk", "rq")


def asked(desk: Desk, first: int, second: int, **more: Any) -> None:
    given = {"other": desk.case(first).number, "reason": "时间地点要求都相同", "nothing_new": True} | more
    desk.do(second, "request_no_more", "jxw-clerk", **given)


def test_the_same_matter_is_closed_once_a_leader_agrees_and_the_person_is_told(desk: Desk) -> None:
    first, second = again(desk)
    with clock.frozen(clock.now() + timedelta(days=4)):
        by, rules = desk.world.user("jxw-clerk"), pinned(desk.case(second).ruleset_version_id)
        assert [row.id for row, _ in repeats_of(desk.case(second), by, rules, now=clock.now())] == [first]
        assert "申请不再重复办理" in page(desk, "jxw-clerk", f"/cases/{second}/alike")
        asked(desk, first, second)
        with pytest.raises(RuleViolation):
            desk.do(second, "decide_no_more", "jxw-clerk", approve=True)
        with pytest.raises(RuleViolation, match="还没有批准"):
            desk.do(second, "tell_no_more", "jxw-clerk", text=TOLD, **desk.told())
        desk.do(second, "decide_no_more", "jxw-leader", approve=True)
        assert desk.case(second).state == "registered"
        with pytest.raises(InvalidInput, match="怎样告知"):
            desk.do(second, "tell_no_more", "jxw-clerk", text=TOLD)
        done = desk.do(second, "tell_no_more", "jxw-clerk", text=TOLD, **desk.told())
        assert (done.state, done.ended_how) == ("closed", "no_more")
        assert [s.action for s in done.steps[-3:]] == ["request_no_more", "decide_no_more", "tell_no_more"]
        assert "不再重复办理" in page(desk, "jxw-clerk", "/rates")


def test_new_evidence_reopens_and_says_what_is_new(desk: Desk) -> None:
    first, second = again(desk)
    with clock.frozen(clock.now() + timedelta(days=4)):
        asked(desk, first, second)
        desk.do(second, "decide_no_more", "jxw-leader", approve=True)
        desk.do(second, "tell_no_more", "jxw-clerk", text=TOLD, **desk.told())
        with pytest.raises(InvalidInput, match="新的事实或证据"):
            desk.do(second, "reopen", "jxw-clerk", reason="本人又来电了")
        done = desk.do(second, "reopen", "jxw-clerk", reason="本人补充了证据", new_evidence="十月十四日的停气照片")
        assert (done.state, done.ended_how, done.reopened) == ("registered", "", 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"other": "气诉2026-999999"}, "没有找到"),
        ({"nothing_new": False}, "新的事实或证据"),
        ({"reason": "同"}, "理由"),
    ],
)
def test_what_is_no_repetition(desk: Desk, data: dict[str, Any], words: str) -> None:
    first, second = again(desk)
    with clock.frozen(clock.now() + timedelta(days=4)), pytest.raises((InvalidInput, RuleViolation), match=words):
        asked(desk, first, second, **data)


def test_another_person_or_an_open_case_is_no_repetition(desk: Desk) -> None:
    first, _ = again(desk)
    other = desk.register("jxw-clerk", "rq", people=(Person("示例用户丙", "13700000003"),))
    with pytest.raises(InvalidInput, match="不是同一诉求人"):
        asked(desk, first, other)
    running = desk.register("jxw-clerk", "rq")
    with pytest.raises(InvalidInput, match="还没有办结"):
        asked(desk, running, desk.register("jxw-clerk", "rq"))


# ---- relayed -----------------------------------------------------------------------------------------------


def test_a_confidential_complaint_from_question_to_reply_goes_through_the_regulator(desk: Desk) -> None:
    case = desk.handed_over("rq", confidential=True)
    desk.do(case, "relay_question", "rq-handler", text="停气的是哪一栋？")
    assert "请转问举报人" in page(desk, "jxw-clerk", f"/cases/{case}")
    desk.do(case, "relay_answer", "jxw-clerk", text="三栋。")
    html = page(desk, "rq-handler", f"/cases/{case}")
    assert "停气的是哪一栋" in html
    assert "三栋。" in html
    desk.verified(case, "rq", service_class="")
    desk.rectified(case, "rq")
    with pytest.raises(RuleViolation):
        desk.reply(case, "rq-handler")
    desk.do(case, "report_back", "rq-dispatcher", verification="属实", rectification_result="已整改")
    desk.do(case, "review_accept", "jxw-supervisor")
    assert desk.case(case).next_action == "reply"
    desk.do(case, "progress_notice", "jxw-clerk", way="电话", text="正在办理")
    assert desk.reply(case, "jxw-clerk").state == "replied"


def test_a_question_is_only_relayed_where_the_person_is_unknown(desk: Desk) -> None:
    case = desk.handed_over("rq")
    offered = page(desk, "rq-handler", f"/cases/{case}")
    assert "请主管部门转问" not in offered
