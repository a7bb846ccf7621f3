"""Lists of findings stay cheap: few statements however many rows, light lines, nothing sorted as a whole."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import event

from core.db import db
from core.screens import printed_controls
from tests.factories.findings import Rectifying

LISTS = ("/findings", "/findings?overdue=yes", "/findings?enterprise=rq", "/findings?clause=F4.1&repeat=yes")


def test_a_list_asks_six_statements_at_most(app: Flask) -> None:
    client = Rectifying().world.client("jxw-inspector")
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "login_session" not in statement:
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for path in LISTS:
            client.get(path)
            asked.clear()
            assert client.get(path).status_code == 200
            assert len(asked) <= 6, (path, asked)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_filters_are_escaped_and_keep_what_was_chosen() -> None:
    controls = [
        {"name": "state", "label": "状<态", "options": [("a", "甲&"), (2, "乙")]},
        {"name": "q", "label": "词"},
    ]
    found = printed_controls(controls, {"state": "2", "q": '"><b>'})
    assert '<option value="a">甲&amp;<option value="2" selected>乙' in found
    assert "状&lt;态" in found
    assert 'value="&#34;&gt;&lt;b&gt;"' in found
