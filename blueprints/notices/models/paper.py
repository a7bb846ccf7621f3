"""Paper beside the file: copies and who got them, seals, scans of sealed originals, mail, printing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import User
from blueprints.notices.models.notices import Notice
from core.db import Base, UTCDateTime
from core.files import StoredFile


class NoticeCopy(Base):
    """One 联 of a notice: for whom, how many, and who took them when."""

    __tablename__ = "notice_copy"
    __table_args__ = (UniqueConstraint("notice_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    position: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(128))
    purpose: Mapped[str] = mapped_column(String(64), default="")
    copies: Mapped[int] = mapped_column(default=1)
    handed_on: Mapped[date | None]
    taken_by: Mapped[str] = mapped_column(String(64), default="")

    notice: Mapped[Notice] = relationship()


class SealUse(Base):
    """用印登记: the seal of an organization pressed on paper, with who approved it; numbered by year.

    `corrects_id` is the earlier entry that this one puts right; nothing is deleted or changed.
    """

    __tablename__ = "seal_use"
    __table_args__ = (UniqueConstraint("organization_id", "year", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    year: Mapped[int]
    sequence: Mapped[int]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    copies: Mapped[int] = mapped_column(default=1)
    approved_by: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[str] = mapped_column(String(64))
    used_on: Mapped[date]
    remark: Mapped[str] = mapped_column(String(300), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("seal_use.id"), unique=True)

    notice: Mapped[Notice | None] = relationship()
    recorded_by: Mapped[User] = relationship()


class NoticeScan(Base):
    """The scanned sealed original of a notice; `pdf_sha256` is the stored file of which it is the paper."""

    __tablename__ = "notice_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(String(200))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    remark: Mapped[str] = mapped_column(String(300), default="")
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)

    file: Mapped[StoredFile] = relationship(lazy="joined")
    added_by: Mapped[User] = relationship()


class MailEntry(Base):
    """收发文登记: one paper that came in or went out; numbered by direction within the year. A notice has one
    entry at most.

    `direction`: in | out. `number_text` is our own number in the book, `their_number` the paper's.
    """

    __tablename__ = "mail_entry"
    __table_args__ = (
        UniqueConstraint("organization_id", "direction", "year", "sequence"),
        Index("ix_mail_entry_day", "organization_id", "day", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    direction: Mapped[str] = mapped_column(String(8))
    year: Mapped[int]
    sequence: Mapped[int]
    number_text: Mapped[str] = mapped_column(String(32))
    day: Mapped[date]
    correspondent: Mapped[str] = mapped_column(String(128))
    their_number: Mapped[str] = mapped_column(String(64), default="")
    subject: Mapped[str] = mapped_column(String(200))
    copies: Mapped[int] = mapped_column(default=1)
    way: Mapped[str] = mapped_column(String(32), default="")
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), unique=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    handler: Mapped[str] = mapped_column(String(64), default="")
    result: Mapped[str] = mapped_column(String(300), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)

    notice: Mapped[Notice | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    recorded_by: Mapped[User] = relationship()


class PrintJob(Base):
    """A notice that waits to be printed on paper. `state`: queued | printed | cancelled."""

    __tablename__ = "print_job"
    __table_args__ = (Index("ix_print_job_state", "organization_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    copies: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    remark: Mapped[str] = mapped_column(String(300), default="")
    queued_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    printed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    notice: Mapped[Notice] = relationship()
    queued_by: Mapped[User] = relationship(foreign_keys=[queued_by_id])
    printed_by: Mapped[User | None] = relationship(foreign_keys=[printed_by_id])
