"""停供事件: an outage with many callers, who are told each estimate; closing it closes their cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case
from core.db import Base, UTCDateTime


class Incident(Base):
    """One event. `kind`: planned | sudden; `state`: announced | open | closing | closed | cancelled.

    `notice_hours` is the notice that was promised for a planned one, `announced_at` when it was given.
    `estimated_at`, `cause` and `script` repeat the last approved update. `closed_cases` counts the attached
    cases that its closing has closed so far.
    """

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("organization_id", "year", "sequence"),
        Index("ix_incident_state", "organization_id", "state", "id"),
        Index("ix_incident_enterprise", "enterprise_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    areas: Mapped[list[str]] = mapped_column(JSON, default=list)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    announced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    notice_hours: Mapped[int | None]
    late_reason: Mapped[str] = mapped_column(String(300), default="")
    estimated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cause: Mapped[str] = mapped_column(String(500), default="")
    script: Mapped[str] = mapped_column(Text, default="")
    calls: Mapped[int] = mapped_column(default=0)
    closed_cases: Mapped[int] = mapped_column(default=0)
    restored_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closing_text: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    enterprise: Mapped[Organization] = relationship(foreign_keys=[enterprise_id])
    updates: Mapped[list[IncidentUpdate]] = relationship(
        back_populates="incident", order_by="IncidentUpdate.number"
    )


class IncidentUpdate(Base):
    """A new estimate, cause or script, told once approved. `state`: drafted | approved | rejected. One with
    `restored_at` is the closing text."""

    __tablename__ = "incident_update"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="drafted")
    estimated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cause: Mapped[str] = mapped_column(String(500), default="")
    script: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(300), default="")
    restored_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    remark: Mapped[str] = mapped_column(String(300), default="")

    incident: Mapped[Incident] = relationship(back_populates="updates")
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class IncidentCall(Base):
    """A case that is one of the incident's calls; `detached_at` ends it. `apart`: why it is handled on its
    own (另行办理) and stays open when the incident closes."""

    __tablename__ = "incident_call"
    __table_args__ = (Index("ix_incident_call_incident", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    attached_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    attached_at: Mapped[datetime] = mapped_column(UTCDateTime)
    detached_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    apart: Mapped[str] = mapped_column(String(300), default="")

    case: Mapped[Case] = relationship()


class IncidentTelling(Base):
    """The text of an update prepared for one caller. `state`: prepared | told | unreachable |
    superseded (a newer update came before anybody had told this one)."""

    __tablename__ = "incident_telling"
    __table_args__ = (UniqueConstraint("update_id", "case_id"), Index("ix_incident_telling_case", "case_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    update_id: Mapped[int] = mapped_column(ForeignKey("incident_update.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    state: Mapped[str] = mapped_column(String(16), default="prepared")
    prepared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
