"""A case with its complainants, assignments and steps, and who may see it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from blueprints.accounts.models import Department, Organization, User
from blueprints.complaints.models.beside import Approval, Attachment, Dossier, SupervisionOrder
from core.clocks import Clock
from core.db import Base, UTCDateTime
from core.search import SearchTable

HAS_DUE = text("due_at IS NOT NULL")
NO_LIMIT = datetime(9999, 12, 31, tzinfo=UTC)
FILTERED = ("state", "type", "category", "channel", "level", "enterprise_id")
MARKED = ("sent_back", "provisional", "proposed", "supervised", "next_talk_on")


class Case(Base):
    """诉求件. `due_*` and `next_*` repeat what clocks and the state table say, for lists.

    `emergency` is the kind of danger that was reported by one tap, `incident_id` the incident whose call it
    is; both belong to the hotline, which stands above.
    `ended_how`: incident | no_more | transferred | anonymous where it ended outside the usual course.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("receiving_org_id", "origin_source", "origin_number", "origin_round"),
        Index("ix_case_regulator_state", "regulator_id", "state", "id"),
        Index("ix_case_enterprise_state", "enterprise_id", "state", "id"),
        Index("ix_case_next", "next_org_id", "next_action", "due_at"),
        Index("ix_case_received", "enterprise_id", "received_at"),
        Index("ix_case_open_due", "due_at", sqlite_where=HAS_DUE, postgresql_where=HAS_DUE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    ruleset_version_id: Mapped[int] = mapped_column(ForeignKey("ruleset_version.id"))
    type: Mapped[str] = mapped_column(String(32))
    flow: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(24), default="registered")
    state_before_merge: Mapped[str] = mapped_column(String(24), default="")

    channel: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    wish: Mapped[str] = mapped_column(String(1000), default="")
    first_contact: Mapped[str] = mapped_column(String(1000), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    emergency: Mapped[str] = mapped_column(String(16), default="")
    incident_id: Mapped[int | None] = mapped_column(index=True)
    ended_how: Mapped[str] = mapped_column(String(16), default="")

    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    registered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    late_entry_reason: Mapped[str] = mapped_column(String(500), default="")
    first_receiver_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    receiving_org_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    regulator_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    handed_over: Mapped[bool] = mapped_column(default=False)
    nature: Mapped[str] = mapped_column(String(16), default="")

    origin_source: Mapped[str | None] = mapped_column(String(32))
    origin_number: Mapped[str | None] = mapped_column(String(64))
    origin_round: Mapped[int] = mapped_column(default=1)
    origin_digest: Mapped[str] = mapped_column(String(64), default="")
    origin_data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    significant: Mapped[bool] = mapped_column(default=False)
    written_received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    written_due_on: Mapped[date | None]
    written_waived: Mapped[bool] = mapped_column(default=False)

    level: Mapped[int] = mapped_column(default=3)
    level_reason: Mapped[str] = mapped_column(String(500), default="")
    complex: Mapped[bool] = mapped_column(default=False)

    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    conclusion: Mapped[str] = mapped_column(String(16), default="")
    reasonable: Mapped[bool | None]
    service_class: Mapped[str] = mapped_column(String(24), default="")
    rectification: Mapped[str] = mapped_column(String(16), default="")
    rectification_due_on: Mapped[date | None]
    reply_needed: Mapped[bool] = mapped_column(default=True)
    reply_promised_on: Mapped[date | None]
    talks: Mapped[int] = mapped_column(default=0)
    next_talk_on: Mapped[date | None]
    satisfied: Mapped[str] = mapped_column(String(16), default="")
    reopened: Mapped[int] = mapped_column(default=0)
    urged: Mapped[int] = mapped_column(default=0)
    sent_back: Mapped[bool] = mapped_column(default=False)
    supervised: Mapped[bool] = mapped_column(default=False)
    supervision_proposed: Mapped[str] = mapped_column(String(200), default="")
    suspended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    retention: Mapped[str] = mapped_column(String(8), default="")
    anonymised_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_name: Mapped[str] = mapped_column(String(64), default="")
    due_provisional: Mapped[bool] = mapped_column(default=False)
    next_action: Mapped[str] = mapped_column(String(32), default="")
    next_org_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    enterprise: Mapped[Organization] = relationship(foreign_keys=[enterprise_id])
    regulator: Mapped[Organization | None] = relationship(foreign_keys=[regulator_id])
    receiving_org: Mapped[Organization] = relationship(foreign_keys=[receiving_org_id])
    first_receiver: Mapped[User] = relationship(foreign_keys=[first_receiver_id])
    merged_into: Mapped[Case | None] = relationship(remote_side=[id], foreign_keys=[merged_into_id])
    complainants: Mapped[list[Complainant]] = relationship(
        back_populates="case", order_by="Complainant.id", cascade="all, delete-orphan"
    )
    assignments: Mapped[list[Assignment]] = relationship(back_populates="case", order_by="Assignment.id")
    steps: Mapped[list[CaseStep]] = relationship(back_populates="case", order_by="CaseStep.id")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
    supervision_orders: Mapped[list[SupervisionOrder]] = relationship(order_by="SupervisionOrder.id")
    approvals: Mapped[list[Approval]] = relationship(order_by="Approval.id")
    dossiers: Mapped[list[Dossier]] = relationship(order_by="Dossier.id")
    dispatches: Mapped[list[Any]] = relationship(
        "OutsideDispatch", order_by="OutsideDispatch.round", back_populates="case"
    )
    consultations: Mapped[list[Any]] = relationship(
        "Consultation", order_by="Consultation.id", back_populates="case"
    )
    transfers: Mapped[list[Any]] = relationship("Transfer", order_by="Transfer.id", back_populates="case")
    clocks: Mapped[list[Clock]] = relationship(
        primaryjoin=lambda: and_(foreign(Clock.subject_id) == Case.id, Clock.subject_type == "case"),
        order_by=lambda: (Clock.due_at, Clock.id), viewonly=True,
    )  # fmt: skip

    @property
    def open_assignments(self) -> list[Assignment]:
        """Assignments to responsible units (leaves of the tree) that are neither returned nor cancelled."""
        parents = {a.parent_id for a in self.assignments if a.state != "cancelled"}
        return [a for a in self.assignments if a.state not in ("cancelled",) and a.id not in parents]


class CaseAccess(Base):
    """One row for each case and each scope that may see it, with what lists filter and sort by.

    Derived from the other tables by `service.access` alone. `scope` is an organization (4·id), a department
    (4·id+1) or a person (4·id+2); `organization_id` is the scope's organization, 0 where a regulator only
    sampled the case. `due_at` of a case without a running limit is NO_LIMIT, so that it sorts last. `idle`:
    nobody has anything left to do.
    """

    __tablename__ = "case_access"
    __table_args__ = (
        Index("ix_case_access_case", "case_id"),
        Index("ix_case_access_received", "scope", "received_at", "case_id", *FILTERED),
        Index("ix_case_access_state", "scope", "state", "received_at", "case_id", *FILTERED[1:]),
        Index("ix_case_access_idle", "scope", "idle", "received_at", "case_id", *FILTERED),
        Index("ix_case_access_due", "scope", "idle", "due_at", "case_id", "next_action", *MARKED, *FILTERED),
        Index("ix_case_access_level", "scope", "level", "received_at", "case_id"),
        {"sqlite_with_rowid": False},
    )

    scope: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    organization_id: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    idle: Mapped[bool]
    state: Mapped[str] = mapped_column(String(24))
    type: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(32))
    level: Mapped[int]
    enterprise_id: Mapped[int]
    next_action: Mapped[str] = mapped_column(String(32))
    sent_back: Mapped[bool]
    provisional: Mapped[bool]
    proposed: Mapped[bool]
    supervised: Mapped[bool]
    next_talk_on: Mapped[date | None]


