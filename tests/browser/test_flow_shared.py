"""Cases that several bodies share: rounds of the 12345 hotline, two enterprises on one case, a transfer and its way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import BrowserContext, expect

from tests.browser.office import Office, Worker, fill_one
from tests.browser.shots import DESK, TABLET, Shots
from tests.browser.site import Site
from tests.browser.tour import pixels_too_wide, violations
from tests.browser.watch import Watch
from tests.factories.cases import Desk
from tests.factories.shared_cases import fill_shared
from tests.factories.spreadsheets import NAMES, good_row, xlsx

ROUND_NAMES = (*NAMES, "派单轮次", "区交办办结期限", "市交办办结期限")
ANSWER = "经核实，停气检修没有提前张贴通知，已补发通知并完善流程，今后提前三天告知。"
BUREAU = "市场监督管理局（价格、计量）"


def sheet(folder: Path, name: str, *rows: list[Any]) -> Path:
    return xlsx(folder / name, rows, ROUND_NAMES)


def imported(clerk: Worker, path: Path) -> None:
    """Upload, look, confirm."""
    page = clerk.page
    clerk.go("/cases/import")
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name=re.compile("上传|读取|下一步|查看")).first.click()
    page.get_by_role("button", name=re.compile("^导入")).click()
    expect(page.locator("h1")).to_contain_text("导入结果")


def opened(worker: Worker, number: str) -> None:
    """The case of an outside number, by the list of rounds."""
    worker.go(f"/outside?number={number}")
    worker.page.get_by_role("table").get_by_role("link", name=number).first.click()
    expect(worker.page.locator("#outside")).to_be_visible()


def test_rounds_of_the_hotline(office: Office, watch: Watch, tmp_path: Path) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))
    clerk = office["jxw-clerk"]
    page = clerk.page
    row = [*good_row("202610100017", 诉求类型="咨询"), 1, "2026-10-14 17:00", "2026-10-20"]
    other = [*good_row("202610100018"), 1, "2026-10-16", "2026-10-20"]
    imported(clerk, sheet(tmp_path, "第一次.xlsx", row, other))
    clerk.go("/outside")
    expect(page.get_by_role("row").filter(has_text="202610100017")).to_contain_text("未签收")
    clerk.shots.take(page, "来件派单", key=True)
    opened(clerk, "202610100017")
    clerk.step_from_page("签收派单")
    expect(page.locator("#outside")).to_contain_text("已签收")
    expect(page.locator("#limits")).to_contain_text("区级交办时限")
    clerk.step_from_page("向来件单位申请", {"申请什么": "延期", "希望延到": date(2026, 10, 19), "理由": "需要开挖检测后才能答复"})
    clerk.step_from_page(
        "记录来件单位答复", {"来件单位的决定": "同意", "答复日期": date(2026, 10, 12), "新期限": date(2026, 10, 19)}
    )  # fmt: skip
    expect(page.locator("#limits")).to_contain_text("来件单位同意延期至 2026-10-19")
    clerk.shots.take(page, "同意延期", key=True)
    clerk.step_from_page("当场答复", {"答复内容": ANSWER, "答复方式": "电话"})
    clerk.start("回填结果")
    expect(page.get_by_label("回填内容")).to_have_value(ANSWER)
    clerk.step("回填结果", key=True)
    expect(page.locator("#outside")).to_contain_text("按时回填")
    clerk.go("/outside/export")
    with page.expect_download() as got:
        page.get_by_role("button", name="导出", exact=True).click()
    got.value.save_as(tmp_path / "回填.xlsx")
    lines = list(openpyxl.load_workbook(tmp_path / "回填.xlsx").active.iter_rows(values_only=True))
    assert lines[1][0] == "202610100017"
    assert lines[1][3] == ANSWER
    again = [*good_row("202610100017", 诉求类型="咨询", 诉求内容="又没有提前告知，请重办。"), 2, "2026-10-26", "2026-10-30"]
    imported(clerk, sheet(tmp_path, "第二次.xlsx", again, other))
    expect(page.locator("main")).to_contain_text("新一轮派单")
    clerk.shots.take(page, "重办导入结果", key=True)
    opened(clerk, "202610100017")
    expect(page.locator("#outside")).to_contain_text("第 2 轮")
    clerk.sees(state="已受理", entry="登记重办派单")
    clerk.shots.take(page, "并入原件", key=True)


def worked_on(desk: Desk, case: int) -> None:
    """Both enterprises find something; the main one mends it."""
    found = {"rq": "施工前没有核对图纸。", "gd": "甲乙丙接到报告后四小时才到场。"}
    for code, findings in found.items():
        desk.do(case, "assign", f"{code}-dispatcher", units=desk.department(code), requirement="请核实")
        handler = f"{code}-handler"
        desk.do(case, "investigate", handler, investigator_id=desk.world.user(handler).id)
        desk.do(case, "verify", handler, findings=findings, evidence="记录", conclusion="substantiated",
                reasonable=True, service_class="")  # fmt: skip
    desk.rectified(case, "rq")


def test_two_enterprises_one_reply(office: Office, desk: Desk, watch: Watch) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))
    case = desk.register("jxw-clerk", "rq", title="挖断管线后停气停电")
    desk.do(case, "accept", "jxw-clerk", nature="internal", notice_way="电话")
    clerk, supervisor = office["jxw-clerk"], office["jxw-supervisor"]
    clerk.go(f"/cases/{case}")
    clerk.start("转办")
    units = clerk.form.locator("fieldset.field").filter(has=clerk.page.locator("legend", has_text="协办单位"))
    units.get_by_label("示例供电公司").check()
    clerk.step("转办", {"办理要求": "请分别核实并整改"}, key=True)
    worked_on(desk, case)
    gas = office["rq-handler"]
    gas.go(f"/cases/{case}")
    expect(gas.page.locator("body")).not_to_contain_text("甲乙丙")
    gas.cannot_yet("答复投诉人", "还没有会商划清责任", "F5.1")
    supervisor.go(f"/cases/{case}")
    supervisor.start("会商")
    form = supervisor.form
    fill_one(form, "主持人", "示例主任")
    fill_one(form, "参加人员", "示例燃气公司经理、示例供电公司经理")
    expect(form.get_by_label("查明的事实")).to_have_value(re.compile("甲乙丙接到报告"))
    duties = form.get_by_label("责任", exact=True)
    duties.nth(0).fill("施工前没有核对图纸，承担主要责任")
    duties.nth(1).fill("到场迟缓，承担次要责任")
    form.get_by_label("措施", exact=True).nth(0).fill("开工前三方会签图纸")
    supervisor.step("会商", key=True)
    supervisor.page.locator("#consultations").scroll_into_view_if_needed()
    supervisor.shots.take(supervisor.page, "会商记录", key=True)
    gas.go(f"/cases/{case}")
    gas.start("答复投诉人")
    expect(gas.page.get_by_label("答复内容")).to_have_value(re.compile("承担次要责任"))
    gas.step("答复投诉人", {"答复方式": "电话"}, key=True)
    power = office["gd-handler"]
    power.go(f"/cases/{case}")
    expect(power.page.locator("#consultations")).to_contain_text("承担主要责任")
    expect(power.page.locator("#timeline")).not_to_contain_text("流程已发布")
    power.shots.take(power.page, "协办单位看到的", key=True)


def test_a_transfer_its_receipt_and_its_way_back(office: Office, desk: Desk, watch: Watch) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))
    case = desk.register("jxw-clerk", "rq", title="配气价格高于公布的标准")
    desk.do(case, "accept", "jxw-clerk", nature="industry")
    clerk = office["jxw-clerk"]
    clerk.go(f"/cases/{case}")
    clerk.start("移送")
    clerk.step("移送", {"移送到": BUREAU, "移送的理由": "反映的是价格执行问题，归价格主管部门", "怎样告知诉求人": "电话"}, key=True)
    clerk.sees(state="已移送", next_step="登记移送回执")
    clerk.shots.take(clerk.page, "已移送", key=True)
    clerk.go("/transfers?state=sent")
    expect(clerk.page.locator("main")).to_contain_text("还没有回执")
    clerk.shots.take(clerk.page, "等回执的移送", key=True)
    office.later(days=1)
    clerk.go(f"/cases/{case}")
    clerk.step_from_page("登记移送回执", {"回执编号": "市监收〔2026〕12号"})
    clerk.page.locator("#papers").get_by_label("拟制哪种文书").select_option(label="诉求件移送函")
    clerk.page.locator("#papers").get_by_role("button", name="拟制").click()
    clerk.is_told("已起草诉求件移送函")
    clerk.shots.take(clerk.page, "移送函")
    office.later(days=1)
    clerk.go(f"/cases/{case}")
    clerk.step_from_page("收回或接回移送件", {"怎样回来的": "本单位收回", "理由": "核对后仍归本委办理"})
    clerk.sees(state="已受理", next_step="转办", entry="收回或接回移送件")
    expect(clerk.page.locator("#transfers")).to_contain_text("本单位收回")
    expect(clerk.page.locator("#timeline")).to_contain_text("办结时限从接回之日重新计算")
    clerk.shots.take(clerk.page, "收回以后", key=True)


def test_axe_finds_nothing_on_shared_pages(
    site: Site, new_context: Callable[..., BrowserContext], shots: Shots, desk: Desk, watch: Watch
) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))
    rows = fill_shared(desk)
    case = desk.case(1)
    assert case.dispatches
    pages = {
        "jxw-clerk": ("/outside", "/outside/sign", "/outside/export", "/outside/types", "/outside/types/new",
                      f"/outside/types/{rows['outside_type_id']}/drop", "/transfers", "/cases/1", "/cases/2",
                      "/cases/1/do/redispatch", "/cases/1/do/outside_ask", "/cases/1/do/transfer",
                      "/cases/2/do/transfer_receipt", "/cases/2/do/transfer_back"),
        "sysadmin": ("/organizations/jurisdictions", "/organizations/jurisdictions/new",
                     f"/organizations/jurisdictions/{rows['jurisdiction_id']}/drop"),
    }  # fmt: skip
    for login, paths in pages.items():
        worker = Worker(new_context(bypass_csp=True).new_page(), login, shots)
        for path in paths:
            worker.go(path)
            assert violations(worker.page) == [], path
            worker.page.set_viewport_size(TABLET)
            assert pixels_too_wide(worker.page) <= 0, path
            worker.page.set_viewport_size(DESK)
