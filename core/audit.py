"""Append-only, hash-chained log of every change; written in the transaction of the change itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import DDL, Index, String, Text, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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
        row = [
            self.seq, self.at.isoformat(timespec="microseconds"), self.actor_id, self.actor_name,
            self.organization, self.action, self.subject_type, self.subject_id, self.subject_label,
            self.changes, self.personal, self.previous,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Verification:
    """Result of walking the chain: rows read, whether it holds, seq of the first bad row."""

    rows: int
    holds: bool
    first_bad: int | None


@dataclass(frozen=True)
class Subject:
    """What a change was about, by opaque type and id, with a label a person can read."""

    type: str
    id: int | None
    label: str = ""


def _tip(session: Session) -> tuple[int, str]:
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.digest).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
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
    entry = AuditEntry(
        seq=seq + 1,
        at=now,
        actor_id=by.audit_id,
        actor_name=by.audit_name,
        organization=by.audit_organization,
        action=action,
        subject_type=subject.type,
        subject_id=subject.id,
        subject_label=subject.label,
        changes=json.dumps(changes or {}, ensure_ascii=False, sort_keys=True, default=str),
        personal=sealed,
        previous=digest,
    )
    entry.digest = entry.computed_digest()
    own.add(entry)
    own.flush()


def verify() -> Verification:
    """Walk the whole chain; names the first row that was changed, moved, or stands after a missing one."""
    rows, previous, expected = 0, GENESIS, 1
    entries = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=2000)
    for entry in db.session.scalars(entries):
        rows += 1
        if entry.seq != expected or entry.previous != previous or entry.digest != entry.computed_digest():
            return Verification(rows, False, entry.seq)
        previous, expected = entry.digest, expected + 1
    return Verification(rows, True, None)


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
