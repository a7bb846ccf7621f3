"""A tour of pages: axe finds nothing, and a tablet need not scroll sideways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_core_python
from playwright.sync_api import Page

from tests.browser.conftest import CHINESE
from tests.browser.exhibition import Exhibition
from tests.browser.shots import DESK, TABLET
from tests.integration.test_sweeps import OWNERS

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, {resultTypes: ['violations']})"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PEOPLE = tuple(dict.fromkeys((*OWNERS.values(), "gs-dispatcher", "gs-handler", "gs-leader")))


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]


def pixels_too_wide(page: Page) -> int:
    """By how much the page is wider than a tablet."""
    page.set_viewport_size(TABLET)
    wider: int = page.evaluate(TOO_WIDE)
    page.set_viewport_size(DESK)
    return wider


class Tour:
    """What was found on the way through all pages."""

    def __init__(self) -> None:
        self.looked_at = 0
        self.violations: dict[str, list[str]] = {}
        self.too_wide: dict[str, int] = {}

    def look(self, page: Page, what: str) -> None:
        """Look at the page as it stands."""
        self.looked_at += 1
        if wrong := violations(page):
            self.violations[what] = wrong
        if (wider := pixels_too_wide(page)) > 0:
            self.too_wide[what] = wider


def tour_of(shown: Exhibition, *, service: bool) -> Tour:
    """Through all pages of one half."""
    made = Tour()
    contexts = {login: shown.context(login, **CHINESE, bypass_csp=True) for login in PEOPLE}
    pages = {login: context.new_page() for login, context in contexts.items()}
    for login, path in shown.pages(contexts, service):
        pages[login].goto(path)
        made.look(pages[login], f"{login} {path}")
    for context in contexts.values():
        context.close()
    return made
