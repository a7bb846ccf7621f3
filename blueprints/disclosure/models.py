"""What an enterprise must publish and has published: items with versions, proofs and checks (F3.3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from core.db import Base, UTCDateTime
from core.files import StoredFile


class DisclosureProfile(Base):
    """Since when an enterprise discloses under the rules, and what its guide (信息公开指南) says."""

    __tablename__ = "disclosure_profile"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    since: Mapped[date]
    office: Mapped[str] = mapped_column(String(100), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    hours: Mapped[str] = mapped_column(String(100), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    applying: Mapped[str] = mapped_column(Text, default="")
    withheld: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship()


class AddedDuty(Base):
    """A duty that the regulator added; `content` are the fields of domain.duties.Duty."""

    __tablename__ = "added_duty"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    regulator_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[date]
    ended_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class DutyClaim(Base):
    """不适用: a duty does not concern it, an enterprise says. `state`: asked | agreed | refused | ended."""

    __tablename__ = "duty_claim"
    __table_args__ = (Index("ix_duty_claim_duty", "organization_id", "duty", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    duty: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(16), default="asked")
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship()


class DisclosureItem(Base):
    """What an enterprise publishes for one duty: one item with all its versions.

    `current_id` is the published version that stands today, None before the first and after a withdrawal.
    """

    __tablename__ = "disclosure_item"
    __table_args__ = (UniqueConstraint("organization_id", "duty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    duty: Mapped[str] = mapped_column(String(32))
    current_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship()
    versions: Mapped[list[DisclosureVersion]] = relationship(
        back_populates="item", order_by="DisclosureVersion.number"
    )


class DisclosureVersion(Base):
    """One version of an item. `state`: draft | submitted | approved | published | replaced | withdrawn.

    `period` is the key of the period it reports (2026-W41, 2026-09, 2026-H1 …), empty for duties that follow
    changes. `body` is plain text; what came from the service register was taken at `taken_at` and is frozen
    in `taken` (topic -> lines). `checked`: "" | verified | deficient | corrected. Once published its content
    never changes; `published_on` to `ended_on` is when it stood.
    """

    __tablename__ = "disclosure_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        Index("ix_disclosure_version_state", "organization_id", "state", "id"),
        Index("ix_disclosure_version_stood", "item_id", "published_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("disclosure_item.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[int]
    period: Mapped[str] = mapped_column(String(16), default="")
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    taken: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    remark: Mapped[str] = mapped_column(String(500), default="")
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_on: Mapped[date | None]
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    ended_on: Mapped[date | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")
    checked: Mapped[str] = mapped_column(String(16), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    item: Mapped[DisclosureItem] = relationship(back_populates="versions")
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    files: Mapped[list[DisclosureFile]] = relationship(back_populates="owner", order_by="DisclosureFile.id")
    proofs: Mapped[list[DisclosureProof]] = relationship(
        back_populates="owner", order_by="DisclosureProof.id"
    )
    checks: Mapped[list[DisclosureCheck]] = relationship(
        back_populates="owner", order_by="DisclosureCheck.id"
    )


class DisclosureFile(Base):
    """An attachment of a version; published with it."""

    __tablename__ = "disclosure_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("disclosure_version.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    owner: Mapped[DisclosureVersion] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship(lazy="joined")


class DisclosureProof(Base):
    """Where and when a version was published: a channel of the duty, its place (address or wall), and the
    screenshot or photo, whose sha256 is that of the stored file."""

    __tablename__ = "disclosure_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("disclosure_version.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    channel: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(300), default="")
    day: Mapped[date]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    owner: Mapped[DisclosureVersion] = relationship(back_populates="proofs")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")


class DisclosureCheck(Base):
    """The regulator looked at a published version. `result`: verified | deficient."""

    __tablename__ = "disclosure_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("disclosure_version.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    result: Mapped[str] = mapped_column(String(16))
    points: Mapped[list[str]] = mapped_column(JSON, default=list)
    remark: Mapped[str] = mapped_column(String(1000), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    owner: Mapped[DisclosureVersion] = relationship(back_populates="checks")
    by: Mapped[User] = relationship(foreign_keys=[by_id])


class UpdateDuty(Base):
    """Something must be published anew: after a change (20 workdays) or because it was found deficient.

    `cause`: change | correction. The limit runs as a clock of subject `update_duty`; `due_on` repeats it.
    `state`: open | met | late | void; `version_id` is the version that met it.
    """

    __tablename__ = "update_duty"
    __table_args__ = (Index("ix_update_duty_state", "organization_id", "state", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    duty: Mapped[str] = mapped_column(String(32))
    cause: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(String(300))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    due_on: Mapped[date]
    provisional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8), default="open")
    version_id: Mapped[int | None] = mapped_column(ForeignKey("disclosure_version.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
