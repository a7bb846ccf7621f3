"""查看原始记录 (F6.2a): samples of an enterprise's records and the working paper of each sampled record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models.plans import PlanTarget
from core.db import Base, UTCDateTime
from core.files import StoredFile


class RecordSample(Base):
    """One sample. `state`: draft | frozen | working | concluded | void; a void one stays listed.

    `organization_id` is the regulator. `plan` says what the draft says: filters, criteria, method, size rule,
    extension, and the names and commitments of witnesses. `size` is what was computed at the freeze (n,
    allowed, words, population, strata, quotas). `record` is the draw as domain.draws exports it, empty where
    all records are looked at. `frame_file` holds each record of the frame as it was at the freeze, a line of
    JSON each. `result`: criterion -> outcome. `target` is the planned check that it belongs to.
    """

    __tablename__ = "record_sample"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("organization_id", "year", "sequence"),
        Index("ix_record_sample_state", "organization_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="draft")
    plan: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    size: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    frame_digest: Mapped[str] = mapped_column(String(64), default="")
    frame_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    sheet_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    sheet_name: Mapped[str] = mapped_column(String(200), default="")
    record: Mapped[str] = mapped_column(Text, default="", deferred=True)
    sealed_nonce: Mapped[str] = mapped_column(Text, default="")
    void_reason: Mapped[str] = mapped_column(String(300), default="")
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    drawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    concluded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    concluded_by: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    enterprise: Mapped[Organization] = relationship(foreign_keys=[enterprise_id])
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    target: Mapped[PlanTarget | None] = relationship(secondary=lambda: planned_sample)
    frame_file: Mapped[StoredFile | None] = relationship(foreign_keys=[frame_file_id])
    sheet_file: Mapped[StoredFile | None] = relationship(foreign_keys=[sheet_file_id])
    records: Mapped[list[SampledRecord]] = relationship(
        back_populates="sample", order_by="SampledRecord.rank"
    )

    @property
    def label(self) -> str:
        """The number once it is given, else the title."""
        return self.number or self.title


class SampledRecord(Base):
    """The working paper of one sampled record: `snapshot` is the record as it was at the freeze ([label,
    text] pairs, names and phones masked); `answers`: criterion -> {"result", "remark"}.

    `extension` marks those that the declared extension added. A record with deviations is confirmed by a
    second person (`reviewed_*`), or sent back with `returned` saying why.
    """

    __tablename__ = "sampled_record"
    __table_args__ = (UniqueConstraint("sample_id", "rank"), UniqueConstraint("sample_id", "stratum", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("record_sample.id"))
    rank: Mapped[int]
    stratum: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(100))
    extension: Mapped[bool] = mapped_column(default=False)
    snapshot: Mapped[list[Any]] = mapped_column(JSON, default=list)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failed: Mapped[bool] = mapped_column(default=False)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    returned: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    sample: Mapped[RecordSample] = relationship(back_populates="records")
    done_by: Mapped[User | None] = relationship(foreign_keys=[done_by_id])
    reviewed_by: Mapped[User | None] = relationship(foreign_keys=[reviewed_by_id])
    evidence: Mapped[list[SampleEvidence]] = relationship(
        back_populates="owner", order_by="SampleEvidence.id"
    )


class SampleEvidence(Base):
    """A file that shows what a working paper says about one criterion."""

    __tablename__ = "sample_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    sampled_id: Mapped[int] = mapped_column(ForeignKey("sampled_record.id"), index=True)
    criterion: Mapped[str] = mapped_column(String(16))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    owner: Mapped[SampledRecord] = relationship(back_populates="evidence")
    file: Mapped[StoredFile] = relationship(lazy="joined")


planned_sample: Table = Table(
    "planned_sample",
    Base.metadata,
    Column("sample_id", ForeignKey("record_sample.id"), primary_key=True),
    Column("target_id", ForeignKey("plan_target.id"), nullable=False, index=True),
)
