"""Pinned ruleset versions, local settings with their history, limits that law sets beside a ruleset, and the
register of what may be cited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class LegalSource(Base):
    """依据 of the register: a statute, ministry rule, local rule, this 制度 or an own promise.

    `kind`: statute | rule | local | system | promise; `status`: in_force | draft | not_yet | repealed.
    `ruleset_code` names the rule system that a 制度 is here. It stands from
    `effective_on` on and is gone from `repealed_on` on. `set_by`: who changed it last, or the built-in list.
    """

    __tablename__ = "legal_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    issuer: Mapped[str] = mapped_column(String(128), default="")
    document_number: Mapped[str] = mapped_column(String(64), default="")
    effective_on: Mapped[date | None]
    repealed_on: Mapped[date | None]
    replaced_by: Mapped[str] = mapped_column(String(128), default="")
    sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    ruleset_code: Mapped[str] = mapped_column(String(32), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    articles: Mapped[list[LegalArticle]] = relationship(
        back_populates="source", order_by="LegalArticle.position"
    )


class LegalArticle(Base):
    """One article of a source and what it allows: item (inspecting), order (ordering to correct), penalty."""

    __tablename__ = "legal_article"
    __table_args__ = (UniqueConstraint("source_id", "article"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("legal_source.id"))
    position: Mapped[int]
    article: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text, default="")
    allows: Mapped[list[str]] = mapped_column(JSON, default=list)

    source: Mapped[LegalSource] = relationship(back_populates="articles")
