"""Every way in which a step of a notice is refused, with its reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from blueprints.notices import service
from core import clock
from domain.errors import InvalidInput, RuleViolation
from tests.factories.notices import Office


def test_nobody_approves_the_own_draft(office: Office) -> None:
    own = office.draft(who="jxw-supervisor")
    office.act(own, "submit", "jxw-supervisor")
    with pytest.raises(RuleViolation, match="您拟的稿"):
        office.act(own, "review", "jxw-supervisor")


def test_whoever_edits_is_a_writer_too(office: Office) -> None:
    notice_id = office.draft()
    with office.acting("jxw-supervisor", notice_id) as (notice, act):
        service.edit(notice, service.Content(body=notice.body + "\n特此通知。"), **act)
    office.act(notice_id, "submit", "jxw-clerk")
    with pytest.raises(RuleViolation, match="您拟的稿"):
        office.act(notice_id, "review", "jxw-supervisor")


def test_legal_review_is_another_person(office: Office) -> None:
    notice_id = office.draft("rectification_order")
    office.act(notice_id, "submit", "jxw-clerk")
    office.act(notice_id, "review", "jxw-supervisor")
    with pytest.raises(RuleViolation, match="另一位人员"):
        office.act(notice_id, "legal_review", "jxw-supervisor")


@pytest.mark.parametrize("remark", ["", "  ", "不行"])
def test_sending_back_says_why(office: Office, remark: str) -> None:
    notice_id = office.draft()
    office.act(notice_id, "submit", "jxw-clerk")
    with pytest.raises(InvalidInput, match="不少于 5 个字") as refused:
        office.act(notice_id, "send_back", "jxw-supervisor", remark)
    assert refused.value.field == "remark"
    assert office.notice(notice_id).state == "in_review"


@pytest.mark.parametrize(
    ("verb", "who", "words"),
    [
        ("review", "jxw-clerk", "由督办员办理"),
        ("review", "swj-supervisor", "您的账号不在其中"),
        ("sign", "jxw-leader", "不能“签发”"),
        ("archive", "jxw-clerk", "不能“归档”"),
        ("sign_receipt", "rq-leader", "不能“签收”"),
    ],
)
def test_each_step_has_its_state_and_its_people(office: Office, verb: str, who: str, words: str) -> None:
    notice_id = office.draft()
    office.act(notice_id, "submit", "jxw-clerk")
    with pytest.raises(RuleViolation, match=words):
        office.act(notice_id, verb, who)


def test_a_draft_that_lacks_something_is_not_sent(office: Office) -> None:
    empty = office.draft(values={})
    with pytest.raises(RuleViolation, match="还没有填写"):
        office.act(empty, "submit", "jxw-clerk")
    nobody = office.draft(addressees=[])
    with pytest.raises(RuleViolation, match="没有写明主送"):
        office.act(nobody, "submit", "jxw-clerk")
    other = office.draft(answer_within=9)
    with office.acting("jxw-clerk", other) as (notice, act):
        service.edit(notice, service.Content(answer_within=12), **act)
    with pytest.raises(RuleViolation, match="没有写“12个工作日”"):
        office.act(other, "submit", "jxw-clerk")
    private = office.draft()
    with office.acting("jxw-clerk", private) as (notice, act):
        service.edit(notice, service.Content(body=notice.body + "\n经办人：\ue000某"), **act)
    with pytest.raises(RuleViolation, match=r"U\+E000"):
        office.act(private, "submit", "jxw-clerk")


SERVING: list[tuple[dict[str, Any], str, str]] = [
    ({"method": ""}, "method", "请选择送达方式"),
    ({"receiver": ""}, "receiver", "写明收件人"),
    ({"receipt": None}, "receipt", "送达回证"),
    ({"method": "refused_left"}, "witness", "见证人"),
    ({"method": "refused_left", "witness": "社区工作人员", "receipt": None}, "receipt", "照片"),
    ({"method": "post"}, "tracking", "邮件编号"),
    ({"method": "electronic"}, "consent", "同意"),
    ({"method": "electronic", "consent": True}, "consent_note", "以什么方式同意"),
    ({"method": "public_notice"}, "place", "登在哪里"),
    ({"served_at": None}, "served_at", "请填写送达时间"),
    ({"served_at": datetime(2026, 10, 13, tzinfo=clock.SHANGHAI)}, "served_at", "不能晚于现在"),
    ({"served_at": datetime(2026, 10, 11, tzinfo=clock.SHANGHAI)}, "served_at", "不能早于"),
    ({"receipt": ("回证.exe", b"MZ")}, "receipt", "不接受这种文件"),
]


def test_service_needs_its_proof(office: Office) -> None:
    notice_id = office.issued()
    for data, field, words in SERVING:
        with pytest.raises(InvalidInput, match=words) as refused:
            office.serve(notice_id, **data)
        assert refused.value.field == field, data
    assert office.notice(notice_id).services[0].served_at is None
    office.serve(notice_id)
    with pytest.raises(RuleViolation, match="不能“登记送达”"):
        office.serve(notice_id)


def test_somebody_outside_the_platform_gets_nothing_electronically(office: Office) -> None:
    notice_id = office.issued("reply")
    with pytest.raises(InvalidInput, match="不是平台上的单位"):
        office.sent(notice_id)
