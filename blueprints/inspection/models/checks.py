"""On-site checks (现场检查, F6.2b): what each tablet sent, photos, signatures, devices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models.checklists import ChecklistVersion
from blueprints.inspection.models.plans import PlanTarget
from blueprints.registry.models import Outlet
from core.db import Base, UTCDateTime
from core.files import StoredFile


class SiteCheck(Base):
    """One check of one place with the version of the checklist that it began with.

    `state`: open | signing | signed | reviewed | void. While `signing`, `content` and `content_sha256` are
    what is being signed; from `signed` on nothing changes but addenda. `outcome`: done | obstructed | closed.
    `result` is the score as data. The plain facts of the visit (arrival, certificates shown, rights told, who
    was present, statement, location, end) are entries of items that begin with "@", like every answer.
    """

    __tablename__ = "site_check"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("organization_id", "year", "sequence"),
        Index("ix_site_check_state", "organization_id", "state", "id"),
        Index("ix_site_check_enterprise", "enterprise_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    outlet_id: Mapped[int | None] = mapped_column(ForeignKey("outlet.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("plan_target.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_version.id"))
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="open")
    outcome: Mapped[str] = mapped_column(String(16), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    record_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    review: Mapped[str] = mapped_column(String(500), default="")
    void_reason: Mapped[str] = mapped_column(String(300), default="")
    paper_scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    paper_entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    paper_entered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paper_checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    paper_checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    enterprise: Mapped[Organization] = relationship(foreign_keys=[enterprise_id])
    outlet: Mapped[Outlet | None] = relationship()
    target: Mapped[PlanTarget] = relationship()
    checklist: Mapped[ChecklistVersion] = relationship()
    record_file: Mapped[StoredFile | None] = relationship(foreign_keys=[record_file_id])
    reviewed_by: Mapped[User | None] = relationship(foreign_keys=[reviewed_by_id])
    paper_scan: Mapped[StoredFile | None] = relationship(foreign_keys=[paper_scan_id])
    paper_entered_by: Mapped[User | None] = relationship(foreign_keys=[paper_entered_by_id])
    paper_checked_by: Mapped[User | None] = relationship(foreign_keys=[paper_checked_by_id])
    inspectors: Mapped[list[CheckInspector]] = relationship(
        back_populates="check", order_by="CheckInspector.id"
    )
    entries: Mapped[list[CheckEntry]] = relationship(back_populates="check", order_by="CheckEntry.id")
    photos: Mapped[list[CheckPhoto]] = relationship(back_populates="check", order_by="CheckPhoto.id")
    signatures: Mapped[list[CheckSignature]] = relationship(
        back_populates="check", order_by="CheckSignature.id"
    )
    addenda: Mapped[list[CheckAddendum]] = relationship(back_populates="check", order_by="CheckAddendum.id")


class CheckInspector(Base):
    """Who carries out a check: the certificate as it was on the day, and the declared conflict of interest
    (`conflict` is empty where there is none). `waiting` is how much this person's device still had to send
    at its last contact (`contact_at`)."""

    __tablename__ = "check_inspector"
    __table_args__ = (UniqueConstraint("check_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("site_check.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    certificate: Mapped[str] = mapped_column(String(64))
    declared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    conflict: Mapped[str] = mapped_column(String(300), default="")
    waiting: Mapped[int] = mapped_column(default=0)
    contact_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    check: Mapped[SiteCheck] = relationship(back_populates="inspectors")
    user: Mapped[User] = relationship()


class CheckEntry(Base):
    """One answer as one device sent it; entries are only added, never changed or removed.

    `item` is a code of the checklist, or begins with "@" for a fact of the visit; `instance` names the
    counter or the person where the item repeats. `client_id` comes from the device, so that nothing is
    doubled. `base` is the client id of the entry that the device had before this one (empty: none): two
    entries with the same base contradict each other until one that names both in `resolves` decides.
    `data` is an answer as domain.checklists reads it.
    """

    __tablename__ = "check_entry"
    __table_args__ = (UniqueConstraint("client_id"), Index("ix_check_entry_item", "check_id", "item", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("site_check.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    item: Mapped[str] = mapped_column(String(32))
    instance: Mapped[str] = mapped_column(String(64), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    base: Mapped[str] = mapped_column(String(64), default="")
    resolves: Mapped[list[str]] = mapped_column(JSON, default=list)
    sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    tablet_id: Mapped[int | None] = mapped_column(ForeignKey("tablet.id"))
    at_device: Mapped[datetime] = mapped_column(UTCDateTime)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)

    check: Mapped[SiteCheck] = relationship(back_populates="entries")
    by: Mapped[User] = relationship()
    tablet: Mapped[Tablet | None] = relationship()


class CheckPhoto(Base):
    """A photo as the device sent it, byte for byte; `sha256` was computed here and equals the device's."""

    __tablename__ = "check_photo"
    __table_args__ = (UniqueConstraint("client_id"), Index("ix_check_photo_item", "check_id", "item"))

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("site_check.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    item: Mapped[str] = mapped_column(String(32))
    instance: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    tablet_id: Mapped[int | None] = mapped_column(ForeignKey("tablet.id"))
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    check: Mapped[SiteCheck] = relationship(back_populates="photos")
    file: Mapped[StoredFile] = relationship(lazy="joined")
    by: Mapped[User] = relationship()


class CheckSignature(Base):
    """A signature under the record, drawn on the screen, or refused. `role`: inspector | representative |
    witness; `content_sha256` is the digest of what was signed."""

    __tablename__ = "check_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("site_check.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(64))
    post: Mapped[str] = mapped_column(String(64), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    refused: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(300), default="")
    content_sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    check: Mapped[SiteCheck] = relationship(back_populates="signatures")
    file: Mapped[StoredFile | None] = relationship()


class CheckAddendum(Base):
    """What is added after signing; the signed record stays as it is."""

    __tablename__ = "check_addendum"

    id: Mapped[int] = mapped_column(primary_key=True)
    check_id: Mapped[int] = mapped_column(ForeignKey("site_check.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    check: Mapped[SiteCheck] = relationship(back_populates="addenda")
    by: Mapped[User] = relationship()


class Tablet(Base):
    """A device that opened a check. `key` was made on the device; a revoked one can send nothing any more.
    `skew` is how many seconds its clock was ahead of the server's at the last contact."""

    __tablename__ = "tablet"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(100), default="")
    skew: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by: Mapped[str] = mapped_column(String(64), default="")
    revoke_reason: Mapped[str] = mapped_column(String(300), default="")

    user: Mapped[User] = relationship()
