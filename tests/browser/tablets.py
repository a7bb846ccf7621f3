"""Tablets in the hands of inspectors: a browser of their own each, with a network that can be cut."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from core import clock
from tests.browser.conftest import CHINESE, CHROMIUM, FLAGS, PATIENCE_MS
from tests.browser.shots import TABLET
from tests.factories.checks import picture
from tests.factories.world import PASSWORD

SENT = "全部已发送"
OPTIONS: dict[str, Any] = CHINESE | {"viewport": TABLET}
ROWS = """async (store) => {
  const base = await new Promise((done) => { const a = indexedDB.open("site-checks"); a.onsuccess = () => done(a.result); });
  const rows = await new Promise((done) => { const a = base.transaction(store).objectStore(store).getAll(); a.onsuccess = () => done(a.result); });
  base.close();
  return rows.map((row) => ({...row, bytes: row.bytes ? row.bytes.byteLength : 0, thumb: ""}));
}"""


class Hand:
    """One person with a tablet."""

    def __init__(self, context: BrowserContext, login: str, check_id: int, base: str = "") -> None:
        context.clock.set_fixed_time(clock.now())
        self.context, self.login, self.address = context, login, f"{base}/checks/{check_id}/tablet"
        self.page: Page = context.pages[0] if context.pages else context.new_page()

    def open(self) -> None:
        """Open the check, signing in where the door asks for it."""
        self.page.goto(self.address)
        if "/sign-in" in self.page.url:
            self.sign_in()
        self.card()

    def sign_in(self, login: str = "") -> None:
        """Fill the sign-in form that is on the screen."""
        self.page.get_by_label("用户名").fill(login or self.login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url("**/tablet")

    def card(self) -> None:
        """Something can be answered."""
        self.page.locator("#app .tabs").wait_for()

    def ready(self) -> None:
        """The page opens again without network."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.is_told(SENT)

    def cut(self, cut: bool = True) -> None:
        """Without network, or with it again."""
        self.context.set_offline(cut)

    def view(self, name: str) -> None:
        """One of the four views."""
        self.page.get_by_role("navigation", name="页面").get_by_role("button", name=name).click()

    def item(self, code: str) -> None:
        """The card of an item, by the list."""
        self.view("项目清单")
        self.page.locator(".items button").filter(has_text=code).first.click()
        expect(self.page.locator(".card-head")).to_contain_text(code)

    def tap(self, name: str) -> None:
        """A button."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def answer(self, code: str, name: str) -> None:
        """One tap on an item; the tablet says that it is kept."""
        self.item(code)
        self.tap(name)
        expect(self.page.locator(".receipt")).to_contain_text(re.compile("已存本机|已收到"))

    def photograph(self) -> None:
        """A photo on the open card."""
        before = self.page.locator(".shot").count()
        shot = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(2400, 1800))}
        self.page.locator("input.camera").first.set_input_files(shot)
        expect(self.page.locator(".shot")).to_have_count(before + 1)

    def is_told(self, words: str) -> None:
        """The line that is always there says so."""
        expect(self.page.locator("#status")).to_contain_text(words)

    def warned(self, words: str) -> None:
        """A line above the card says so."""
        expect(self.page.locator(".line").filter(has_text=words).first).to_be_visible()

    def rows(self, store: str) -> list[dict[str, Any]]:
        """What lies on the tablet."""
        found: list[dict[str, Any]] = self.page.evaluate(ROWS, store)
        return found


@contextmanager
def own_browser(browser: Browser, profile: Path, *flags: str) -> Iterator[BrowserContext]:
    """Another browser of the same kind, with a profile that stays on the disk."""
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=[*FLAGS, *flags], env={**os.environ, "LANGUAGE": "zh_CN"}, **OPTIONS
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context
    finally:
        if processes(profile):
            context.close()


def processes(profile: Path) -> list[int]:
    """Ids of the browser's processes that were started with this profile."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            said = (place / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if f"--user-data-dir={profile}" in said:
            found.append(int(place.name))
    return found


def kill(profile: Path) -> None:
    """kill -9, all of them, until none is left."""
    assert processes(profile)
    until = time.monotonic() + 20
    while running := processes(profile):
        assert time.monotonic() < until
        for process in running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)
