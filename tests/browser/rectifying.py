"""Findings, their notice, what the company does about them, the recheck: in the browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.inspecting import PROOF, edited, issued, send
from tests.browser.office import Office, Worker

STATUTE = "城镇燃气管理条例"


def recorded(inspector: Worker, path: str, count: int) -> None:
    """All deviations of a check or a sample become findings with one action."""
    inspector.go(path)
    expect(inspector.page.locator(".finding-card")).to_have_count(count)
    inspector.shots.take(inspector.page, "登记问题", key=True)
    send(inspector, {})


def ordered(office: Office) -> str:
    """The findings that breach statute go into one 责令限期整改通知书, served; returns its address."""
    inspector = office["jxw-inspector"]
    inspector.go("/rectifications/new?enterprise=rq")
    for box in inspector.page.locator("li:has([name=findings])").all():
        box.locator("[name=findings]").set_checked(STATUTE in box.inner_text())
    told = {
        "行政复议机关": "示例区人民政府", "管辖法院": "示例区人民法院", "联系地址": "示例区示例路1号",
        "联系电话": "023-00000000",
    }  # fmt: skip
    send(inspector, told, shot="拟制通知书")
    notice = inspector.page.url
    inspector.go(f"{notice}/edit")
    issued(office, edited(inspector, {}), legal=True)
    expect(inspector.page.locator("h1")).to_contain_text("号")
    inspector.shots.take(inspector.page, "责令限期整改通知书", key=True)
    company = office["rq-handler"]
    company.go("/rectifications")
    company.shots.take(company.page, "企业的整改", key=True)
    company.page.locator("main table a").first.click()
    return company.page.url


def answered(company: Worker, order: str, words: str, count: int) -> None:
    """What was done about each finding, with a proof, handed in together."""
    company.go(f"{order}/measures")
    cards = company.page.locator(".finding-card")
    expect(cards).to_have_count(count)
    for card in cards.all():
        card.get_by_label("怎样整改的").fill(words)
        card.get_by_label("完成日期").fill("2026-10-12")
        card.locator("input[type=file]").set_input_files(PROOF)
    company.shots.take(company.page, "整改情况", key=True)
    company.page.get_by_role("button", name="全部报送").click()
    company.is_told("已报送")


def judged(supervisor: Worker, order: str, verdicts: list[str]) -> None:
    """Accepted or returned, one by one."""
    supervisor.go(f"{order}/judge")
    cards = supervisor.page.locator(".finding-card").filter(has=supervisor.page.locator("[name^=verdict_]"))
    expect(cards).to_have_count(len(verdicts))
    for card, verdict in zip(cards.all(), verdicts, strict=True):
        card.locator(f"[name^=verdict_][value={verdict}]").check()
        if verdict == "returned":
            card.get_by_label("意见（退回必填）").fill("没有写明落实的日期，请补充。")
    supervisor.shots.take(supervisor.page, "审核整改", key=True)
    supervisor.page.get_by_role("button", name="保存审核意见").click()
    supervisor.is_told("审核意见已记下")


def rechecked(office: Office, order: str) -> None:
    """Two inspectors see that everything is put right; the 复查意见书 is served and closes it."""
    inspector = office["jxw-inspector"]
    inspector.go(f"{order}/rechecks/new")
    page = inspector.page
    page.get_by_label("复查日期").fill("2026-10-12")
    page.get_by_label("检查人员一").select_option(index=1)
    page.get_by_label("检查人员二").select_option(index=2)
    send(inspector, {})
    for card in page.locator(".finding-card").filter(has=page.locator("[name^=verdict_]")).all():
        card.locator("[name^=verdict_][value=fixed]").check()
        card.get_by_label("看到的情况").fill("已经改正，现场核对属实。")
    inspector.shots.take(page, "复查", key=True)
    page.get_by_role("button", name="保存复查结果").click()
    inspector.is_told("复查结果已登记")
    page.get_by_role("button", name=re.compile("复查意见书")).click()
    sure = page.locator("dialog[open] .btn-primary")
    if sure.count():
        sure.click()
    inspector.is_told("复查意见书已拟稿")
    page.get_by_role("link", name=re.compile("复查意见书")).first.click()
    page.get_by_role("link", name="修改", exact=True).first.click()
    issued(office, edited(inspector, {}))
    inspector.go(order)
    expect(page.locator(".page-marks .badge-state")).to_have_text("已办结")
    inspector.shots.take(page, "办结", key=True)
