"""Pinned ruleset versions, local settings with their history, limits that law sets beside a ruleset."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UTCDateTime


class RulesetVersion(Base):
    """A ruleset with its local settings exactly as it stood; cases keep the one they were accepted under."""

    __tablename__ = "ruleset_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    version: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LocalSetting(Base):
    """本单位设定: a value where the rules are silent or open. The newest row of a key is in force."""

    __tablename__ = "local_setting"
    __table_args__ = (Index("ix_local_setting_key", "owner_id", "ruleset_code", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    ruleset_code: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(64))
    value: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LawLimit(Base):
    """A limit that statute sets for a sector, held by a regulator beside the ruleset."""

    __tablename__ = "law_limit"
    __table_args__ = (UniqueConstraint("regulator_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    regulator_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    code: Mapped[str] = mapped_column(String(32))
    law: Mapped[str] = mapped_column(String(128))
    article: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(String(500))
    sectors: Mapped[list[str]] = mapped_column(JSON)
    obligation: Mapped[str] = mapped_column(String(32))
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(16))
    complex_amount: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
