"""应急: one tap before any other field; who was alarmed, who took over, when they arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case
from core.db import Base, UTCDateTime

EMERGENCIES = {"leak": "漏气", "shock": "触电", "burst": "爆管", "other": "其他险情"}


class EmergencyAlarm(Base):
    """The alarm of a case that was raised by one tap. The minutes until somebody takes over are a clock
    of the case (obligation `takeover`).

    `told`: user_id, name, at (ISO) and as (duty | leader | all) of everybody alarmed.
    `state`: raised | taken | arrived | ended | false.
    """

    __tablename__ = "emergency_alarm"
    __table_args__ = (Index("ix_emergency_alarm_state", "organization_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="raised")
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    urged: Mapped[int] = mapped_column(default=0)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    taken_name: Mapped[str] = mapped_column(String(64), default="")
    taken_phone: Mapped[str] = mapped_column(String(32), default="")
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result: Mapped[str] = mapped_column(String(1000), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    case: Mapped[Case] = relationship()
    organization: Mapped[Organization] = relationship()
    raised_by: Mapped[User] = relationship(foreign_keys=[raised_by_id])
    taken_by: Mapped[User | None] = relationship(foreign_keys=[taken_by_id])
