"""Where htmx comes from: the CDN under its hash, or this server when the CDN is out of reach or changed."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Route, expect

from app import HTMX_INTEGRITY
from core.db import db
from tests.browser.office import Office, Worker
from tests.browser.watch import Watch
from tests.conftest import make_app
from tests.factories.cases import Desk

CDN = "https://cdn.invalid/htmx.min.js"
TITLE = "停供没有提前告知"


@pytest.fixture
def app(moment: datetime, template_database: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application as it is installed: htmx from a CDN."""
    shutil.copy(template_database, tmp_path / "app.db")
    app = make_app(tmp_path, HTMX_SOURCE="cdn", HTMX_CDN_URL=CDN)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def handler(office: Office, desk: Desk) -> Worker:
    """Somebody with a case to work on."""
    desk.handed_over()
    return office["rq-handler"]


def works_in_place(handler: Worker, source: str) -> None:
    """A step opens and is taken in place, with htmx from this source."""
    handler.open_case(TITLE)
    expect(handler.page.locator(f"html[data-htmx={source}]")).to_have_count(1)
    handler.start("记录经过")
    assert "/do/" not in handler.page.url
    handler.step("记录经过", {"内容": "已致电用户，约定明天上门。"})


def local_copy(app: Flask) -> bytes:
    """What this server gives as htmx."""
    return app.test_client().get("/assets/htmx.js").get_data()


def test_the_local_copy_is_the_pinned_one(app: Flask) -> None:
    digest = base64.b64encode(hashlib.sha384(local_copy(app)).digest()).decode()
    assert f"sha384-{digest}" == HTMX_INTEGRITY


def test_from_the_cdn(handler: Worker, app: Flask) -> None:
    body, free = local_copy(app), {"Access-Control-Allow-Origin": "*"}
    handler.page.route(CDN, lambda r: r.fulfill(body=body, content_type="text/javascript", headers=free))
    works_in_place(handler, "cdn")


def test_the_cdn_refuses(handler: Worker, watch: Watch) -> None:
    watch.expect(words=(CDN,))
    handler.page.route(CDN, lambda route: route.abort())
    works_in_place(handler, "local")


def test_the_cdn_answers_with_something_else(handler: Worker, watch: Watch) -> None:
    watch.expect(words=(CDN,))
    free = {"Access-Control-Allow-Origin": "*"}
    handler.page.route(
        CDN, lambda r: r.fulfill(body="window.taken = 1", content_type="text/javascript", headers=free)
    )
    works_in_place(handler, "local")
    assert handler.page.evaluate("window.taken") is None


def test_the_cdn_never_answers(handler: Worker, watch: Watch) -> None:
    watch.expect(words=(CDN,))
    asked: list[Route] = []
    handler.page.route(CDN, lambda route: asked.append(route))
    works_in_place(handler, "local")
    before = len(asked)
    handler.open_case(TITLE)
    expect(handler.page.locator("html[data-htmx=local]")).to_have_count(1)
    assert len(asked) == before  # the next pages remember for a day
    handler.page.unroute_all(behavior="ignoreErrors")
