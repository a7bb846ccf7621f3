"""A notice from draft to archive on both databases: history, numbers, time, printing, trust."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from blueprints.notices import queries, service
from blueprints.notices.events import NoticeIssued, NoticeServed, NoticeVoided
from blueprints.notices.models import Notice, NoticeStep
from blueprints.notices.service import verifying
from blueprints.notices.service.composing import digest
from core import audit, clock, clocks
from core.calendar_store import load_calendar, set_override
from core.db import db, transaction
from core.events import subscribe
from core.files import path_of
from core.inbox import Notification
from domain.documents import Watermark, document_of, words_in
from domain.errors import InvalidInput, RuleViolation
from tests.factories.notices import Office, QuickPrinter


def told(who: str, office: Office) -> list[str]:
    """What this person was told, oldest first."""
    user = office.world.user(who)
    return list(
        db.session.scalars(
            select(Notification.text).where(Notification.user_id == user.id).order_by(Notification.id)
        )
    )


def actions(notice_id: int) -> list[str]:
    rows = select(NoticeStep.action).where(NoticeStep.notice_id == notice_id).order_by(NoticeStep.id)
    return list(db.session.scalars(rows))


# ---- the whole way -----------------------------------------------------------------------------------------


def test_the_whole_way_with_legal_review(each_office: Office) -> None:
    office = each_office
    happened: list[object] = []
    for event in (NoticeIssued, NoticeServed, NoticeVoided):
        subscribe(event, happened.append)
    notice_id = office.draft("rectification_order")
    assert office.act(notice_id, "submit", "jxw-clerk").state == "in_review"
    assert "等您核稿通过" in told("jxw-supervisor", office)[-1]
    assert office.act(notice_id, "review", "jxw-supervisor").state == "legal_review"
    assert "等您法制审核通过" in told("jxw-leader", office)[-1]
    assert office.act(notice_id, "legal_review", "jxw-leader").state == "to_sign"
    assert office.act(notice_id, "sign", "jxw-leader").state == "signed"
    assert not office.issue(notice_id).error
    notice = office.notice(notice_id)
    assert (notice.state, notice.number_text, notice.year) == ("issued", "涪经信责改〔2026〕1号", 2026)
    assert notice.content is not None
    assert notice.content_sha256 == digest(notice.content)
    assert notice.pdf is not None
    stored = path_of(notice.pdf.sha256).read_bytes()
    assert notice.pdf_sha256 == hashlib.sha256(stored).hexdigest()
    office.serve(notice_id)
    notice = office.notice(notice_id)
    service_ = notice.services[0]
    assert (notice.state, service_.due_on is not None, service_.server_id) == (
        "served", True, office.world.user("jxw-clerk").id,
    )  # fmt: skip
    with pytest.raises(RuleViolation, match="还没有按期限回复"):
        office.act(notice_id, "archive", "jxw-clerk")
    office.answered(notice_id)
    assert office.act(notice_id, "archive", "jxw-clerk").state == "archived"
    assert actions(notice_id) == [
        "draft", "submit", "review", "legal_review", "sign", "issue", "printed", "serve", "record_answer",
        "archive",
    ]  # fmt: skip
    assert [type(event) for event in happened] == [NoticeIssued, NoticeServed]
    assert audit.verify().holds


def test_sent_back_with_remarks_and_signed_the_second_time(office: Office) -> None:
    notice_id = office.draft()
    office.act(notice_id, "submit", "jxw-clerk")
    office.act(notice_id, "review", "jxw-supervisor")
    back = office.act(notice_id, "send_back", "jxw-leader", "期限太短，请改为七个工作日")
    assert (back.state, back.reviewed_by_id) == ("draft", None)
    assert "期限太短" in told("jxw-clerk", office)[-1]
    with office.acting("jxw-clerk", notice_id) as (notice, act):
        body = notice.body.replace("5个工作日", "7个工作日")
        service.edit(notice, service.Content(body=body, answer_within=7), **act)
    office.act(notice_id, "submit", "jxw-clerk")
    office.act(notice_id, "review", "jxw-supervisor")
    office.act(notice_id, "sign", "jxw-leader")
    office.issue(notice_id)
    text = "".join(words_in(document_of(office.notice(notice_id).content or {})))
    assert "7个工作日" in text
    assert "5个工作日" not in text


def test_a_draft_is_taken_back_or_given_up(office: Office) -> None:
    notice_id = office.draft()
    office.act(notice_id, "submit", "jxw-clerk")
    with pytest.raises(RuleViolation, match="只有拟稿人可以取回"):
        office.act(notice_id, "withdraw", "jxw-inspector")
    assert office.act(notice_id, "withdraw", "jxw-clerk").state == "draft"
    assert office.act(notice_id, "discard", "jxw-clerk", "不再需要发文").state == "discarded"
    assert office.notice(notice_id).number is None


# ---- time --------------------------------------------------------------------------------------------------


def test_the_limit_runs_from_service_and_follows_the_calendar(office: Office, moment: datetime) -> None:
    notice_id = office.issued()
    later = moment + timedelta(days=2)
    with clock.frozen(later):
        notice = office.serve(notice_id)
    served = notice.services[0]
    printed = "".join(words_in(document_of(notice.content or {})))
    assert "之日起5个工作日" in printed
    assert "10月21日" not in printed
    running = clocks.of_subject("notice_service", served.id)[0]
    assert (served.due_on, running.basis) == (running.due_on, notice.number_text)
    assert running.counted["received"] == "2026-10-14"
    assert served.due_on is not None
    assert served.due_on.isoformat() == "2026-10-21"
    with transaction():
        admin = office.world.user("sysadmin")
        day = datetime(2026, 10, 20, tzinfo=clock.SHANGHAI).date()
        set_override(day, off=True, name="临时放假", source="示例〔2026〕9号", by=admin, now=clock.now())
    moved = office.notice(notice_id).services[0]
    assert moved.due_on is not None
    assert moved.due_on.isoformat() == "2026-10-22"
    assert "2026-10-22" in told("jxw-clerk", office)[-1]


def test_a_public_notice_counts_from_the_thirtieth_day(office: Office, moment: datetime) -> None:
    notice_id = office.issued()
    notice = office.serve(notice_id, method="public_notice", place="示例日报第3版", witness="")
    running = clocks.of_subject("notice_service", notice.services[0].id)[0]
    assert clock.local_date(running.started_at) == clock.local_date(moment) + timedelta(days=30)


def test_an_answer_is_met_or_late(office: Office, moment: datetime) -> None:
    first, second = office.served(), office.served()
    office.answered(first)
    with clock.frozen(moment + timedelta(days=20)):
        office.answered(second)
    states = [
        clocks.of_subject("notice_service", office.notice(n).services[0].id)[0].state for n in (first, second)
    ]
    assert states == ["met", "late"]


def test_a_new_year_begins_a_new_series(office: Office) -> None:
    ready = [office.signed() for _ in range(3)]
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=clock.SHANGHAI)
    numbers = []
    for notice_id, when in zip(
        ready, (last - timedelta(hours=9), last, last + timedelta(seconds=1)), strict=True
    ):
        with clock.frozen(when):
            office.issue(notice_id)
        numbers.append(office.notice(notice_id).number_text)
    assert numbers == ["涪经信督〔2026〕1号", "涪经信督〔2026〕2号", "涪经信督〔2027〕1号"]
    assert (office.notice(ready[1]).content or {})["signature"]["date"] == "2026年12月31日"


def test_a_record_goes_to_nobody_and_is_filed(office: Office) -> None:
    notice_id = office.issued("inspection_record")
    assert office.notice(notice_id).services == []
    assert "等您归档" in told("jxw-supervisor", office)[-1]
    with pytest.raises(RuleViolation):
        office.act(notice_id, "archive", "jxw-leader")
    page = office.world.client("jxw-clerk").get(f"/notices/{notice_id}").get_data(as_text=True)
    assert ("待归档" in page, "待送达" in page) == (True, False)
    assert office.act(notice_id, "archive", "jxw-clerk").state == "archived"


# ---- printing, voiding, trust ------------------------------------------------------------------------------


def test_a_failed_printing_keeps_the_number_and_is_tried_again(
    each_office: Office, printer: QuickPrinter
) -> None:
    office = each_office
    first, second = office.signed(), office.signed()
    printer.broken = "印制进程超出了时间上限。"
    assert office.issue(first).error == "印制进程超出了时间上限。"
    failed = office.notice(first)
    content = failed.content
    assert (failed.state, failed.number, failed.print_error) == ("numbered", 1, "印制进程超出了时间上限。")
    printer.broken = ""
    office.issue(second)
    assert office.notice(second).number == 2
    assert not office.issue(first, verb="again").error
    again = office.notice(first)
    assert (again.state, again.number, again.content, again.print_error) == ("issued", 1, content, "")
    assert actions(first)[-3:] == ["print_failed", "retry", "printed"]
    with pytest.raises(RuleViolation):
        office.issue(first, verb="again")


def test_a_failed_printing_may_be_voided(office: Office, printer: QuickPrinter) -> None:
    notice_id = office.signed()
    printer.broken = "印制失败。"
    office.issue(notice_id)
    printer.broken = ""
    void = office.void(notice_id)
    assert (void.state, void.number, void.pdf_id, void.void_pdf_id is None) == ("void", 1, None, False)


def test_a_copy_marked_void_that_failed_is_printed_later(office: Office, printer: QuickPrinter) -> None:
    notice_id = office.issued()
    printer.broken = "印制失败。"
    void = office.void(notice_id)
    assert (void.state, void.void_pdf_id, void.print_error) == ("void", None, "印制失败。")
    printer.broken = ""
    office.issue(notice_id, verb="again")
    again = office.notice(notice_id)
    assert (again.void_pdf_id is None, again.print_error, again.number) == (False, "", 1)
    assert printer.printed[-1].watermark is Watermark.VOID
    with pytest.raises(RuleViolation):
        office.issue(notice_id, verb="again")


def test_voiding_keeps_the_number_stops_the_clock_and_prints_a_copy(
    each_office: Office, printer: QuickPrinter
) -> None:
    office = each_office
    voided: list[NoticeVoided] = []
    subscribe(NoticeVoided, voided.append)
    notice_id = office.served()
    original = office.notice(notice_id).pdf_sha256
    with pytest.raises(InvalidInput, match="不少于"):
        office.void(notice_id, "错")
    notice = office.void(notice_id)
    assert (notice.state, notice.number_text, notice.pdf_sha256) == ("void", "涪经信督〔2026〕1号", original)
    assert notice.void_sha256 not in (None, original)
    assert printer.printed[-1].watermark is Watermark.VOID
    assert clocks.of_subject("notice_service", notice.services[0].id)[0].state == "void"
    assert len(voided) == 1
    office.issue(office.signed())
    rows = queries.every_numbered(2026)
    assert [(row.number, row.state) for row in rows] == [(1, "void"), (2, "issued")]


def test_issued_bytes_are_never_printed_again(office: Office, printer: QuickPrinter) -> None:
    notice_id = office.issued()
    printed, before = len(printer.printed), office.notice(notice_id).pdf_sha256
    office.serve(notice_id)
    office.answered(notice_id)
    office.act(notice_id, "archive", "jxw-clerk")
    assert (len(printer.printed), office.notice(notice_id).pdf_sha256) == (printed, before)


def test_anybody_can_tell_genuine_void_and_unknown(office: Office) -> None:
    good, bad = office.issued(), office.issued()
    office.void(bad)
    notice, void = office.notice(good), office.notice(bad)
    assert notice.pdf is not None
    assert void.void_pdf is not None
    assert void.pdf is not None
    found = verifying.by_code((notice.code or "").lower())
    assert (found.status, found.number, found.organ) == ("genuine", "涪经信督〔2026〕1号", "示例区经济信息委")
    assert (found.issued_on, found.addressees) == ("2026年10月12日", ("示例＊＊公司",))
    assert verifying.by_content(path_of(notice.pdf.sha256).read_bytes()).status == "genuine"
    assert verifying.by_content(path_of(void.pdf.sha256).read_bytes()).status == "void"
    assert verifying.by_content(path_of(void.void_pdf.sha256).read_bytes()).status == "void"
    assert verifying.by_content(b"%PDF-1.7 forged").status == "unknown"
    for code in ("", "AAAA", "K7MP3XWQ2VTA", "' OR 1=1--"):
        assert verifying.by_code(code).status == "unknown"


def test_what_has_no_number_yet_is_unknown(office: Office, printer: QuickPrinter) -> None:
    notice_id = office.signed()
    printer.broken = "印制失败。"
    office.issue(notice_id)
    code = office.notice(notice_id).code
    assert code
    assert verifying.by_code(code).status == "unknown"


# ---- electronic service ------------------------------------------------------------------------------------


def test_an_enterprise_signs_for_what_was_served_electronically(each_office: Office) -> None:
    office = each_office
    notice_id = office.issued()
    leader, stranger = "rq-leader", "gd-leader"
    assert queries.notice_for(notice_id, office.world.user(leader)) is None
    office.sent(notice_id)
    assert "请签收" in told(leader, office)[-1]
    assert queries.notice_for(notice_id, office.world.user(leader)) is not None
    assert queries.notice_for(notice_id, office.world.user(stranger)) is None
    with pytest.raises(RuleViolation, match="您的账号不在其中"):
        office.act(notice_id, "sign_receipt", stranger)
    office.answered(notice_id)
    with pytest.raises(RuleViolation, match="还没有电子签收"):
        office.act(notice_id, "archive", "jxw-clerk")
    office.act(notice_id, "sign_receipt", leader)
    signed = office.notice(notice_id).services[0]
    assert signed.signed_by_id == office.world.user(leader).id
    with pytest.raises(RuleViolation):
        office.act(notice_id, "sign_receipt", leader)
    other = office.issued()
    office.sent(other)
    office.void(other)
    assert "已作废：内容有误" in told(leader, office)[-1]
    assert office.act(notice_id, "archive", "jxw-clerk").state == "archived"


def test_several_addressees_each_have_their_proof(office: Office) -> None:
    names = ["示例燃气公司", "示例供电公司", "示例物业公司"]
    notice_id = office.issued(addressees=names)
    assert [s.addressee for s in office.notice(notice_id).services] == names
    assert [s.organization_id is None for s in office.notice(notice_id).services] == [False, False, True]
    for row in range(3):
        assert office.notice(notice_id).state == "issued"
        office.serve(notice_id, row=row)
    assert office.notice(notice_id).state == "served"
    assert load_calendar() is not None
    assert isinstance(db.session.get_one(Notice, notice_id), Notice)
