"""Pages of official notices without JavaScript: the whole way by forms, refusals, preview, batch, files."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.notices import queries
from blueprints.notices.service import issue
from core import audit
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
    notice_id = int(re.findall(r"/notices/(\d+)/edit", made.headers["Location"])[0])
    known = sample_values(kind("supervision"))
    fields = {f"v_{name}": value for name, value in known.items() if isinstance(value, str)}
    saved = send(clerk, f"/notices/{notice_id}/edit", "draft-form", **fields)
    assert saved.status_code == 303, said(text(saved))
    return notice_id


@pytest.mark.rule("F1")
def test_the_whole_way_by_forms(office: Office) -> None:
    clerk, supervisor = office.world.client("jxw-clerk"), office.world.client("jxw-supervisor")
    leader = office.world.client("jxw-leader")
    notice_id = begun(clerk)
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
    assert "〔F1〕" in page
    assert "下载 PDF" in page


def test_service_answer_and_archive_by_forms(office: Office) -> None:
    notice_id, clerk = office.issued(), office.world.client("jxw-clerk")
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
        clerk,
        f"/notices/{notice_id}/services/{service_id}/answer",
        "answer-form",
        answer="已按期办结并答复。",
    )
    assert answered.status_code == 303, said(text(answered))
    assert step(clerk, notice_id, "archive").status_code == 303
    assert office.notice(notice_id).state == "archived"


def test_the_audit_log_names_the_steps(office: Office) -> None:
    office.served()
    assert audit.verify().holds
    log = text(office.world.client("auditadmin").get("/audit-log"))
    assert all(words in log for words in ("文书签发", "文书登记送达", "督办通知", "直接送达"))


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


def test_a_double_submit_numbers_once(office: Office, printer: QuickPrinter) -> None:
    notice_id = office.signed()
    clerk = office.world.client("jxw-clerk")
    page = clerk.get(f"/notices/{notice_id}/do/issue")
    address, values = form_values(text(page), "step-form")
    assert [clerk.post(address, data=values).status_code for _ in range(2)] == [303, 303]
    assert (len(printer.printed), printer.held) == (1, 0)
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
    assert office.notice(notice_id).values["acceptance_limits"] == [
        ["核实", "企业", "", ""],
        ["答复", "", "", ""],
    ]


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
