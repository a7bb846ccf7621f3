"""Home visits (F3.2.3, F3.2.4): agreed before, on time, changed with the user's consent or recorded as a
breach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.registry.models import CatalogueEntry, Staff, Visit, VisitStaff
from blueprints.registry.queries import visits as queries
from blueprints.registry.service.keeping import log
from blueprints.registry.service.qualifying import require_certified
from core.clock import local_date, to_local
from core.db import db
from core.locks import lock_name
from core.sequences import next_number
from core.wording import day_words
from domain.errors import InvalidInput, RuleViolation
from domain.opening import clock_words

AGREED, KEPT = "F3.2.3", "F3.2.4"
LONGEST_HOURS = 12


@dataclass(frozen=True)
class Slot:
    """When the user can expect the staff; aware UTC."""

    begin: datetime
    until: datetime

    @property
    def words(self) -> str:
        """10月13日（周二）09:00-10:00"""
        first, last = to_local(self.begin), to_local(self.until)
        return f"{day_words(first.date())} {first:%H:%M}-{last:%H:%M}"


@dataclass(frozen=True)
class Agreement:
    """What was agreed with the user: what for, when, where, who comes, and how it was agreed."""

    purpose: str
    entry: CatalogueEntry | None
    slot: Slot
    people: Sequence[Staff]
    team: str
    user_name: str
    user_phone: str
    user_address: str
    how: str
    at: datetime


def slot_of(visit: Visit) -> Slot:
    """The slot as it stands."""
    return Slot(visit.slot_from, visit.slot_until)


def check_slot(slot: Slot, now: datetime) -> None:
    """A slot lies ahead and ends after it begins. Errors: InvalidInput naming the field."""
    if slot.until <= slot.begin:
        raise InvalidInput("结束时间应当晚于开始时间。", "ends")
    if slot.begin < now:
        raise InvalidInput("预约时段已经过去，只能约今后的时间。", "day")
    if (slot.until - slot.begin).total_seconds() > LONGEST_HOURS * 3600:
        raise InvalidInput(f"一个时段最长 {LONGEST_HOURS} 小时，请约得更准一些。", "ends")


def check_people(people: Sequence[Staff], slot: Slot, but: int | None = None) -> None:
    """Those who go are certified on that day (F3.2.1) and free (F3.2.4). Errors: RuleViolation,
    InvalidInput when there is nobody."""
    if not people:
        raise InvalidInput("请至少选择一名上门人员。", "people")
    require_certified(people, local_date(slot.begin), "上门服务")
    for person in people:
        lock_name(f"staff-time:{person.id}")
        other = queries.busy_visit(person.id, slot.begin, slot.until, but)
        if other is not None:
            raise RuleViolation(
                f"{person.name}在{slot_of(other).words}已有上门（{other.number}），时段重叠，会造成迟到。",
                KEPT,
                "请另选人员，或者另约时段。",
            )
        shift = queries.busy_shift(person.id, slot.begin, slot.until)
        if shift is not None:
            words = f"{clock_words(shift.starts)}-{clock_words(shift.ends)}"
            raise RuleViolation(
                f"{person.name}在{day_words(shift.day)}{words}排了窗口班次，不能同时上门。",
                KEPT,
                "请另选人员，或者先调整班次。",
            )


def agree(organization_id: int, told: Agreement, *, by: User, now: datetime) -> Visit:
    """A visit that was agreed with the user beforehand. Errors: InvalidInput for a slot that cannot be,
    RuleViolation without prior agreement (F3.2.3) or for people who cannot go (F3.2.1)."""
    check_slot(told.slot, now)
    if told.at >= told.slot.begin:
        raise RuleViolation(
            "与用户约定的时间晚于上门时段的开始：上门服务需提前与用户预约。",
            AGREED,
            "请先与用户约定，再登记约定的时间。",
        )
    if told.at > now:
        raise InvalidInput("约定的时间不能晚于现在。", "agreed_at")
    check_people(told.people, told.slot)
    year = to_local(now).year
    visit = Visit(
        organization_id=organization_id,
        number=f"上门-{year}-{next_number(f'visit:{organization_id}', year):06d}",
        purpose=told.purpose, entry_id=told.entry.id if told.entry else None, team=told.team,
        user_name=told.user_name, user_phone=told.user_phone, user_address=told.user_address,
        slot_from=told.slot.begin, slot_until=told.slot.until, agreed_how=told.how, agreed_at=told.at,
        agreed_by_id=by.id,
    )  # fmt: skip
    visit.staff = [VisitStaff(staff_id=person.id) for person in told.people]
    db.session.add(visit)
    facts = {
        "slot": [None, told.slot.words], "team": [None, told.team],
        "staff": [None, [person.badge for person in told.people]],
    }  # fmt: skip
    log("visit_new", visit, visit.number, facts, personal=personal_of(visit), by=by, now=now)
    return visit


def personal_of(visit: Visit) -> dict[str, Any]:
    """What the log keeps sealed."""
    names = ("purpose", "user_name", "user_phone", "user_address")
    return {name: [None, getattr(visit, name)] for name in names}


def reassign(visit: Visit, people: Sequence[Staff], team: str, *, by: User, now: datetime) -> None:
    """Other people go. Errors: RuleViolation, InvalidInput as for a new visit."""
    require_state(visit, "agreed", "改派")
    check_people(people, slot_of(visit), but=visit.id)
    before = [link.staff.badge for link in visit.staff]
    visit.staff = []
    db.session.flush()
    visit.staff = [VisitStaff(staff_id=person.id) for person in people]
    visit.team = team
    after = [person.badge for person in people]
    log("visit_staff", visit, visit.number, {"staff": [before, after]}, by=by, now=now)


def require_state(visit: Visit, wanted: str | tuple[str, ...], step: str) -> None:
    """Errors: RuleViolation where the step does not fit the state."""
    if visit.state not in ((wanted,) if isinstance(wanted, str) else wanted):
        name = queries.STATES[visit.state]
        raise RuleViolation(f"这次上门{name}，不能再{step}。", KEPT, "请刷新页面，看看现在的状态。")
