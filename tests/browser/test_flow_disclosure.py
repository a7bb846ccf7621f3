"""The gas company keeps its register and publishes; a price changes; a deficiency is found and corrected; what citizens
read, on the page and in the export, is what was published."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import expect

from blueprints.disclosure.service import duties
from core import clock
from core.db import db, transaction
from tests.browser.office import Office, Worker, fill_one
from tests.factories.disclosure import HOTLINE, picture
from tests.factories.world import World

PROOF = {"name": "公开截图.png", "mimeType": "image/png", "buffer": picture()}
OUTLET = {
    "网点名称": "东城营业厅", "地址": "示例路1号", "电话": "000-10000001", "可办理的业务": "开户、过户、缴费",
    "每天相同": "08:30-12:00 14:00-17:30", "服务的街道、乡镇": ["东街街道", "𬭸䶮镇"], "标志统一、明显": True,
}  # fmt: skip
PERSON = {"姓名": "示例员工甲", "工号（证章号）": "R001", "岗位": "窗口人员", "所在网点": "东城营业厅"}
CERTIFICATE = {
    "证书编号": "示证0001", "发证单位": "示例行业协会", "有效期起": "2025-01-01", "有效期止": "2027-12-31",
}  # fmt: skip
BUSINESS = {
    "业务名称": "居民开户", "办理条件": "在供气区域内", "需要的材料": "身份证明", "办理流程": "申请\n勘查\n通气",
    "办理时限": "5", "依据的条款或承诺": "公司服务承诺", "收费标准": "2.04元/立方米", "收费依据": "示例价〔2026〕1号",
}  # fmt: skip
LINK = re.compile(r'\b(?:href|src)="([^"]*)"')


@pytest.fixture
def since(world: World) -> None:
    """The gas company discloses since the summer; its regulator has a number for complaints (F1)."""
    with transaction():
        world.org("jxw").hotline = HOTLINE
    by, organization = world.user("rq-discloser"), world.org("rq")
    with transaction():
        duties.save_profile(organization, {"since": clock.today()}, by=by, now=clock.now())


def keep(worker: Worker, path: str, values: dict[str, Any], *, shot: str = "") -> None:
    """Fill and save the form of a plain record."""
    worker.go(path)
    form = worker.page.locator("main form.form").first
    for label, value in values.items():
        fill_one(form, label, value)
    if shot:
        worker.shots.take(worker.page, shot, key=True)
    form.locator(".action-bar button[type=submit]").first.click()
    expect(form.locator(".error-summary")).to_have_count(0)


def published(office: Office, duty: str, body: str = "") -> str:
    """Draft, internal approval, publication with a proof for each channel; returns the address of the version."""
    drafter, leader = office["rq-discloser"], office["rq-leader"]
    keep(drafter, f"/disclosure/duties/{duty}/write", {"正文": body} if body else {})
    version = re.sub(r"\?.*", "", drafter.page.url)
    drafter.page.get_by_role("button", name="提交审核").click()
    drafter.is_told("提交审核")
    leader.go(version)
    leader.page.get_by_role("button", name="审核通过").click()
    leader.is_told("审核通过")
    drafter.go(f"{version}/publish")
    form = drafter.page.locator("main form.form").first
    for field in form.locator("fieldset.group").all():
        field.get_by_label("位置").fill("https://www.example.com/public")
        field.locator("input[type=file]").set_input_files(PROOF)
    drafter.shots.take(drafter.page, f"登记公开-{duty}")
    form.get_by_role("button", name="登记公开").click()
    drafter.is_told("已登记公开")
    return version


def register_filled(worker: Worker) -> None:
    keep(worker, "/areas", {"区县": "示例区", "街道、乡镇（一行一个）": "东街街道\n西街街道\n𬭸䶮镇"})
    keep(worker, "/supply-area", {"供应的街道、乡镇": ["东街街道", "西街街道", "𬭸䶮镇"]})
    keep(worker, "/outlets/new", OUTLET, shot="新增网点")
    expect(worker.page.locator("main")).to_contain_text("每天 08:30-12:00 14:00-17:30")
    worker.shots.take(worker.page, "网点", key=True)
    keep(worker, "/staff/new", PERSON)
    worker.page.get_by_role("link", name=re.compile("登记.*证")).first.click()
    keep(worker, worker.page.url, CERTIFICATE)
    expect(worker.page.locator("main")).to_contain_text("示证0001")
    worker.shots.take(worker.page, "员工", key=True)
    keep(worker, "/catalogue/new", BUSINESS)
    keep(worker, "/hotlines/new", {"号码": "000-10000002", "名称": "24小时服务热线"})
    system = {"全文": "第一条 热情服务。", "施行日期": "2026-01-01"}
    keep(worker, "/systems/service/new", system)


@pytest.mark.rule("F3.1.1", "F3.2.1", "F3.3.1", "F3.3.2", "F3.3.3", "F3.3.4", "F3.3.5", "F1")
def test_from_the_register_to_what_citizens_read(
    app: Flask, office: Office, since: None, tmp_path: Path
) -> None:
    drafter, inspector = office["rq-discloser"], office["jxw-inspector"]
    register_filled(drafter)
    for duty in ("laws", "processes", "systems", "outlets", "phones", "prices"):
        version = published(office, duty, "城镇燃气管理条例" if duty == "laws" else "")
    public = office["rq-leader"].page
    public.goto("/public/e/rq/")
    expect(public.locator(".supervision")).to_contain_text(HOTLINE)
    expect(public.locator(".today")).to_have_text("今日营业 08:30—12:00、14:00—17:30")
    office["rq-leader"].shots.take(public, "公开页面", key=True)

    office.later(days=1)
    keep(drafter, "/catalogue/1/edit", {"收费标准": "2.10元/立方米"})
    drafter.go("/disclosure")
    row = drafter.page.get_by_role("row").filter(has_text="价格和收费标准")
    expect(row).to_contain_text("11月10日")  # twenty workdays from the day of the change
    expect(row).to_contain_text("收费有变更")
    drafter.shots.take(drafter.page, "变更后更新", key=True)
    public.goto("/public/e/rq/prices/")
    expect(public.locator("main")).to_contain_text("2.04元/立方米")

    keep(
        inspector, f"{version}/check",
        {"核查结果": "有缺陷，要求改正", "缺陷": "没有写明执行的时间"}, shot="核查",
    )  # fmt: skip
    expect(inspector.page.locator("main")).to_contain_text("没有写明执行的时间")
    drafter.go("/disclosure")
    expect(row).to_contain_text("有缺陷")
    corrected = published(office, "prices", "自2026年10月13日起执行。")
    drafter.go("/disclosure")
    expect(row).to_contain_text("待核")
    keep(inspector, f"{corrected}/check", {"核查结果": "核实，没有缺陷"})
    drafter.go("/disclosure")
    expect(row).to_contain_text("现行有效")

    public.goto("/public/e/rq/prices/")
    expect(public.locator("main")).to_contain_text("2.10元/立方米")
    exported(app, tmp_path / "public")


def exported(app: Flask, folder: Path) -> None:
    """The export holds the published versions, its links lead somewhere, and no person is named."""
    result = app.test_cli_runner().invoke(args=["portal", "export", str(folder)])
    assert result.exit_code == 0, result.output
    broken, text = [], ""
    for page in folder.rglob("*.html"):
        html = page.read_text("utf-8")
        text += html
        for address in LINK.findall(html):
            parts = urlsplit(address)
            if not parts.scheme and parts.path and not (page.parent / unquote(parts.path)).is_file():
                broken.append((page, address))
    assert broken == []
    assert "2.10元/立方米" in text
    assert "2.04元/立方米" not in text
    assert "自2026年10月13日起执行" in text
    assert HOTLINE in text
    with app.app_context():
        for private in ("示例员工甲", "R001", "示证0001", "rq-discloser", "信息公开员", "公开员"):
            assert private not in text
        db.session.remove()