class Complainant(Base):
    """诉求人. One per case at least unless the case is anonymous; more for a group complaint."""

    __tablename__ = "complainant"
    __table_args__ = (
        Index("ix_complainant_phone", "phone"),
        Index("ix_complainant_account", "account_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    name: Mapped[str] = mapped_column(String(64), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    account_number: Mapped[str] = mapped_column(String(32), default="")
    representative: Mapped[bool] = mapped_column(default=True)
    headcount: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case] = relationship(back_populates="complainants")


class Assignment(Base):
    """One responsible unit of one case: an enterprise, then (as its child) a department of it."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_unit", "organization_id", "department_id", "state"),
        Index("ix_assignment_case", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    kind: Mapped[str] = mapped_column(String(16), default="main")
    state: Mapped[str] = mapped_column(String(16), default="assigned")
    requirement: Mapped[str] = mapped_column(String(1000))
    due_on: Mapped[date | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    investigator_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    assigned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    case: Mapped[Case] = relationship(back_populates="assignments")
    organization: Mapped[Organization] = relationship()
    department: Mapped[Department | None] = relationship()
    investigator: Mapped[User | None] = relationship(foreign_keys=[investigator_id])

    @property
    def unit_name(self) -> str:
        """Department where there is one, else the enterprise."""
        return self.department.name if self.department else self.organization.name


class CaseStep(Base):
    """One entry of the timeline: who did what, when, under which clause, with the recorded facts; `behalf`
    names who delegated the power to do it (受权)."""

    __tablename__ = "case_step"
    __table_args__ = (Index("ix_case_step_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    action: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    clause: Mapped[str] = mapped_column(String(16), default="")
    state_before: Mapped[str] = mapped_column(String(24))
    state_after: Mapped[str] = mapped_column(String(24))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(String(64))
    actor_unit: Mapped[str] = mapped_column(String(128))
    actor_role: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    behalf: Mapped[str] = mapped_column(String(64), default="")

    case: Mapped[Case] = relationship(back_populates="steps")


found_in_cases = SearchTable("case_search", CaseAccess.__table__)  # type: ignore[arg-type]
