"""On-site checks from the approved plan to the reviewed record."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.inspection.models import CheckEntry, SiteCheck
from blueprints.inspection.service import check_records, checking, finding_sources, findings, signing
from core import clock
from core.db import db
from core.files import path_of
from domain.checklists import digest
from domain.errors import InvalidInput, RuleViolation
from tests.factories.checks import ANSWERS, TEAM, Inspected, picture
from tests.factories.plans import Planned


@pytest.fixture
def one(app: Flask) -> Inspected:
    """Checks of the regulator."""
    return Inspected()


@pytest.mark.rule("F6.2b")
def test_a_check_is_opened_once_from_an_approved_plan(one: Inspected) -> None:
    planned = Planned()
    people = planned.certified()[:2]
    plan_id = planned.draft()
    target = planned.targeted(plan_id, people)
    with pytest.raises(RuleViolation, match="没有经过领导批准"):
        one.opened(target_id=target)
    planned.approved(plan_id)
    check = one.row(one.opened(target_id=target))
    assert (check.number, check.state) == ("JXW-JC2026-0001", "open")
    assert [(i.name, i.certificate) for i in check.inspectors] == [("区经济信息委检查员", "示执00001"), ("区经济信息委督办员", "示执00002")]
    with pytest.raises(RuleViolation, match="已经在检查"):
        one.opened(target_id=target)


@pytest.mark.rule("F6.2b")
def test_only_the_team_acts_and_declares_before_the_first_answer(one: Inspected) -> None:
    check_id = one.opened()
    with pytest.raises(RuleViolation, match="请先声明"):
        one.answer(check_id, "S01", ANSWERS["S01"])
    with pytest.raises(RuleViolation, match="不是这次检查"):
        one.answer(check_id, "S01", ANSWERS["S01"], login="jxw-clerk")
    one.do(checking.declare, check_id, "")
    one.answer(check_id, "S01", ANSWERS["S01"])
    one.do(checking.declare, check_id, "配偶在该企业任职", login=TEAM[1])
    with pytest.raises(RuleViolation, match="应当回避"):
        one.answer(check_id, "S02", ANSWERS["S02"], login=TEAM[1])
    with pytest.raises(RuleViolation, match="已经声明过"):
        one.do(checking.declare, check_id, "", login=TEAM[1])


@pytest.mark.rule("F6.2b")
def test_who_has_an_interest_is_replaced_by_somebody_with_a_certificate(one: Inspected) -> None:
    check_id = one.opened()
    one.do(checking.declare, check_id, "配偶在该企业任职", login=TEAM[1])
    clerk, leader = one.world.user("jxw-clerk"), one.world.user("jxw-leader")
    place = one.row(check_id).inspectors[1]
    with pytest.raises(InvalidInput, match="执法证"):
        one.do(lambda check, **by: checking.substitute(check, check.inspectors[1], leader, "应当回避", **by), check_id)
    one.do(lambda check, **by: checking.substitute(check, check.inspectors[1], clerk, "应当回避", **by), check_id)
    assert [i.user_id for i in one.row(check_id).inspectors] != [place.user_id]
    assert clerk.id in {i.user_id for i in one.row(check_id).inspectors}


@pytest.mark.rule("F6.2b")
def test_signing_is_refused_until_everything_is_there(one: Inspected) -> None:
    check_id = one.declared()
    with pytest.raises(RuleViolation) as refused:
        one.do(signing.begin, check_id)
    assert "还没有记录到达时间" in refused.value.message
    one.complete(check_id)
    one.answer(check_id, "S01", {"value": {"没有标志": 1}})
    with pytest.raises(RuleViolation, match=r"S01缺照片。"):
        one.do(signing.begin, check_id)
    one.photo(check_id, "S01")
    one.answer(check_id, "S03", {"value": "没有"}, base="")
    with pytest.raises(RuleViolation, match=r"S03有不同的答案"):
        one.do(signing.begin, check_id)
    one.answer(check_id, "S03", {"value": "缺项"})
    one.do(signing.begin, check_id)
    check = one.row(check_id)
    assert check.content["answers"]["S03"] == {"": {"value": "缺项"}}
    assert check.content_sha256 == digest(check.content)


@pytest.mark.rule("F6.2b")
def test_while_it_is_signed_nothing_is_taken_until_it_is_taken_back(one: Inspected) -> None:
    check_id = one.signing()
    with pytest.raises(RuleViolation, match="已经开始签字"):
        one.answer(check_id, "S03", {"value": "没有"})
    one.do(signing.take_back, check_id)
    one.answer(check_id, "S03", {"value": "没有"})
    one.do(signing.begin, check_id)
    one.do(signing.sign, check_id, picture("PNG"))
    with pytest.raises(RuleViolation, match="已经有人签字"):
        one.do(signing.take_back, check_id)
    with pytest.raises(RuleViolation, match="已经签过字"):
        one.do(signing.sign, check_id, picture("PNG"))


@pytest.mark.rule("F6.2b")
def test_a_refusal_needs_its_reason_and_a_witness(one: Inspected) -> None:
    check_id = one.signing()
    for login in TEAM:
        one.do(signing.sign, check_id, picture("PNG"), login=login)
    blank = signing.Signing("示例负责人", "", b"", "不同意扣分", "示例见证人")
    for odd in (blank, signing.Signing("", "", picture("PNG"), "不", "示例见证人"), signing.Signing("", "", picture("PNG"), "不同意扣分", "")):
        with pytest.raises(InvalidInput):
            one.do(signing.refuse, check_id, odd)
    inspector = one.row(check_id).inspectors[0].name
    with pytest.raises(InvalidInput, match="不能自己作见证人"):
        one.do(signing.refuse, check_id, signing.Signing("", "", picture("PNG"), "不同意扣分", inspector))
    done = one.do(signing.refuse, check_id, signing.Signing("示例负责人", "", picture("PNG"), "不同意扣分", "示例见证人", "社区网格员"))
    check = one.row(check_id)
    assert (done, check.state) == (True, "signed")
    assert [(s.role, s.refused, s.file is not None) for s in check.signatures[2:]] == [("representative", True, False), ("witness", False, True)]


@pytest.mark.rule("F6.2b")
def test_after_signing_only_addenda_and_a_review_by_somebody_else(one: Inspected) -> None:
    check_id = one.signed()
    with pytest.raises(RuleViolation, match="不能再作答"):
        one.answer(check_id, "S01", ANSWERS["S01"])
    one.do(checking.add, check_id, "复印件当天下午补交。")
    with pytest.raises(RuleViolation, match="不能复核自己的检查"):
        one.do(checking.review, check_id, "属实，同意", login=TEAM[1])
    one.do(checking.review, check_id, "属实，同意", login="jxw-leader")
    check = one.row(check_id)
    assert (check.state, check.review) == ("reviewed", "属实，同意")
    with pytest.raises(RuleViolation):
        one.do(checking.void, check_id, "检查对象有误")


@pytest.mark.rule("F6.2b")
def test_a_void_check_stays_listed_and_its_target_can_be_checked_again(one: Inspected) -> None:
    target = Planned().ready_target()
    check_id = one.opened(target_id=target)
    one.do(checking.void, check_id, "走错了网点")
    page = one.world.client("jxw-leader").get("/checks").get_data(as_text=True)
    assert "已作废" in page
    assert one.row(one.opened(target_id=target)).number == "JXW-JC2026-0002"


@pytest.mark.rule("F6.2b")
def test_a_closed_place_needs_only_its_reason_and_photo(one: Inspected) -> None:
    check_id = one.declared()
    for item, value in (("@arrived", "2026-10-12T09:05"), ("@ended", "2026-10-12T09:20")):
        one.answer(check_id, item, {"value": value})
    one.answer(check_id, "@outcome", {"value": "closed", "note": "门已上锁，敲门无人应答"})
    with pytest.raises(RuleViolation, match="拍一张"):
        one.do(signing.begin, check_id)
    one.photo(check_id, "@outcome")
    one.do(signing.begin, check_id)
    assert one.row(check_id).content["facts"]["outcome"] == "closed"


@pytest.mark.rule("F6.2b")
def test_the_record_holds_items_signatures_and_their_digest(one: Inspected, app: Flask) -> None:
    check_id = one.signing()
    client = one.world.client(TEAM[0])
    draft = client.get(f"/checks/{check_id}/record.pdf")
    assert "草稿" in words(draft.data)
    for login in TEAM:
        drawn = (io.BytesIO(picture("PNG", (300, 100))), "签字.png")
        answer = one.world.client(login).submit(f"/checks/{check_id}/sign/mine", {"picture": drawn})
        assert answer.status_code == 303
    company = {"name": "示例负责人", "post": "营业厅主任", "picture": (io.BytesIO(picture()), "签字.jpg")}
    assert client.submit(f"/checks/{check_id}/sign/company", company).status_code == 303
    check = one.row(check_id)
    assert check.record_file is not None
    pdf = client.get(f"/checks/{check_id}/record.pdf").data
    assert pdf == path_of(check.record_file.sha256).read_bytes()
    said = words(pdf)
    for text in ("现场检查笔录", check.number, "台面堆放杂物", "示执00001", "在场人员（示例负责人）", "照片1", "2026年10月12日9时05分"):
        assert text in said, text
    assert "草稿" not in said


def words(pdf: bytes) -> str:
    """All text of a PDF without blanks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [document[i].get_textpage().get_text_range() for i in range(len(document))]
    finally:
        document.close()
    return "".join("".join(pages).split()).replace("\ufffe", "-")


