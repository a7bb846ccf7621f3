"""Archives that are cut, changed, foreign or forged: one sentence, exit 2, and nothing has changed."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.backup import archive
from tests.houses import House, furnished, house
from tests.postgres import PostgresServer

Change = Callable[[dict[str, Any], dict[str, bytes]], None]


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> PostgresServer | None:
    """The server of the houses; None for SQLite."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture(scope="module")
def whole(server: PostgresServer | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good archive."""
    folder = tmp_path_factory.mktemp("whole")
    source = furnished(folder / "source", server)
    assert source.run("backup", "create", folder / "whole.zip").exit_code == 0
    return folder / "whole.zip"


@pytest.fixture
def target(server: PostgresServer | None, tmp_path: Path, moment: datetime) -> House:
    """Where it would go."""
    return house(tmp_path / "target", server)


both = pytest.mark.parametrize("server", ["sqlite", "postgresql"], indirect=True)


def refused(target: House, path: Path, *options: str) -> str:
    """The sentence with which the archive was refused."""
    before = target.state()
    ran = target.run("backup", "restore", path, *options)
    assert ran.exit_code == 2, ran.output
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert target.state() == before
    return ran.stderr


@both
def test_cut_archives(whole: Path, target: House, tmp_path: Path) -> None:
    data = whole.read_bytes()
    cut = tmp_path / "cut.zip"
    for size in (0, 1, 2, 100, len(data) // 3, len(data) - 1000, len(data) - 64, len(data) - 1):
        cut.write_bytes(data[:size])
        assert "不是本系统的备份" in refused(target, cut)
    cut.write_bytes(data[1:])
    refused(target, cut)
    cut.write_bytes(data + b"0")
    refused(target, cut)
    middle = len(data) // 2
    cut.write_bytes(data[: middle - 500] + data[middle:])
    assert "不完整，或者被改动过" in refused(target, cut)
    assert target.run("backup", "verify", cut).exit_code == 1


@both
def test_one_changed_byte_anywhere(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    changed = tmp_path / "changed.zip"
    chance = random.Random(1)
    places = [0, 1, 30, len(data) - 1, len(data) - 65, *(chance.randrange(len(data)) for _ in range(300))]
    for place in places:
        odd = bytearray(data)
        odd[place] ^= 1 << chance.randrange(8)
        changed.write_bytes(odd)
        with pytest.raises(archive.InvalidInput), archive.reading(changed):
            pass
    changed.write_bytes(data)
    with archive.reading(changed) as reader:
        reader.check()


@both
def test_things_that_are_no_archive(whole: Path, target: House, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.zip"
    with zipfile.ZipFile(foreign, "w") as packed:
        packed.writestr("manifest.json", "{}")
    assert "不是本系统的备份" in refused(target, foreign)
    sealed = tmp_path / "sealed"
    sealed.write_bytes(b"x" * 1000)
    assert "不是本系统的备份" in refused(target, sealed)
    assert "读写不了文件" in refused(target, tmp_path)
    assert "读写不了文件" in refused(target, tmp_path / "none.zip")
    assert "sha256" in refused(target, whole, "--sha256", "0" * 64)
    right = target.run("backup", "restore", whole, "--sha256", archive.sha256_of(whole).upper())
    assert right.exit_code == 0


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_another_kind_of_database(
    whole: Path, postgres: PostgresServer, tmp_path: Path, moment: datetime
) -> None:
    other = house(tmp_path / "other", postgres)
    assert "这是 SQLite 的备份，不能恢复到 PostgreSQL" in refused(other, whole)
    with other.inside():
        assert other.run("backup", "create", tmp_path / "pg.zip").exit_code == 0
    mine = house(tmp_path / "mine", None)
    assert "这是 PostgreSQL 的备份，不能恢复到 SQLite" in refused(mine, tmp_path / "pg.zip")


# ---- forged archives: the seal is right, what it seals is not ----------------------------------------------


def forged(whole: Path, path: Path, change: Change, *, same: bool = True) -> Path:
    """A sealed archive with a change; digests of entries are made to fit unless `same` is False."""
    with zipfile.ZipFile(whole) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(entries.pop("manifest.json"))
    change(manifest, entries)
    with archive.writing(path) as writer:
        parts = {}
        for name, data in entries.items():
            with writer.entry(name) as entry:
                entry.write(data)
            parts[name] = entry.part
        if same:
            for part in manifest.get("database", []):
                if part["name"] in parts:
                    part |= {"size": parts[part["name"]].size, "sha256": parts[part["name"]].sha256}
        with writer.entry("manifest.json") as entry:
            entry.write(json.dumps(manifest).encode())
        writer._packed.comment = archive.SEAL + b"0" * archive.DIGEST_CHARS
    return path


def more_rows(manifest: dict[str, Any], _entries: dict[str, bytes]) -> None:
    manifest["tables"][0]["rows"] += 1


def other_tip(manifest: dict[str, Any], _entries: dict[str, bytes]) -> None:
    manifest["audit"]["digest"] = "1" * 64


def later_tip(manifest: dict[str, Any], _entries: dict[str, bytes]) -> None:
    manifest["audit"]["seq"] += 5


def empty_tip(manifest: dict[str, Any], _entries: dict[str, bytes]) -> None:
    manifest["audit"] |= {"seq": 0, "digest": "0" * 64}


def newer(manifest: dict[str, Any], _entries: dict[str, bytes]) -> None:
    manifest["revision"] = "9999"


def other_format(manifest: dict[str, Any], _entries: dict[str, bytes]) -> None:
    manifest["format"] = "utility-supervision-backup/2"


def no_tables(manifest: dict[str, Any], _entries: dict[str, bytes]) -> None:
    del manifest["tables"]


def stranger(_manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    entries["../../etc/passwd"] = b"x"


def missing_part(_manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    del entries[next(name for name in entries if not name.startswith("files/"))]


def outside(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    part = manifest["files"][0]
    entries["../outside"] = entries.pop(part["name"])
    part["name"] = "../outside"


def upwards(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    manifest["files"][0]["sha256"] = "../" * 20 + "tmp/x"


def other_file(manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    entries[manifest["files"][0]["name"]] = b"something else"


def broken_database(_manifest: dict[str, Any], entries: dict[str, bytes]) -> None:
    for name in [name for name in entries if not name.startswith("files/")]:
        data = bytearray(entries[name])
        for start in range(4096 if name.endswith(".sqlite") else 0, len(data), 4096):
            data[start : start + 90] = b"\x00garbage\xff" * 10
        entries[name] = bytes(data)


@both
@pytest.mark.parametrize(
    "change",
    [
        more_rows, other_tip, later_tip, empty_tip, newer, other_format, no_tables, stranger, missing_part,
        outside, upwards, other_file, broken_database,
    ],
)  # fmt: skip
def test_forged_archives(whole: Path, target: House, tmp_path: Path, change: Change) -> None:
    refused(target, forged(whole, tmp_path / "forged.zip", change))


@both
def test_the_forger_can_make_a_good_one(whole: Path, target: House, tmp_path: Path) -> None:
    same = forged(whole, tmp_path / "same.zip", lambda _manifest, _entries: None)
    assert target.run("backup", "restore", same).exit_code == 0


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_database_that_is_no_database_any_more_is_kept_aside(
    whole: Path, target: House, tmp_path: Path
) -> None:
    broken = target.folder / "app.db"
    for left in target.folder.glob("app.db*"):
        left.unlink()
    broken.write_bytes(b"garbage" * 1000)
    ran = target.run("backup", "restore", whole)
    assert (ran.exit_code, broken.read_bytes()) == (2, b"garbage" * 1000)
    assert target.run("backup", "restore", whole, "--replace").exit_code == 0
    (aside,) = target.folder.glob("app.db.*.before-restore")
    assert aside.read_bytes() == b"garbage" * 1000
    assert target.run("health").exit_code == 0
    assert target.counts()["case"] > 0


@both
def test_an_error_in_the_last_step_undoes_everything(
    whole: Path, target: House, monkeypatch: pytest.MonkeyPatch, server: PostgresServer | None
) -> None:
    def no_room(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        if server is None:
            full.setattr("core.backup.sqlite_part.put_in_place", no_room)
        else:
            full.setattr("core.backup.stored.put_back", no_room)
        assert "磁盘空间不够" in refused(target, whole)
    assert target.run("backup", "restore", whole).exit_code == 0
