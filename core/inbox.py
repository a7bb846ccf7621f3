"""How people are told: in-app notifications with a read state, and e-mail where it is configured."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage

from flask import current_app
from sqlalchemy import BindParameter, ForeignKey, Index, Select, String, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UTCDateTime, after_commit, db


class Notification(Base):
    """One sentence for one person, with the place where it can be acted on."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_unread", "user_id", "read_at"),
        Index("ix_notification_user", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(String(500))
    link: Mapped[str] = mapped_column(String(300), default="")
    clause: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


_TELL = insert(Notification)


def tell(user_ids: Iterable[int], text: str, *, link: str, now: datetime, clause: str = "") -> int:
    """Notify each person once; returns how many were told. Mail goes out when SMTP_HOST is set."""
    people = sorted(set(user_ids))
    told = {"text": text[:500], "link": link, "clause": clause, "created_at": now}
    if people:
        db.session.connection().execute(_TELL, [told | {"user_id": user_id} for user_id in people])
    if people and current_app.config.get("SMTP_HOST"):
        addresses = _addresses(people)
        after_commit(lambda: _send_mail(addresses, text))
    return len(people)


def _addresses(user_ids: list[int]) -> list[str]:
    accounts = Base.metadata.tables["user"]
    wanted = select(accounts.c.email).where(accounts.c.id.in_(user_ids), accounts.c.email != "")
    return list(db.session.scalars(wanted))


def _send_mail(addresses: list[str], text: str) -> None:
    """Mail is a courtesy: a mail server that fails is logged and never undoes the act."""
    config = current_app.config
    for address in addresses:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = text[:60], config["SMTP_FROM"], address
        message.set_content(text)
        try:
            with smtplib.SMTP(config["SMTP_HOST"], config.get("SMTP_PORT", 25), timeout=5) as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException):
            current_app.logger.exception("mail to one recipient failed")


def counting_unread(user_id: int | BindParameter[int]) -> Select[int]:
    """The statement that counts the unread notifications of a person."""
    rows = Notification.__table__
    count = select(func.count()).select_from(rows)
    return count.where(rows.c.user_id == user_id, rows.c.read_at.is_(None))


def unread_count(user_id: int) -> int:
    """Number of unread notifications of a person."""
    return db.session.scalar(counting_unread(user_id)) or 0


def latest(user_id: int, limit: int = 100) -> list[Notification]:
    """Newest notifications of a person, unread and read."""
    newest = select(Notification).where(Notification.user_id == user_id).order_by(Notification.id.desc())
    return list(db.session.scalars(newest.limit(limit)))


def one_of(user_id: int, notification_id: int) -> Notification | None:
    """One notification of this person, or None."""
    mine = select(Notification).where(Notification.user_id == user_id, Notification.id == notification_id)
    return db.session.scalar(mine)


def mark_read(user_id: int, notification_id: int | None, now: datetime) -> None:
    """Mark one notification of this person, or all of them, as read."""
    mine = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    if notification_id is not None:
        mine = mine.where(Notification.id == notification_id)
    db.session.execute(mine.values(read_at=now))
