"""The only place that reads the system clock; everything is stored in UTC and shown in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_frozen: list[datetime] = []


def now() -> datetime:
    """Current moment as an aware UTC datetime."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def today() -> date:
    """Current civil date in Asia/Shanghai."""
    return to_local(now()).date()


def to_local(moment: datetime) -> datetime:
    """The same moment on a clock in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    """Civil date in Asia/Shanghai of a moment."""
    return to_local(moment).date()


def local_midnight(day: date) -> datetime:
    """00:00 Asia/Shanghai of `day` as UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """24:00 Asia/Shanghai of `day` as UTC: the moment after which a day limit is overdue."""
    return local_midnight(day + timedelta(days=1))


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (tests and the demo loader), in every thread of this process."""
    _frozen.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()
