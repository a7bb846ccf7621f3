"""A template is put into a reply, the reply is proposed as template, published by the leader, used again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from blueprints.accounts.queries import organization_by_code
from blueprints.knowledge.service.loading import load_for
from core import audit, clock
from core.db import transaction
from tests.browser.inspecting import send
from tests.browser.office import Office, Worker
from tests.browser.watch import Watch
from tests.factories.cases import Desk

TEMPLATE = "停供没有提前告知：已核实"
BETTER = "我们已经逐户补发通知，并把计划停气的告知改为提前七天、每户一条短信。"


def ready(desk: Desk) -> int:
    """A case of the gas company that waits for its reply."""
    case = desk.handed_over("rq", category="quality")
    desk.verified(case, "rq", service_class="")
    desk.rectified(case, "rq")
    return case


@pytest.fixture
def stocked(desk: Desk) -> int:
    """What comes with the product is loaded; a case waits for its reply."""
    for code in ("rq", "jxw"):
        desk.world.fresh()
        with transaction():
            organization = organization_by_code(code)
            assert organization is not None
            assert load_for(organization, by=audit.SYSTEM, now=clock.now()) >= 12
    return ready(desk)


def inserted(handler: Worker, case: int, title: str) -> None:
    """In the form of the reply: the template goes in where the cursor stands."""
    page = handler.page
    handler.go(f"/cases/{case}")
    handler.start("答复投诉人")
    area = handler.form.get_by_label("答复内容", exact=True)
    area.fill("前。后。")
    area.evaluate("e => e.setSelectionRange(2, 2)")
    row = handler.form.locator(".phrases li").filter(has_text=title)
    row.get_by_role("button", name=re.compile("插入")).click()
    expect(handler.form.locator("[data-phrase-said]")).to_contain_text(f"已插入“{title}”")
    expect(area).to_have_value(re.compile(r"^前。\n(.|\n)+后。$"))
    handler.shots.take(page, "插入模板", key=True)


def test_a_template_goes_into_a_reply_and_a_reply_becomes_a_template(
    office: Office, stocked: int, desk: Desk, watch: Watch
) -> None:
    handler, leader = office["rq-handler"], office["rq-leader"]
    inserted(handler, stocked, TEMPLATE)
    find = handler.form.get_by_label("在模板里找")
    find.fill("退还")
    handler.form.get_by_role("button", name="找", exact=True).click()
    expect(handler.form.locator("#phrase-list")).to_contain_text("费用核对：多收退还")
    expect(handler.form.locator("#phrase-list")).not_to_contain_text(TEMPLATE)
    area = handler.form.get_by_label("答复内容", exact=True)
    expect(area).to_have_value(re.compile("停供确实没有提前通知到您"))
    handler.fill(
        {
            "答复内容": f"示例用户甲，您好：您反映的停供没有提前告知已核实。{BETTER}有疑问请打 13800000001。停供确实没有提前通知到您，给您带来不便，我们向您致歉。"
        }
    )
    handler.step("答复投诉人", {"答复方式": "电话"})
    handler.go("/knowledge")
    expect(handler.page.get_by_role("row").filter(has_text=TEMPLATE).first).to_contain_text("1 次")
    handler.shots.take(handler.page, "知识库", key=True)
    proposed(handler, stocked)
    published(leader)
    again = ready(desk)
    inserted(handler, again, "停气告知改为七天")
    handler.step("答复投诉人", {"答复方式": "电话"})
    leader.go("/knowledge?q=七天")
    leader.page.get_by_role("link", name="停气告知改为七天").click()
    expect(leader.page.locator("#uses")).to_contain_text("用过 1 次")
    leader.shots.take(leader.page, "用过一次", key=True)


def proposed(handler: Worker, case: int) -> None:
    """From the reply on the page of the case; what names the person is refused."""
    page = handler.page
    handler.go(f"/cases/{case}")
    page.get_by_role("link", name="提为模板").click()
    text = page.get_by_label("内容", exact=True)
    expect(text).to_have_value(re.compile("^{诉求人称呼}，您好：您反映的{标题}已核实"))
    expect(text).not_to_have_value(re.compile("138"))
    handler.shots.take(page, "提为模板", key=True)
    send(
        handler,
        {"名称": "停气告知改为七天", "内容": f"您好：{BETTER}", "好在哪里": "用户好评"},
        shot="提为模板-填写",
    )
    expect(page.locator("main")).to_contain_text("还没有发布")


def published(leader: Worker) -> None:
    """The leader decides, from the message."""
    leader.go("/knowledge?state=waiting")
    leader.page.get_by_role("link", name="停气告知改为七天").click()
    leader.page.get_by_role("link", name="审定", exact=True).click()
    leader.page.get_by_label("发布，从现在起用这一版").check()
    leader.shots.take(leader.page, "审定", key=True)
    leader.page.get_by_role("button", name="提交", exact=True).click()
    expect(leader.page.locator(".page-title .badge-state, .page-marks .badge-state").first).to_have_text(
        "在用第 1 版"
    )
    leader.page.get_by_role("link", name="提新的一版").click()
    send(leader, {"内容": f"您好：{BETTER}请放心。", "改了什么，为什么": "加一句"}, shot="提新的一版")
    leader.page.get_by_role("link", name="审定", exact=True).click()
    expect(leader.page.locator(".compare ins")).to_have_text("请放心。")
    leader.shots.take(leader.page, "审定第二版", key=True)


def test_without_scripts_the_form_is_sent_to_have_a_template_put_in(
    office: Office, stocked: int, watch: Watch, new_context: Callable[..., BrowserContext]
) -> None:
    handler = Worker(new_context(java_script_enabled=False).new_page(), "rq-handler", office.shots)
    handler.go(f"/cases/{stocked}/do/reply")
    area = handler.form.get_by_label("答复内容", exact=True)
    area.fill("我先写的。")
    row = handler.form.locator(".phrases li").filter(has_text=TEMPLATE)
    row.get_by_role("button", name=re.compile("插入")).click()
    expect(area).to_have_value(re.compile(r"^我先写的。\n用户，您好"))
    handler.shots.take(handler.page, "没有脚本")
    handler.fill({"答复方式": "电话"})
    handler.submit()
    handler.is_told("：答复投诉人，已记录。")
    handler.go("/knowledge")
    expect(handler.page.get_by_role("row").filter(has_text=TEMPLATE).first).to_contain_text("1 次")


def test_scripts_are_read_out_while_a_call_is_registered(office: Office, stocked: int, watch: Watch) -> None:
    dispatcher = office["rq-dispatcher"]
    dispatcher.go("/cases/new")
    aloud = dispatcher.page.locator("#read-aloud")
    expect(aloud.locator("summary").first).to_contain_text("漏气：燃气泄漏")
    dispatcher.page.locator("#choices").get_by_label("营业收费").check()
    expect(aloud.locator("details[open] summary")).to_have_text(["对费用有疑问来电"])
    expect(aloud).not_to_contain_text("对工作人员态度不满来电")
    aloud.locator("summary").first.click()
    dispatcher.shots.take(dispatcher.page, "照着念", key=True)
