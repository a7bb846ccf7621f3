"""Named locks that last until the transaction ends."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import db


def lock_name(name: str, session: Session | None = None) -> None:
    """Hold the lock `name` until commit or rollback.

    SQLite has one writer at a time already (IMMEDIATE transactions), so nothing is needed there.
    """
    if db.engine.dialect.name != "postgresql":
        return
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    (session or db.session()).execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
