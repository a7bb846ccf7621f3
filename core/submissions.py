"""A form that is sent twice makes one row: each form carries a key that its first success uses up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import flash, request
from flask_login import current_user
from sqlalchemy import ForeignKey, String, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, UTCDateTime, db
from core.htmx import redirect_to

FIELD = "submission_key"
LONGEST_LOCATION = 500


class Submission(Base):
    """A used key and the page that its success led to."""

    __tablename__ = "submission"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    location: Mapped[str] = mapped_column(String(LONGEST_LOCATION))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


_USED = select(Submission.location).where(Submission.key == bindparam("key"))
_USE_UP = insert(Submission)


def _key() -> str:
    given = "".join(c for c in request.form.get(FIELD, "")[:48] if c.isalnum() or c == "-")
    return f"{current_user.id}:{given}"


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """A POST view that answers a repeated key with the page of the first success."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or not request.form.get(FIELD):
            return view(*args, **kwargs)
        if (earlier := _led_to()) is not None:
            return _to_first(earlier)
        try:
            return view(*args, **kwargs)
        except IntegrityError:
            db.session.rollback()
            if (twin := _led_to()) is None:
                raise
            return _to_first(twin)

    return guarded


def _led_to() -> str | None:
    """The page of the first success with the key of this form."""
    location: str | None = db.session.connection().execute(_USED, {"key": _key()}).scalar()
    return location


def _to_first(location: str) -> Any:
    flash("这份表单已经提交过，没有重复登记。", "info")
    return redirect_to(location)


def remember(location: str) -> None:
    """Use up the key of the current form in its transaction; a concurrent twin fails on it."""
    if request.form.get(FIELD):
        row = {"key": _key(), "user_id": current_user.id, "location": location, "at": clock.now()}
        db.session.flush()
        db.session.connection().execute(_USE_UP, row)