def test_everything_is_logged(one: Inspected) -> None:
    check_id = one.signed()
    page = one.world.client("jxw-leader").get(f"/checks/{check_id}").get_data(as_text=True)
    for told in ("开始现场检查", "声明利害关系", "冻结检查内容", "签字完成"):
        assert told in page, told
    assert db.session.scalar(select(CheckEntry.id).limit(1))


@pytest.mark.rule("F6.2b")
def test_a_certificate_has_to_be_valid_on_the_day(one: Inspected) -> None:
    target = Planned().ready_target()
    with clock.frozen(clock.now() + timedelta(days=600)), pytest.raises(RuleViolation):
        one.opened(target_id=target)


@pytest.mark.rule("F6.2b")
def test_a_stranger_neither_voids_a_check_nor_changes_its_team(one: Inspected) -> None:
    check_id = one.declared()
    with pytest.raises(RuleViolation, match="不能作废") as refused:
        one.do(checking.void, check_id, "检查对象有误", login="jxw-clerk")
    assert refused.value.next_step
    place = one.row(check_id).inspectors[0]
    with pytest.raises(RuleViolation, match="不能更换检查人员"):
        one.do(checking.substitute, check_id, place, one.world.user("jxw-clerk"), "另有公务", login="jxw-clerk")
    page = one.world.client("jxw-clerk").get(f"/checks/{check_id}").text
    assert "作废" not in page.partition("<h1")[2].partition("</header>")[0]
    one.do(checking.void, check_id, "检查对象有误", login="jxw-leader")
    assert one.row(check_id).state == "void"


