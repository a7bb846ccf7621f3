"""The page of /healthz for people: well and not well, without fault for axe, on a desk and on a tablet."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from core import health
from tests.browser.conftest import NewContext
from tests.browser.shots import Shots
from tests.browser.test_axe import pixels_too_wide, violations
from tests.browser.watch import Watch


def test_health_page(
    app: Flask, new_context: NewContext, watch: Watch, shots: Shots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    page = new_context(bypass_csp=True).new_page()
    page.goto("/healthz")
    expect(page.get_by_role("heading", level=1)).to_have_text("运行状况")
    expect(page.get_by_text("运行正常。")).to_be_visible()
    assert violations(page) == []
    assert pixels_too_wide(page) == 0
    Path(app.config["FILES_DIR"]).rmdir()
    Path(app.config["FILES_DIR"]).write_text("in the way")
    watch.expect(503)
    page.goto("/healthz")
    expect(page.get_by_text("有不正常的部分：附件目录。")).to_be_visible()
    assert violations(page) == []
    assert pixels_too_wide(page) == 0
    shots.take(page, "not well")
