"""Gap-free number series: the number is taken in the transaction that uses it."""

from __future__ import annotations

from sqlalchemy import Integer, String, UniqueConstraint, bindparam, insert, update
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


_TAKE = (
    update(NumberSeries.__table__)  # type: ignore[arg-type]
    .where(NumberSeries.series == bindparam("of"), NumberSeries.year == bindparam("in_year"))
    .values(last=NumberSeries.last + bindparam("count"))
    .returning(NumberSeries.last)
)
_BEGIN = insert(NumberSeries)


def next_numbers(series: str, year: int, count: int = 1) -> range:
    """Reserve `count` consecutive numbers of `series` in `year`; they are void if the transaction fails."""
    lock_name(f"series:{series}:{year}")
    connection = db.session.connection()
    last: int | None = connection.execute(_TAKE, {"of": series, "in_year": year, "count": count}).scalar()
    if last is None:
        last = count
        connection.execute(_BEGIN, {"series": series, "year": year, "last": last})
    return range(last - count + 1, last + 1)


def next_number(series: str, year: int) -> int:
    """Next number of `series` in `year`, starting at 1, without gaps."""
    return next_numbers(series, year)[0]
