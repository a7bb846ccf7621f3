"""What other features may want to know of a notice; published in the transaction of the act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from blueprints.accounts.models import User
from blueprints.notices.models import Notice, NoticeService


@dataclass(frozen=True)
class NoticeIssued:
    """The notice has its number and its printed bytes are stored."""

    notice: Notice
    by: User
    now: datetime


@dataclass(frozen=True)
class NoticeServed:
    """The notice has reached one addressee; `due_on` is the last day for the answer where one is owed."""

    notice: Notice
    service: NoticeService
    due_on: date | None
    by: User
    now: datetime


@dataclass(frozen=True)
class NoticeVoided:
    """The notice no longer holds; its number stays taken."""

    notice: Notice
    reason: str
    by: User
    now: datetime


@dataclass(frozen=True)
class NoticeDiscarded:
    """A draft without a number was given up."""

    notice: Notice
    by: User
    now: datetime
