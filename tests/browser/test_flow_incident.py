"""停供事件 in the browser: a sudden and a planned one; calls by one key, updates told, closed, rates apart."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from core import clock
from core.jobs import run_next
from tests.browser.office import Office, Worker, fill_one

SCRIPT = "示例片区燃气管道破损正在抢修，请关闭家中阀门，恢复后再开。"
BACK = "已经恢复供气，请开窗通风后缓慢打开阀门。"
CALL = {
    "称呼": "示例用户丙", "电话": "13800000003", "什么时候、发生了什么": "家里突然没有气了。", "标题": "没有气",
    "类型": "投诉", "内容类别": "供电供气质量",
}  # fmt: skip


def opened(worker: Worker, **more: object) -> str:
    """A new incident of the gas company; its address."""
    worker.go("/incidents/new")
    form = worker.page.locator("main form").last
    values = {"标题": "示例片区抢修停气", "具体范围": "示例小区、示例路", "原因": "管道破损", "话术": SCRIPT} | more
    for label, value in values.items():
        fill_one(form, label, value)
    worker.shots.take(worker.page, "新建停供事件", key=True)
    form.get_by_role("button", name="建立").click()
    worker.is_told("停供事件已建立")
    return re.sub(r"#.*$", "", worker.page.url)


def decided(worker: Worker, address: str) -> None:
    worker.go(address)
    worker.page.get_by_role("link", name="审批更新").click()
    worker.shots.take(worker.page, "审批更新")
    worker.page.get_by_role("button", name="确定").click()
    worker.is_told("已处理")


def drafted(worker: Worker, address: str, button: str, **values: object) -> None:
    worker.go(address)
    worker.page.get_by_role("link", name=button, exact=True).click()
    form = worker.page.locator("main form").last
    for label, value in values.items():
        fill_one(form, label, value)
    form.get_by_role("button", name="提交批准").click()
    worker.is_told("已提交")


def called(worker: Worker, button: str) -> str:
    """Somebody calls; registered with this button, on the page of the case afterwards."""
    worker.go("/cases/new")
    worker.fill(CALL, worker.page.locator("#intake-form"))
    worker.shots.take(worker.page, f"来电登记-{button}", key=True)
    worker.page.get_by_role("button", name=button).first.click()
    worker.is_told("已登记")
    return worker.page.url


def test_a_sudden_outage_from_the_first_call_to_the_rates(office: Office) -> None:
    dispatcher, leader = office["rq-dispatcher"], office["rq-leader"]
    before = called(dispatcher, "登记")
    began = clock.now() - timedelta(minutes=30)
    address = opened(dispatcher, 开始时间=began, 预计恢复=clock.now() + timedelta(hours=4))
    decided(leader, address)
    expect(leader.page.locator(".incident-words")).to_have_text(SCRIPT)
    dispatcher.go("/cases/new")
    expect(dispatcher.page.locator("#incidents .incident-words")).to_have_text(SCRIPT)
    during = called(dispatcher, "登记并并入")
    panel = dispatcher.page.locator("#incident")
    expect(panel).to_contain_text("已告知")
    dispatcher.shots.take(dispatcher.page, "登记时并入", key=True)
    dispatcher.go(before)
    expect(dispatcher.page.locator("[data-key-incident]")).to_be_visible()
    dispatcher.page.locator("h1").click()
    dispatcher.page.keyboard.press("i")
    dispatcher.is_told("已并入停供事件")
    expect(dispatcher.page.locator("#incident")).to_contain_text("待告知")
    drafted(dispatcher, address, "更新进展", 预计恢复=clock.now() + timedelta(hours=8), 为什么更新="发现第二处漏点")
    decided(leader, address)
    expect(leader.page.locator("#updates")).to_contain_text("发现第二处漏点")
    dispatcher.go(address)
    dispatcher.shots.take(dispatcher.page, "停供事件", key=True)
    dispatcher.page.get_by_role("link", name="待告知").first.click()
    expect(dispatcher.page.locator("#told")).to_contain_text("138****0003")
    dispatcher.shots.take(dispatcher.page, "待告知", key=True)
    dispatcher.page.locator("#told input[name=id]").first.check()
    dispatcher.page.get_by_role("button", name="勾选的已告知").click()
    dispatcher.is_told("已记录告知")
    closed(office, dispatcher, leader, address, [before, during])


def closed(office: Office, dispatcher: Worker, leader: Worker, address: str, cases: list[str]) -> None:
    """Supply is back: each case with its own record; the rates count them apart."""
    office.later(hours=3)
    drafted(dispatcher, address, "已恢复供应", 恢复后告诉用户的话=BACK)
    decided(leader, address)
    with office.site.app.app_context():
        assert run_next()
    for case in cases:
        dispatcher.go(case)
        dispatcher.sees(state="已结案", entry="随停供事件结案")
        expect(dispatcher.page.locator("#timeline")).to_contain_text(BACK)
    dispatcher.shots.take(dispatcher.page, "随事件结案", key=True)
    dispatcher.go(address)
    expect(dispatcher.page.locator(".badge-state").first).to_have_text("已结束")
    dispatcher.shots.take(dispatcher.page, "已结束", key=True)
    dispatcher.go("/incidents")
    dispatcher.shots.take(dispatcher.page, "停供事件清单", key=True)
    dispatcher.go("/rates")
    row = dispatcher.page.locator("#excluded tr").filter(has_text="停供事件来电")
    expect(row.locator("td").first).to_have_text("2")
    dispatcher.shots.take(dispatcher.page, "统计")


def test_a_planned_outage_told_late_then_cancelled(office: Office) -> None:
    dispatcher, leader = office["rq-dispatcher"], office["rq-leader"]
    dispatcher.go("/incidents/new")
    later = clock.now() + timedelta(hours=10)
    address = opened(
        dispatcher, 种类="计划停供", 开始时间=later, 预计恢复=later + timedelta(hours=5), 告知用户的时间=clock.now(),
        提前告知不足的原因="阀门突然损坏，须尽快检修",
    )  # fmt: skip
    expect(dispatcher.page.locator(".page-title")).to_contain_text("告知晚了")
    decided(leader, address)
    dispatcher.go(address)
    dispatcher.shots.take(dispatcher.page, "计划停供", key=True)
    dispatcher.page.get_by_role("link", name="取消", exact=True).click()
    dispatcher.page.get_by_label("理由").fill("检修改到下周夜间进行")
    dispatcher.page.locator("main form").last.get_by_role("button", name="保存").click()
    dispatcher.is_told("已取消")
    expect(dispatcher.page.locator(".badge-state").first).to_have_text("已取消")
