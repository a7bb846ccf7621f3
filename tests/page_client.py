"""A test client that also asserts what every page owes: one h1, its title, language, unique ids, CSP."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

FULL_CHECKS = 4
_seen: Counter[tuple[str, int]] = Counter()
XHTML = "{http://www.w3.org/1999/xhtml}"


def check_page(html: str) -> None:
    """Assert the duties of a whole page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    tree = parser.parse(html)
    assert not parser.errors, [(e[0], e[1]) for e in parser.errors[:5]]
    assert tree.get("lang") == "zh-CN"
    headings = tree.findall(f".//{XHTML}h1")
    assert len(headings) == 1, f"{len(headings)} h1"
    heading = re.sub(r"\s+", " ", "".join(headings[0].itertext())).strip()
    title = re.sub(r"\s+", " ", tree.findtext(f".//{XHTML}title") or "").strip()
    assert title.startswith(heading), f"title {title!r} does not start with h1 {heading!r}"
    ids = [e.get("id") for e in tree.iter() if isinstance(e.tag, str) and e.get("id")]
    assert len(ids) == len(set(ids)), sorted({i for i in ids if ids.count(i) > 1})
    labelled = {e.get("for") for e in tree.iter(f"{XHTML}label")}
    for control in (e for tag in ("input", "select", "textarea") for e in tree.iter(f"{XHTML}{tag}")):
        if control.get("type") in ("hidden", "submit", "button"):
            continue
        named = control.get("aria-label") or control.get("aria-labelledby") or control.get("id") in labelled
        assert named or _inside_label(tree, control), f"no label: {control.attrib}"


def glance(html: str) -> None:
    """The cheap half of the check, for pages of a kind that has been parsed in full before."""
    assert '<html lang="zh-CN">' in html
    assert html.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids)), sorted({i for i in ids if ids.count(i) > 1})


def _inside_label(tree: Any, control: Any) -> bool:
    return any(control in list(label.iter()) for label in tree.iter(f"{XHTML}label"))


class CheckingClient(FlaskClient):
    """Checks each whole HTML page that it opens; `token()` gives a CSRF token for posts."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Like FlaskClient.open, with the assertions above for whole pages.

        Each request gets its own context, also inside a test's: `g` keeps who is signed in.
        """
        with self.application.app_context():
            response = super().open(*args, **({"buffered": True} | kwargs))
        for name, value in response.headers:
            value.encode("latin-1")  # a server cannot send anything else, and the browser would wait in vain
            assert name.isascii()
        fragment = response.request.headers.get("HX-Request") == "true"
        if response.mimetype == "text/html" and response.status_code not in (204, 302, 303) and not fragment:
            html = response.get_data(as_text=True)
            kind = (re.sub(r"\d+", "0", response.request.path), response.status_code)
            _seen[kind] += 1
            check_page(html) if _seen[kind] <= FULL_CHECKS else glance(html)
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        return response

    def token(self, page: str = "/password") -> str:
        """A CSRF token of this client's session."""
        html = self.get(page, follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', html)
        assert found, f"no CSRF token on {page}"
        return found.group(1)

    def submit(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """POST a form with its CSRF token."""
        return self.post(path, data={"csrf_token": self.token(), **(data or {})}, **kwargs)
