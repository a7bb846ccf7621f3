"""Clocks of a case: receipt starts them, steps end them, a new calendar moves the open ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import regulator_of
from blueprints.complaints.models import Case
from blueprints.complaints.service.duty_hours import reckoned
from blueprints.complaints.service.next_step import (
    SUBJECT,
    case_path,
    next_row,
    refresh_due,
    responsible_people,
)
from blueprints.rulebook.models import LawLimit
from blueprints.rulebook.service import law_limits_for, pinned, remembered
from core import clocks
from core.calendar_store import CalendarChanged, load_calendar
from core.clock import local_date
from core.clocks import ClockMoved, Limit, Reckoning
from core.db import db
from core.inbox import tell
from domain.deadlines import Unit
from domain.rulesets import Ruleset
from domain.workdays import Calendar

if TYPE_CHECKING:
    from blueprints.complaints.service.engine import Act

COMPLETION = "completion"
SENDERS = frozenset({"city", "district"})


def ruleset_limit(ruleset: Ruleset, obligation: str, case_type: str) -> Limit | None:
    """A limit of the ruleset in the form that clocks take, or None where it sets none."""
    row = ruleset.limit(obligation, case_type)
    if row is None:
        return None
    return Limit(
        obligation, row.name, row.amount, row.unit, "local" if row.local else "ruleset",
        clause=row.clause or "", basis=row.reason or ruleset.title,
    )  # fmt: skip


def regulator_id_of(sector: str, area: str = "") -> int | None:
    """The active regulator that supervises a sector in an area (F1), looked up once for as long as no
    organization and no jurisdiction changes."""
    return remembered(("regulator", sector, area), lambda: getattr(regulator_of(sector, area), "id", None))


def laws_of(enterprise: Organization) -> list[LawLimit]:
    """Limits of law that the regulator of the enterprise's sector holds beside the ruleset."""
    sector = enterprise.sectors[0]
    regulator_id = regulator_id_of(sector, enterprise.area)
    return law_limits_for(regulator_id, sector) if regulator_id is not None else []


def law_name(law: LawLimit) -> str:
    """What its clocks are called: law and article."""
    return f"{law.law}{law.article}"[:64]


def receipt_limits(ruleset: Ruleset, case_type: str, laws: Iterable[LawLimit], complex_: bool) -> list[Limit]:
    """The limits that run from the receipt: acceptance and completion (Q5), and those of law beside them."""
    own = (ruleset_limit(ruleset, obligation, case_type) for obligation in ("acceptance", COMPLETION))
    limits = [limit for limit in own if limit is not None]
    for law in laws:
        amount = law.complex_amount if complex_ and law.complex_amount else law.amount
        name, basis = law_name(law), law.text[:128]
        limits.append(Limit(law.obligation, name, amount, Unit(law.unit), "law", basis=basis))
    return limits


def strictest_of(limits: Iterable[tuple[Limit, Reckoning]]) -> dict[str, Any]:
    """The strictest of these limits, in the columns with which a case repeats it."""
    limit, due = min(limits, key=lambda pair: pair[1].due_at, default=(None, None))
    if limit is None or due is None:
        return {"due_on": None, "due_at": None, "due_name": "", "due_provisional": False}
    return {
        "due_on": due.due_on, "due_at": due.due_at, "due_name": limit.name,
        "due_provisional": due.provisional,
    }  # fmt: skip


def start_receipt_clocks(case: Case, ruleset: Ruleset, calendar: Calendar) -> None:
    """Start what runs from the receipt of a case."""
    for limit in receipt_limits(ruleset, case.type, laws_of(case.enterprise), case.complex):
        due = reckoned(limit, case.received_at, calendar, ruleset, case.receiving_org_id)
        clocks.start_many([clocks.columns(SUBJECT, case.id, limit, case.received_at, due)])


def start_limit(act: Act, obligation: str, since: datetime | None = None) -> None:
    """Start a limit of the ruleset at `since` (now, unless said otherwise)."""
    limit = ruleset_limit(act.ruleset, obligation, act.case.type)
    if limit is not None:
        clocks.start(SUBJECT, act.case.id, limit, since=since or act.now, calendar=act.calendar)


def start_order(
    act: Act, obligation: str, name: str, workdays: int, clause: str = "", basis: str = ""
) -> clocks.Clock:
    """Start a limit that a person set (a review sent back, a supervision order)."""
    limit = Limit(obligation, name, workdays, Unit.WORKDAY, "order", clause=clause, basis=basis)
    return clocks.start(SUBJECT, act.case.id, limit, since=act.now, calendar=act.calendar)


def start_until(act: Act, obligation: str, name: str, due_on: date, clause: str = "") -> None:
    """Start a limit that ends on a day which a person promised or set; today's own needs no clock."""
    days = (due_on - local_date(act.now)).days
    if days > 0:
        limit = Limit(obligation, name, days, Unit.DAY, "order", clause=clause, basis="办理中约定的日期")
        clocks.start(SUBJECT, act.case.id, limit, since=act.now, calendar=act.calendar)


def stop(act: Act, *obligations: str, at: datetime | None = None) -> None:
    """End these limits at `at` (now, unless said otherwise)."""
    for obligation in obligations:
        clocks.stop(SUBJECT, act.case.id, obligation, at=at or act.now)


def void(act: Act, obligation: str | None = None) -> None:
    """End limits that no longer ask for anything."""
    clocks.void(SUBJECT, act.case.id, at=act.now, obligation=obligation)


def void_own(act: Act) -> None:
    """End what still ran here; the limits of whoever sent the case wait until it is filled back (回填)."""
    for clock in clocks.open_of(SUBJECT, act.case.id):
        if clock.obligation not in SENDERS:
            clock.state, clock.ended_at = "void", act.now


def restart(act: Act) -> None:
    """Reopening starts a new completion limit and puts the responsible units back to work."""
    case = act.case
    clocks.void(SUBJECT, case.id, at=act.now)
    case.completed_at = None
    case.conclusion, case.reasonable, case.service_class, case.rectification = "", None, "", ""
    for assignment in case.open_assignments:
        assignment.state = "assigned"
    act.facts["restart"] = True
    start_limit(act, COMPLETION)


def on_calendar_changed(event: CalendarChanged) -> None:
    """Compute every open limit anew; closed cases have no open limit and stay as they were."""
    for clock, old in clocks.recompute_open(load_calendar(), now=event.now, reason=event.reason):
        case = db.session.get(Case, clock.subject_id) if clock.subject_type == SUBJECT else None
        if case is not None:
            event.changed.append(
                {"case": case.number, "old": old.isoformat(), "new": clock.due_on.isoformat()}
            )


def on_clock_moved(event: ClockMoved) -> None:
    """Repeat the new day on the case and tell those who work on it."""
    clock = event.clock
    if clock.subject_type != SUBJECT:
        return
    case = db.session.get_one(Case, clock.subject_id)
    refresh_due(case)
    row = next_row(case, pinned(case.ruleset_version_id))
    if row is None:
        return
    firm = "（暂定）" if clock.provisional else ""
    text = f"{case.number}“{clock.name}”由{event.old_due_on}改为{clock.due_on}{firm}：{event.reason}。"
    tell(responsible_people(case, row), text, link=case_path(case), now=event.now, clause=clock.clause)
