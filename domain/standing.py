"""How an enterprise stands with one duty of disclosure: what is owed by when, and what was done in time.

Completeness: items that are published now, of those that apply. Timeliness: obligations fulfilled by
their due day, of those fulfilled or fallen due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.deadlines import remaining
from domain.duties import Duty, Frequency, change_due, periods, running
from domain.workdays import Calendar

SOON = 3


class Standing(StrEnum):
    """What the matrix says of an enterprise and a duty."""

    CURRENT = "current"
    SOON = "soon"
    OVERDUE = "overdue"
    DEFICIENT = "deficient"
    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    TO_CHECK = "to_check"


STANDING_NAMES = {
    Standing.CURRENT: "现行有效",
    Standing.SOON: "临期",
    Standing.OVERDUE: "逾期",
    Standing.DEFICIENT: "有缺陷",
    Standing.NOT_APPLICABLE: "不适用",
    Standing.MISSING: "未公开",
    Standing.TO_CHECK: "待核",
}


class Kind(StrEnum):
    """Why something must be published."""

    FIRST = "first"
    PERIOD = "period"
    CHANGE = "change"
    CORRECTION = "correction"


KIND_NAMES = {
    Kind.FIRST: "首次公开",
    Kind.PERIOD: "定期公开",
    Kind.CHANGE: "变更后更新",
    Kind.CORRECTION: "缺陷改正",
}


@dataclass(frozen=True)
class Update:
    """An update duty as stored: `cause` change or correction, `state` open, met, late or void."""

    id: int
    cause: str
    what: str
    due_on: date
    provisional: bool
    state: str
    ended_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of an enterprise and a duty. `published` has the first day of each period (key "" for
    what follows changes); `current`: something stands today; `checked` is what the regulator found of it;
    `withdrawn_on`: since when nothing stands any more."""

    since: date
    published: Mapping[str, date] = field(default_factory=dict)
    current: bool = False
    checked: str = ""
    withdrawn_on: date | None = None
    updates: tuple[Update, ...] = ()
    claim: str = ""


@dataclass(frozen=True)
class Obligation:
    """Something owed: what, by which day (inclusive). `update_id` names the stored update duty."""

    kind: Kind
    label: str
    due_on: date
    period: str = ""
    provisional: bool = False
    update_id: int | None = None


@dataclass(frozen=True)
class Performance:
    """An obligation that was fulfilled or has fallen due; `done_on` None: not yet."""

    kind: Kind
    label: str
    due_on: date
    done_on: date | None

    @property
    def in_time(self) -> bool:
        """Fulfilled on its due day or before."""
        return self.done_on is not None and self.done_on <= self.due_on


def owed(duty: Duty, facts: Facts, today: date, calendar: Calendar) -> list[Obligation]:
    """What is open today, the earliest due day first; nothing where the duty does not apply."""
    if facts.claim == "agreed":
        return []
    found = [*_regular(duty, facts, today, calendar)]
    for update in facts.updates:
        if update.state == "open":
            kind = Kind(update.cause)
            found.append(Obligation(kind, update.what, update.due_on, "", update.provisional, update.id))
    return sorted(found, key=lambda o: (o.due_on, o.kind, o.period))


def _regular(duty: Duty, facts: Facts, today: date, calendar: Calendar) -> Iterable[Obligation]:
    if duty.frequency is not Frequency.CHANGE:
        for period in periods(duty, facts.since, today):
            if period.key not in facts.published:
                yield Obligation(Kind.PERIOD, period.label, period.due, period.key)
    elif not facts.published:
        due, guessed = _change(facts.since, duty, calendar)
        yield Obligation(Kind.FIRST, "首次公开", due, provisional=guessed)
    elif not facts.current and facts.withdrawn_on:
        due, guessed = _change(facts.withdrawn_on, duty, calendar)
        yield Obligation(Kind.CHANGE, "撤下后重新公开", due, provisional=guessed)


def _change(since: date, duty: Duty, calendar: Calendar) -> tuple[date, bool]:
    due = change_due(since, duty, calendar)
    return due, calendar.status(due).provisional


def performed(duty: Duty, facts: Facts, today: date, calendar: Calendar) -> list[Performance]:
    """What was fulfilled, and what fell due before today without it; the newest due day first."""
    if facts.claim == "agreed":
        return []
    found: list[Performance] = []
    if duty.frequency is Frequency.CHANGE:
        first = min(facts.published.values(), default=None)
        found.append(Performance(Kind.FIRST, "首次公开", change_due(facts.since, duty, calendar), first))
    for period in periods(duty, facts.since, today):
        found.append(Performance(Kind.PERIOD, period.label, period.due, facts.published.get(period.key)))
    for update in facts.updates:
        if update.state != "void":
            found.append(Performance(Kind(update.cause), update.what, update.due_on, update.ended_on))
    fallen = [one for one in found if one.done_on is not None or one.due_on < today]
    return sorted(fallen, key=lambda one: one.due_on, reverse=True)


def standing(facts: Facts, open_now: Iterable[Obligation], today: date, calendar: Calendar) -> Standing:
    """The one word for it, the worst first."""
    due = [one.due_on for one in open_now]
    if facts.claim == "agreed":
        return Standing.NOT_APPLICABLE
    if facts.checked == "deficient" or any(one.kind is Kind.CORRECTION for one in open_now):
        return Standing.DEFICIENT
    if any(day < today for day in due):
        return Standing.OVERDUE
    if any(remaining(today, day, calendar) <= SOON for day in due):
        return Standing.SOON
    if not facts.current:
        return Standing.MISSING
    if facts.checked == "corrected" or facts.claim == "asked":
        return Standing.TO_CHECK
    return Standing.CURRENT


def next_words(duty: Duty, today: date) -> str:
    """What comes without anything being owed now: 2026年10月：11月10日前公开; empty for changes."""
    period = running(duty, today)
    if period is None:
        return ""
    year = f"{period.due.year}年" if period.due.year != today.year else ""
    return f"{period.label}：{year}{period.due.month}月{period.due.day}日前公开"
