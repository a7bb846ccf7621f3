"""People at work in the browser: they sign in, find their case on the work bench, fill the form and look."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from playwright.sync_api import BrowserContext, Error, Locator, Page, expect

from core.clock import to_local
from tests.browser.shots import Shots
from tests.browser.site import Site
from tests.factories.world import PASSWORD


class Office:
    """Who works on cases in a test; `office["rq-handler"]` sits down at their own browser."""

    def __init__(self, site: Site, new_context: Callable[[], BrowserContext], shots: Shots) -> None:
        self.site = site
        self.shots = shots
        self._new_context = new_context
        self._people: dict[str, Worker] = {}

    def __getitem__(self, login: str) -> Worker:
        if login not in self._people:
            self._people[login] = Worker(self._new_context().new_page(), login, self.shots)
        return self._people[login]

    def later(self, **time: int) -> None:
        """Let some time pass."""
        self.site.later(**time)

    @property
    def people(self) -> int:
        """How many different accounts have worked here."""
        return len(self._people)


class Worker:
    """One person in front of one browser."""

    def __init__(self, page: Page, login: str, shots: Shots) -> None:
        self.page = page
        self.login = login
        self.shots = shots

    # ---- getting there ----

    def go(self, path: str) -> None:
        """Open an address, signing in where the door asks for it."""
        try:
            self.page.goto(path)
        except Error as left:  # the page was still on its way to another
            if "interrupted by another navigation" not in str(left) and "ERR_ABORTED" not in str(left):
                raise
            self.page.goto(path)
        if "/sign-in" in self.page.url:
            self.sign_in()

    def sign_in(self) -> None:
        """Fill the sign-in form that is on the screen."""
        self.page.get_by_label("用户名").fill(self.login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.locator("body.app").wait_for()

    def bench_row(self, title: str) -> Locator:
        """The row of a case on the work bench, in the first group that has it."""
        self.go("/bench")
        row = self.page.locator("li[data-row]").filter(has_text=title).first
        expect(row).to_be_visible()
        return row

    def start_next(self, title: str, action: str) -> None:
        """From the work bench straight to the next step, as it is offered there."""
        row = self.bench_row(title)
        self.shots.take(self.page, f"{self.login}-工作台")
        row.get_by_role("link", name=action, exact=True).click()
        self.form.wait_for()

    def register(self, values: Mapping[str, Any], *, enterprise: str | None = None) -> str:
        """From the work bench through the intake screen to the new case; returns its number."""
        self.go("/bench")
        self.page.get_by_role("link", name="登记诉求", exact=True).last.click()
        intake = self.page.locator("#intake-form")
        if enterprise:
            intake.get_by_label("哪家单位").select_option(label=enterprise)
            expect(self.page.locator("#choices.htmx-request")).to_have_count(0)
        self.fill(values, intake)
        self.shots.take(self.page, f"{self.login}-登记", key=True)
        intake.get_by_role("button", name="登记", exact=True).click()
        self.is_told("已登记")
        return self.page.locator("h1").inner_text().removeprefix("诉求件").strip()

    def open_case(self, title: str) -> None:
        """From the case list to the page of a case."""
        self.go("/cases")
        self.page.get_by_role("row").filter(has_text=title).get_by_role("link").first.click()
        expect(self.page.locator("#timeline")).to_be_visible()

    def start(self, action: str) -> None:
        """On the page of a case: click a step; its form opens in place."""
        button = self.page.get_by_role("link", name=action, exact=True)
        if not button.first.is_visible():
            self.page.get_by_text("其他操作").click()
        button.first.click()
        self.form.wait_for()

    # ---- doing ----

    @property
    def form(self) -> Locator:
        """The form of the step that is open."""
        return self.page.locator("#action-form")

    def fill(self, values: Mapping[str, Any], within: Locator | None = None) -> None:
        """Fill fields by their labels: text, choice, yes or no, several ticks, days and moments."""
        for label, value in values.items():
            fill_one(within or self.form, label, value)

    def submit(self, button: str | None = None) -> None:
        """Send the open form with its own button."""
        buttons = self.form.locator(".action-bar button[type=submit]")
        (buttons.filter(has_text=button) if button else buttons).first.click()

    def step(self, action: str, values: Mapping[str, Any] | None = None, *, key: bool = False) -> None:
        """Fill and send the form that is open; afterwards the page says that the step was recorded."""
        self.fill(values or {})
        self.shots.take(self.page, f"{self.login}-{action}", key=key)
        self.submit()
        self.is_told(f"：{action}，已记录。")
        expect(self.form).to_have_count(0)

    def step_from_page(self, action: str, values: Mapping[str, Any] | None = None) -> None:
        """Open the form on the page of the case, fill and send it."""
        self.start(action)
        self.step(action, values)

    # ---- looking ----

    def is_told(self, words: str) -> None:
        """The page's message says this."""
        self.page.locator("#messages .notice").filter(has_text=words).wait_for()

    def sees(
        self, *, state: str | None = None, next_step: str | None = None, entry: str | None = None,
        clause: str | None = None, chip: str | None = None,
    ) -> None:  # fmt: skip
        """What the page of a case shows after a step."""
        page = self.page
        if state:
            expect(page.locator(".page-title .badge-state")).to_have_text(state)
        if next_step:
            expect(page.locator(".next-action .next-title")).to_have_text(next_step)
        if chip:
            expect(page.locator(".next-action .chip")).to_contain_text(chip)
        entries = page.locator("#timeline .tl")
        if entry:
            title = page.locator(".tl-title", has_text=re.compile(f"^{entry}$"))
            entries = entries.filter(has=title)
        if clause:
            expect(entries.last.locator(".clause").first).to_have_text(f"〔{clause}〕")
        elif entry:
            expect(entries.last).to_be_visible()

    def cannot_yet(self, action: str, words: str, clause: str | None) -> None:
        """A step that is not open yet stands greyed under the buttons, with its reason and clause."""
        listed = self.page.get_by_role("list", name="现在还不能办的步骤").get_by_role("listitem")
        row = listed.filter(has=self.page.get_by_text(action, exact=True))
        expect(row).to_contain_text(words)
        if clause:
            expect(row.locator(".clause")).to_have_text(f"〔{clause}〕")
        self.shots.take(self.page, f"{self.login}-还不能{action}")

    def is_refused(self, words: str, clause: str | None) -> None:
        """The open form says why the step cannot be taken, with its clause, and keeps what was typed."""
        notice = self.page.locator("#action-panel .notice.is-danger")
        expect(notice).to_contain_text(words)
        if clause:
            expect(notice.locator(".clause")).to_have_text(f"〔{clause}〕")
        self.shots.take(self.page, f"{self.login}-不能办")


