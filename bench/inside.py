"""What cannot be measured from outside, in a process of its own: SQL statements of a page, and profiles.

`python -m bench.inside count|profile …` is called by `bench.cases` with the environment of a ground.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import pstats
import sys
from collections.abc import Callable
from typing import Any

from bench.visitor import OURS, Answer, InsideTransport, Visitor

WARM_UP, PROFILED, EXPORTS = 3, 40, 2


def _visitor(login: str, password: str) -> tuple[Any, Visitor]:
    from app import create_app

    app = create_app()
    visitor = Visitor(OURS, InsideTransport(app))
    visitor.sign_in(login, password)
    return app, visitor


def count(app: Any, visitor: Visitor, addresses: dict[str, str]) -> dict[str, list[str]]:
    """SQL statements of each address, once it is warm: without BEGIN, COMMIT and the one of the session."""
    from sqlalchemy import event

    from core.db import db

    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        plain = " ".join(statement.split())
        of_session = "FROM login_session" in plain or plain.startswith("UPDATE login_session")
        if not plain.startswith(("BEGIN", "COMMIT", "PRAGMA")) and not of_session:
            seen.append(plain)

    found = {}
    for name, address in addresses.items():
        for _ in range(WARM_UP):
            seen.clear()
            visitor.get(address)
        found[name] = list(seen)
    return found


def profile(
    visitor: Visitor, act: Callable[[], Answer], watched_method: str, times: int, rows: int = 25
) -> str:
    """The functions that take most of an operation, callees included, then those that take most themselves;
    only requests of that method count."""
    for _ in range(WARM_UP):
        act()
    profiler = cProfile.Profile()
    send = visitor.transport.send

    def watched(method: str, path: str, form: Any = None) -> Answer:
        if method != watched_method:
            return send(method, path, form)
        profiler.enable()
        try:
            return send(method, path, form)
        finally:
            profiler.disable()

    visitor.transport.send = watched  # type: ignore[method-assign]
    for _ in range(times):
        act()
    out = io.StringIO()
    found = pstats.Stats(profiler, stream=out)
    found.sort_stats("cumulative").print_stats(rows)
    found.sort_stats("tottime").print_stats(rows)
    return out.getvalue()


def main() -> None:
    """Read the task from stdin as JSON: login, password, and addresses or one operation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["count", "profile"])
    kind = parser.parse_args().task
    task = json.load(sys.stdin)
    app, visitor = _visitor(task["login"], task["password"])
    if kind == "count":
        print(json.dumps(count(app, visitor, task["addresses"]), ensure_ascii=False))
        return
    operation, ids = task["operation"], iter(task["ids"] * 100)

    def write() -> Answer:
        return visitor.create() if operation == "create" else visitor.note(next(ids))

    def read() -> Answer:
        return visitor.get(task["address"])

    writes = operation in ("create", "follow-up")
    times = EXPORTS if operation == "export" else PROFILED
    print(profile(visitor, write if writes else read, "POST" if writes else "GET", times))


if __name__ == "__main__":
    main()
