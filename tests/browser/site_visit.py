"""One check of forty items in the browser: begun at the desk, done on a tablet without network, signed."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser

from blueprints.inspection.models import CheckEntry, CheckPhoto, SiteCheck
from core.db import db
from tests.browser.inspecting import pressed, send
from tests.browser.office import Office, Worker
from tests.browser.site import Site
from tests.browser.tablets import SENT, Hand, own_browser

BROKEN = ("B1-01", "B1-05", "B2-01", "B2-05", "B3-05", "B4-05")
CODES = [f"B{part}-{at:02d}" for part in range(1, 5) for at in range(1, 11)]


def begun(office: Office, target: str) -> int:
    """Both inspectors begin the check and declare that nothing ties them to the company; returns its id."""
    inspector = office["jxw-inspector"]
    inspector.go(target)
    pressed(inspector, "开始检查", "检查已经开始")
    declare = inspector.page.url
    for login in ("jxw-inspector", "jxw-supervisor"):
        office[login].go(declare)
        office[login].page.get_by_label("没有利害关系").check()
        send(office[login], {})
    return int(re.findall(r"/checks/(\d+)/", declare)[0])


def on_the_tablet(browser: Browser, site: Site, check_id: int, profile: Path) -> None:
    """Opened once with network; then forty items and six photos without it, over a reload and a new start of
    the browser; with the network back everything arrives once, with the same digests."""
    with own_browser(browser, profile) as context:
        tablet = Hand(context, "jxw-inspector", check_id, site.base)
        tablet.open()
        tablet.ready()
        tablet.cut()
        for code in CODES[:20]:
            looked_at(tablet, code)
        tablet.page.reload()
        tablet.card()
        for code in CODES[20:30]:
            looked_at(tablet, code)
    with own_browser(browser, profile) as context:
        context.set_offline(True)
        tablet = Hand(context, "jxw-inspector", check_id, site.base)
        tablet.open()
        for code in CODES[30:]:
            looked_at(tablet, code)
        visited(tablet)
        tablet.is_told("待上传 6 张照片")
        tablet.cut(False)
        tablet.is_told("登录已过期")  # it ended with the browser
        tablet.page.get_by_role("link", name="请重新登录").click()
        tablet.sign_in()
        tablet.is_told(SENT)
        same_on_both(tablet, check_id)


def looked_at(tablet: Hand, code: str) -> None:
    """One tap where everything is in order, else how often, and a photo."""
    if code not in BROKEN:
        tablet.answer(code, "符合")
        return
    tablet.item(code)
    tablet.tap("不符合")
    tablet.tap("每处加一次")
    tablet.photograph()


def visited(tablet: Hand) -> None:
    """Times, who was there, what they said."""
    tablet.view("检查经过")
    for button in ("现在到达", "已出示", "已告知", "完成检查", "现在结束"):
        tablet.tap(button)
    person = {"在场负责人姓名": "示例负责人", "职务": "营业厅主任", "电话": "000-10000001"}
    for label, words in person.items():
        tablet.page.get_by_label(label, exact=True).fill(words)
    tablet.page.get_by_label("被检查单位的陈述（可用语音输入）").fill("没有异议，尽快改正。")
    tablet.view("项目清单")


def same_on_both(tablet: Hand, check_id: int) -> None:
    """Each answer and photo is on the server once, with the digest that the tablet computed."""
    db.session.rollback()
    check = db.session.get_one(SiteCheck, check_id)
    here = {row["client_id"]: row["own"] for name in ("entries", "photos") for row in tablet.rows(name)}
    there: list[CheckEntry | CheckPhoto] = [*check.entries, *check.photos]
    assert {row.client_id: row.sha256 for row in there} == here
    assert sorted({entry.item for entry in check.entries if not entry.item.startswith("@")}) == CODES
    assert len(check.photos) == len(BROKEN)


def signed(office: Office, check_id: int) -> str:
    """Frozen and signed by both inspectors and the company; the record is printed. Returns the address."""
    inspector, second = office["jxw-inspector"], office["jxw-supervisor"]
    inspector.go(f"/checks/{check_id}/sign")
    inspector.page.get_by_role("button", name="冻结内容，开始签字").click()
    scribbled(inspector, "#mine")
    inspector.shots.take(inspector.page, "签字", key=True)
    inspector.page.get_by_label("在场人员姓名").fill("示例负责人")
    inspector.page.get_by_label("职务", exact=True).fill("营业厅主任")
    scribbled(inspector, "#company")
    second.go(f"/checks/{check_id}/sign")
    scribbled(second, "#mine")
    inspector.go(f"/checks/{check_id}")
    inspector.shots.take(inspector.page, "检查结果", key=True)
    db.session.rollback()
    check = db.session.get_one(SiteCheck, check_id)
    assert (check.state, check.record_file is not None) == ("signed", True)
    return inspector.page.url


def scribbled(worker: Worker, panel: str) -> None:
    """A name drawn on the screen."""
    box = worker.page.locator(f"{panel} canvas")
    box.scroll_into_view_if_needed()
    frame = box.bounding_box()
    assert frame is not None
    mouse = worker.page.mouse
    mouse.move(frame["x"] + 60, frame["y"] + 80)
    mouse.down()
    for at in range(1, 12):
        mouse.move(frame["x"] + 60 + at * 25, frame["y"] + 80 + (at % 3) * 30)
    mouse.up()
    worker.page.locator(panel).get_by_role("button", name="签字", exact=True).click()
    worker.is_told("已签字")
