"""值班表: shifts put in one by one or by a pattern, changed, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from blueprints.accounts.models import User
from blueprints.duty import queries
from blueprints.duty.models import DutyPerson, DutyShift
from core import audit
from core.clock import local_midnight
from core.db import db
from core.wording import moment_words
from domain.errors import InvalidInput, RuleViolation
from domain.rosters import Planned, ShiftKind, check_span, pattern


@dataclass(frozen=True)
class ShiftTerms:
    """What a shift is made of; `people` are (user id, phone)."""

    name: str
    begins_at: datetime
    ends_at: datetime
    leader_id: int
    people: tuple[tuple[int, str], ...]
    note: str = ""


def label_of(shift: DutyShift) -> str:
    """白班 10-12 周一 08:00"""
    return f"{shift.name} {moment_words(shift.begins_at)}"


def log(action: str, shift: DutyShift, changes: Mapping[str, Any], *, by: audit.Actor, now: datetime) -> None:
    """One entry of the audit log about a shift."""
    db.session.flush()
    subject = audit.Subject("duty_shift", shift.id, label_of(shift))
    audit.record(f"duty.{action}", subject=subject, by=by, now=now, changes=changes)


def _check(terms: ShiftTerms, organization_id: int, but: int | None = None) -> dict[int, User]:
    check_span(terms.begins_at, terms.ends_at)
    known = {person.id: person for person in queries.people_of(organization_id)}
    if terms.leader_id not in known:
        raise InvalidInput("请选择本单位的带班领导。", "leader_id")
    if not terms.people:
        raise InvalidInput("请至少选择一位值班人员。", "people")
    if any(user_id not in known for user_id, _ in terms.people):
        raise InvalidInput("值班人员须是本单位在用账号的人员。", "people")
    if queries.same_begin(organization_id, terms.begins_at, but) is not None:
        raise InvalidInput("同一时刻已经有一个班开始，请直接修改那个班。", "begins_at")
    return known


def _people(terms: ShiftTerms) -> list[DutyPerson]:
    return [DutyPerson(user_id=user_id, phone=phone) for user_id, phone in dict(terms.people).items()]


def add(organization_id: int, terms: ShiftTerms, *, by: User, now: datetime) -> DutyShift:
    """A new shift. Errors: InvalidInput naming the field."""
    _check(terms, organization_id)
    shift = DutyShift(
        organization_id=organization_id, name=terms.name, begins_at=terms.begins_at, ends_at=terms.ends_at,
        leader_id=terms.leader_id, note=terms.note, made_by_id=by.id, made_at=now, people=_people(terms),
    )  # fmt: skip
    db.session.add(shift)
    log("shift_added", shift, {"people": [None, len(terms.people)]}, by=by, now=now)
    return shift


def change(shift: DutyShift, terms: ShiftTerms, *, by: User, now: datetime) -> None:
    """Change a shift that has not ended. Errors: InvalidInput, RuleViolation."""
    _still_open(shift, now)
    known = _check(terms, shift.organization_id, shift.id)
    names = {"people": [[p.user.name for p in shift.people], [known[i].name for i, _ in terms.people]]}
    old = {"leader": [shift.leader.name, known[terms.leader_id].name], "name": [shift.name, terms.name]}
    old["begins_at"] = [moment_words(shift.begins_at), moment_words(terms.begins_at)]
    old["ends_at"] = [moment_words(shift.ends_at), moment_words(terms.ends_at)]
    shift.name, shift.note, shift.leader_id = terms.name, terms.note, terms.leader_id
    shift.begins_at, shift.ends_at = terms.begins_at, terms.ends_at
    wanted = dict(terms.people)
    shift.people = [p for p in shift.people if p.user_id in wanted]
    for person in shift.people:
        person.phone = wanted.pop(person.user_id)
    shift.people += [DutyPerson(user_id=user_id, phone=phone) for user_id, phone in wanted.items()]
    changes = {name: pair for name, pair in (old | names).items() if pair[0] != pair[1]}
    log("shift_changed", shift, changes, by=by, now=now)


def remove(shift: DutyShift, *, by: User, now: datetime) -> None:
    """Take back a shift that has not begun. Errors: RuleViolation."""
    if shift.begins_at <= now:
        raise RuleViolation(
            "已经开始的班要留在值班表里，不能撤销。", None, "换人请修改这个班；写错的时间请改对。"
        )
    if queries.has_handovers(shift):
        raise RuleViolation("已经有交接班记录的班不能撤销。", None, "换人请修改这个班。")
    log("shift_removed", shift, {"name": [shift.name, None]}, by=by, now=now)
    db.session.delete(shift)


def _still_open(shift: DutyShift, now: datetime) -> None:
    if shift.ends_at <= now:
        raise RuleViolation(
            "已经结束的班是值班记录，不能再改。", None, "实际值班的人不同的，请在交接班的备注里写明。"
        )


@dataclass(frozen=True)
class Turns:
    """What a pattern is made of: groups of people taking turns, leaders taking turns day by day."""

    days: Sequence[date]
    kinds: Sequence[ShiftKind]
    groups: Sequence[Sequence[User]]
    leaders: Sequence[User]


def moments(planned: Planned) -> tuple[datetime, datetime]:
    """When a planned shift begins and ends."""
    begins = local_midnight(planned.day) + timedelta(minutes=planned.kind.begins)
    return begins, begins + timedelta(minutes=planned.kind.minutes)


def add_by_pattern(
    organization_id: int, turns: Turns, *, by: User, now: datetime
) -> tuple[list[DutyShift], int]:
    """Shifts of a stretch of days; where one begins already it stays as it is. Returns (made, passed over).
    Errors: InvalidInput."""
    planned = pattern(turns.days, turns.kinds, len(turns.groups))
    if not turns.leaders:
        raise InvalidInput("请至少写一位带班领导。", "leaders")
    spans = [(one, *moments(one)) for one in planned]
    taken = queries.begins_of(organization_id, (begins for _, begins, _ in spans))
    made = []
    order = {day: place for place, day in enumerate(turns.days)}
    for one, begins, ends in spans:
        if begins in taken:
            continue
        leader = turns.leaders[order[one.day] % len(turns.leaders)]
        shift = DutyShift(
            organization_id=organization_id, name=one.kind.name, begins_at=begins, ends_at=ends,
            leader_id=leader.id, made_by_id=by.id, made_at=now,
            people=[DutyPerson(user_id=p.id, phone=p.phone) for p in turns.groups[one.group]],
        )  # fmt: skip
        db.session.add(shift)
        made.append(shift)
    if made:
        log("shifts_planned", made[0], {"count": [None, len(made)]}, by=by, now=now)
    return made, len(spans) - len(made)
