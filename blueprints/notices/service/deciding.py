"""送核稿, 核稿, 法制审核, 签发, and the ways back."""

from __future__ import annotations

from datetime import datetime

from blueprints.accounts.models import User
from blueprints.notices.events import NoticeDiscarded
from blueprints.notices.models import Notice
from blueprints.notices.service.engine import admitted, move, tell_next, tell_writers
from core.events import publish


def submit(notice: Notice, *, by: User, now: datetime) -> None:
    """送核稿: whoever sends it is among those who wrote it."""
    rows = admitted(notice, "submit", by=by)
    _add_writer(notice, by)
    move(notice, rows, by=by, now=now)
    tell_next(notice, by=by, now=now)


def _add_writer(notice: Notice, by: User) -> None:
    if by.id not in notice.writers:
        notice.writers = [*notice.writers, by.id]


def withdraw(notice: Notice, *, by: User, now: datetime) -> None:
    """取回修改, before anybody has reviewed it."""
    move(notice, admitted(notice, "withdraw", by=by), by=by, now=now)


def discard(notice: Notice, remark: str, *, by: User, now: datetime) -> None:
    """撤稿: a draft without a number is given up; its history stays."""
    rows = admitted(notice, "discard", by=by, data={"remark": remark})
    move(notice, rows, by=by, now=now, remark=remark)
    publish(NoticeDiscarded(notice, by, now))


def review(notice: Notice, remark: str = "", *, by: User, now: datetime) -> None:
    """核稿通过: on to legal review where the kind asks for it, else to the leader."""
    rows = admitted(notice, "review", by=by)
    notice.reviewed_by_id = by.id
    move(notice, rows, by=by, now=now, remark=remark)
    tell_next(notice, by=by, now=now)


def legal_review(notice: Notice, remark: str = "", *, by: User, now: datetime) -> None:
    """法制审核通过, by somebody who neither wrote nor reviewed it."""
    rows = admitted(notice, "legal_review", by=by)
    notice.legal_by_id = by.id
    move(notice, rows, by=by, now=now, remark=remark)
    tell_next(notice, by=by, now=now)


def sign(notice: Notice, remark: str = "", *, by: User, now: datetime) -> None:
    """签发 by the leader in charge."""
    rows = admitted(notice, "sign", by=by)
    notice.signed_by_id, notice.signed_at = by.id, now
    move(notice, rows, by=by, now=now, remark=remark)
    tell_next(notice, by=by, now=now)


def send_back(notice: Notice, remark: str, *, by: User, now: datetime) -> None:
    """退回修改 with remarks; every approval so far falls away with it."""
    rows = admitted(notice, "send_back", by=by, data={"remark": remark})
    notice.reviewed_by_id = notice.legal_by_id = notice.signed_by_id = None
    notice.signed_at = None
    move(notice, rows, by=by, now=now, remark=remark)
    tell_writers(notice, f"{notice.label}被退回修改：{remark.strip()[:200]}", by=by, now=now)