def fill_one(form: Locator, label: str, value: Any) -> None:
    """Fill the field with this label."""
    legend = form.page.locator("legend.field-label", has_text=re.compile("^" + re.escape(label)))
    group = form.locator("fieldset.field").filter(has=legend)
    if group.count():
        for choice in [value] if isinstance(value, str) else value:
            group.first.get_by_label(choice, exact=True).check()
        return
    control = form.get_by_label(label, exact=True)
    if isinstance(value, bool):
        control.set_checked(value)
    elif control.evaluate("e => e.tagName") == "SELECT":
        control.select_option(label=value)
    elif isinstance(value, datetime):
        control.fill(f"{to_local(value):%Y-%m-%dT%H:%M}")
    elif isinstance(value, date):
        control.fill(value.isoformat())
    else:
        control.fill(value)


def step(worker: Worker, notice: str, name: str, remark: str | None = None) -> None:
    """One step of a notice, from its page."""
    worker.go(notice)
    page = worker.page
    panel = page.locator("#action-panel")
    opener = panel.get_by_role("link", name=name, exact=True)
    if not opener.first.is_visible():
        panel.get_by_text("其他操作").click()
    opener.first.click()
    form = page.locator("#step-form")
    if remark is not None:
        form.locator("textarea").fill(remark)
    form.get_by_role("button", name=name, exact=True).click()
    expect(form).to_have_count(0)
