"""An official notice with its history, its addressees and how each was served; templates and organ codes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from core.db import Base, UTCDateTime
from core.files import StoredFile


class NoticeTemplate(Base):
    """One version of the wording of a kind; without an active one the built-in wording is used."""

    __tablename__ = "notice_template"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    annex_title: Mapped[str] = mapped_column(String(200), default="")
    annex_body: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    active: Mapped[bool] = mapped_column(default=True)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class OrganCode(Base):
    """机关代字 of an organization for one series, where it differs from the ruleset's."""

    __tablename__ = "organ_code"
    __table_args__ = (UniqueConstraint("organization_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    key: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SealPicture(Base):
    """One version of an organization's own seal picture, with the approval it rests on; at most one of an
    organization is in use, none where documents are stamped by hand."""

    __tablename__ = "seal_picture"
    __table_args__ = (UniqueConstraint("organization_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    version: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    approval: Mapped[str] = mapped_column(String(300))
    in_use: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    file: Mapped[StoredFile] = relationship(lazy="joined")


class Notice(Base):
    """公文、文书. `subject_*` names what it is about without knowing it; `values` are the fields of its kind.

    `series` (机关代字), `year`, `number` and `content` are given once, in the transaction that numbers it;
    `pdf_*` is what was printed from `content`, never printed again. `printed_void_*` is the copy marked 作废.
    `enclosures` are the files to be bound in behind it (name, type, size, sha256, who handed them in, when).
    `oa_number` is its number in the organization's office system.
    `pdf_signature` says with which certificate the issued file was signed, None where it was not.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("organization_id", "series", "year", "number"),
        Index("ix_notice_state", "organization_id", "state", "id"),
        Index("ix_notice_organization", "organization_id", "id"),
        Index("ix_notice_subject", "subject_type", "subject_id"),
        Index("ix_notice_pdf", "pdf_sha256"),
        Index("ix_notice_void_pdf", "void_sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    form: Mapped[str] = mapped_column(String(16))
    template_version: Mapped[int] = mapped_column(default=0)
    subject_type: Mapped[str] = mapped_column(String(32), default="")
    subject_id: Mapped[int | None]
    subject_label: Mapped[str] = mapped_column(String(128), default="")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    state: Mapped[str] = mapped_column(String(16), default="draft")
    legal_review: Mapped[bool] = mapped_column(default=False)

    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    annex_title: Mapped[str] = mapped_column(String(200), default="")
    annex_body: Mapped[str] = mapped_column(Text, default="")
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    filled: Mapped[list[str]] = mapped_column(JSON, default=list)
    addressees: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    copies_to: Mapped[list[str]] = mapped_column(JSON, default=list)
    enclosures: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    answer_within: Mapped[int | None]

    series: Mapped[str | None] = mapped_column(String(32))
    year: Mapped[int | None]
    number: Mapped[int | None]
    number_text: Mapped[str] = mapped_column(String(64), default="")
    oa_number: Mapped[str] = mapped_column(String(64), default="")
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    code: Mapped[str | None] = mapped_column(String(16), unique=True)
    pages: Mapped[int | None]
    pdf_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    void_pdf_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    void_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf_signature: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    print_error: Mapped[str] = mapped_column(String(500), default="")

    writers: Mapped[list[int]] = mapped_column(JSON, default=list)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    legal_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    issued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    void_reason: Mapped[str] = mapped_column(String(500), default="")
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    enterprise: Mapped[Organization | None] = relationship(foreign_keys=[enterprise_id])
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    reviewed_by: Mapped[User | None] = relationship(foreign_keys=[reviewed_by_id])
    legal_by: Mapped[User | None] = relationship(foreign_keys=[legal_by_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])
    pdf: Mapped[StoredFile | None] = relationship(foreign_keys=[pdf_id])
    void_pdf: Mapped[StoredFile | None] = relationship(foreign_keys=[void_pdf_id])
    steps: Mapped[list[NoticeStep]] = relationship(back_populates="notice", order_by="NoticeStep.id")
    services: Mapped[list[NoticeService]] = relationship(
        back_populates="notice", order_by="NoticeService.position"
    )

    @property
    def label(self) -> str:
        """The number once it is given, else the title on one line."""
        return self.number_text or self.plain_title

    @property
    def plain_title(self) -> str:
        """The title without its line breaks."""
        return self.title.replace("\n", "")


class NoticeStep(Base):
    """One entry of the history of a notice."""

    __tablename__ = "notice_step"
    __table_args__ = (Index("ix_notice_step_notice", "notice_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    action: Mapped[str] = mapped_column(String(32))
    state_before: Mapped[str] = mapped_column(String(16))
    state_after: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(String(64))
    actor_unit: Mapped[str] = mapped_column(String(128))
    actor_role: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    remark: Mapped[str] = mapped_column(String(1000), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    behalf: Mapped[str] = mapped_column(String(64), default="")

    notice: Mapped[Notice] = relationship(back_populates="steps")


class NoticeService(Base):
    """送达: one addressee of an issued notice; how, when and by whom it was served, and what came back.

    `due_on` is the last day for the answer, counted in workdays from service.
    """

    __tablename__ = "notice_service"
    __table_args__ = (
        UniqueConstraint("notice_id", "position"),
        Index("ix_notice_service_organization", "organization_id", "method", "notice_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    position: Mapped[int]
    addressee: Mapped[str] = mapped_column(String(128))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    method: Mapped[str] = mapped_column(String(16), default="")
    served_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(200), default="")
    receiver: Mapped[str] = mapped_column(String(64), default="")
    relation: Mapped[str] = mapped_column(String(64), default="")
    witness: Mapped[str] = mapped_column(String(128), default="")
    tracking: Mapped[str] = mapped_column(String(64), default="")
    consent_note: Mapped[str] = mapped_column(String(200), default="")
    remark: Mapped[str] = mapped_column(String(500), default="")
    server_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    second_server: Mapped[str] = mapped_column(String(64), default="")
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    receipt_name: Mapped[str] = mapped_column(String(200), default="")
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_on: Mapped[date | None]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_provisional: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(String(1000), default="")

    notice: Mapped[Notice] = relationship(back_populates="services")
    organization: Mapped[Organization | None] = relationship(foreign_keys=[organization_id])
    server: Mapped[User | None] = relationship(foreign_keys=[server_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])
    receipt: Mapped[StoredFile | None] = relationship(foreign_keys=[receipt_id])
