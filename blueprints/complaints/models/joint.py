"""A case that several bodies share: consultations between enterprises, transfers to another authority."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import User
from blueprints.complaints.models.case import Case
from core.db import Base, UTCDateTime


class Consultation(Base):
    """会商: how the regulator settled who answers for what between the enterprises of one case.

    `liability` has one entry for each enterprise: organization_id, name, duty (what it answers for),
    measures, due_on (ISO day or empty). `reply` is the combined reply that was agreed.
    """

    __tablename__ = "consultation"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    held_at: Mapped[datetime] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(200), default="")
    chair: Mapped[str] = mapped_column(String(64))
    attendees: Mapped[str] = mapped_column(String(1000))
    facts: Mapped[str] = mapped_column(Text)
    liability: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reply: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)

    case: Mapped[Case] = relationship(back_populates="consultations")
    recorded_by: Mapped[User] = relationship()


class Transfer(Base):
    """移送: a case that is another authority's, with receipt, the word to the complainant, and the way back.

    `state`: sent | received | returned | taken_back | ended. `state_before` is the state of the case to which
    it comes back.
    """

    __tablename__ = "case_transfer"
    __table_args__ = (Index("ix_case_transfer_state", "organization_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    to_organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    body: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str] = mapped_column(String(1000))
    basis: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(16), default="sent")
    state_before: Mapped[str] = mapped_column(String(24))
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_how: Mapped[str] = mapped_column(String(32), default="")
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    receipt_number: Mapped[str] = mapped_column(String(64), default="")
    receipt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    back_reason: Mapped[str] = mapped_column(String(1000), default="")
    result: Mapped[str] = mapped_column(String(1000), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship(back_populates="transfers")
    sent_by: Mapped[User] = relationship()
