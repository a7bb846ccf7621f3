"""On-site checks on tablets (F6.2b): two without network on one check, a killed browser, plain http on a plain name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from blueprints.inspection.models import CheckEntry, CheckPhoto
from blueprints.inspection.service import entries
from core import clock
from core.db import db
from core.files import path_of
from domain.checklists import checklist_from, content_of, verdict
from domain.merging import digest
from domain.score_rules import Picked
from tests.browser.conftest import NewContext
from tests.browser.shots import Shots
from tests.browser.site import Site
from tests.browser.tablets import OPTIONS, SENT, Hand, kill, own_browser
from tests.browser.tour import TOO_WIDE, violations
from tests.browser.watch import Watch
from tests.factories.checks import ANSWERS, CONTENT, TEAM, VISIT, Inspected, picture
from tests.factories.world import PASSWORD, World

NAME = "tablet.example"
SMALL = """[...document.querySelectorAll("button, a, input, textarea, summary")].map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width && (box.height < 48 || box.width < 44)).map(([e]) => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def one(app: Flask) -> Inspected:
    """Checks of the regulator."""
    return Inspected()


@pytest.fixture
def check_id(one: Inspected) -> int:
    """A check that takes answers; the visit and most items are answered."""
    found = one.declared()
    for item, data in (VISIT | ANSWERS).items():
        if item not in ("S01", "S02", "S03", "P02", "G01"):
            one.answer(found, item, data)
    return found


@pytest.fixture
def hand(new_context: NewContext, watch: Watch, check_id: int) -> Callable[[str], Hand]:
    """Gives somebody a tablet."""
    watch.expect(words=("ERR_INTERNET_DISCONNECTED",))
    return lambda login: Hand(new_context(**OPTIONS), login, check_id)


def stored(model: Any, check_id: int) -> list[Any]:
    """What the server has."""
    db.session.rollback()
    return list(db.session.scalars(select(model).where(model.check_id == check_id).order_by(model.id)))


def same_on_both(tablet: Hand, check_id: int) -> None:
    """Everything of the tablet is on the server, once, with the same digest."""
    known = {row.client_id: row.sha256 for row in [*stored(CheckEntry, check_id), *stored(CheckPhoto, check_id)]}
    own = [row for row in tablet.rows("entries") + tablet.rows("photos") if row.get("own")]
    assert own
    for row in own:
        assert (row["state"], row["own"], row["sha256"]) == ("received", known[row["client_id"]], known[row["client_id"]])


@pytest.mark.rule("F6.2b")
def test_two_tablets_without_network_merge_and_ask(
    hand: Callable[[str], Hand], check_id: int, one: Inspected, shots: Shots
) -> None:
    first, second = hand(TEAM[0]), hand(TEAM[1])
    without_network(first, second, shots)
    for tablet in (first, second):
        tablet.cut(False)
        tablet.view("发送情况")
        tablet.tap("现在发送")
        tablet.is_told(SENT)
    first.tap("现在发送")
    _, state = entries.standing_of(one.row(check_id))
    assert state.conflicts == (("S01", ""),)
    assert (state.answers["S03"][""], state.answers["P02"][""]) == ({"value": "缺项"}, {"value": {"座位": 1, "老花镜": 1}})
    first.item("S01")
    expect(first.page.locator(".conflict .side")).to_have_count(2)
    expect(first.page.locator(".conflict")).to_contain_text("区经济信息委督办员")
    shots.take(first.page, "答案不同")
    first.page.locator(".side").filter(has_text="标志不明显").get_by_role("button").click()
    expect(first.page.locator(".conflict")).to_have_count(0)
    first.is_told(SENT)
    for tablet in (first, second):
        same_on_both(tablet, check_id)
    _, state = entries.standing_of(one.row(check_id))
    assert state.conflicts == ()
    assert state.answers["S01"][""]["value"] == {"标志不明显": 1}
    signed_on_the_screen(first, second, one, check_id, shots)


def without_network(first: Hand, second: Hand, shots: Shots) -> None:
    """Both answer on their own, one of them after the page was opened again."""
    for tablet in (first, second):
        tablet.open()
        tablet.ready()
        tablet.cut()
    first.answer("S01", "符合")
    first.item("S03")
    first.tap("缺项 2分")
    first.photograph()
    first.page.reload()
    first.card()
    first.is_told("已存本机 2 项 · 待上传 1 张照片")
    shots.take(first.page, "断网重新打开")
    second.item("S01")
    second.tap("不符合")
    second.tap("标志不明显加一次")
    expect(second.page.locator(".receipt")).to_contain_text("得2分")
    second.answer("P02", "符合")


def signed_on_the_screen(first: Hand, second: Hand, one: Inspected, check_id: int, shots: Shots) -> None:
    """What is missing is answered, then everybody signs; nobody does while something waits."""
    first.item("S02")
    first.tap("不符合")
    first.tap("扣1.5")
    first.page.get_by_label("扣分的理由").fill("台面堆放杂物")
    expect(first.page.locator(".receipt")).to_contain_text("得2.5分")
    first.item("S01")
    first.photograph()
    first.is_told(SENT)
    first.cut()
    first.item("S02")
    first.page.get_by_label("备注（可用语音输入）").fill("当场已清理")
    first.is_told("已存本机 1 项")
    first.view("检查经过")
    expect(first.page.get_by_role("button", name="核对，签字")).to_be_disabled()
    first.cut(False)
    first.view("发送情况")
    first.tap("现在发送")
    first.is_told(SENT)
    first.view("检查经过")
    shots.take(first.page, "检查经过")
    first.tap("核对，签字")
    first.tap("冻结内容，开始签字")
    drawn(first, "#mine")
    first.page.get_by_label("在场人员姓名").fill("示例负责人")
    first.page.get_by_label("职务", exact=True).fill("营业厅主任")
    drawn(first, "#company")
    second.page.goto(f"/checks/{check_id}/sign")
    drawn(second, "#mine", last=True)
    check = one.row(check_id)
    assert (check.state, check.record_file is not None) == ("signed", True)
    shots.take(second.page, "签字完成")


def drawn(hand: Hand, panel: str, *, last: bool = False) -> None:
    """A name, with the finger, and the button."""
    page, box = hand.page, hand.page.locator(f"{panel} canvas")
    box.scroll_into_view_if_needed()
    frame = box.bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 60, frame["y"] + 80)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(frame["x"] + 60 + step * 30, frame["y"] + 80 + (step % 3) * 30)
    page.mouse.up()
    page.locator(panel).get_by_role("button", name="签字", exact=True).click()
    page.locator("#messages .notice").filter(has_text="已签字").wait_for()
    assert last == ("/sign" not in page.url)


