"""值班表: shifts with the leader and the people on duty, and how one shift hands over to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from core.db import Base, UTCDateTime


class DutyShift(Base):
    """One shift of an organization, from `begins_at` up to but without `ends_at`."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        UniqueConstraint("organization_id", "begins_at"),
        Index("ix_duty_shift_ends", "organization_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(32))
    begins_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    leader_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship()
    leader: Mapped[User] = relationship(foreign_keys=[leader_id])
    people: Mapped[list[DutyPerson]] = relationship(
        back_populates="shift", order_by="DutyPerson.id", cascade="all, delete-orphan"
    )


class DutyPerson(Base):
    """Somebody on duty in a shift, with the number at which they are reached."""

    __tablename__ = "duty_person"
    __table_args__ = (UniqueConstraint("shift_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("duty_shift.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    phone: Mapped[str] = mapped_column(String(32), default="")

    shift: Mapped[DutyShift] = relationship(back_populates="people")
    user: Mapped[User] = relationship()


class ShiftHandover(Base):
    """交接班: what one shift left open, as it was listed, given by one person and confirmed by another.

    `items`: kind, label, url, due (text) and remark of each. `state`: given | taken | returned.
    """

    __tablename__ = "shift_handover"
    __table_args__ = (Index("ix_shift_handover_state", "organization_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    from_shift_id: Mapped[int] = mapped_column(ForeignKey("duty_shift.id"))
    to_shift_id: Mapped[int] = mapped_column(ForeignKey("duty_shift.id"))
    state: Mapped[str] = mapped_column(String(16), default="given")
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    remark: Mapped[str] = mapped_column(String(1000), default="")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    from_shift: Mapped[DutyShift] = relationship(foreign_keys=[from_shift_id])
    to_shift: Mapped[DutyShift] = relationship(foreign_keys=[to_shift_id])
    given_by: Mapped[User] = relationship(foreign_keys=[given_by_id])
    taken_by: Mapped[User | None] = relationship(foreign_keys=[taken_by_id])
