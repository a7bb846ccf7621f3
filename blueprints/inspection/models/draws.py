"""Verifiable draws of targets and inspectors (双随机), and who may inspect (F6.1, F6.2b)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from core.db import Base, UTCDateTime


class InspectorCertificate(Base):
    """执法证: without one that is valid on the day nobody is drawn as an inspector."""

    __tablename__ = "inspector_certificate"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    number: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class Draw(Base):
    """One draw. `state`: draft | frozen | drawn | void; a void one stays listed.

    A draft holds only `plan` (what the form says). `record` is the draw as domain.draws exports it, from the
    freeze on; the nonce that it commits to is sealed until the draw. `labels` (id -> name of a target or an
    inspector) is only for reading.
    """

    __tablename__ = "draw"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("organization_id", "year", "sequence"),
        Index("ix_draw_state", "organization_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(16), default="draft")
    plan: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    labels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    record: Mapped[str] = mapped_column(Text, default="")
    sealed_nonce: Mapped[str] = mapped_column(Text, default="")
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    drawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship()
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])

    @property
    def label(self) -> str:
        """The number once it is given, else the title."""
        return self.number or self.title