@pytest.mark.rule("F6.2b")
def test_a_check_on_which_findings_rest_is_not_voided(one: Inspected) -> None:
    check_id = one.declared()
    one.complete(check_id)
    one.answer(check_id, "S01", {"value": {"标志不明显": 1}, "note": "被树遮挡。"})
    one.photo(check_id, "S01")
    one.signed(check_id)
    made = one.do(_recorded, check_id)
    with pytest.raises(RuleViolation, match="已经据此登记问题") as refused:
        one.do(checking.void, check_id, "检查对象有误")
    assert made in refused.value.message
    assert "撤销" in str(refused.value.next_step)


def _recorded(check: SiteCheck, *, by: User, now: datetime) -> str:
    """Number of the finding of the first deviation."""
    found = finding_sources.of_check(check)[0]
    said = findings.Said(found.title, found.facts, found.basis_kind, basis=found.basis, clause=found.clause,
                         item=found.item, instance=found.instance)  # fmt: skip
    day = finding_sources.found_on(check)
    return findings.record(said, check.enterprise, found_on=day, by=by, now=now, source=check).number


def test_remarks_stand_in_one_line_with_one_mark_between() -> None:
    parts = ["扣1分", "缺少收费依据的文号。", " ", "照片1"]
    assert check_records.joined(parts) == "扣1分；缺少收费依据的文号；照片1"
    assert check_records.joined(["饮水机缺水。"]) == "饮水机缺水。"
    assert check_records.joined([]) == ""


@pytest.mark.rule("F6.2b")
def test_the_bench_leads_to_what_is_begun_and_to_what_waits_for_the_leader(one: Inspected) -> None:
    check_id = one.declared()
    url = "/checks?state=doing&amp;mine=1"
    assert url in one.world.client(TEAM[0]).get("/bench").text
    assert url not in one.world.client("jxw-leader").get("/bench").text
    listed = one.world.client(TEAM[0]).get("/checks?state=doing&mine=1").text
    assert one.row(check_id).number in listed
    one.signed(check_id)
    assert url not in one.world.client(TEAM[0]).get("/bench").text
    assert one.row(check_id).number not in one.world.client(TEAM[0]).get("/checks?state=doing&mine=1").text


@pytest.mark.rule("F6.1")
def test_the_bench_of_a_leader_counts_plans_to_approve(one: Inspected) -> None:
    planned = Planned()
    plan_id = planned.draft()
    planned.targeted(plan_id, planned.certified()[:2])
    client = one.world.client("jxw-leader")
    assert "待批计划" not in client.get("/bench").text
    planned.world.client("jxw-inspector").submit(f"/plans/{plan_id}/submit")
    assert "待批计划" in client.get("/bench").text
    assert "逐项报送整改情况" in one.world.client("rq-handler").get("/findings").text
