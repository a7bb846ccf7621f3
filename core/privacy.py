"""Personal data: what is masked on a page, and what is encrypted so that it can be forgotten.

Values in audit diffs and frozen dossiers are encrypted with a key of their subject. Destroying that key
anonymises them while every hash over the stored text stays valid.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import String, UniqueConstraint, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UTCDateTime, db


class PersonalKey(Base):
    """The key of one subject's personal values; empty once it is destroyed."""

    __tablename__ = "personal_key"
    __table_args__ = (UniqueConstraint("subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(64))
    destroyed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def _key_row(subject_type: str, subject_id: int) -> PersonalKey | None:
    return db.session.scalar(
        select(PersonalKey).where(
            PersonalKey.subject_type == subject_type, PersonalKey.subject_id == subject_id
        )
    )


_KEY = select(PersonalKey.key).where(
    PersonalKey.subject_type == bindparam("of"), PersonalKey.subject_id == bindparam("id")
)
_NEW_KEY = insert(PersonalKey)


def _key_for(subject_type: str, subject_id: int) -> str | None:
    """The subject's key, made where it has none yet; None once it is destroyed."""
    db.session.flush()
    connection = db.session.connection()
    row = connection.execute(_KEY, {"of": subject_type, "id": subject_id}).first()
    if row is not None:
        stored: str | None = row.key
        return stored
    key = Fernet.generate_key().decode()
    connection.execute(_NEW_KEY, {"subject_type": subject_type, "subject_id": subject_id, "key": key})
    return key


def encrypt(subject_type: str, subject_id: int, values: Mapping[str, Any]) -> str:
    """Encrypted JSON of `values` under the subject's key, which is made at first use."""
    key = _key_for(subject_type, subject_id)
    if key is None:
        return ""
    plain = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return Fernet(key.encode()).encrypt(plain.encode()).decode()


def decrypt(subject_type: str, subject_id: int, token: str) -> dict[str, Any] | None:
    """The values, or None when their key has been destroyed."""
    row = _key_row(subject_type, subject_id)
    if row is None or row.key is None or not token:
        return None
    values: dict[str, Any] = json.loads(Fernet(row.key.encode()).decrypt(token.encode()))
    return values


def destroy_key(subject_type: str, subject_id: int, now: datetime) -> None:
    """Make everything encrypted for this subject unreadable for good."""
    row = _key_row(subject_type, subject_id)
    if row is not None and row.key is not None:
        row.key = None
        row.destroyed_at = now


def mask_phone(phone: str) -> str:
    """138****5678; short numbers keep their last two digits."""
    if len(phone) >= 7:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(0, len(phone) - 2) + phone[-2:]


def mask_name(name: str) -> str:
    """张**: the first character stays."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else name


def mask_text(text: str) -> str:
    """The first six characters (a street, say) stay, the rest is hidden."""
    return text[:6] + "****" if len(text) > 6 else "****" if text else ""
