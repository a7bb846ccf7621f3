"""One inspection from the plan to the closed finding: draw, notice, records, site, order, recheck (F5.3, F6)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.db import transaction
from tests.browser.inspecting import drawn, edited, issued, keep, opened, papers, pressed, send
from tests.browser.office import Office
from tests.browser.rectifying import answered, judged, ordered, rechecked, recorded
from tests.browser.site import Site
from tests.browser.site_visit import BROKEN, begun, on_the_tablet, signed
from tests.browser.watch import Watch
from tests.factories.inspection import Lot
from tests.factories.plans import published_version
from tests.factories.record_samples import cases
from tests.factories.registry_service import fill_service
from tests.factories.site_lists import forty_items
from tests.factories.world import World

PHONE = "023-00000000"
DEVIATIONS = {5: "逾期两日答复", 20: "没有核实记录", 60: "没有答复用户"}


@pytest.fixture
def ready(world: World) -> None:
    """Outlets, eighty cases, two people with certificates, a published checklist of forty items."""
    fill_service()
    cases(80)
    Lot().certified("jxw-inspector", "jxw-supervisor")
    with transaction():
        world.org("jxw").hotline = PHONE
    with transaction():
        published_version(world.org("jxw"), world.user("jxw-supervisor"), forty_items())


def planned(office: Office, number: str) -> str:
    """A plan with the drawn targets, approved by the leader; returns the address of its first target."""
    inspector, leader = office["jxw-inspector"], office["jxw-leader"]
    keep(
        inspector, "/plans/new", {"名称": "第四季度服务检查", "目的": "按照年度安排检查服务"}, shot="新建计划"
    )
    plan = inspector.page.url
    inspector.go(f"{plan}/draw")
    inspector.page.get_by_label(re.compile(number)).check()
    send(inspector, {})
    inspector.shots.take(inspector.page, "计划", key=True)
    pressed(inspector, "报批", "已报批")
    leader.go(plan)
    leader.page.get_by_role("link", name="批准").click()
    send(leader, {}, shot="批准")
    inspector.go(plan)
    inspector.page.locator("#targets a").first.click()
    return inspector.page.url


def announced(office: Office, target: str) -> None:
    """检查通知书: drafted with what the plan says, signed, numbered, served."""
    inspector = office["jxw-inspector"]
    inspector.go(target)
    pressed(inspector, "拟制检查通知书", "已起草检查通知书")
    issued(office, edited(inspector, {}))
    inspector.shots.take(inspector.page, "检查通知书", key=True)


def sampled(office: Office) -> str:
    """Sixty of eighty cases, three deviations, confirmed by a second person; returns the sample's address."""
    inspector, second = office["jxw-inspector"], office["jxw-supervisor"]
    given = {
        "名称": "诉求件抽查", "企业": "示例燃气公司", "自": "2026-09-01", "至": "2026-10-12", "抽多少": "固定件数",
        "固定件数：抽几件": "60", "查看标准": "按期答复用户 | F5.2",
    }  # fmt: skip
    keep(inspector, "/samples/new", given, shot="新建抽样")
    sample = inspector.page.url
    told = {}
    for at, (name, number, code) in enumerate((("甲", "11", "AAAA1111"), ("乙", "22", "BBBB2222"))):
        told[at] = (name, number, code)
    inspector.go(f"{sample}/freeze")
    for at, (name, number, code) in told.items():
        inspector.page.locator(f"[name=name_{at}]").fill(f"示例见证人{name}")
        inspector.page.locator(f"[name=number_{at}]").fill(number)
        inspector.page.locator(f"[name=code_{at}]").fill(code)
    send(inspector, {}, shot="冻结")
    office.later(minutes=10)
    inspector.go(f"{sample}/draw")
    for at, (_, number, code) in told.items():
        inspector.page.locator(f"[name=number_{at}]").fill(number)
        inspector.page.locator(f"[name=code_{at}]").fill(code)
    send(inspector, {})
    inspector.page.get_by_role("link", name="继续查看").click()
    papers(inspector, DEVIATIONS, 60)
    for _ in DEVIATIONS:
        second.go(sample)
        second.page.get_by_role("link", name="复核下一件").click()
        second.page.get_by_role("link", name="复核", exact=True).click()
        second.page.locator("[name=verdict][value=confirm]").check()
        send(second, {})
    inspector.go(sample)
    pressed(inspector, "作出结论", "已作出结论")
    expect(inspector.page.locator("main")).to_contain_text("抽查60件，不合格3件，不合格率5.00%")
    expect(inspector.page.locator("main")).to_contain_text("不超过8.75%")
    inspector.shots.take(inspector.page, "抽样结论", key=True)
    return sample


@pytest.mark.rule("F5.3", "F6.1", "F6.2a", "F6.2b")
def test_an_inspection_from_its_plan_to_its_end(
    office: Office, ready: None, watch: Watch, browser: Browser, site: Site, tmp_path: Path
) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))
    inspector = office["jxw-inspector"]
    draw = drawn(inspector, "示例燃气公司 1")
    office.later(minutes=30)
    opened(inspector, draw)
    number = inspector.page.locator("h1").inner_text()
    target = planned(office, number)
    announced(office, target)
    sample = sampled(office)
    check = begun(office, target)
    on_the_tablet(browser, site, check, tmp_path / "profile")
    address = signed(office, check)
    recorded(inspector, f"{sample}/findings", 1)
    recorded(inspector, f"{address}/findings", len(BROKEN))
    order = ordered(office)
    company, supervisor = office["rq-handler"], office["jxw-supervisor"]
    answered(company, order, "已经改正。", 2)
    judged(supervisor, order, ["returned", "accepted"])
    answered(company, order, "已于10月12日改正，附照片。", 1)
    judged(supervisor, order, ["accepted"])
    rechecked(office, order)
