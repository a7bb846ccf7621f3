"""One application for many tests: what a test changed of it is put back before the next one.

To build an application takes longer than most tests, and a new one knows neither the statements nor the templates
that the last one had compiled. Only the database, the folders and what is kept in memory are new each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blueprints.rulebook.service.texts import Rulebook
from core.db import db
from core.health import KEPT, Latest


class Standing:
    """An application as `make` builds it; `renew` puts a new copy of the world into its database."""

    def __init__(self, make: Callable[[], Flask], renew: Callable[[], object]) -> None:
        self._make, self._renew = make, renew
        self.app = make()
        self._config: dict[str, Any] = dict(self.app.config)
        self._book: Rulebook = self.app.extensions["rulebook"]

    def furnished(self, request: pytest.FixtureRequest, folder: Path) -> Flask:
        """The application with nothing in its database but the world, and with its files in `folder`.

        One of its own for a test marked `own_app`, and for one that drives a browser: a request that the browser
        leaves behind would keep a connection to the database of that test.
        """
        self._renew()
        alone = any(request.node.get_closest_marker(name) for name in ("own_app", "browser"))
        app = self._make() if alone else self.app
        app.config.clear()
        app.config.update(self._config, FILES_DIR=str(folder / "files"), JOBS_DIR=str(folder / "jobs"))
        for kept in ("calendar", "navigation", "job_thread"):
            app.extensions.pop(kept, None)
        app.extensions[KEPT] = Latest()
        app.extensions["rulebook"] = Rulebook(self._book.rulesets, self._book.laws)
        return app


def copied(template: Path, database: Path) -> None:
    """A SQLite file, with nothing left beside it of the one before."""
    for name in ("", "-wal", "-shm", "-journal"):
        Path(f"{database}{name}").unlink(missing_ok=True)
    shutil.copy(template, database)


def opened(app: Flask) -> Iterator[Flask]:
    """The context of an application, with no connection left open before or afterwards."""
    with app.app_context():
        db.engine.dispose()
        yield app
        db.session.remove()
        db.engine.dispose()
