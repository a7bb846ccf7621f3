"""Office time: the working days of the last year as one line of minutes, on which courses are planned."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import SHANGHAI, to_local
from domain.workdays import Calendar

WINDOWS = ((8 * 60 + 30, 12 * 60), (14 * 60, 17 * 60 + 30))
DAY = sum(end - start for start, end in WINDOWS)
MORNING = WINDOWS[0][1] - WINDOWS[0][0]


@dataclass(frozen=True)
class Timeline:
    """`days` are working days, oldest first; minute 0 is 08:30 of the first, a day has DAY minutes."""

    days: tuple[date, ...]

    @classmethod
    def ending(cls, now: datetime, calendar: Calendar, length: int) -> Timeline:
        """The working days among the `length` days up to the day of `now`."""
        today = to_local(now).date()
        every = (today - timedelta(days=back) for back in range(length, -1, -1))
        return cls(tuple(day for day in every if calendar.is_working(day)))

    def moment(self, minute: int) -> datetime:
        """The moment (Asia/Shanghai) of an office minute."""
        day, inside = divmod(minute, DAY)
        start = WINDOWS[0][0] + inside if inside < MORNING else WINDOWS[1][0] + inside - MORNING
        return datetime.combine(self.days[day], time(start // 60, start % 60), SHANGHAI)

    def before(self, moment: datetime) -> int:
        """The last office minute that lies wholly before `moment`."""
        local = to_local(moment)
        day = bisect_left(self.days, local.date())
        if day == len(self.days) or self.days[day] != local.date():
            return day * DAY - 1
        clock = local.hour * 60 + local.minute
        worked = sum(min(max(clock - start, 0), end - start) for start, end in WINDOWS)
        return day * DAY + worked - 1

    def minute_of(self, moment: datetime) -> int | None:
        """The office minute in which a moment lies; None outside office hours."""
        minute = self.before(moment) + 1
        inside = 0 <= minute < len(self.days) * DAY
        return minute if inside and self.moment(minute) == to_local(moment).replace(second=0) else None

    def start_of(self, day: date) -> int:
        """The first minute of the first working day on or after `day`."""
        return bisect_left(self.days, day) * DAY

    def day_before(self, day: date, workdays: int) -> date | None:
        """The day from which `workdays` working days lead to `day` (the day itself not counted); None where
        `day` is no working day or the line is too short."""
        place = bisect_right(self.days, day) - 1
        if place < workdays or self.days[place] != day:
            return None
        return self.days[place - workdays]
