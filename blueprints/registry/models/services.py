"""Hotlines, the service catalogue with its requests, written systems and commitments (F3.3.3, F3.4)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from core.db import Base, UTCDateTime
from core.files import StoredFile
from core.search import SearchTable


class Hotline(Base):
    """A telephone number for users (F3.4). `kind`: service | complaint | repair."""

    __tablename__ = "hotline"
    __table_args__ = (UniqueConstraint("organization_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16), default="service")
    hours: Mapped[str] = mapped_column(String(100), default="24小时")
    handles: Mapped[str] = mapped_column(String(300), default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])


class TestCall(Base):
    """拨测: somebody rang and wrote down what happened; `tester` is the organization that rang."""

    __tablename__ = "test_call"
    __table_args__ = (Index("ix_test_call_hotline", "hotline_id", "called_at"),)
    __test__ = False  # its name is no sign of a test

    id: Mapped[int] = mapped_column(primary_key=True)
    hotline_id: Mapped[int] = mapped_column(ForeignKey("hotline.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    tester_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    called_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered: Mapped[bool]
    wait_seconds: Mapped[int | None]
    one_stop: Mapped[bool | None]
    remark: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    hotline: Mapped[Hotline] = relationship()


class CatalogueEntry(Base):
    """服务目录: one business that a user can ask for (F3.3.2, F3.4.1).

    `limit_amount` in `limit_unit` (workday | day | hour | minute), None where it is done at once;
    `limit_source`: law | clause | promise, named in `limit_basis`.
    """

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        Index("ix_catalogue_entry_active", "organization_id", "active", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(100))
    conditions: Mapped[str] = mapped_column(Text, default="")
    materials: Mapped[str] = mapped_column(Text, default="")
    steps: Mapped[str] = mapped_column(Text, default="")
    limit_amount: Mapped[int | None]
    limit_unit: Mapped[str] = mapped_column(String(8), default="workday")
    limit_source: Mapped[str] = mapped_column(String(8), default="promise")
    limit_basis: Mapped[str] = mapped_column(String(200), default="")
    fee: Mapped[str] = mapped_column(String(300), default="")
    fee_basis: Mapped[str] = mapped_column(String(300), default="")
    place: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])


catalogue_search = SearchTable("catalogue_search", CatalogueEntry.__table__)  # type: ignore[arg-type]


class ServiceRequest(Base):
    """A request for service and who received it first (首问负责, F3.4.2).

    `kind`: inquiry | help | business. `state`: open | done | refused. The limit runs as a clock of subject
    `service_request`. A refusal is told to the user with its reason.
    """

    __tablename__ = "service_request"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_service_request_state", "organization_id", "state", "id"),
        Index("ix_service_request_received", "organization_id", "received_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("catalogue_entry.id"))
    content: Mapped[str] = mapped_column(Text)
    user_name: Mapped[str] = mapped_column(String(64), default="")
    user_phone: Mapped[str] = mapped_column(String(32), default="")
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    first_receiver_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(String(16), default="open")
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    late: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(Text, default="")
    refusal: Mapped[str] = mapped_column(String(500), default="")
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_how: Mapped[str] = mapped_column(String(100), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    entry: Mapped[CatalogueEntry | None] = relationship()
    first_receiver: Mapped[User] = relationship(foreign_keys=[first_receiver_id])
    handler: Mapped[User | None] = relationship(foreign_keys=[handler_id])


class WrittenSystem(Base):
    """One version of a written system (制度): 服务管理, 首问负责制 … `code` names which one; see `SYSTEMS`.

    The version in force on a day is the latest with `effective_on` not after it and no `repealed_on` before.
    """

    __tablename__ = "written_system"
    __table_args__ = (UniqueConstraint("organization_id", "code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    code: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    effective_on: Mapped[date]
    repealed_on: Mapped[date | None]
    adopted: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    file: Mapped[StoredFile | None] = relationship()


class Commitment(Base):
    """服务承诺: a promise that can be measured. `sense`: within (at most so long after) | ahead (at least so
    long before); `amount` in `unit` (minute | hour | day | workday)."""

    __tablename__ = "commitment"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(100))
    sense: Mapped[str] = mapped_column(String(8), default="within")
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class CommitmentRecord(Base):
    """One event that a commitment measures: `began_at` (the call, or the stop of supply), `done_at` (arrival,
    or the notice given ahead); `kept` as computed on recording."""

    __tablename__ = "commitment_record"
    __table_args__ = (Index("ix_commitment_record_began", "commitment_id", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    measured: Mapped[int | None]
    kept: Mapped[bool | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    remark: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    commitment: Mapped[Commitment] = relationship()
