"""A case as another hotline sent it (12345): each dispatch round with its limits, requests and fill-back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.complaints.models.case import Case
from core.db import Base, UTCDateTime


class OutsideDispatch(Base):
    """One dispatch round (派单) of an outside number; a later round of the same number joins the same case.

    `state`: received | signed | returned | filled_back. `city_due_at` and `district_due_at` are the sender's
    two limits as they came; the clocks of the case repeat them (obligations `city` and `district`).
    `fill_text` is what goes back into the sender's system (回填), `exported_at` when it was last handed out.
    """

    __tablename__ = "outside_dispatch"
    __table_args__ = (
        UniqueConstraint("organization_id", "source", "number", "round"),
        Index("ix_outside_dispatch_case", "case_id", "round"),
        Index("ix_outside_dispatch_state", "organization_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    source: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(64))
    round: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="received")
    digest: Mapped[str] = mapped_column(String(64), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    city_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    district_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fill_text: Mapped[str] = mapped_column(Text, default="")
    filled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    filled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    exported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship(back_populates="dispatches")
    requests: Mapped[list[OutsideRequest]] = relationship(
        back_populates="dispatch", order_by="OutsideRequest.id"
    )


class OutsideRequest(Base):
    """A return (退单) or an extension asked of the sender, and what the sender decided. `decision` is empty
    while it is open, then granted or refused."""

    __tablename__ = "outside_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("outside_dispatch.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(1000))
    asked_until: Mapped[date | None]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decision: Mapped[str] = mapped_column(String(16), default="")
    decided_on: Mapped[date | None]
    new_due_on: Mapped[date | None]
    remark: Mapped[str] = mapped_column(String(500), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    dispatch: Mapped[OutsideDispatch] = relationship(back_populates="requests")


class OutsideType(Base):
    """What the sender's word for a type means here, for one receiving organization."""

    __tablename__ = "outside_type"
    __table_args__ = (UniqueConstraint("organization_id", "source", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    source: Mapped[str] = mapped_column(String(32))
    word: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(32), default="")
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
