"""Gap-free number series: the number is taken in the transaction that uses it."""

from __future__ import annotations

from sqlalchemy import Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, db
from core.locks import lock_name


class NumberSeries(Base):
    """Last number given out in a series and year."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("series", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(64))
    year: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer, default=0)


def next_numbers(series: str, year: int, count: int = 1) -> range:
    """Reserve `count` consecutive numbers of `series` in `year`; they are void if the transaction fails."""
    lock_name(f"series:{series}:{year}")
    row = db.session.scalar(
        select(NumberSeries)
        .where(NumberSeries.series == series, NumberSeries.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        row = NumberSeries(series=series, year=year, last=0)
        db.session.add(row)
    first = row.last + 1
    row.last += count
    db.session.flush()
    return range(first, first + count)


def next_number(series: str, year: int) -> int:
    """Next number of `series` in `year`, starting at 1, without gaps."""
    return next_numbers(series, year)[0]
