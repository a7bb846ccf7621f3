"""Saved views: a person's own names for lists with their filters."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UTCDateTime, db
from domain.errors import InvalidInput

MOST = 12
LONGEST = 20
LONGEST_QUERY = 1000


class SavedView(Base):
    """`query` is what stands behind the question mark of the list `page` (an endpoint), `place` says where it
    stands among the person's views of that list."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    page: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(LONGEST))
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY))
    place: Mapped[int] = mapped_column(default=0)
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
    .order_by(_C.place, _C.id)
)


def views_of(user_id: int, page: str) -> list[View]:
    """The saved views of a person for one list, in the order that they were given."""
    return [View(*row) for row in db.session.execute(OWN, {"user_id": user_id, "page": page})]


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise InvalidInput(f"请为常用清单取一个名字（不超过 {LONGEST} 个字）。", "name")
    return name


def save(user_id: int, page: str, name: str, query: str, *, now: datetime) -> SavedView:
    """Keep `query` under `name`, after the others; the same name is overwritten. Errors: InvalidInput."""
    name = _checked(name)
    if not query:
        raise InvalidInput("还没有设筛选条件或排序，不必保存。", "name")
    if len(query) > LONGEST_QUERY:
        raise InvalidInput("条件太长，存不下；请缩短搜索的词。", "name")
    known = views_of(user_id, page)
    kept = next((v.id for v in known if v.name == name), None)
    view = db.session.get(SavedView, kept) if kept else None
    if view is None and len(known) >= MOST:
        raise InvalidInput(f"常用清单最多 {MOST} 个，请先删除不用的。", "name")
    if view is None:
        last = _own(user_id).where(SavedView.page == page).order_by(SavedView.place.desc()).limit(1)
        before = db.session.scalar(last)
        view = SavedView(user_id=user_id, page=page, name=name, place=before.place + 1 if before else 0)
        db.session.add(view)
    view.query, view.saved_at = query, now
    db.session.flush()
    return view


def _own(user_id: int) -> Select[SavedView]:
    return select(SavedView).where(SavedView.user_id == user_id)


def own_view(user_id: int, view_id: int) -> SavedView | None:
    """A view of this person, or None."""
    return db.session.scalar(_own(user_id).where(SavedView.id == view_id))


def rename(view: SavedView, name: str) -> None:
    """Give a view another name. Errors: InvalidInput, also where another view has it."""
    name = _checked(name)
    if any(v.name == name and v.id != view.id for v in views_of(view.user_id, view.page)):
        raise InvalidInput(f"已有名为“{name}”的常用清单，请换一个名字。", "name")
    view.name = name
    db.session.flush()


def move(view: SavedView, by: int) -> None:
    """Move a view so many places on (negative: back) among those of its list; the ends are the ends."""
    every = _own(view.user_id).where(SavedView.page == view.page)
    rows = list(db.session.scalars(every.order_by(SavedView.place, SavedView.id)))
    at = rows.index(view)
    rows.insert(max(0, at + by), rows.pop(at))
    for place, row in enumerate(rows):
        row.place = place
    db.session.flush()


def remove(view: SavedView) -> None:
    """Delete a view."""
    db.session.delete(view)
    db.session.flush()
