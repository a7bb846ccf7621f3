"""Everything there is to see: a filled application, and for each role the addresses that it can open."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from blueprints.complaints.forms import ACTION_FORMS
from core import clock
from core.authz import ROLE_PERMISSIONS
from core.db import db
from tests.browser.gallery import every_state, notice_steps, notices_in_every_state, steps_of
from tests.browser.site import Site
from tests.conftest import MONDAY, make_app
from tests.factories.cases import Desk
from tests.factories.filled import fill
from tests.factories.notices import Office
from tests.factories.seals import with_seal
from tests.factories.spreadsheets import good_row, xlsx
from tests.integration.test_sweeps import OWNERS, access, address, routes, values_for

TAG = re.compile(r"<(/?[a-z][a-z0-9]*)([^<>]*)>")
ATTRIBUTE = re.compile(r"([a-z][a-z-]*)(?:=\"([^\"]*)\")?")
SERVICE = frozenset({"registry", "disclosure", "inspection", "portal"})
MEANT = frozenset({"class", "role", "type", "lang", "tabindex"})


def shape_of(html: str) -> frozenset[str]:
    """What a page is made of: each element with its classes and the names of its attributes, in its place."""
    open_tags: list[str] = []
    found: set[str] = set()
    for tag, rest in TAG.findall(html):
        if tag.startswith("/"):
            if tag[1:] in [t.partition(" ")[0] for t in open_tags]:
                while open_tags.pop().partition(" ")[0] != tag[1:]:
                    pass
            continue
        named = sorted(n if n not in MEANT else f"{n}={v}" for n, v in ATTRIBUTE.findall(rest))
        mark = f"{tag} {' '.join(named)}"
        found.add(" > ".join([*open_tags[-2:], mark]))
        if tag not in ("input", "br", "meta", "link", "hr", "img", "use"):
            open_tags.append(mark)
    return frozenset(found)


class Exhibition:
    """A site with cases in every state, and people who are signed in."""

    def __init__(self, app: Flask, site: Site, browser: Browser) -> None:
        self.app = app
        self.site = site
        self.browser = browser
        self.desk = Desk()
        self.filled = fill(self.desk)
        self.cases = every_state(self.desk, self.filled)
        self.steps = steps_of(self.desk, self.cases)
        self.notices = notices_in_every_state()
        self.notice_steps = notice_steps(self.notices)
        with_seal(Office())

    def context(self, login: str | None, **options: Any) -> BrowserContext:
        """A browser in which this person is signed in (nobody when None)."""
        context = self.browser.new_context(base_url=self.site.base, **options)
        context.set_default_timeout(30_000)
        if login:
            cookie = self.desk.world.client(login, self.app).get_cookie("session")
            assert cookie is not None
            context.add_cookies([{"name": "session", "value": cookie.value, "url": self.site.base}])
        return context

    def addresses(self) -> Iterator[tuple[str, str, str]]:
        """(what, who, address) of all there is: each route for each role, each step, each case."""
        for role, login in OWNERS.items():
            for rule in routes(self.app):
                needed = access(self.app, rule)
                if "GET" in (rule.methods or ()) and (not needed or ROLE_PERMISSIONS[role] & set(needed)):
                    path = address(self.app, rule, values_for(rule, self.filled, self.desk.world))
                    yield rule.endpoint, login, path
        for action in ACTION_FORMS:
            login, case_id = self.steps[action]
            yield action, login, f"/cases/{case_id}/do/{action}"
        for case_id in self.cases:
            for login in ("jxw-clerk", "rq-dispatcher", "gs-dispatcher", "jxw-supervisor"):
                yield "complaints.case", login, f"/cases/{case_id}"
        for notice_id in self.notices:
            for login in ("jxw-clerk", "jxw-leader", "rq-leader"):
                yield "notices.notice", login, f"/notices/{notice_id}"
        for action, (login, path) in self.notice_steps.items():
            yield f"notices.{action}", login, path
        yield "notices.batch", "jxw-leader", "/notices?state=to_sign"
        yield "notices.seal", "sysadmin", f"/organ-seals/{self.desk.world.org('jxw').id}"

    def pages(self, contexts: dict[str, BrowserContext], service: bool) -> Iterator[tuple[str, str]]:
        """(who, address): each route and each step once, and again wherever it looks as nothing did before; those
        of the features named in SERVICE, or all the others."""
        shown: set[str] = set()
        seen: set[str] = set()
        for what, login, path in dict.fromkeys(self.addresses()):
            if (what.partition(".")[0] in SERVICE) is not service:
                continue
            answer = contexts[login].request.get(path)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            shape = shape_of(answer.text())
            if shape - seen or (answer.ok and what not in shown):
                seen |= shape
                shown.add(what)
                yield login, path

    def workbook(self, folder: Path) -> Path:
        """A spreadsheet with a good row and a bad one."""
        rows = [good_row("20261012001"), good_row("20261012002", 区交办时间="昨天")]
        return xlsx(folder / "工单.xlsx", rows)


@contextmanager
def exhibition(template: Path, folder: Path, browser: Browser) -> Iterator[Exhibition]:
    """Open while the context is."""
    shutil.copy(template, folder / "app.db")
    app = make_app(folder)
    with clock.frozen(MONDAY), app.app_context(), Site(app) as site:
        yield Exhibition(app, site, browser)
        db.session.remove()
        db.engine.dispose()
