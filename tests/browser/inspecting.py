"""The regulator's desk in the browser: draws, plans, notices, working papers."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.office import Office, Worker, fill_one, step

WITNESSES = (("示例见证人甲", "271828", "AB12CD34"), ("示例见证人乙", "314159", "EF56AB78"))
PROOF = {"name": "回证.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n% signed\n"}


def keep(worker: Worker, path: str, values: dict[str, Any], *, shot: str = "") -> None:
    """Open a form, fill and send it; it is not refused."""
    worker.go(path)
    send(worker, values, shot=shot)


def send(worker: Worker, values: dict[str, Any], *, shot: str = "") -> None:
    """Fill and send the form that is on the page; it is not refused."""
    page = worker.page
    form = page.locator("main form.form").first
    for label, value in values.items():
        fill_one(form, label, value)
    if shot:
        worker.shots.take(page, shot, key=True)
    before = page.url
    form.locator(".action-bar button[type=submit]").first.click()
    page.wait_for_url(lambda url: url != before)
    expect(page.locator(".error-summary")).to_have_count(0)


def pressed(worker: Worker, button: str, told: str) -> None:
    """Press a button of the page, agree when it asks, and read what it says."""
    page = worker.page
    page.get_by_role("button", name=button, exact=True).first.click()
    sure = page.locator("dialog[open] button[value=yes], dialog[open] .btn-primary, dialog[open] .btn-danger")
    if sure.count():
        sure.first.click()
    worker.is_told(told)


def drawn(inspector: Worker, quotas: str) -> str:
    """A draw of outlets with two witnesses, from the draft to the freeze; returns its address."""
    inspector.go("/draws/new")
    for person in inspector.page.locator("[name=inspectors]").all():
        person.check()
    told = {"名称": "第四季度网点抽查", "目的和依据": "按照年度计划抽查服务网点", "抽取范围": "服务网点"}
    send(inspector, told | {"每层抽几个": quotas}, shot="新建抽取")
    draft = inspector.page.url
    for name, number, code in WITNESSES:
        keep(
            inspector, f"{draft}/witness",
            {"见证人（姓名、单位）": name, "见证人的数": number, "验证码": code}, shot="见证人登记",
        )  # fmt: skip
    inspector.go(draft)
    inspector.page.get_by_role("button", name="冻结并公布").click()
    inspector.page.locator("dialog[open] button").first.wait_for()
    inspector.page.locator("dialog[open] .btn-primary").click()
    expect(inspector.page.locator("main")).to_contain_text("一、事先公布的")
    return draft


def opened(inspector: Worker, draw: str) -> None:
    """Both witnesses open their numbers."""
    told: dict[str, Any] = {}
    for name, number, code in WITNESSES:
        told |= {f"{name}的数": number, f"{name}的验证码": code}
    keep(inspector, f"{draw}/open", told)
    expect(inspector.page.locator("main")).to_contain_text("三、抽取结果")
    inspector.shots.take(inspector.page, "抽取结果", key=True)


def issued(office: Office, notice: str, *, legal: bool = False) -> None:
    """Checked by the supervisor (and for the law), signed by the leader, numbered by the clerk, served."""
    inspector, supervisor, leader = office["jxw-inspector"], office["jxw-supervisor"], office["jxw-leader"]
    step(inspector, notice, "送核稿")
    step(supervisor, notice, "核稿通过")
    if legal:
        step(leader, notice, "法制审核通过")
    step(leader, notice, "签发")
    step(inspector, notice, "编号印制")
    inspector.page.get_by_role("link", name="登记送达").first.click()
    inspector.page.get_by_label("直接送达").check()
    inspector.page.get_by_label("收件人").fill("示例签收人")
    inspector.page.locator("input[type=file]").set_input_files(PROOF)
    inspector.page.get_by_role("button", name="登记送达").click()
    expect(inspector.page.locator(".page-marks .badge-state")).to_have_text("已送达")


def edited(worker: Worker, values: dict[str, str]) -> str:
    """The editor of a draft: what the system could not know; returns the address of the notice."""
    page = worker.page
    expect(page.locator("#preview img").first).to_be_visible()
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)
    worker.shots.take(page, "拟稿", key=True)
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url(re.compile(r"/notices/\d+$"))
    return page.url


def papers(inspector: Worker, deviations: dict[int, str], count: int) -> None:
    """Every working paper of the sample that is open, one after the other."""
    page = inspector.page
    for rank in range(1, count + 1):
        expect(page.locator("h1")).to_contain_text(f"第 {rank} 件")
        bad = deviations.get(rank)
        page.locator(".criterion").first.get_by_label("不符合" if bad else "符合", exact=True).check()
        if bad:
            page.locator(".criterion").first.get_by_label("说明").fill(bad)
            inspector.shots.take(page, f"底稿-{rank}", key=True)
        page.get_by_role("button", name="保存，看下一件").click()