@pytest.mark.rule("F6.2b")
def test_a_killed_browser_loses_nothing_and_only_the_same_person_sends(
    browser: Browser, site: Site, check_id: int, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with own_browser(browser, profile) as context:
        killed(Hand(context, TEAM[0], check_id, site.base), profile)
    with own_browser(browser, profile) as context:
        context.set_offline(True)
        tablet = Hand(context, TEAM[0], check_id, site.base)
        tablet.open()
        tablet.is_told("已存本机 2 项 · 待上传 1 张照片")
        tablet.item("S02")
        expect(tablet.page.get_by_label("扣分的理由")).to_have_value("还没有选扣几分")
        tablet.tap("扣1.5")
        tablet.is_told("已存本机 3 项 · 待上传 1 张照片")
        context.clear_cookies()
        tablet.cut(False)
        tablet.is_told("登录已过期")
        tablet.page.get_by_role("link", name="请重新登录").click()
        tablet.sign_in(TEAM[1])
        tablet.warned("区经济信息委检查员记录的 4 项没有发送")
        assert "S01" not in {row.item for row in stored(CheckEntry, check_id)}
        context.clear_cookies()
        tablet.page.goto(f"{site.base}/sign-in?next=/checks/{check_id}/tablet")
        tablet.sign_in()
        tablet.is_told(SENT)
        same_on_both(tablet, check_id)
        found = [row.item for row in stored(CheckEntry, check_id)]
        assert {found.count(code) for code in ("S01", "S02", "S03")} == {1}
        assert len(stored(CheckPhoto, check_id)) == 1


def killed(tablet: Hand, profile: Path) -> None:
    """Answers, a photo and half an answer without network; two seconds later the browser is killed."""
    tablet.open()
    tablet.ready()
    tablet.cut()
    tablet.answer("S01", "符合")
    tablet.item("S03")
    tablet.tap("齐全 4分")
    tablet.photograph()
    tablet.item("S02")
    tablet.tap("不符合")
    tablet.page.get_by_label("扣分的理由").fill("还没有选扣几分")
    time.sleep(2)
    kill(profile)


@pytest.fixture
def named(app: Flask) -> Iterator[None]:
    """The site is known by a name that is not this machine's."""
    app.config["TRUSTED_HOSTS"] = [NAME]
    yield
    app.config["TRUSTED_HOSTS"] = None


@pytest.mark.rule("F6.2b")
def test_plain_http_on_a_plain_name(
    browser: Browser, site: Site, named: None, check_id: int, tmp_path: Path
) -> None:
    base = site.base.replace("127.0.0.1", NAME)
    with own_browser(browser, tmp_path / "profile", f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as context:
        tablet = Hand(context, TEAM[0], check_id, base)
        tablet.open()
        assert tablet.page.evaluate("[window.isSecureContext, 'serviceWorker' in navigator, Boolean(crypto.subtle)]") == [False] * 3
        tablet.warned("这个地址不是 https")
        tablet.is_told(SENT)
        tablet.cut()
        tablet.answer("S01", "符合")
        tablet.photograph()
        tablet.is_told("已存本机 1 项 · 待上传 1 张照片")
        tablet.cut(False)
        tablet.view("发送情况")
        tablet.tap("现在发送")
        tablet.is_told(SENT)
        rows = tablet.rows("entries") + tablet.rows("photos")
        mine = [row for row in rows if row["user"] and row["state"] == "received" and row["item"] == "S01"]
        assert [row["own"] for row in mine] == ["", ""]
        assert all(len(row["sha256"]) == 64 for row in mine)
    photo = stored(CheckPhoto, check_id)[0]
    assert path_of(photo.sha256).read_bytes().startswith(b"\xff\xd8")


VALUES: dict[str, list[Any]] = {
    "S01": [{}, {"标志不明显": 1}, {"不统一": 3}, {"没有标志": 1}, {"标志不明显": 9}],
    "S02": [{"deduction": "0", "reason": ""}, {"deduction": "1.5", "reason": "脏"}, {"deduction": "3", "reason": "脏"}],
    "S03": ["齐全", "缺项", "没有"], "P01": ["95", "94.9", "90", "89.99", "100"],
    "P02": [{}, {"座位": 1}, {"座位": 1, "老花镜": 2}, {"老花镜": 9}], "P03": [{}, {"一项": 5}], "G01": [True, False],
}  # fmt: skip


def test_tablet_and_server_judge_alike(hand: Callable[[str], Hand]) -> None:
    tablet = hand(TEAM[0])
    tablet.open()
    items = {item["code"]: item for item in content_of(CONTENT)["items"]}
    checklist = checklist_from(content_of(CONTENT))
    for code, values in VALUES.items():
        one = checklist.item(code)
        assert one is not None
        for value in values:
            here = tablet.page.evaluate("([item, value]) => tablet.verdict(item, {value})", [items[code], value])
            assert here == verdict(one, {"value": value}), (code, value)
            if code != "G01":
                earned = tablet.page.evaluate("([item, value]) => tablet.outcome(item, value).earned", [items[code], value])
                assert earned == pytest.approx(float(one.rule.outcome(one.maximum, value if code != "S02" else picked(value)).earned))
    for odd in ({"ｂ": 1, "𬭸": 2, "a": [1, None, True]}, {"note": "“引号”\\ \n\t\x7f\u2028</script>", "é": ""}):
        assert tablet.page.evaluate("(value) => tablet.digest(tablet.canonical(value))", odd) == digest(odd)


def picked(value: dict[str, str]) -> Any:
    """The answer of a range as the rule takes it."""
    return Picked(value["deduction"], value["reason"])


@pytest.mark.rule("F6.2b")
def test_without_scripts_item_by_item(
    new_context: NewContext, watch: Watch, check_id: int, one: Inspected
) -> None:
    watch.expect(422)
    page = new_context(**(OPTIONS | {"java_script_enabled": False})).new_page()
    page.goto(f"/checks/{check_id}/tablet")
    page.get_by_label("用户名").fill(TEAM[0])
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("h2").first).to_contain_text("S01")
    page.locator("[name=answer][value=given]").check()
    page.locator("form button.go").click()
    expect(page.locator(".wrong").first).to_contain_text("请填写每种情形的次数")
    page.locator("[name=count_0]").fill("1")
    shot = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.locator("[name=photo]").set_input_files(shot)
    page.locator("form button.go").click()
    expect(page.locator("h2").first).to_contain_text("S02")
    _, state = entries.standing_of(one.row(check_id))
    assert state.answers["S01"][""] == {"value": {"标志不明显": 1}}
    assert len(stored(CheckPhoto, check_id)) == 1


@pytest.mark.rule("F6.2b")
def test_a_lost_tablet_and_a_wrong_clock_are_told(
    new_context: NewContext, watch: Watch, check_id: int, world: World
) -> None:
    watch.expect(403)
    tablet = Hand(new_context(**OPTIONS), TEAM[0], check_id)
    tablet.open()
    tablet.is_told(SENT)
    tablet.context.clock.set_fixed_time(clock.now() + timedelta(minutes=7))
    tablet.view("发送情况")
    tablet.tap("现在发送")
    tablet.warned("平板的时钟快了 7 分钟")
    world.client(TEAM[1]).submit("/tablets/1/revoke", {"reason": "平板遗失在公交车上"})
    tablet.answer("S01", "符合")
    tablet.is_told("已停用")
    tablet.warned("已被区经济信息委督办员停用")
    assert "S01" not in {row.item for row in stored(CheckEntry, check_id)}


def test_every_view_is_accessible_and_big_enough(new_context: NewContext, check_id: int, one: Inspected) -> None:
    one.answer(check_id, "S01", {"value": {}}, login=TEAM[1], base="")
    one.answer(check_id, "S01", {"value": {"不统一": 1}}, base="")
    tablet = Hand(new_context(**OPTIONS, bypass_csp=True), TEAM[0], check_id)
    tablet.open()
    tablet.is_told(SENT)
    for view in ("检查经过", "项目清单", "发送情况", "作答"):
        tablet.view(view)
        assert violations(tablet.page) == [], view
        assert tablet.page.evaluate(TOO_WIDE) <= 0, view
        assert tablet.page.evaluate(SMALL) == [], view
    tablet.item("S01")
    expect(tablet.page.locator(".conflict")).to_be_visible()
    tablet.tap("不符合")
    assert violations(tablet.page) == []
