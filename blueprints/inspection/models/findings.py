"""Findings (检查发现的问题) and their rectification (整改): orders, measures, rechecks (F5.3, F6.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models.checks import SiteCheck
from blueprints.inspection.models.sampling import RecordSample
from blueprints.notices.models import Notice
from blueprints.registry.models import Outlet
from core.db import Base, UTCDateTime
from core.files import StoredFile


class Finding(Base):
    """One problem found. `source`: item | sample | free; where it comes from is in `check_id` and `item`, or
    in `sample_id` and `item` (the criterion).

    `basis_kind`: statute | rule | system | promise (法律法规, 规范性文件, 本制度, 自身承诺): the first
    is ordered, the others are requested. `severity`: minor | general | serious. `state`: open | noticed |
    answered | returned | recheck | closed | escalated | withdrawn; the notice it stands in is
    `rectification_id`.
    `level` rises with each overdue step. `repeat_of_id` is the earlier finding that it repeats.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_finding_state", "organization_id", "state", "id"),
        Index("ix_finding_enterprise", "enterprise_id", "state", "id"),
        Index("ix_finding_clause", "organization_id", "clause", "id"),
        Index("ix_finding_found", "organization_id", "found_on", "id"),
        Index("ix_finding_repeat", "enterprise_id", "repeat_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    outlet_id: Mapped[int | None] = mapped_column(ForeignKey("outlet.id"), index=True)
    year: Mapped[int]
    number: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(8))
    check_id: Mapped[int | None] = mapped_column(ForeignKey("site_check.id"), index=True)
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("record_sample.id"), index=True)
    item: Mapped[str] = mapped_column(String(32), default="")
    instance: Mapped[str] = mapped_column(String(64), default="")
    title: Mapped[str] = mapped_column(String(200))
    facts: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(String(16), default="")
    basis_kind: Mapped[str] = mapped_column(String(8))
    basis: Mapped[str] = mapped_column(String(300))
    severity: Mapped[str] = mapped_column(String(8), default="general")
    department: Mapped[str] = mapped_column(String(64), default="")
    fixed_on_spot: Mapped[bool] = mapped_column(default=False)
    repeat_key: Mapped[str] = mapped_column(String(64), default="")
    repeat_of_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"))
    state: Mapped[str] = mapped_column(String(16), default="open")
    level: Mapped[int] = mapped_column(default=0)
    rectification_id: Mapped[int | None] = mapped_column(ForeignKey("rectification.id"), index=True)
    found_on: Mapped[date]
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_reason: Mapped[str] = mapped_column(String(300), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    enterprise: Mapped[Organization] = relationship(foreign_keys=[enterprise_id])
    outlet: Mapped[Outlet | None] = relationship()
    check: Mapped[SiteCheck | None] = relationship()
    sample: Mapped[RecordSample | None] = relationship()
    repeat_of: Mapped[Finding | None] = relationship(remote_side=[id])
    rectification: Mapped[Rectification | None] = relationship(back_populates="findings")
    recorded_by: Mapped[User] = relationship()
    files: Mapped[list[FindingFile]] = relationship(back_populates="finding", order_by="FindingFile.id")
    measures: Mapped[list[Measure]] = relationship(back_populates="finding", order_by="Measure.id")


class FindingFile(Base):
    """A file that belongs to a finding. `purpose`: evidence | proof (of a measure) | plea | recheck."""

    __tablename__ = "finding_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    finding: Mapped[Finding] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship(lazy="joined")


class Rectification(Base):
    """One 责令限期整改通知书 (`kind` order) or 整改通知书 (request) with the findings in it.

    `state`: drafted | served | answered | recheck | closed | escalated | void. Its number, wording, signature
    and service belong to the notice; the limit runs from service on `due_on`, moved by an extension.
    `round` 2 is a second notice (`previous_id`). `urged` counts the reminders, `level` whom they reached.
    """

    __tablename__ = "rectification"
    __table_args__ = (Index("ix_rectification_state", "organization_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    round: Mapped[int] = mapped_column(default=1)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("rectification.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="drafted")
    served_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    urged: Mapped[int] = mapped_column(default=0)
    urged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    level: Mapped[int] = mapped_column(default=0)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    enterprise: Mapped[Organization] = relationship(foreign_keys=[enterprise_id])
    notice: Mapped[Notice] = relationship()
    previous: Mapped[Rectification | None] = relationship(remote_side=[id])
    drafted_by: Mapped[User] = relationship()
    findings: Mapped[list[Finding]] = relationship(back_populates="rectification", order_by="Finding.id")
    pleas: Mapped[list[Plea]] = relationship(back_populates="rectification", order_by="Plea.id")
    rechecks: Mapped[list[Recheck]] = relationship(back_populates="rectification", order_by="Recheck.id")


class Measure(Base):
    """What the enterprise did about one finding, and what the regulator says to it. `verdict`: "" (waiting),
    accepted or returned."""

    __tablename__ = "measure"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectification.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    done_on: Mapped[date | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    verdict: Mapped[str] = mapped_column(String(16), default="")
    verdict_words: Mapped[str] = mapped_column(String(500), default="")
    verdict_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    verdict_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    finding: Mapped[Finding] = relationship(back_populates="measures")
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    verdict_by: Mapped[User | None] = relationship(foreign_keys=[verdict_by_id])


class Plea(Base):
    """陈述申辩 (`kind` objection, of one finding) or a request for more time (extension, of the notice)."""

    __tablename__ = "plea"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectification.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    days: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    decision: Mapped[str] = mapped_column(String(16), default="")
    decision_words: Mapped[str] = mapped_column(String(500), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    rectification: Mapped[Rectification] = relationship(back_populates="pleas")
    finding: Mapped[Finding | None] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class Recheck(Base):
    """复查 of a rectification; `results`: finding id (as text) -> {"verdict": fixed | partly | failed,
    "facts"}. A second recheck shows only what failed before. `notice_id` is the 复查意见书."""

    __tablename__ = "recheck"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectification.id"), index=True)
    planned_on: Mapped[date]
    done_on: Mapped[date | None]
    inspectors: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    results: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    rectification: Mapped[Rectification] = relationship(back_populates="rechecks")
    notice: Mapped[Notice | None] = relationship()
    by: Mapped[User] = relationship()


class Escalation(Base):
    """What follows where rectification failed. `kind`: second | talk (约谈) | circular (通报) | referral
    (移送处罚); the leader's reason, and the notice where one was drafted for it."""

    __tablename__ = "escalation"

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectification.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(String(300), default="")
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    rectification: Mapped[Rectification] = relationship()
    notice: Mapped[Notice | None] = relationship()
    by: Mapped[User] = relationship()
