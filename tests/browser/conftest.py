"""A real browser in front of the real application; whatever the browser complains about fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.office import Office
from tests.browser.shots import DESK, Shots
from tests.browser.site import Site
from tests.browser.watch import Watch

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
)
CHINESE: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": DESK}
PATIENCE_MS = 30_000

NewContext = Callable[..., BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this run. A missing one is an error that says what to do."""
    if not Path(CHROMIUM).is_file():
        pytest.fail(
            f"The browser tests need Chromium, and there is none at {CHROMIUM}.\n"
            "    sudo apt-get install -y chromium\n"
            "or name another one in the environment variable CHROMIUM.",
            pytrace=False,
        )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(FLAGS), env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        yield opened
        opened.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test on page errors and console errors that it did not expect."""
    watching = Watch()
    yield watching
    assert watching.unexpected() == []


@pytest.fixture
def site(app: Flask) -> Iterator[Site]:
    """The application of this test on a port of its own."""
    with Site(app) as serving:
        yield serving


@pytest.fixture
def new_context(browser: Browser, watch: Watch, site: Site) -> Iterator[NewContext]:
    """Makes watched browser contexts (a person's own browser each), closed after the test."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=site.base, **(CHINESE | options))
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A page in a fresh browser."""
    return new_context().new_page()


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Shots:
    """Pictures of this test, if SHOTS asks for them."""
    return Shots(request.node.name.removeprefix("test_"))


@pytest.fixture
def office(site: Site, new_context: NewContext, shots: Shots) -> Office:
    """The people of the world, each with a browser of their own."""
    return Office(site, new_context, shots)


@pytest.fixture
def office_without_scripts(site: Site, new_context: NewContext, shots: Shots) -> Office:
    """The same people with JavaScript switched off."""
    return Office(site, lambda: new_context(java_script_enabled=False), shots)
