"""Numbered pictures of what the flows show, when SHOTS names a folder for them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page

DESK = {"width": 1366, "height": 768}
TABLET = {"width": 820, "height": 1180}


class Shots:
    """One test's pictures: 01-name.png, 02-name.png, and beside key steps the same on a tablet."""

    def __init__(self, flow: str) -> None:
        folder = os.environ.get("SHOTS")
        self._folder = Path(folder) / flow if folder else None
        self._taken = 0
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str, *, key: bool = False) -> None:
        """The whole page as it stands."""
        if self._folder is None:
            return
        self._taken += 1
        stem = f"{self._taken:02d}-{re.sub(r'[^0-9A-Za-z一-鿿]+', '-', name).strip('-')}"
        self._save(page, stem)
        if key:
            page.set_viewport_size(TABLET)
            self._save(page, f"{stem}-tablet")
            page.set_viewport_size(DESK)

    def _save(self, page: Page, stem: str) -> None:
        assert self._folder is not None
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=self._folder / f"{stem}.png", full_page=True)
