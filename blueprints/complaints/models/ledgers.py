"""Ledgers of an enterprise's own cases, and the remembered columns of imports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization
from core.db import Base, UTCDateTime


class Ledger(Base):
    """台账: what an enterprise's own hotline received in a period, handed to the regulator (F5.2)."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("enterprise_id", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    regulator_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    period: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    enterprise: Mapped[Organization] = relationship(foreign_keys=[enterprise_id])


class LedgerRow(Base):
    """One own case as the ledger tells it, without the person; `sampled_at` opens it to the regulator."""

    __tablename__ = "ledger_row"
    __table_args__ = (UniqueConstraint("ledger_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledger.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    regulator_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sampled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sampled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ImportMapping(Base):
    """Remembered names of spreadsheet columns for one organization."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
