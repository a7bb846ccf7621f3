"""Inspection plans (F6.1): what is to be checked, where, by whom, and the leader's approval."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models.checklists import ChecklistVersion
from blueprints.inspection.models.draws import Draw
from blueprints.notices.models import Notice
from blueprints.registry.models import Outlet
from core.db import Base, UTCDateTime


class InspectionPlan(Base):
    """A plan of a year (`quarter` 0) or a quarter. `state`: draft | submitted | approved | closed |
    cancelled.

    `methods`: record, site, survey. `cap`: how often an enterprise may be checked in the year, all plans
    together (综合查一次). An urgent plan may begin before it is approved; `approve_by` is the last moment of
    the approval afterwards. `return_reason` says why the leader sent it back.
    """

    __tablename__ = "inspection_plan"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("organization_id", "year", "sequence"),
        Index("ix_inspection_plan_state", "organization_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    year: Mapped[int]
    quarter: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(500))
    basis: Mapped[str] = mapped_column(String(500), default="")
    methods: Mapped[list[str]] = mapped_column(JSON, default=list)
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_version.id"))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    cap: Mapped[int]
    urgent: Mapped[bool] = mapped_column(default=False)
    urgent_reason: Mapped[str] = mapped_column(String(300), default="")
    approve_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    return_reason: Mapped[str] = mapped_column(String(300), default="")
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("draw.id"))
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approval: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    checklist: Mapped[ChecklistVersion] = relationship()
    draw: Mapped[Draw | None] = relationship()
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    targets: Mapped[list[PlanTarget]] = relationship(back_populates="plan", order_by="PlanTarget.id")

    @property
    def label(self) -> str:
        """The number once it is given, else the title."""
        return self.number or self.title


class PlanTarget(Base):
    """One enterprise (and outlet) of a plan. `drawn` tells whether a draw chose it, else `reason` says why it
    was named. `team`: [{"id": user id, "name", "certificate"}]. `notice_id` is the 检查通知书; `announced`
    tells whether it goes ahead of the check or is handed over on arrival."""

    __tablename__ = "plan_target"
    __table_args__ = (Index("ix_plan_target_enterprise", "enterprise_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("inspection_plan.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    outlet_id: Mapped[int | None] = mapped_column(ForeignKey("outlet.id"))
    drawn: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    team: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    announced: Mapped[bool] = mapped_column(default=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))

    plan: Mapped[InspectionPlan] = relationship(back_populates="targets")
    enterprise: Mapped[Organization] = relationship()
    outlet: Mapped[Outlet | None] = relationship()
    notice: Mapped[Notice | None] = relationship()

    @property
    def place(self) -> str:
        """The outlet, or the enterprise where none is named."""
        return self.outlet.name if self.outlet else self.enterprise.name
