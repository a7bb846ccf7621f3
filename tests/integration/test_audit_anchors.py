"""`audit verify` names the first bad row: an edit, a deletion, a swap, and with an anchor a cut tail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from core import audit, clock
from core.audit import SYSTEM, AuditEntry, Subject
from core.db import db, transaction

ROWS = 10


def fill(count: int = ROWS) -> None:
    with transaction():
        for number in range(count):
            changes = {"name": [f"旧{number}", f"新{number}"]}
            subject = Subject("user", number, f"示例{number}")
            audit.record("account.changed", subject=subject, by=SYSTEM, now=clock.now(), changes=changes)


def tamper(*statements: str) -> None:
    """As somebody with the database in hand would do it."""
    db.session.remove()
    with transaction() as session:
        if db.engine.dialect.name == "sqlite":
            for guard in audit.SQLITE_GUARDS:
                session.execute(text(f"DROP TRIGGER IF EXISTS {guard.split()[2]}"))
        else:
            session.execute(text("DROP TRIGGER IF EXISTS audit_entry_append_only ON audit_entry"))
        for statement in statements:
            session.execute(text(statement))


def run(app: Flask, *arguments: str) -> tuple[int, dict[str, object], str]:
    """(exit code, JSON, words) of an `audit` command."""
    db.session.remove()
    ran = app.test_cli_runner().invoke(args=["audit", *arguments, "--json"])
    lines = ran.stdout.splitlines()
    return ran.exit_code, json.loads(lines[-1]) if lines else {}, ran.stderr


EDIT = ["UPDATE audit_entry SET actor_name = '别人' WHERE seq = 4"]
DELETION = ["DELETE FROM audit_entry WHERE seq = 5"]
DELETIONS = ["DELETE FROM audit_entry WHERE seq IN (1, 2, 3)"]
SWAP = [
    "UPDATE audit_entry SET seq = 99 WHERE seq = 3",
    "UPDATE audit_entry SET seq = 3 WHERE seq = 7",
    "UPDATE audit_entry SET seq = 7 WHERE seq = 99",
]
CONTENT_SWAP = ["UPDATE audit_entry SET changes = '{}' WHERE seq IN (6, 8)"]
MOVED = ["UPDATE audit_entry SET seq = -4 WHERE seq = 10"]


@pytest.mark.parametrize(
    ("statements", "first_bad", "why"),
    [
        (EDIT, 4, "它的内容被改过"),
        (DELETION, 6, "它前面的第 5 条不见了"),
        (DELETIONS, 4, "它前面的第 1 至 3 条不见了"),
        (SWAP, 3, "它的内容被改过"),
        (CONTENT_SWAP, 6, "它的内容被改过"),
        (MOVED, -4, "它的序号不对"),
    ],
)
def test_the_first_bad_row_is_named(each_app: Flask, statements: list[str], first_bad: int, why: str) -> None:
    fill()
    assert run(each_app, "verify") == (
        0,
        {"rows": ROWS, "holds": True, "first_bad": None},
        "审计日志完整：共 10 条。\n",
    )
    tamper(*statements)
    code, found, words = run(each_app, "verify")
    assert (code, found["holds"], found["first_bad"]) == (1, False, first_bad)
    assert why in words
    assert audit.verify().why == why


def test_an_edit_with_its_own_digest_made_anew_breaks_the_next_link(each_app: Flask) -> None:
    fill()
    tamper(*EDIT)
    with transaction() as session:
        row = session.get_one(AuditEntry, 4)
        row.digest = row.computed_digest()
    code, found, words = run(each_app, "verify")
    assert (code, found["first_bad"]) == (1, 5)
    assert "它接不上前一条" in words


def test_a_cut_tail_is_seen_with_an_anchor(each_app: Flask, tmp_path: Path) -> None:
    fill()
    kept = tmp_path / "anchors.jsonl"
    code, anchor, _ = run(each_app, "anchor", str(kept))
    assert (code, anchor["seq"]) == (0, ROWS)
    tamper("DELETE FROM audit_entry WHERE seq > 7")
    assert run(each_app, "verify")[0] == 0
    code, found, words = run(each_app, "verify", "--anchor", str(kept))
    assert (code, found) == (1, {"rows": 7, "holds": False, "first_bad": 8})
    assert "末尾少了第 8 至 10 条" in words
    fill(6)
    code, found, words = run(each_app, "verify", "--anchor", str(kept))
    assert (code, found["first_bad"]) == (1, 10)
    assert "被重写过" in words


def test_a_chain_that_was_written_anew_is_seen_with_an_anchor(each_app: Flask, tmp_path: Path) -> None:
    fill(6)
    kept = tmp_path / "anchors.jsonl"
    assert run(each_app, "anchor", str(kept))[0] == 0
    fill(4)
    assert run(each_app, "anchor", str(kept))[0] == 0
    assert len(kept.read_text().splitlines()) == 2
    tamper("UPDATE audit_entry SET actor_name = '别人' WHERE seq = 8")
    forge_from(8)
    assert run(each_app, "verify")[:2] == (0, {"rows": ROWS, "holds": True, "first_bad": None})
    code, found, words = run(each_app, "verify", "--anchor", str(kept))
    assert (code, found["first_bad"]) == (1, ROWS)
    assert "重写过" in words
    code, _, words = run(each_app, "anchor", str(kept))
    assert code == 1
    assert "没有记锚点" in words
    assert len(kept.read_text().splitlines()) == 2


def forge_from(seq: int) -> None:
    """Make the chain hold again after an edit, digest by digest."""
    with transaction() as session:
        previous = session.get_one(AuditEntry, seq).previous
        for row in session.scalars(select(AuditEntry).where(AuditEntry.seq >= seq).order_by(AuditEntry.seq)):
            row.previous = previous
            row.digest = previous = row.computed_digest()


def test_an_anchor_is_not_taken_of_a_broken_chain(each_app: Flask, tmp_path: Path) -> None:
    fill()
    tamper(*EDIT)
    code, _, words = run(each_app, "anchor", str(tmp_path / "a"))
    assert (code, (tmp_path / "a").exists()) == (1, False)
    assert "第 4 条" in words


def test_an_empty_log_has_an_anchor_too(each_app: Flask, tmp_path: Path) -> None:
    kept = tmp_path / "anchors.jsonl"
    assert run(each_app, "anchor", str(kept))[0] == 0
    fill(2)
    assert run(each_app, "verify", "--anchor", str(kept))[1] == {"rows": 2, "holds": True, "first_bad": None}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
    ],
)
def test_a_file_without_anchors_proves_nothing_more(app: Flask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    fill(2)
    assert run(app, "verify", "--anchor", str(tmp_path / "a"))[0] == 0


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense",
        b"[]",
        b'{"seq": -1, "digest": "' + b"0" * 64 + b'", "at": "2026-10-12T01:30:00+00:00"}',
        b'{"seq": true, "digest": "' + b"0" * 64 + b'", "at": "2026-10-12T01:30:00+00:00"}',
        b'{"seq": 1, "digest": "zz", "at": "2026-10-12T01:30:00+00:00"}',
        b'{"seq": 1, "digest": 5, "at": "2026-10-12T01:30:00+00:00"}',
        b'{"seq": 1, "digest": "' + b"0" * 64 + b'", "at": "2026-10-12T01:30:00"}',
        b"\xff\xfe",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_anchor_is_one_sentence(app: Flask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    fill(2)
    code, found, words = run(app, "verify", "--anchor", str(tmp_path / "a"))
    assert (code, found) == (2, {})
    assert len(words.splitlines()) == 1
    assert "第 1 行不是审计锚点" in words


@pytest.mark.parametrize("command", [("verify", "--anchor"), ("anchor",)])
def test_places_that_cannot_be_read_or_written(app: Flask, tmp_path: Path, command: tuple[str, ...]) -> None:
    fill(2)
    code, _, words = run(app, *command, str(tmp_path / "no" / "such"))
    assert code == 2
    assert len(words.splitlines()) == 1
    code, _, words = run(app, *command, str(tmp_path))
    assert code == 2
    assert len(words.splitlines()) == 1


def test_a_moment_of_another_zone_does_not_break_the_chain(app: Flask) -> None:
    moment = clock.now().astimezone(clock.SHANGHAI)
    with transaction():
        audit.record("test.zone", subject=audit.Subject("test", None), by=audit.SYSTEM, now=moment)
    db.session.expire_all()
    assert audit.verify().holds
