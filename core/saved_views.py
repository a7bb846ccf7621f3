"""Saved views: a person's own names for lists with their filters."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, UniqueConstraint, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UTCDateTime, db
from domain.errors import InvalidInput

MOST = 12
LONGEST = 20


class SavedView(Base):
    """`query` is what stands behind the question mark of the list `page` (an endpoint)."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    page: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(LONGEST))
    query: Mapped[str] = mapped_column(String(1000))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class View(NamedTuple):
    """A saved view as a list shows it, free of any session."""

    id: int
    name: str
    query: str


_C = SavedView.__table__.c
OWN = (
    select(_C.id, _C.name, _C.query)
    .where(_C.user_id == bindparam("user_id"), _C.page == bindparam("page"))
    .order_by(_C.id)
)


def views_of(user_id: int, page: str) -> list[View]:
    """The saved views of a person for one list, oldest first."""
    return [View(*row) for row in db.session.execute(OWN, {"user_id": user_id, "page": page})]


def save(user_id: int, page: str, name: str, query: str, *, now: datetime) -> SavedView:
    """Keep `query` under `name`; the same name is overwritten. Errors: InvalidInput."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise InvalidInput(f"请为常用清单取一个名字（不超过 {LONGEST} 个字）。", "name")
    if not query:
        raise InvalidInput("还没有设筛选条件或排序，不必保存。", "name")
    known = views_of(user_id, page)
    kept = next((v.id for v in known if v.name == name), None)
    view = db.session.get(SavedView, kept) if kept else None
    if view is None and len(known) >= MOST:
        raise InvalidInput(f"常用清单最多 {MOST} 个，请先删除不用的。", "name")
    if view is None:
        view = SavedView(user_id=user_id, page=page, name=name)
        db.session.add(view)
    view.query, view.saved_at = query[:1000], now
    db.session.flush()
    return view


def remove(user_id: int, view_id: int) -> bool:
    """Delete an own view; False where there is none of that id."""
    own = delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == user_id)
    return bool(db.session.execute(own).rowcount)  # type: ignore[attr-defined]
