"""What a browser complains about: page errors and errors on its console fail the test that caused them."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


class Watch:
    """Collects complaints of all pages of a test. Answers that a test means to get are named by `expect`."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._statuses: set[int] = set()
        self._words: tuple[str, ...] = ()

    def expect(self, *statuses: int, words: tuple[str, ...] = ()) -> None:
        """These error statuses, and console errors with these words, are what the test is about."""
        self._statuses |= set(statuses)
        self._words += words

    def over(self, context: BrowserContext) -> None:
        """Watch every page of this context."""
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.complaints.append(f"console: {message.text} ({where})")

    def unexpected(self) -> list[str]:
        """Complaints that the test did not ask for."""
        found = []
        for text in self.complaints:
            status = STATUS.search(text)
            meant = status is not None and int(status[1]) in self._statuses
            if not meant and not any(words in text for words in self._words):
                found.append(text)
        return found
