"""Append-only, hash-chained log of every change; written in the transaction of the change itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Protocol

from sqlalchemy import DDL, Index, String, Text, event, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.clock import to_local
from core.db import Base, UTCDateTime, db
from core.locks import lock_name
from core.privacy import encrypt

GENESIS = "0" * 64


class Actor(Protocol):
    """Who acts: a person (or the system) with the organization at that moment."""

    @property
    def audit_id(self) -> int | None: ...
    @property
    def audit_name(self) -> str: ...
    @property
    def audit_organization(self) -> str: ...


@dataclass(frozen=True)
class SystemActor:
    """The product itself: command line, scheduled work, imports of a calendar."""

    audit_id: int | None = None
    audit_name: str = "系统"
    audit_organization: str = ""


SYSTEM = SystemActor()


class AuditEntry(Base):
    """One row of the chain; `seq` has no gaps, `digest` covers the row and the digest before it."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_type", "subject_id"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(64))
    organization: Mapped[str] = mapped_column(String(128))
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None]
    subject_label: Mapped[str] = mapped_column(String(128), default="")
    changes: Mapped[str] = mapped_column(Text, default="{}")
    personal: Mapped[str] = mapped_column(Text, default="")
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    def computed_digest(self) -> str:
        """sha256 over the row's canonical JSON and the previous digest."""
        return _digest_of(self)


_APPEND = insert(AuditEntry)
_LAST = select(AuditEntry.seq, AuditEntry.digest).order_by(AuditEntry.seq.desc()).limit(1)


def _digest_of(row: Any) -> str:
    """sha256 of an entry, or of a row of its columns."""
    values = [
        row.seq, row.at.isoformat(timespec="microseconds"), row.actor_id, row.actor_name, row.organization,
        row.action, row.subject_type, row.subject_id, row.subject_label, row.changes, row.personal,
        row.previous,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Verification:
    """Result of walking the chain: rows read, whether it holds, seq of the first bad row, and what is wrong
    with it in words."""

    rows: int
    holds: bool
    first_bad: int | None
    why: str = field(default="", compare=False)


@dataclass(frozen=True)
class Anchor:
    """The last entry at a moment, to be kept outside the database: what came before can then neither be
    rewritten nor cut off unnoticed. `seq` 0: the log was empty."""

    seq: int
    digest: str
    at: datetime


@dataclass(frozen=True)
class Subject:
    """What a change was about, by opaque type and id, with a label a person can read."""

    type: str
    id: int | None
    label: str = ""


def tip(now: datetime, session: Session | None = None) -> Anchor:
    """The end of the chain as it stands."""
    return Anchor(*_tip(session or db.session()), now)


def _tip(session: Session) -> tuple[int, str]:
    last = session.connection().execute(_LAST).first()
    return (last.seq, last.digest) if last else (0, GENESIS)


def record(
    action: str,
    *,
    subject: Subject,
    by: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    session: Session | None = None,
) -> None:
    """Append one entry. `changes` is {field: [old, new]}; `personal` is the same for personal values,
    stored encrypted with the subject's key."""
    own: Session = session or db.session()
    lock_name("audit", own)
    own.flush()
    seq, digest = _tip(own)
    sealed = ""
    if personal and subject.id is not None:
        sealed = encrypt(subject.type, subject.id, personal)
    entry = {
        "seq": seq + 1,
        "at": now.astimezone(UTC),
        "actor_id": by.audit_id,
        "actor_name": by.audit_name,
        "organization": by.audit_organization,
        "action": action,
        "subject_type": subject.type,
        "subject_id": subject.id,
        "subject_label": subject.label,
        "changes": json.dumps(changes or {}, ensure_ascii=False, sort_keys=True, default=str),
        "personal": sealed,
        "previous": digest,
    }
    own.connection().execute(_APPEND, entry | {"digest": _digest_of(SimpleNamespace(**entry))})


def record_many(
    action: str, entries: Sequence[tuple[Subject, Mapping[str, Any]]], *, by: Actor, now: datetime
) -> None:
    """Append an entry for each subject with its changes, as `record` would one after the other; nothing
    personal can stand in them."""
    own: Session = db.session()
    lock_name("audit", own)
    own.flush()
    seq, digest = _tip(own)
    rows = []
    for subject, changes in entries:
        seq += 1
        row = {
            "seq": seq, "at": now.astimezone(UTC), "actor_id": by.audit_id, "actor_name": by.audit_name,
            "organization": by.audit_organization, "action": action, "subject_type": subject.type,
            "subject_id": subject.id, "subject_label": subject.label,
            "changes": json.dumps(changes, ensure_ascii=False, sort_keys=True, default=str),
            "personal": "", "previous": digest,
        }  # fmt: skip
        digest = _digest_of(SimpleNamespace(**row))
        rows.append(row | {"digest": digest})
    if rows:
        own.connection().execute(_APPEND, rows)


def verify(anchors: Iterable[Anchor] = (), session: Session | None = None) -> Verification:
    """Walk the whole chain; names the first row that was changed, moved, or stands after a missing one.

    With `anchors` also the first row that is not what it was when one of them was taken, and the first one
    that was cut off the end since.
    """
    own = session or db.session()
    kept: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        kept.setdefault(anchor.seq, []).append(anchor)
    chain = select(*AuditEntry.__table__.columns).order_by(AuditEntry.seq)
    with own.execute(chain.execution_options(yield_per=2000)) as entries:
        return _walk(entries, kept)


def _walk(entries: Iterable[Any], kept: Mapping[int, list[Anchor]]) -> Verification:
    rows, previous, expected = 0, GENESIS, 1
    for entry in entries:
        rows += 1
        if why := _wrong(entry, previous, expected, kept.get(entry.seq, [])):
            return Verification(rows, False, entry.seq, why)
        previous, expected = entry.digest, expected + 1
    last = max(kept, default=0)
    if last >= expected:
        gone = str(expected) if last == expected else f"{expected} 至 {last}"
        why = f"末尾少了第 {gone} 条，{_when(kept[last][0])} 时还在"
        return Verification(rows, False, expected, why)
    return Verification(rows, True, None)


def _when(anchor: Anchor) -> str:
    return f"{to_local(anchor.at):%Y-%m-%d %H:%M}"


def _wrong(entry: Any, previous: str, expected: int, anchors: list[Anchor]) -> str:
    """What is wrong with this row; empty when it fits."""
    if entry.seq < expected:
        return "它的序号不对"
    if entry.seq > expected:
        gone = str(expected) if entry.seq == expected + 1 else f"{expected} 至 {entry.seq - 1}"
        return f"它前面的第 {gone} 条不见了"
    if entry.digest != _digest_of(entry):
        return "它的内容被改过"
    if entry.previous != previous:
        return "它接不上前一条"
    broken = next((anchor for anchor in anchors if anchor.digest != entry.digest), None)
    if broken is not None:
        return f"它与 {_when(broken)} 记下的不同，这一条或之前的记录被重写过"
    return ""


SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER audit_entry_no_{verb} BEFORE {verb.upper()} ON audit_entry "
    f"BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for verb in ("update", "delete")
)
POSTGRES_GUARDS = (
    "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger AS $$ "
    "BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
)
for _dialect, _statements in (("sqlite", SQLITE_GUARDS), ("postgresql", POSTGRES_GUARDS)):
    for _statement in _statements:
        event.listen(
            AuditEntry.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
