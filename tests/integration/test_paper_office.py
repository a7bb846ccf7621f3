"""Paper beside the file: copies and who took them, seal uses, scans, OA numbers, the mail book, the print queue."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from blueprints.notices.models import MailEntry, NoticeCopy, NoticeScan, PrintJob, SealUse
from blueprints.notices.service import books, paper, print_queue
from blueprints.notices.service.forgetting import forget
from core import audit, clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.notices import Office
from tests.factories.paper_office import SCAN, mail_data, posted_notice, seal_data


def copies(notice_id: int) -> list[NoticeCopy]:
    db.session.rollback()
    return paper.copies_of(notice_id)


def html_of(office: Office, path: str, who: str = "jxw-clerk") -> str:
    answer = office.world.client(who).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


# ---- copies ------------------------------------------------------------------------------------------------


def test_copies_are_prepared_when_the_notice_is_printed(each_office: Office) -> None:
    office = each_office
    notice_id = office.signed(copies_to=["示例区应急管理局"], addressees=["示例燃气公司", "示例物业公司"])
    assert copies(notice_id) == []
    with pytest.raises(RuleViolation, match="还没有编号"), office.acting("jxw-clerk", notice_id) as (n, act):
        paper.prepare_copies(n, **act)
    office.issue(notice_id)
    organ = office.world.org("jxw").name
    assert [(row.position, row.recipient, row.purpose, row.copies) for row in copies(notice_id)] == [
        (1, "示例燃气公司", "送达被督办单位", 1), (2, "示例物业公司", "送达被督办单位", 1), (3, organ, "存档", 1),
        (4, "示例区应急管理局", "抄送", 1),
    ]  # fmt: skip
    with pytest.raises(RuleViolation, match="已经准备过"), office.acting("jxw-clerk", notice_id) as (n, act):
        paper.prepare_copies(n, **act)


def test_a_complainant_is_not_named_in_full_among_the_copies(office: Office) -> None:
    notice_id = office.issued("acceptance", addressees=["示例用户甲"])
    names = [row.recipient for row in copies(notice_id)]
    assert "示例用户甲" not in names
    assert names[0].startswith("示")


def test_who_took_a_copy_when(office: Office) -> None:
    notice_id = office.issued()
    client, row = office.world.client("jxw-clerk"), copies(notice_id)[0]
    path, day = f"/notices/{notice_id}/copies/{row.id}", clock.today()
    typed = {"recipient": row.recipient, "purpose": row.purpose, "copies": "2", "handed_on": day.isoformat()}
    refused = client.submit(path, typed)
    assert refused.status_code == 422
    assert "请写明由谁领取" in refused.get_data(as_text=True)
    early = {"handed_on": (day - timedelta(days=2)).isoformat(), "taken_by": "示例签收人"}
    assert "不能早于印制成文" in client.submit(path, typed | early).get_data(as_text=True)
    late = {"handed_on": (day + timedelta(days=1)).isoformat(), "taken_by": "示例签收人"}
    assert "不能晚于今天" in client.submit(path, typed | late).get_data(as_text=True)
    assert client.submit(path, typed | {"taken_by": "示例签收人"}).status_code == 303
    kept = copies(notice_id)[0]
    assert (kept.copies, kept.handed_on, kept.taken_by) == (2, day, "示例签收人")
    page = html_of(office, f"/notices/{notice_id}/paper")
    assert "示例签收人" in page
    assert "共 3 份，2 联" in page
    assert audit.verify().holds


# ---- seal uses ---------------------------------------------------------------------------------------------


def test_the_seal_book_counts_within_the_year_without_gaps(each_office: Office) -> None:
    office = each_office
    by = office.world.user("jxw-clerk")
    with transaction():
        by = office.world.user("jxw-clerk")
        numbers = [
            books.seal_number(books.record_seal_use(seal_data(), by=by, now=clock.now())) for _ in range(2)
        ]
    by, later = office.world.user("jxw-clerk"), seal_data(used_on=clock.today() + timedelta(days=1))
    with pytest.raises(InvalidInput, match="不能晚于今天"), transaction():
        books.record_seal_use(later, by=by, now=clock.now())
    with transaction():
        by = office.world.user("jxw-clerk")
        numbers.append(books.seal_number(books.record_seal_use(seal_data(), by=by, now=clock.now())))
    assert numbers == ["用印-2026-0001", "用印-2026-0002", "用印-2026-0003"]


def test_the_seal_goes_on_signed_notices_only_and_the_form_is_filled(office: Office) -> None:
    draft = office.draft()
    client = office.world.client("jxw-clerk")
    refused = client.get(f"/notices/{draft}/seal-use")
    assert refused.status_code == 409
    assert "签发以后才能用印" in refused.get_data(as_text=True)
    notice_id = office.issued()
    form = html_of(office, f"/notices/{notice_id}/seal-use")
    notice = office.notice(notice_id)
    assert notice.signed_by is not None
    assert f'value="{notice.number_text} ' in form
    assert f'value="{notice.signed_by.name}"' in form
    typed = {k: str(v) for k, v in books.seal_draft(notice, clock.now()).items()}
    assert client.submit(f"/notices/{notice_id}/seal-use", typed).status_code == 303
    assert "用印-2026-0001" in html_of(office, f"/notices/{notice_id}/paper")
    office.void(notice_id)
    assert client.get(f"/notices/{notice_id}/seal-use").status_code == 409


def test_an_entry_of_the_seal_book_is_put_right_by_another_one(office: Office) -> None:
    client = office.world.client("jxw-clerk")
    typed = {k: str(v) for k, v in seal_data().items()}
    first = client.submit("/seal-uses/new", typed).headers["Location"]
    assert client.submit(f"{first}/correct", typed | {"copies": "3"}).status_code == 422
    right = client.submit(f"{first}/correct", typed | {"copies": "3", "remark": "份数写错了"})
    assert right.status_code == 303
    again = client.submit(f"{first}/correct", typed | {"remark": "再更正一次"})
    assert again.status_code == 409
    assert "已经由用印-2026-0002更正" in again.get_data(as_text=True)
    page = html_of(office, "/seal-uses")
    assert "已由用印-2026-0002更正" in page
    assert "更正用印-2026-0001：份数写错了" in page
    db.session.rollback()
    assert [row.copies for row in db.session.scalars(select(SealUse).order_by(SealUse.id))] == [2, 3]
    assert "DELETE" not in str(client.get(first).get_data(as_text=True))
    assert office.world.client("jxw-clerk").get("/seal-uses.xlsx").data.startswith(b"PK")


def test_who_does_not_number_reads_the_books_and_writes_nothing(office: Office) -> None:
    typed = {k: str(v) for k, v in seal_data().items()}
    assert office.world.client("jxw-clerk").submit("/seal-uses/new", typed).status_code == 303
    assert "供气安全责任书" in html_of(office, "/seal-uses", "jxw-supervisor")
    assert "供气安全责任书" not in html_of(office, "/seal-uses", "rq-leader")
    assert "供气安全责任书" not in html_of(office, "/seal-uses", "swj-clerk")
    assert office.world.client("rq-leader").get("/seal-uses/new").status_code == 403


# ---- scans and OA numbers ----------------------------------------------------------------------------------


def test_the_scan_keeps_the_digest_of_the_file_it_belongs_to(office: Office) -> None:
    notice_id = office.issued(addressees=["示例燃气公司"])
    client = office.world.client("jxw-clerk")
    path = f"/notices/{notice_id}/scans/new"
    bad = client.submit(path, {"file": (io.BytesIO(b"x"), "盖章.docx")})
    assert bad.status_code == 422
    assert client.submit(path, {"file": (io.BytesIO(SCAN), "盖章原件.pdf")}).status_code == 303
    db.session.rollback()
    row = db.session.scalars(select(NoticeScan)).one()
    assert row.pdf_sha256 == office.notice(notice_id).pdf_sha256
    assert "对应现在存储的 PDF" in html_of(office, f"/notices/{notice_id}/paper")
    file = f"/notices/{notice_id}/scans/{row.id}/file"
    assert client.get(file).data == SCAN
    assert office.world.client("rq-leader").get(file).status_code == 404
    office.sent(notice_id)
    assert office.world.client("rq-leader").get(file).data == SCAN
    seen = html_of(office, f"/notices/{notice_id}/paper", "rq-leader")
    assert "盖章原件.pdf" in seen
    assert "存档" not in seen
    with transaction():
        office.notice(notice_id).pdf_sha256 = "0" * 64
    assert "对应的不是现在存储的 PDF" in html_of(office, f"/notices/{notice_id}/paper")


def test_the_oa_number_stands_in_page_register_file_and_search(office: Office) -> None:
    draft, notice_id = office.draft(), office.issued()
    client = office.world.client("jxw-clerk")
    typed = {"oa_number": "OA-2026-000731"}
    assert client.submit(f"/notices/{draft}/oa-number", typed).status_code == 409
    assert client.submit(f"/notices/{notice_id}/oa-number", typed).status_code == 303
    for path in (f"/notices/{notice_id}", f"/notices/{notice_id}/paper", "/notices/register"):
        assert "OA-2026-000731" in html_of(office, path), path
    assert "OA-2026-000731" in client.get("/notices/register.csv").get_data(as_text=True)
    assert f'href="/notices/{notice_id}"' in html_of(office, "/notices?q=000731")
    assert f'href="/notices/{notice_id}"' not in html_of(office, "/notices?q=000732")
    db.session.rollback()
    logged = db.session.scalars(select(audit.AuditEntry.action)).all()
    assert logged.count("notice.oa_number") == 1


# ---- mail --------------------------------------------------------------------------------------------------


def test_the_mail_book_numbers_each_direction_by_year(each_office: Office) -> None:
    office = each_office
    with transaction():
        by, now = office.world.user("jxw-clerk"), clock.now()
        numbers = [
            books.record_mail(mail_data(direction=direction), by=by, now=now).number_text
            for direction in ("in", "in", "out")
        ]
    assert numbers == ["收〔2026〕1号", "收〔2026〕2号", "发〔2026〕1号"]


def test_a_served_notice_is_entered_once_and_prefilled(office: Office) -> None:
    posted, sent = posted_notice(office), office.issued(addressees=["示例燃气公司"])
    office.sent(sent)
    client = office.world.client("jxw-clerk")
    assert client.get(f"/notices/{sent}/mail").status_code == 409
    form = html_of(office, f"/notices/{posted}/mail")
    assert 'value="示例燃气公司"' in form
    db.session.rollback()
    typed = {k: str(v) for k, v in books.mail_draft(office.notice(posted)).items()}
    assert client.submit(f"/notices/{posted}/mail", typed).status_code == 303
    again = client.submit(f"/notices/{posted}/mail", typed)
    assert again.status_code == 409
    assert "已经登记为发〔2026〕1号" in again.get_data(as_text=True)
    assert "发〔2026〕1号" in html_of(office, f"/notices/{posted}/paper")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(MailEntry)) == 1


def test_an_incoming_paper_carries_its_file_and_its_result(office: Office) -> None:
    client = office.world.client("jxw-clerk")
    typed = {k: str(v) for k, v in mail_data().items()}
    answer = client.submit("/mail/new", typed | {"file": (io.BytesIO(SCAN), "来文.pdf")})
    assert answer.status_code == 303
    db.session.rollback()
    entry = db.session.scalars(select(MailEntry)).one()
    assert client.get(f"/mail/{entry.id}/file").data == SCAN
    done = client.submit(f"/mail/{entry.id}/follow", {"handler": "示例承办人", "result": "已经回复"})
    assert done.status_code == 303
    page = html_of(office, "/mail?direction=in&q=供气保障")
    assert "已经回复" in page
    assert "示府办〔2026〕8号" in page
    assert "供气保障" not in html_of(office, "/mail?direction=out").replace('value="供气保障"', "")
    assert "收〔2026〕1号" not in html_of(office, "/mail?from=2027-01-01")
    assert client.get("/mail.xlsx?direction=in").data.startswith(b"PK")
    assert office.world.client("swj-clerk").get(f"/mail/{entry.id}").status_code == 404


# ---- print queue -------------------------------------------------------------------------------------------


def test_what_waits_is_printed_together_and_marked(office: Office) -> None:
    first, second = office.issued(), office.issued()
    client = office.world.client("jxw-clerk")
    for notice_id, count in ((first, "2"), (second, "1")):
        assert client.submit(f"/notices/{notice_id}/print-job", {"copies": count}).status_code == 303
    again = client.submit(f"/notices/{first}/print-job", {"copies": "1"})
    assert "已经在排队" in again.get_data(as_text=True)
    whole = client.get("/print-queue/print.pdf").data
    bytes_of = [
        len(office.notice(n).pdf.size.to_bytes(8, "big")) and office.notice(n).pdf.size
        for n in (first, second)
    ]
    assert len(whole) == len(b"%PDF-1.7\n") + 2 * bytes_of[0] + bytes_of[1]
    assert "没有等待打印的文书" not in html_of(office, "/print-queue")
    db.session.rollback()
    ids = [job.id for job in db.session.scalars(select(PrintJob).order_by(PrintJob.id))]
    assert client.submit("/print-queue/printed", {"id": [str(ids[0])]}).status_code == 303
    db.session.rollback()
    assert [job.state for job in db.session.scalars(select(PrintJob).order_by(PrintJob.id))] == [
        "printed",
        "queued",
    ]
    assert client.submit(f"/print-queue/{ids[1]}/cancel", {"reason": "不再需要纸质件"}).status_code == 303
    assert client.submit(f"/print-queue/{ids[0]}/cancel", {"reason": "不再需要纸质件"}).status_code == 409
    assert office.world.user("jxw-clerk").name in html_of(office, "/print-queue?state=printed")
    assert "不再需要纸质件" in html_of(office, "/print-queue?state=cancelled")


def test_a_voided_notice_is_never_printed_from_the_queue(office: Office) -> None:
    notice_id = office.issued()
    with office.acting("jxw-clerk", notice_id) as (notice, act):
        print_queue.add(notice, 1, "", **act)
    office.void(notice_id)
    with transaction():
        by = office.world.user("jxw-clerk")
        waits = print_queue.waiting(by.organization_id or 0)
        with pytest.raises(RuleViolation, match="没有等待打印"):
            print_queue.mark_printed(waits, by=by, now=clock.now())
    assert "文书已经作废" in html_of(office, "/print-queue")


def test_the_page_of_paper_asks_little(office: Office) -> None:
    from tests.integration.test_notices_statements import MOST, asked

    notice_id = office.issued()
    client = office.world.client("jxw-clerk")
    client.get(f"/notices/{notice_id}/paper")
    for path in (
        f"/notices/{notice_id}/paper",
        f"/notices/{notice_id}",
        "/seal-uses",
        "/mail",
        "/print-queue",
    ):
        seen = asked(client, path)
        assert len(seen) <= MOST, (path, [statement[:200] for statement, _ in seen])


def test_the_paper_forgets_a_person_with_the_notice(office: Office) -> None:
    notice_id = office.issued("acceptance", addressees=["示例用户甲"])
    with office.acting("jxw-clerk", notice_id) as (notice, act):
        paper.add_scan(notice, "盖章原件.pdf", SCAN, "", **act)
        row = paper.copies_of(notice_id)[0]
        taken = {"recipient": "示例用户甲", "copies": 1, "handed_on": clock.today(), "taken_by": "示例用户甲"}
        paper.set_copy(notice, row, taken, **act)
    with transaction():
        forget("case", 1, ["示例用户甲"], now=clock.now())
    db.session.rollback()
    assert copies(notice_id)[0].taken_by == "〔已匿名〕"
    assert copies(notice_id)[0].recipient == "〔已匿名〕"
    assert db.session.scalars(select(NoticeScan)).all() == []
