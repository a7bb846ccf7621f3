"""People who face users, what they may do and what they were taught (F3.2.1, F3.2.2)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization
from blueprints.registry.models.outlets import Outlet
from core.db import Base, UTCDateTime
from core.files import StoredFile


class Staff(Base):
    """直接面对用户的员工. `post`: window | service | meter | construction | repair. Not an account."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("organization_id", "badge"),
        Index("ix_staff_post", "organization_id", "active", "post", "id"),
        Index("ix_staff_name", "organization_id", "name"),
        Index("ix_staff_until", "organization_id", "active", "valid_until", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(64))
    post: Mapped[str] = mapped_column(String(16))
    team: Mapped[str] = mapped_column(String(64), default="")
    outlet_id: Mapped[int | None] = mapped_column(ForeignKey("outlet.id"), index=True)
    phone: Mapped[str] = mapped_column(String(32), default="")
    badge: Mapped[str] = mapped_column(String(32))
    uniform_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    left_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    outlet: Mapped[Outlet | None] = relationship()
    certificates: Mapped[list[Certificate]] = relationship(
        back_populates="staff", order_by="Certificate.valid_until.desc()"
    )


class Certificate(Base):
    """上岗证. A number belongs to one person of the deployment; `told` is the last alert sent (60, 30, 0)."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_certificate_until", "organization_id", "revoked_on", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(64))
    issuer: Mapped[str] = mapped_column(String(128))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str] = mapped_column(String(200), default="")
    told: Mapped[int | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    staff: Mapped[Staff] = relationship(back_populates="certificates")
    file: Mapped[StoredFile | None] = relationship()


class Training(Base):
    """培训记录 (F3.2.1 “经培训后持证上岗”)."""

    __tablename__ = "training"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    day: Mapped[date]
    subject: Mapped[str] = mapped_column(String(128))
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    trainer: Mapped[str] = mapped_column(String(64), default="")
    result: Mapped[str] = mapped_column(String(64), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class KnowledgeTest(Base):
    """业务知识考核 (F3.2.2): points of 100."""

    __tablename__ = "knowledge_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    day: Mapped[date]
    subject: Mapped[str] = mapped_column(String(128))
    points: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    pass_mark: Mapped[Decimal] = mapped_column(Numeric(5, 1), default=60)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class RosterShift(Base):
    """窗口排班: a person at the window of an outlet, in minutes of the day, certified (F3.2.1)."""

    __tablename__ = "roster_shift"
    __table_args__ = (
        UniqueConstraint("staff_id", "day", "starts"),
        Index("ix_roster_shift_day", "outlet_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlet.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    day: Mapped[date]
    starts: Mapped[int]
    ends: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    outlet: Mapped[Outlet] = relationship()
    staff: Mapped[Staff] = relationship()
