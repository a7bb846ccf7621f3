"""A full disk: a page that says so, nothing half-written, /healthz red, and recovery without repair."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from blueprints.complaints.models import Attachment, Case, Complainant
from core import audit, clock, health
from core.db import db
from core.files import StoredFile
from core.storage import is_full
from tests.conftest import MONDAY, make_app
from tests.factories.world import World
from tests.integration.test_case_pages_intake import filled
from tests.small_disk import Disk, PageLimit, Tmpfs

LONG = "昨晚八点突然停水，没有提前通知，影响一家老小做饭洗漱。要求说明原因并公布恢复时间。" * 40


@pytest.fixture(params=["real", "limit"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A real small disk; where mounting is not allowed, the SQLite file with a limit instead of it."""
    if request.param == "real":
        try:
            with Tmpfs(tmp_path / "disk") as mounted:
                yield mounted
                return
        except OSError as refused:
            print(f"no tmpfs could be mounted ({refused}): a limit of pages stands in for it")
    yield PageLimit(tmp_path / "limited")


@pytest.fixture
def small_app(disk: Disk, template_database: Path, moment: datetime) -> Iterator[Flask]:
    """The application with all its data on `disk`, synced as in production."""
    shutil.copy(template_database, disk.folder / "app.db")
    app = make_app(disk.folder, SQLITE_SYNCHRONOUS="FULL")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _always_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)


def parts_that_are_ill(client: Any) -> set[str]:
    answer = client.get("/healthz")
    parts = json.loads(answer.get_data(as_text=True))["parts"]
    bad = {name for name, part in parts.items() if not part["ok"]}
    assert (answer.status_code == 503) is bool(bad)
    return bad


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def until_it_is_full(client: Any, most: int = 400) -> tuple[list[str], Any, dict[str, Any]]:
    """Register cases until one is refused: (those acknowledged, the refusal, what was sent)."""
    acknowledged: list[str] = []
    for number in range(most):
        given = filled(content=f"第{number}件。{LONG}", submission_key=f"full-disk-{number:08}")
        answer = client.submit("/cases/new", given)
        if answer.status_code != 303:
            return acknowledged, answer, given
        acknowledged.append(answer.headers["Location"])
    raise AssertionError("the disk never was full")


def test_a_full_disk_says_so_and_recovers(small_app: Flask, disk: Disk) -> None:
    client = World().client("gs-dispatcher", small_app)
    first = client.submit("/cases/new", filled(submission_key="before-it-was-full"))
    assert first.status_code == 303
    assert parts_that_are_ill(client) == set()
    disk.fill()
    assert parts_that_are_ill(client) & {"disk", "database"}
    acknowledged, refused, given = until_it_is_full(client)
    print(f"{len(acknowledged)} cases still found room on the full disk, then: {refused.status}")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 507
    assert "<h1>存储空间已满</h1>" in page
    assert LONG[:60] in page
    assert "系统管理员" in page
    with clock.frozen(MONDAY + timedelta(minutes=2)):
        assert client.get(first.headers["Location"]).status_code == 200, "last seen cannot be stored"
    assert count(Case) == count(Complainant) == 1 + len(acknowledged)
    assert client.submit("/cases/new", given).status_code == 507
    assert parts_that_are_ill(client) & {"disk", "database"}
    disk.free()
    assert parts_that_are_ill(client) == set()
    assert client.submit("/cases/new", given).status_code == 303
    assert count(Case) == 2 + len(acknowledged)
    for location in acknowledged:
        assert client.get(location).status_code == 200
    numbers = sorted(db.session.scalars(select(Case.number)))
    assert numbers == [f"水诉2026-{n:06}" for n in range(1, len(numbers) + 1)]
    assert db.session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert audit.verify().holds


def test_a_file_that_finds_no_room_leaves_nothing(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client("gs-dispatcher")
    given = filled(files=(io.BytesIO("记录".encode() * 50), "记录.txt"))

    def no_room(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        answer = client.submit("/cases/new", given)
    assert answer.status_code == 507
    assert "存储空间已满" in answer.get_data(as_text=True)
    assert [path for path in Path(app.config["FILES_DIR"]).rglob("*") if path.is_file()] == []
    assert count(Case) == count(StoredFile) == 0
    given = filled(files=(io.BytesIO("记录".encode() * 50), "记录.txt"))
    assert client.submit("/cases/new", given).status_code == 303
    assert count(Attachment) == 1


def test_an_upload_that_finds_no_room_on_the_way(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large uploads pass through a temporary file before any view sees them."""
    client = world.client("gs-dispatcher")
    token = client.token()

    def no_room(*_args: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr("werkzeug.formparser.SpooledTemporaryFile", no_room)
        data = filled(csrf_token=token, files=(io.BytesIO(bytes(7_000)), "大.txt"))
        answer = client.post("/cases/new", data=data)
    assert answer.status_code == 507
    assert count(Case) == 0


def test_other_errors_of_files_are_still_errors(app: Flask, world: World) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = world.client("gs-dispatcher")
    Path(app.config["FILES_DIR"]).write_text("no folder")
    answer = client.submit("/cases/new", filled(files=(io.BytesIO("记录".encode()), "记录.txt")))
    assert answer.status_code == 500
    assert "系统出了问题" in answer.get_data(as_text=True)
    assert count(Case) == 0


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, ""), True),
        (OSError(errno.EDQUOT, ""), True),
        (OSError(errno.EACCES, ""), False),
        (None, False),
        (ValueError(""), False),
    ],
)
def test_which_errors_mean_a_full_disk(error: BaseException | None, full: bool) -> None:
    assert is_full(error) is full
