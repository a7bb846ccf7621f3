"""The register of what may be cited: the sources, one of them, those that are 制度."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from blueprints.rulebook.models import LegalArticle, LegalSource
from core.db import db

ORDER = ("statute", "rule", "local", "system", "promise")


def sources_with_articles() -> list[LegalSource]:
    """Every source with its articles, in two statements."""
    rows = select(LegalSource).options(selectinload(LegalSource.articles))
    return list(db.session.scalars(rows.order_by(LegalSource.id)))


def sources() -> list[LegalSource]:
    """Every source without its articles, in one statement."""
    return list(db.session.scalars(select(LegalSource).order_by(LegalSource.id)))


def listed(filters: Mapping[str, str]) -> list[LegalSource]:
    """Sources by kind and name; `kind`, `sector` and `q` narrow them (status depends on the day)."""
    rows = select(LegalSource).options(selectinload(LegalSource.articles))
    if filters.get("kind"):
        rows = rows.where(LegalSource.kind == filters["kind"])
    if text := filters.get("q"):
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        named: tuple[Any, ...] = (LegalSource.name, LegalSource.document_number)
        rows = rows.where(or_(*(column.like(like, escape="\\") for column in named)))
    found = list(db.session.scalars(rows.order_by(LegalSource.name)))
    if sector := filters.get("sector"):
        found = [row for row in found if sector in row.sectors or not row.sectors]
    return sorted(found, key=lambda row: ORDER.index(row.kind) if row.kind in ORDER else len(ORDER))


def source(source_id: int) -> LegalSource | None:
    """One source with its articles."""
    rows = select(LegalSource).where(LegalSource.id == source_id)
    return db.session.scalar(rows.options(selectinload(LegalSource.articles)))


def source_named(name: str) -> LegalSource | None:
    """The source of exactly that name."""
    return db.session.scalar(select(LegalSource).where(LegalSource.name == name))


def article(source_id: int, article_id: int) -> LegalArticle | None:
    """One article of a source."""
    found = db.session.get(LegalArticle, article_id)
    return found if found is not None and found.source_id == source_id else None
