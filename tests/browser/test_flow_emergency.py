"""An emergency from the tap to its case, with the clock moved; and the handover of the shift in between."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from core.db import transaction
from tests.browser.office import Office, Worker
from tests.browser.watch import Watch
from tests.factories.duty import shift
from tests.factories.world import World


@pytest.fixture
def on_shift(world: World) -> None:
    """The gas company's roster of today, and its repair number."""
    with transaction():
        world.org("rq").repair_phone = "000-80000912"
    shift("rq", 0, 9.8, "dispatcher", name="夜班")
    shift("rq", 9.8, 20, "handler", name="白班")


def alarmed(worker: Worker, words: str) -> None:
    """The notification says so."""
    worker.go("/notifications")
    expect(worker.page.locator("main")).to_contain_text(words)


def said(worker: Worker, tone: str, words: str) -> None:
    """What stands in the clock."""
    clock = worker.page.locator(f".alarm-clock.is-{tone}")
    expect(clock).to_contain_text(words)


def test_from_the_tap_to_the_case(
    app: Flask, office: Office, on_shift: None, watch: Watch, world: World
) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))
    agent, duty, leader = office["rq-dispatcher"], office["rq-handler"], office["rq-leader"]
    address = tapped(agent)
    alarmed(agent, "【报险】漏气")
    alarmed(leader, "【报险】漏气")
    handed_over(office, agent, duty)
    office.later(minutes=6)
    app.test_cli_runner().invoke(args=["emergencies", "urge"])
    alarmed(leader, "还没有人接手")
    leader.go(address)
    said(leader, "danger", "已超")
    expect(leader.page.locator(".alarm-said")).to_contain_text("已催领导 1 次")
    leader.shots.take(leader.page, "没有人接手", key=True)
    dealt_with(office, duty, address)
    completed(agent, address)
    overseen(office)


def tapped(agent: Worker) -> str:
    """From the bench by one tap to script, number and clock; what is typed afterwards saves itself. Returns the
    address of the alarm."""
    page = agent.page
    agent.go("/bench")
    expect(page.locator("#on-duty")).to_contain_text("现在值班")
    agent.shots.take(page, "工作台上的报险", key=True)
    page.get_by_role("link", name="报险", exact=True).click()
    expect(page.locator("h1")).to_have_text("报险")
    agent.shots.take(page, "四个按钮", key=True)
    page.get_by_role("button", name="漏气", exact=True).click()
    expect(page.locator("h1")).to_have_text("险情：漏气")
    address = re.sub(r"^https?://[^/]+", "", page.url)
    expect(page.locator(".alarm-script")).to_contain_text("不要开灯关灯")
    expect(page.locator(".alarm-number")).to_have_text("000-80000912")
    said(agent, "soon", "分")
    agent.shots.take(page, "报险之后", key=True)
    page.get_by_label("地点").fill("示例小区3栋2单元")
    page.get_by_label("电话", exact=True).first.fill("000-80000055")
    page.get_by_label("情况").click()
    expect(page.locator("[data-saved]")).to_have_text("已保存")
    page.reload()
    expect(page.get_by_label("地点")).to_have_value("示例小区3栋2单元")
    return address


def dealt_with(office: Office, duty: Worker, address: str) -> None:
    """Taken over, arrived, ended, by the one on duty."""
    office.later(minutes=2)
    duty.go(address)
    duty.page.get_by_role("button", name="我来接手").click()
    duty.is_told("已接手，计时停止")
    said(duty, "danger", "分钟接手")
    duty.shots.take(duty.page, "已接手")
    office.later(minutes=20)
    duty.page.get_by_role("button", name="已到达").click()
    duty.is_told("已记下到达时间")
    office.later(minutes=25)
    duty.go(address)
    duty.page.get_by_label("处置结果或误报原因").fill("更换表前阀，检测无泄漏，恢复供气。")
    duty.page.get_by_role("button", name="处置结束").click()
    duty.is_told("处置结束")
    said(duty, "danger", "分钟接手")
    duty.shots.take(duty.page, "处置结束", key=True)


def handed_over(office: Office, night: Worker, day: Worker) -> None:
    """The night's shift ends while the emergency runs: it stands in the list that the day's shift confirms."""
    night.go("/duty/handovers")
    night.page.get_by_role("link", name="去交班").click()
    row = night.page.get_by_role("row").filter(has_text="漏气（等人接手）")
    expect(row).to_be_visible()
    row.get_by_role("textbox").fill("来电人在楼下等")
    night.page.get_by_label("交班备注").fill("抢修车钥匙在前台。")
    night.shots.take(night.page, "交班", key=True)
    night.page.get_by_role("button", name="交班", exact=True).click()
    night.is_told("已交班")
    record = night.page.url
    expect(night.page.get_by_role("button", name="接班确认")).to_have_count(0)
    office.later(minutes=20)
    day.go(record)
    expect(day.page.locator("main")).to_contain_text("来电人在楼下等")
    day.page.get_by_role("button", name="接班确认").click()
    day.is_told("已接班")
    day.shots.take(day.page, "接班确认", key=True)


def completed(agent: Worker, address: str) -> None:
    """The case asks for what is missing, as any other does."""
    agent.go(address)
    agent.page.get_by_role("link", name="打开诉求件").click()
    agent.sees(state="待受理")
    expect(agent.page.locator("#timeline")).to_contain_text("险情处置结束")
    agent.step_from_page("受理", {"事项性质": "涉及企业内部服务管理"})
    agent.sees(state="已受理")
    agent.shots.take(agent.page, "诉求件照常办理", key=True)


def overseen(office: Office) -> None:
    """The regulator sees how long it took."""
    clerk = office["jxw-clerk"]
    clerk.go("/emergencies")
    expect(clerk.page.locator("main")).to_contain_text("超时 1 起")
    clerk.shots.take(clerk.page, "主管部门看险情", key=True)
    clerk.go("/duty/roster?organization=rq")
    clerk.shots.take(clerk.page, "主管部门看值班表", key=True)
    leader = office["rq-dispatcher"]
    leader.go("/duty/roster")
    leader.shots.take(leader.page, "值班表", key=True)
    leader.go("/duty/shifts/pattern")
    leader.shots.take(leader.page, "按规律排班", key=True)


def test_without_scripts_the_tap_and_what_follows_work(
    office_without_scripts: Office, on_shift: None, watch: Watch
) -> None:
    agent = office_without_scripts["jxw-clerk"]
    agent.go("/emergency")
    agent.page.get_by_role("link", name=re.compile("燃气公司")).click()
    agent.page.get_by_role("button", name="漏气", exact=True).click()
    expect(agent.page.locator(".alarm-left")).to_contain_text("还剩")
    agent.page.get_by_label("地点").fill("示例路1号")
    agent.page.get_by_label("情况").fill("楼道有气味")
    agent.page.get_by_role("button", name="保存", exact=True).click()
    expect(agent.page.get_by_label("地点")).to_have_value("示例路1号")
    expect(agent.page.get_by_label("情况")).to_have_value("楼道有气味")
    agent.page.get_by_label("姓名").fill("示例抢修队长")
    agent.page.get_by_role("button", name="登记接手人").click()
    expect(agent.page.locator(".alarm-said")).to_contain_text("示例抢修队长")
