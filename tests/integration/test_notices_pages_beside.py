"""Pages beside the way of one notice: many at once, the register, verification, templates, organ codes."""

from __future__ import annotations

import io
import re

import pytest

from blueprints.notices import queries
from blueprints.notices.models import Notice
from blueprints.notices.service import issue
from core.db import db
from core.jobs import run_next
from tests.browserless import form_values, said
from tests.factories.notices import SITE, Office, QuickPrinter
from tests.integration.test_notices_pages import text

# ---- many at once ------------------------------------------------------------------------------------------


def test_many_are_signed_numbered_and_printed_at_once(office: Office, printer: QuickPrinter) -> None:
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
    assert (len(printer.printed), printer.held) == (3, 0)
    assert [row.number for row in queries.every_numbered(2026)] == [1, 2, 3]
    ids = "&".join(f"id={n}" for n in reversed(ready))
    whole = leader.get(f"/notices/print.pdf?{ids}")
    assert whole.mimetype == "application/pdf"
    positions = [whole.data.index(f"〔2026〕{n}号".encode()) for n in (1, 2, 3)]
    assert positions == sorted(positions)
    too_many = leader.submit("/notices/batch", {"step": "sign", "id": [str(n) for n in range(1, 202)]})
    assert too_many.status_code == 303


def test_very_many_are_numbered_in_the_background(office: Office, printer: QuickPrinter) -> None:
    ready = [office.signed() for _ in range(22)]
    other = office.draft()
    leader = office.world.client("jxw-leader")
    asked = leader.submit("/notices/batch", {"step": "issue", "id": [*map(str, ready), str(other)]})
    assert (asked.status_code, queries.every_numbered(2026)) == (303, [])
    office.issue(ready[0])  # somebody, or an earlier attempt, was faster
    with office.acting("jxw-clerk", ready[1]) as (notice, act):
        issue(notice, site=SITE, **act)
    printer.held = 0
    assert run_next()
    assert printer.held == 0
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
    assert (
        admin.post(
            path, data=values | {"reason": "又改回原来的写法", "submission_key": "again-0002"}
        ).status_code
        == 303
    )
    page = text(admin.get(path))
    assert page.count(">在用<") == 1
    for version, ends in ((0, False), (1, True), (2, False), (9, False)):
        shown = form_values(text(admin.get(f"{path}?version={version}")), "template-form")[1]
        assert shown["body"].endswith("特此通知。") == ends, version
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
