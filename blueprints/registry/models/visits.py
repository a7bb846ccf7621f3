"""Home visits with every change of their time, and assisted handling (F3.2.3, F3.2.4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from blueprints.registry.models.services import CatalogueEntry
from blueprints.registry.models.staff import Staff
from core.db import Base, UTCDateTime
from core.files import StoredFile


class Visit(Base):
    """上门服务: the slot that was agreed with the user, and what became of it.

    `state`: agreed | arrived | done | cancelled | missed (no-show). `late_minutes` counts from the end of the
    slot. `breach` is set, with its reason and clause, where F3.2.4 was broken: late, missed, or a change or
    cancellation without the user's consent recorded before the slot.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_visit_slot", "organization_id", "slot_from", "id"),
        Index("ix_visit_team", "organization_id", "team", "slot_from", "id"),
        Index("ix_visit_state", "organization_id", "state", "slot_from", "id"),
        Index("ix_visit_breach", "organization_id", "breach", "slot_from", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[str] = mapped_column(String(32))
    purpose: Mapped[str] = mapped_column(String(200))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("catalogue_entry.id"))
    team: Mapped[str] = mapped_column(String(64), default="")
    user_name: Mapped[str] = mapped_column(String(64))
    user_phone: Mapped[str] = mapped_column(String(32), default="")
    user_address: Mapped[str] = mapped_column(String(200))
    slot_from: Mapped[datetime] = mapped_column(UTCDateTime)
    slot_until: Mapped[datetime] = mapped_column(UTCDateTime)
    agreed_how: Mapped[str] = mapped_column(String(16))
    agreed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    agreed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(String(16), default="agreed")
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    late_minutes: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(Text, default="")
    breach: Mapped[bool] = mapped_column(default=False)
    breach_reason: Mapped[str] = mapped_column(String(300), default="")
    rating: Mapped[int | None]
    rating_note: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    entry: Mapped[CatalogueEntry | None] = relationship()
    agreed_by: Mapped[User] = relationship(foreign_keys=[agreed_by_id])
    staff: Mapped[list[VisitStaff]] = relationship(back_populates="visit", cascade="all, delete-orphan")
    changes: Mapped[list[VisitChange]] = relationship(back_populates="visit", order_by="VisitChange.id")


class VisitStaff(Base):
    """A person who goes; certified on the day of the slot (F3.2.1)."""

    __tablename__ = "visit_staff"
    __table_args__ = (UniqueConstraint("visit_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)

    visit: Mapped[Visit] = relationship(back_populates="staff")
    staff: Mapped[Staff] = relationship(lazy="joined")


class VisitChange(Base):
    """A change or cancellation of the slot. `side`: enterprise | user. `consent_at` None: no consent given.

    `breach` is true where the enterprise changed it and no consent was recorded before the old slot (F3.2.4).
    """

    __tablename__ = "visit_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    side: Mapped[str] = mapped_column(String(16))
    old_from: Mapped[datetime] = mapped_column(UTCDateTime)
    old_until: Mapped[datetime] = mapped_column(UTCDateTime)
    new_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    new_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(300))
    consent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    consent_how: Mapped[str] = mapped_column(String(200), default="")
    breach: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    visit: Mapped[Visit] = relationship(back_populates="changes")


class AssistedHandling(Base):
    """帮办代办: done for the user, with consent and scope (F3.2.3). `state`: open | done | stopped."""

    __tablename__ = "assisted_handling"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_assisted_handling_state", "organization_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[str] = mapped_column(String(32))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("catalogue_entry.id"))
    user_name: Mapped[str] = mapped_column(String(64))
    user_phone: Mapped[str] = mapped_column(String(32), default="")
    scope: Mapped[str] = mapped_column(String(500))
    consent_how: Mapped[str] = mapped_column(String(200))
    consent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    consent_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    consent_file_name: Mapped[str] = mapped_column(String(200), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(String(16), default="open")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    staff: Mapped[Staff] = relationship()
    entry: Mapped[CatalogueEntry | None] = relationship()
    consent_file: Mapped[StoredFile | None] = relationship()
