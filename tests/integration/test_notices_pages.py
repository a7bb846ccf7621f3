"""Pages of official notices without JavaScript: the whole way by forms, refusals, preview, batch, files."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.notices import queries
from blueprints.notices.models import Notice
from blueprints.notices.service import issue
from core import audit
from core.db import db
from core.jobs import run_next
from domain.notice_kinds import kind
from domain.notice_samples import sample_values
from tests.browserless import form_values, said
from tests.factories.notices import RECEIPT, SITE, Office, QuickPrinter


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def send(client: FlaskClient, path: str, form_id: str, **fields: Any) -> TestResponse:
    """Open a page, fill in its form, send it."""
    page = client.get(path)
    assert page.status_code == 200, said(text(page))
    address, values = form_values(text(page), form_id)
    return client.post(address or path, data={**values, **fields}, content_type="multipart/form-data")


def step(client: FlaskClient, notice_id: int, name: str, **fields: Any) -> TestResponse:
    return send(client, f"/notices/{notice_id}/do/{name}", "step-form", **fields)


def receipt() -> tuple[io.BytesIO, str]:
    return io.BytesIO(RECEIPT[1]), RECEIPT[0]


def begun(clerk: FlaskClient) -> int:
    """A supervision notice that the clerk has begun on the page for it."""
    made = send(clerk, "/notices/new?kind=supervision", "new-form", addressees="示例燃气公司")
    assert made.status_code == 303
    return int(re.findall(r"/notices/(\d+)/edit", made.headers["Location"])[0])


def test_the_whole_way_by_forms(office: Office) -> None:
    clerk, supervisor = office.world.client("jxw-clerk"), office.world.client("jxw-supervisor")
    leader = office.world.client("jxw-leader")
    notice_id = begun(clerk)
    fields = {f"v_{name}": value for name, value in sample_values(kind("supervision")).items() if isinstance(value, str)}
    saved = send(clerk, f"/notices/{notice_id}/edit", "draft-form", **fields)
    assert saved.status_code == 303, said(text(saved))
    assert "送核稿" in text(clerk.get(f"/notices/{notice_id}"))
    assert step(clerk, notice_id, "submit").status_code == 303
    refused = step(supervisor, notice_id, "send_back", remark="不行")
    assert refused.status_code == 422
    assert "不少于 5 个字" in text(refused)
    assert step(supervisor, notice_id, "review").status_code == 303
    assert "等我办理" in text(leader.get("/notices?mine=1"))
    assert re.search(r'文书待办</span>\s*<span class="stat-value">1', text(leader.get("/bench")))
    assert f"/notices/{notice_id}" in text(leader.get("/notices?mine=1"))
    assert step(leader, notice_id, "sign").status_code == 303
    assert step(clerk, notice_id, "issue").status_code == 303
    page = text(clerk.get(f"/notices/{notice_id}"))
    assert "涪经信督〔2026〕1号" in page
    assert "下载 PDF" in page
    service_id = office.notice(notice_id).services[0].id
    path = f"/notices/{notice_id}/services/{service_id}/serve"
    proofless = send(clerk, path, "serve-form", method="direct", receiver="示例签收人")
    assert proofless.status_code == 422
    assert "送达回证" in said(text(proofless))
    assert "示例签收人" in text(proofless)
    served = send(clerk, path, "serve-form", method="direct", receiver="示例签收人", receipt=receipt())
    assert served.status_code == 303, said(text(served))
    page = text(clerk.get(f"/notices/{notice_id}"))
    assert "剩 5 个工作日" in page
    assert clerk.get(f"/notices/{notice_id}/services/{service_id}/receipt").data == RECEIPT[1]
    answered = send(
        clerk, f"/notices/{notice_id}/services/{service_id}/answer", "answer-form", answer="已按期办结并答复。"
    )
    assert answered.status_code == 303, said(text(answered))
    assert step(clerk, notice_id, "archive").status_code == 303
    assert office.notice(notice_id).state == "archived"
    assert audit.verify().holds


def test_a_step_that_cannot_be_taken_says_why(office: Office) -> None:
    own = office.draft(who="jxw-supervisor")
    office.act(own, "submit", "jxw-supervisor")
    supervisor = office.world.client("jxw-supervisor")
    page = text(supervisor.get(f"/notices/{own}"))
    assert "您拟的稿" in page
    answer = supervisor.get(f"/notices/{own}/do/review")
    assert answer.status_code == 409
    assert "您拟的稿" in text(answer)
    posted = supervisor.submit(f"/notices/{own}/do/review")
    assert posted.status_code == 409
    assert office.notice(own).state == "in_review"


def test_a_double_submit_numbers_once(office: Office) -> None:
    notice_id = office.signed()
    clerk = office.world.client("jxw-clerk")
    page = clerk.get(f"/notices/{notice_id}/do/issue")
    address, values = form_values(text(page), "step-form")
    assert [clerk.post(address, data=values).status_code for _ in range(2)] == [303, 303]
    assert office.notice(notice_id).number == 1
    assert [row.number for row in queries.every_numbered(2026)] == [1]


def test_two_editors_keep_their_text(office: Office) -> None:
    notice_id = office.draft()
    clerk, inspector = office.world.client("jxw-clerk"), office.world.client("jxw-inspector")
    _, first = form_values(text(clerk.get(f"/notices/{notice_id}/edit")), "draft-form")
    path, second = form_values(text(inspector.get(f"/notices/{notice_id}/edit")), "draft-form")
    assert clerk.post(path, data=first | {"title": "甲写的标题"}).status_code == 303
    late = inspector.post(path, data=second | {"title": "乙写的标题"})
    assert late.status_code == 409
    assert "甲写的标题" in text(late)
    _, again = form_values(text(late), "draft-form")
    assert again["title"] == "乙写的标题"
    assert inspector.post(path, data=again).status_code == 303
    assert office.notice(notice_id).title == "乙写的标题"


def test_typed_text_is_shown_as_pages_and_not_saved(office: Office, printer: QuickPrinter) -> None:
    notice_id = office.draft()
    clerk = office.world.client("jxw-clerk")
    path, values = form_values(text(clerk.get(f"/notices/{notice_id}/edit")), "draft-form")
    typed = values | {"body": values["body"] + "\n另请说明原因。"}
    whole = clerk.post(path, data=typed | {"preview": "1"})
    assert whole.status_code == 200
    assert "data:image/png;base64," in text(whole)
    assert "另请说明原因。" in text(whole)
    part = clerk.post(f"/notices/{notice_id}/preview", data=typed, headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert "data:image/png" in text(part)
    assert printer.printed[-1].watermark == "草稿"
    assert "另请说明原因。" not in office.notice(notice_id).body
    broken = clerk.post(f"/notices/{notice_id}/preview", data=typed | {"body": "【没有的表】"})
    assert "没有的表" in text(broken)
    printer.broken = "印制进程忙。"
    assert "印制进程忙" in text(clerk.get(f"/notices/{notice_id}/preview"))


def test_a_table_is_typed_row_by_row(office: Office) -> None:
    limits = {"acceptance_limits": [["受理", "示例区经济信息委", "2 个工作日", "本单位设定"]]}
    notice_id = office.draft("acceptance", values=sample_values(kind("acceptance")) | limits)
    clerk = office.world.client("jxw-clerk")
    path, values = form_values(text(clerk.get(f"/notices/{notice_id}/edit")), "draft-form")
    assert values["v_acceptance_limits"].startswith("受理 | ")
    wide = clerk.post(path, data=values | {"v_acceptance_limits": "甲|乙|丙|丁|戊"})
    assert wide.status_code == 422
    assert "只有 4 栏" in text(wide)
    assert clerk.post(path, data=values | {"v_acceptance_limits": "核实 ｜ 企业\n答复"}).status_code == 303
    assert office.notice(notice_id).values["acceptance_limits"] == [["核实", "企业", "", ""], ["答复", "", "", ""]]


def test_text_is_written_anew_from_the_fields(office: Office) -> None:
    notice_id = office.draft()
    clerk = office.world.client("jxw-clerk")
    path, values = form_values(text(clerk.get(f"/notices/{notice_id}/edit")), "draft-form")
    clerk.post(path, data=values | {"v_matter": "示例事项改写", "body": "随手写的正文"})
    assert office.notice(notice_id).body == "随手写的正文"
    assert clerk.submit(f"/notices/{notice_id}/rewrite").status_code == 303
    assert "示例事项改写" in office.notice(notice_id).body


def test_an_order_may_have_a_red_head(office: Office) -> None:
    notice_id = office.draft("rectification_order")
    clerk = office.world.client("jxw-clerk")
    path, values = form_values(text(clerk.get(f"/notices/{notice_id}/edit")), "draft-form")
    assert values["layout"] == "enforcement"
    assert clerk.post(path, data=values | {"layout": "redhead"}).status_code == 303
    notice = office.notice(notice_id)
    assert (notice.form, notice.title) == ("redhead", "关于责令示例燃气公司\n限期整改的通知")
    path, values = form_values(text(clerk.get(path)), "draft-form")
    assert clerk.post(path, data=values | {"layout": "letter"}).status_code == 422


def test_a_failed_printing_is_told_and_tried_again(office: Office, printer: QuickPrinter) -> None:
    notice_id = office.signed()
    clerk = office.world.client("jxw-clerk")
    printer.broken = "印制进程超出了内存上限。"
    answer = step(clerk, notice_id, "issue")
    assert answer.status_code == 303
    page = text(clerk.get(f"/notices/{notice_id}"))
    assert "没有印制成功" in page
    assert "印制进程超出了内存上限。" in page
    assert "重新印制" in page
    printer.broken = ""
    assert step(clerk, notice_id, "retry").status_code == 303
    assert office.notice(notice_id).state == "issued"


def test_a_process_that_died_before_printing_leaves_a_button(office: Office) -> None:
    notice_id = office.signed()
    with office.acting("jxw-clerk", notice_id) as (notice, act):
        issue(notice, site=SITE, **act)
    clerk = office.world.client("jxw-clerk")
    page = text(clerk.get(f"/notices/{notice_id}"))
    assert "可能是服务中断" in page
    assert "涪经信督〔2026〕1号" in page
    assert step(clerk, notice_id, "retry").status_code == 303
    assert office.notice(notice_id).state == "issued"


def test_voiding_shows_the_copy_that_says_so(office: Office) -> None:
    notice_id = office.issued()
    leader = office.world.client("jxw-leader")
    before = leader.get(f"/notices/{notice_id}/file.pdf")
    assert step(leader, notice_id, "void", remark="受送达人名称写错").status_code == 303
    after = leader.get(f"/notices/{notice_id}/file.pdf")
    assert after.data != before.data
    assert "%EF%BC%88%E4%BD%9C%E5%BA%9F%EF%BC%89" in after.headers["Content-Disposition"]
    assert "受送达人名称写错" in text(leader.get(f"/notices/{notice_id}"))


def test_changed_bytes_on_the_disk_are_never_given_out(office: Office) -> None:
    from core.files import path_of

    notice_id = office.issued()
    digest = office.notice(notice_id).pdf_sha256
    assert digest
    path_of(digest).write_bytes(b"%PDF-1.7 forged")
    clerk = office.world.client("jxw-clerk")
    for path in (f"/notices/{notice_id}/file.pdf", f"/notices/print.pdf?id={notice_id}"):
        answer = clerk.get(path)
        assert (answer.status_code, "从备份恢复" in text(answer)) == (409, True)
    assert "被改动" in text(clerk.get(f"/notices/{notice_id}/preview"))


# ---- who sees what -----------------------------------------------------------------------------------------


def test_another_organization_finds_nothing(office: Office) -> None:
    notice_id = office.served()
    service_id = office.notice(notice_id).services[0].id
    paths = ("", "/edit", "/preview", "/file.pdf", f"/services/{service_id}/proof.pdf", f"/services/{service_id}/receipt",
             f"/services/{service_id}/serve", f"/services/{service_id}/answer", "/do/void")  # fmt: skip
    for login in ("swj-clerk", "swj-leader", "rq-leader", "gd-dispatcher"):
        client = office.world.client(login)
        for path in paths:
            assert client.get(f"/notices/{notice_id}{path}").status_code in (403, 404), f"{login} {path}"
        assert "督〔2026〕" not in text(client.get("/notices"))
        assert "督〔2026〕" not in text(client.get("/notices/register"))
        assert client.get(f"/notices/print.pdf?id={notice_id}").status_code == 303


def test_an_enterprise_reads_and_signs_for_what_was_sent_to_it(office: Office) -> None:
    notice_id = office.issued(addressees=["示例燃气公司", "示例供电公司"])
    office.sent(notice_id)
    gas, power = office.world.client("rq-leader"), office.world.client("gd-leader")
    assert power.get(f"/notices/{notice_id}").status_code == 404
    page = text(gas.get(f"/notices/{notice_id}"))
    assert "签收" in page
    assert "拟稿" not in page
    assert gas.get(f"/notices/{notice_id}/file.pdf").status_code == 200
    assert f"/notices/{notice_id}" in text(gas.get("/notices?mine=1"))
    assert gas.get(f"/notices/{notice_id}/do/void").status_code == 404
    assert step(gas, notice_id, "sign_receipt").status_code == 303
    assert f'href="/notices/{notice_id}"' not in text(gas.get("/notices?mine=1"))
    assert "燃气公司分管经理" in text(office.world.client("jxw-clerk").get(f"/notices/{notice_id}"))


# ---- many at once ------------------------------------------------------------------------------------------


def test_many_are_signed_numbered_and_printed_at_once(office: Office) -> None:
    ready = [office.draft() for _ in range(3)]
    for notice_id in ready:
        office.act(notice_id, "submit", "jxw-clerk")
        office.act(notice_id, "review", "jxw-supervisor")
    other = office.draft()
    leader = office.world.client("jxw-leader")
    assert "签发" in text(leader.get("/notices?state=to_sign"))
    signed = leader.submit("/notices/batch", {"step": "sign", "id": [*map(str, ready), str(other)]})
    assert "办成 3 份，共 4 份" in text(signed)
    numbered = leader.submit("/notices/batch", {"step": "issue", "id": [str(n) for n in ready]})
    assert "办成 3 份，共 3 份" in text(numbered)
    assert [row.number for row in queries.every_numbered(2026)] == [1, 2, 3]
    ids = "&".join(f"id={n}" for n in reversed(ready))
    whole = leader.get(f"/notices/print.pdf?{ids}")
    assert whole.mimetype == "application/pdf"
    positions = [whole.data.index(f"〔2026〕{n}号".encode()) for n in (1, 2, 3)]
    assert positions == sorted(positions)
    too_many = leader.submit("/notices/batch", {"step": "sign", "id": [str(n) for n in range(1, 202)]})
    assert too_many.status_code == 303


def test_very_many_are_numbered_in_the_background(office: Office) -> None:
    ready = [office.signed() for _ in range(22)]
    other = office.draft()
    leader = office.world.client("jxw-leader")
    asked = leader.submit("/notices/batch", {"step": "issue", "id": [*map(str, ready), str(other)]})
    assert (asked.status_code, queries.every_numbered(2026)) == (303, [])
    office.issue(ready[0])  # somebody, or an earlier attempt, was faster
    with office.acting("jxw-clerk", ready[1]) as (notice, act):
        issue(notice, site=SITE, **act)
    assert run_next()
    page = text(leader.get(asked.headers["Location"]))
    assert "编号印制 22 份，共 23 份" in page
    assert page.count("不能“编号印制”") == 1
    assert [row.number for row in queries.every_numbered(2026)] == list(range(1, 23))
    assert {row.state for row in queries.every_numbered(2026)} == {"issued"}
    whole = leader.get(asked.headers["Location"] + "/file")
    assert whole.data.count("〔2026〕22号".encode()) >= 2


# ---- register ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_register_shows_every_number_and_goes_into_a_file(office: Office, suffix: str) -> None:
    served, bad = office.served(), office.issued()
    office.void(bad)
    office.issued()
    clerk = office.world.client("jxw-clerk")
    page = text(clerk.get("/notices/register?year=2026"))
    for number in (1, 2, 3):
        assert f"涪经信督〔2026〕{number}号" in page
    assert "已作废" in page
    assert re.findall(r"stat-value\">(\d+)", page) == ["3", "1", "1", "1", "0", "1"]
    only = text(clerk.get("/notices/register?service=unserved"))
    assert ("〔2026〕3号" in only, "〔2026〕1号" in only) == (True, False)
    file = clerk.get(f"/notices/register.{suffix}?year=2026")
    assert file.status_code == 200
    if suffix == "csv":
        lines = file.data.decode("utf-8-sig").splitlines()
        assert len(lines) == 4
        assert "涪经信督〔2026〕2号" in lines[2]
        assert "作废" in lines[2]
    assert db.session.get_one(Notice, served).number == 1


def test_lists_and_files_mask_the_person_whom_a_reply_goes_to(office: Office) -> None:
    notice_id = office.issued("reply")
    clerk = office.world.client("jxw-clerk")
    for path in ("/notices", "/notices/register", "/notices/register.csv"):
        said_there = clerk.get(path).data.decode("utf-8-sig")
        assert "示****" in said_there
        assert "示例用户甲" not in said_there, path
    assert "示例用户甲" in text(clerk.get(f"/notices/{notice_id}"))


# ---- verification ------------------------------------------------------------------------------------------


def test_anybody_verifies_by_code_or_file(office: Office) -> None:
    notice_id = office.issued("reply")
    notice = office.notice(notice_id)
    stranger = office.world.client("jxw-clerk").application.test_client()
    page = text(stranger.get(f"/v/{notice.code}"))
    assert "真实有效" in page
    assert notice.number_text in page
    assert "示例用户甲" not in page
    assert "查不到" in text(stranger.get("/v/AAAA-BBBB-CCCC"))
    data = office.world.client("jxw-clerk").get(f"/notices/{notice_id}/file.pdf").data
    address, values = form_values(text(stranger.get("/v")), "verify-form")

    def upload(content: bytes) -> str:
        values["file"] = (io.BytesIO(content), "文书.pdf")
        return text(stranger.post(address, data=values, content_type="multipart/form-data"))

    assert "与印制时逐字节相同" in upload(data)
    assert "查不到" in upload(data + b" ")
    values.pop("file")
    by_digest = text(stranger.post(address, data=values | {"sha256": notice.pdf_sha256}))
    assert "真实有效" in by_digest
    assert form_values(by_digest, "verify-form")[1]["sha256"] == ""
    empty = stranger.post(address, data=values)
    assert empty.status_code == 422
    typed = stranger.post(address, data=values | {"code": f" {(notice.code or '').lower()} "})
    assert typed.headers["Location"].endswith(f"/v/{notice.code}")
    office.void(notice_id)
    assert "已经作废" in upload(data)


# ---- templates and organ codes -----------------------------------------------------------------------------


def test_the_administrator_changes_a_template(office: Office) -> None:
    admin = office.world.client("sysadmin")
    assert "督办通知" in text(admin.get("/notice-templates"))
    path = "/notice-templates/supervision"
    _, values = form_values(text(admin.get(path)), "template-form")
    wrong = admin.post(path, data=values | {"body": values["body"] + "\n{nobody}", "reason": "改写法"})
    assert wrong.status_code == 422
    assert "{nobody}" in said(text(wrong))
    body = values["body"] + "\n特此通知。"
    tried = admin.post(path, data=values | {"body": body, "try": "1"})
    assert "data:image/png" in text(tried)
    old = office.draft()
    saved = admin.post(path, data=values | {"body": body, "reason": "统一结尾的写法"})
    assert saved.status_code == 303, said(text(saved))
    new = office.draft()
    assert office.notice(new).body.endswith("特此通知。")
    assert (office.notice(new).template_version, office.notice(old).template_version) == (1, 0)
    assert admin.post(path, data=values | {"reason": "又改回原来的写法", "submission_key": "again-0002"}).status_code == 303
    page = text(admin.get(path))
    assert page.count(">在用<") == 1
    assert admin.submit(f"{path}/restore").status_code == 303
    assert office.notice(office.draft()).template_version == 0
    assert "第 1 版" in text(admin.get(path))


def test_the_administrator_sets_an_organ_code(office: Office) -> None:
    admin = office.world.client("sysadmin")
    organ = office.world.org("jxw").id
    path = f"/organ-codes/{organ}/supervision"
    assert admin.submit(path, {"code": "示 例〔2026〕"}).status_code == 422
    assert admin.submit(path, {"code": "示经信督"}).status_code == 303
    assert office.notice(office.issued()).number_text == "示经信督〔2026〕1号"
    assert admin.get(f"/organ-codes/{organ}/nothing").status_code == 404
