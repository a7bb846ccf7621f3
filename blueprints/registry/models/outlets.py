"""Outlets with their hours and opening, the streets they serve, and the supply area (F3.1.1, F3.1.2)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization
from core.db import Base, UTCDateTime
from core.files import StoredFile


class ServiceArea(Base):
    """A street or town (街道、乡镇) of a district, from an imported list."""

    __tablename__ = "service_area"
    __table_args__ = (UniqueConstraint("district", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(16), default="")


class SupplyArea(Base):
    """供应区域: a street that an enterprise supplies; together they are the area of F3.1.1."""

    __tablename__ = "supply_area"
    __table_args__ = (UniqueConstraint("organization_id", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("service_area.id"), index=True)

    area: Mapped[ServiceArea] = relationship(lazy="joined")


class Outlet(Base):
    """服务网点: own, or of an agent (a bank, for one) under an agreement with a term.

    `kind`: own | agent. `state`: open | suspended | closed. `signage` is true where the sign is uniform and
    easy to see, as F3.1.1 asks.
    """

    __tablename__ = "outlet"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        Index("ix_outlet_state", "organization_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8), default="own")
    agent: Mapped[str] = mapped_column(String(64), default="")
    agreement: Mapped[str] = mapped_column(String(64), default="")
    agreement_from: Mapped[date | None]
    agreement_until: Mapped[date | None]
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(64), default="")
    transport: Mapped[str] = mapped_column(String(300), default="")
    signage: Mapped[bool] = mapped_column(default=False)
    signage_note: Mapped[str] = mapped_column(String(200), default="")
    accessibility: Mapped[str] = mapped_column(String(300), default="")
    handles: Mapped[str] = mapped_column(String(500), default="")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16), default="open")
    state_reason: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    hours: Mapped[list[OpeningHours]] = relationship(
        back_populates="outlet",
        order_by="OpeningHours.weekday, OpeningHours.opens",
        cascade="all, delete-orphan",
    )
    areas: Mapped[list[OutletArea]] = relationship(back_populates="outlet", cascade="all, delete-orphan")


class OutletArea(Base):
    """A street that an outlet serves."""

    __tablename__ = "outlet_area"
    __table_args__ = (UniqueConstraint("outlet_id", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    area_id: Mapped[int] = mapped_column(ForeignKey("service_area.id"), index=True)

    outlet: Mapped[Outlet] = relationship(back_populates="areas")
    area: Mapped[ServiceArea] = relationship(lazy="joined")


class OpeningHours(Base):
    """One opening of a weekday (0 = Monday), in minutes after midnight of Asia/Shanghai."""

    __tablename__ = "opening_hours"
    __table_args__ = (UniqueConstraint("outlet_id", "weekday", "opens"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]

    outlet: Mapped[Outlet] = relationship(back_populates="hours")


class OutletClosure(Base):
    """Days on which an outlet does not open; a deviation from F3.1.2 with its reason and announcement.

    `opens`/`closes` in minutes where the outlet opens shorter on those days, both None where it stays shut.
    """

    __tablename__ = "outlet_closure"
    __table_args__ = (Index("ix_outlet_closure_days", "outlet_id", "first_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    opens: Mapped[int | None]
    closes: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(300))
    announcement: Mapped[str] = mapped_column(String(300), default="")
    announced_on: Mapped[date | None]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    outlet: Mapped[Outlet] = relationship()


class OpeningLog(Base):
    """开门记录 of a day: when the outlet opened and closed, and by whom; `late_minutes` against its hours."""

    __tablename__ = "opening_log"
    __table_args__ = (
        UniqueConstraint("outlet_id", "day"),
        Index("ix_opening_log_day", "organization_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    day: Mapped[date]
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_by: Mapped[str] = mapped_column(String(64), default="")
    closed_by: Mapped[str] = mapped_column(String(64), default="")
    late_minutes: Mapped[int] = mapped_column(default=0)
    early_minutes: Mapped[int] = mapped_column(default=0)
    remark: Mapped[str] = mapped_column(String(300), default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)

    outlet: Mapped[Outlet] = relationship()


class OutletCheck(Base):
    """安全整洁自查: safety and tidiness as the enterprise found them itself (F3.1.2)."""

    __tablename__ = "outlet_check"
    __table_args__ = (Index("ix_outlet_check_day", "outlet_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    day: Mapped[date]
    safe: Mapped[bool]
    tidy: Mapped[bool]
    findings: Mapped[str] = mapped_column(Text, default="")
    mended_on: Mapped[date | None]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    outlet: Mapped[Outlet] = relationship()


class OutletPhoto(Base):
    """A picture of an outlet; `shows`: sign | counter | access | other."""

    __tablename__ = "outlet_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(200))
    shows: Mapped[str] = mapped_column(String(16), default="other")
    caption: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    outlet: Mapped[Outlet] = relationship()
    file: Mapped[StoredFile] = relationship(lazy="joined")
