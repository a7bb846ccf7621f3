"""Backup and restore on both databases: the same afterwards, also under load; refusals change nothing."""

from __future__ import annotations

import io
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest
from flask_migrate import downgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from blueprints.complaints.models import Case
from core import audit, clock, files
from core.backup import sqlite_part
from core.db import db, transaction
from core.files import path_of
from core.schema import head_revision
from tests.factories.cases import Desk
from tests.factories.world import World
from tests.houses import House, furnished, house
from tests.integration.test_case_pages_intake import filled
from tests.postgres import PostgresServer

Build = Callable[..., House]


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, moment: datetime) -> PostgresServer | None:
    """The server of the houses of this test; None for SQLite."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture
def source(server: PostgresServer | None, tmp_path: Path) -> House:
    """The installation that is backed up."""
    return furnished(tmp_path / "source", server)


@pytest.fixture
def target(server: PostgresServer | None, tmp_path: Path) -> House:
    """A new one, with tables and nothing in them."""
    return house(tmp_path / "target", server)


def backed_up(source: House, name: str = "backup.zip") -> Path:
    """A backup outside the installation."""
    out = source.folder.parent / name
    ran = source.run("backup", "create", out)
    assert ran.exit_code == 0, ran.output
    return out


def restored(target: House, path: Path, *options: str) -> str:
    ran = target.run("backup", "restore", path, *options)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


# ---- the same afterwards -----------------------------------------------------------------------------------


def test_everything_is_the_same_afterwards(source: House, target: House) -> None:
    out = backed_up(source)
    said = restored(target, out)
    assert target.counts() == source.counts()
    assert target.content() == source.content()
    assert target.files() == source.files() != {}
    assert "审计日志核对完整" in said
    with source.inside():
        before = audit.tip(clock.now())
    with target.inside():
        assert audit.verify().holds
        assert audit.tip(clock.now()) == before
        assert f"审计日志到第 {before.seq} 条，摘要 {before.digest}" in said


def test_work_goes_on_afterwards(source: House, target: House) -> None:
    """Numbers and sequences go on where they were; triggers, keys and sign-in work."""
    restored(target, backed_up(source))
    with target.inside():
        own = select(Case.number).where(Case.number.like("气诉%")).order_by(Case.id)
        last = db.session.scalars(own).all()
        new = Desk().register("jxw-clerk", "rq")
        number = db.session.get_one(Case, new).number
        assert number == f"气诉2026-{len(last) + 1:06}"
        assert World().client("gs-dispatcher", target.app).submit("/cases/new", filled()).status_code == 303
        found = World().client("jxw-clerk", target.app).get("/cases?q=影响做饭").get_data(as_text=True)
        assert {n for n in (last[0], number) if n in found} == {last[0], number}
        assert audit.verify().holds
        db.session.remove()
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text("DELETE FROM audit_entry"))


def test_into_nothing_at_all(server: PostgresServer | None, source: House, tmp_path: Path) -> None:
    bare = house(tmp_path / "bare", server, tables=False)
    restored(bare, backed_up(source))
    assert bare.content() == source.content()
    assert bare.run("health").exit_code == 0


def test_a_backup_of_a_restored_one_is_the_same(source: House, target: House) -> None:
    restored(target, backed_up(source))
    again = backed_up(target, "again.zip")
    restored(source, again, "--replace")
    assert source.content() == target.content()


def test_an_older_one_is_upgraded(source: House, target: House) -> None:
    with source.inside():
        head = head_revision()
        downgrade(revision="0001")
    before = source.counts()
    out = backed_up(source)
    said = restored(target, out)
    assert head == "0001" or f"数据库已从版本 0001 升级到 {head}" in said
    after = target.counts()
    assert {name: after.get(name) for name in before if name in after} == before
    assert target.run("health").exit_code == 0
    with target.inside():
        assert Desk().register("jxw-clerk", "rq")


# ---- under load --------------------------------------------------------------------------------------------


@contextmanager
def load(busy: House, clerks: int = 3) -> Iterator[list[str]]:
    """People who register cases with files all the time; yields the places of those acknowledged."""
    done: list[str] = []
    over = threading.Event()

    def work(number: int) -> None:
        with busy.app.app_context():
            client = World().client("gs-dispatcher", busy.app)
            token = client.token()
            turn = 0
            while not over.is_set():
                turn += 1
                said = f"第 {number} 人第 {turn} 件"
                data = filled(content=said, csrf_token=token, submission_key=f"load-{number:04}-{turn:06}")
                answer = client.post("/cases/new", data=data | {"files": (_bytes(said), "记录.txt")})
                assert answer.status_code == 303
                done.append(answer.headers["Location"])
            db.session.remove()

    with ThreadPoolExecutor(clerks) as pool:
        jobs = [pool.submit(work, number) for number in range(clerks)]
        try:
            while len(done) < clerks and not any(job.done() for job in jobs):
                time.sleep(0.01)
            yield done
        finally:
            over.set()
    for job in jobs:
        job.result()


def _bytes(words: str) -> io.BytesIO:
    return io.BytesIO(words.encode())


def test_under_load_it_is_one_moment(server: PostgresServer | None, source: House, tmp_path: Path) -> None:
    with source.inside(), load(source) as done:
        outs = []
        for number in range(3):
            before = len(done)
            out = tmp_path / f"load-{number}.zip"
            ran = source.app.test_cli_runner().invoke(args=["backup", "create", str(out)])
            assert ran.exit_code == 0, ran.output
            outs.append((before, list(done[:before]), out))
            time.sleep(0.1)
    for number, (least, known, out) in enumerate(outs):
        copy = house(tmp_path / f"copy-{number}", server)
        restored(copy, out)
        with copy.inside():
            numbers = sorted(db.session.scalars(select(Case.number).where(Case.number.like("水诉%"))))
            assert numbers == [f"水诉2026-{n:06}" for n in range(1, len(numbers) + 1)]
            ids = set(db.session.scalars(select(Case.id)))
            assert {int(place.rpartition("/")[2]) for place in known} <= ids
            assert len(numbers) >= least
            kept = db.session.scalars(select(files.StoredFile.sha256)).all()
            assert audit.verify().holds
        assert set(kept) == set(copy.files()) == set(copy.files().values())
        assert copy.run("audit", "verify", "--anchor", str(out)).exit_code == 0
    assert len(done) > outs[0][0]


def test_the_archive_is_an_anchor(source: House) -> None:
    out = backed_up(source)
    with source.inside():
        Desk().register("jxw-clerk", "rq")
    assert source.run("audit", "verify", "--anchor", out).exit_code == 0


# ---- what is already there ---------------------------------------------------------------------------------


def test_data_are_replaced_only_when_told_and_kept_aside(source: House, target: House) -> None:
    out = backed_up(source)
    with source.inside():
        Desk().register("jxw-clerk", "rq", title="备份以后登记的一件")
    before, content = source.state(), source.content()
    ran = source.run("backup", "restore", out)
    assert ran.exit_code == 2
    assert "--replace" in ran.stderr
    assert source.state() == before
    said = restored(source, out, "--replace")
    restored(target, out)
    assert source.content() == target.content() != content
    aside = said.partition("另存为 ")[2].strip()
    assert "before" in aside
    if (old := Path(aside)).is_absolute():
        with closing(sqlite3.connect(old)) as kept:
            titles = kept.execute('SELECT title FROM "case"').fetchall()
    else:
        with source.inside():
            titles = db.session.execute(text(f'SELECT title FROM {aside}."case"')).all()
    assert ("备份以后登记的一件",) in [tuple(row) for row in titles]


def test_a_database_in_use_is_not_replaced(source: House, server: PostgresServer | None) -> None:
    out = backed_up(source)
    before = source.state()
    with source.inside():
        uri = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    if server is None:
        user = sqlite3.connect(source.folder / "app.db")
        user.execute('SELECT count(*) FROM "case"').fetchone()
    else:
        user = psycopg.connect(uri)
    with closing(user):
        ran = source.run("backup", "restore", out, "--replace")
    assert ran.exit_code == 2
    assert "先停止服务" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert source.state() == before


def test_newcomers_wait_while_the_files_change_places(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE t (x)")
    newcomer = sqlite3.connect(path, timeout=0)
    with sqlite_part.to_oneself(path), pytest.raises(sqlite3.OperationalError, match="locked"):
        newcomer.execute("SELECT * FROM t")
    newcomer.close()
    with closing(sqlite3.connect(path)) as later:
        assert later.execute("SELECT * FROM t").fetchall() == []


def test_stored_files_that_are_damaged_are_repaired(source: House) -> None:
    out = backed_up(source)
    whole = source.files()
    with source.inside():
        name = next(iter(whole))
        path_of(name).write_bytes(b"damaged")
    restored(source, out, "--replace")
    assert source.files() == whole


# ---- making one --------------------------------------------------------------------------------------------


def test_missing_and_damaged_files_are_named_and_the_rest_is_kept(source: House, target: House) -> None:
    with source.inside(), transaction():
        stored = [files.store("a.txt", f"第{n}份".encode(), now=clock.now()).sha256 for n in range(2)]
    with source.inside():
        path_of(stored[0]).unlink()
        path_of(stored[1]).write_bytes(b"damaged")
    out = source.folder.parent / "partial.zip"
    ran = source.run("backup", "create", out)
    assert ran.exit_code == 1
    assert all(sha256 in ran.stdout for sha256 in stored)
    assert "缺失或损坏" in ran.stderr
    said = restored(target, out)
    assert "缺失或已损坏" in said
    assert set(target.files()) == set(source.files()) - {stored[1]}
    assert target.content() == source.content()


def test_an_archive_is_for_its_owner_alone_and_holds_no_signing_key(source: House) -> None:
    secret = "a-key-that-nobody-may-see-0123456789"
    source.app.config["SECRET_KEY"] = secret
    out = backed_up(source)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with ZipFile(out) as packed:
        assert all(secret.encode() not in packed.read(name) for name in packed.namelist())
    left = {path.name for path in out.parent.iterdir()}
    assert left == {"source", "backup.zip"}


def test_nothing_is_overwritten_and_nothing_stays_after_an_error(
    source: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = backed_up(source)
    before = out.read_bytes()
    ran = source.run("backup", "create", out)
    assert (ran.exit_code, len(ran.stderr.splitlines())) == (2, 1)
    assert out.read_bytes() == before
    nowhere = source.run("backup", "create", out.parent / "no" / "such.zip")
    assert (nowhere.exit_code, len(nowhere.stderr.splitlines())) == (2, 1)

    def no_room(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.backup.stored.pack", no_room)
    full = source.run("backup", "create", out.parent / "full.zip")
    assert (full.exit_code, full.stderr) == (2, "磁盘空间不够，没有完成；什么也没有改动。\n")
    assert {path.name for path in out.parent.iterdir()} == {"source", "backup.zip"}


def test_without_tables_there_is_nothing_to_keep(server: PostgresServer | None, tmp_path: Path) -> None:
    bare = house(tmp_path / "bare", server, tables=False)
    ran = bare.run("backup", "create", tmp_path / "b.zip")
    assert (ran.exit_code, ran.stderr) == (2, "数据库还没有建好：请先运行 ./run flask db upgrade。\n")
    assert not (tmp_path / "b.zip").exists()
