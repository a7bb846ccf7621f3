"""What a page of rates is asked for: days of receipt, an enterprise, what its table is split by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from blueprints.complaints.queries_rates import Split
from blueprints.complaints.service.rating import Period, month_end
from domain.errors import InvalidInput


@dataclass(frozen=True)
class Asked:
    """A question in a URL, as it was understood; `error` says what in it was not."""

    period: Period
    split: Split
    enterprise_id: int | None
    error: str = ""

    def query(self, **changed: str) -> dict[str, str]:
        """The same question as the names and values of a URL, with some of them changed."""
        values = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        values["split"] = self.split.value
        if self.enterprise_id is not None:
            values["enterprise"] = str(self.enterprise_id)
        return values | changed


def read(args: Mapping[str, str], *, today: date, split: Split) -> Asked:
    """The question in `args`; without days it is about this month, without a split about `split`."""
    wanted = args.get("split", "")
    chosen = Split(wanted) if wanted in set(Split) else split
    place = args.get("enterprise", "")
    enterprise_id = int(place) if place.isascii() and place.isdecimal() and len(place) < 10 else None
    first, last = args.get("from", ""), args.get("to", "")
    if not first and not last:
        return Asked(this_month(today), chosen, enterprise_id)
    try:
        return Asked(Period(day(first, "开始"), day(last, "结束")), chosen, enterprise_id)
    except InvalidInput as error:
        return Asked(this_month(today), chosen, enterprise_id, error.message)


def day(text: str, name: str) -> date:
    """A date as 2026-10-01. Errors: InvalidInput for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{name}日期请写成 YYYY-MM-DD。") from error
    if found.isoformat() != text:
        raise InvalidInput(f"{name}日期请写成 YYYY-MM-DD。")
    return found


def this_month(today: date) -> Period:
    """From its first to its last day."""
    return Period(today.replace(day=1), month_end(today))


def presets(today: date) -> list[tuple[str, Period]]:
    """The periods that people ask for, by name."""
    eve = timedelta(days=1)
    month, quarter = this_month(today), _quarter(today)
    return [
        ("本月", month),
        ("上月", this_month(month.first - eve)),
        ("本季度", quarter),
        ("上季度", _quarter(quarter.first - eve)),
        ("本年", _year(today.year)),
        ("上年", _year(today.year - 1)),
    ]


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def _quarter(today: date) -> Period:
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return Period(first, month_end(first.replace(month=first.month + 2)))
