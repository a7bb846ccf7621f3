"""Update duties: opened by a change (20 workdays) or by a found deficiency, ended by a new publication."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from blueprints.accounts.events import OrganizationChanged
from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import supervised_by
from blueprints.disclosure.models import DisclosureItem, DisclosureVersion, UpdateDuty
from blueprints.disclosure.queries import items
from blueprints.disclosure.queries.duties import clause_for, duties_for, duty_named
from blueprints.disclosure.service.engine import item_path, label_of, log, tell_enterprise
from blueprints.disclosure.workflow import State
from blueprints.registry.events import TOPICS, RegistryChanged
from blueprints.rulebook.service import ruleset_codes, ruleset_for
from core import clocks
from core.audit import Actor
from core.authz import Permission
from core.calendar_store import load_calendar
from core.clock import end_of_day, local_date, local_midnight
from core.clocks import Limit
from core.db import db
from core.wording import date_words
from domain.deadlines import Unit
from domain.duties import CHANGE_WORKDAYS, Duty, Frequency
from domain.errors import InvalidInput, RuleViolation
from domain.standing import Kind
from domain.workdays import Calendar

SUBJECT = "update_duty"
CORRECTION_WORKDAYS = 10
MOST_CORRECTION = 60
CORRECTION_SETTING = "disclosure_correction_workdays"
CORRECTION_REASON = "制度没有写改正的期限，按本单位设定填好，检查人员可以按情况另定。"
LONGEST = 300
OUT_OR_COMING = (State.PUBLISHED, State.SUBMITTED, State.APPROVED)


def on_registry_changed(event: RegistryChanged) -> None:
    """A change in the service register opens an update duty for every item that is made of it."""
    organization = db.session.get_one(Organization, event.organization_id)
    for duty in duties_for(organization, on=local_date(event.now)):
        if event.topic not in duty.feed:
            continue
        item = items.item_of(organization.id, duty.code)
        if item is not None and items.in_work(item.id, OUT_OR_COMING):
            what = event.what or f"{TOPICS.get(event.topic, '服务登记')}有变更"
            open_change(item, what, since=event.since, by=event.by, now=event.now)


def on_organization_changed(event: OrganizationChanged) -> None:
    """The regulator has another complaint number (F1): whoever publishes it has to do so anew (F3.3.4)."""
    regulator = event.organization
    if not regulator.is_regulator or "hotline" not in event.fields:
        return
    what, since = f"{regulator.name}的监督电话改为 {regulator.hotline}", local_date(event.now)
    for organization in supervised_by(regulator):
        on_registry_changed(RegistryChanged(organization.id, "hotlines", what, since, event.by, event.now))


def declare_change(item: DisclosureItem, what: str, since: date, *, by: User, now: datetime) -> UpdateDuty:
    """有变更: what the register does not see (a policy, a price outside of the catalogue).

    Errors: InvalidInput for a day in the future, RuleViolation where nothing is published yet.
    """
    if not what.strip():
        raise InvalidInput("请写明变更了什么。", "what")
    if since > local_date(now):
        raise InvalidInput("变更的日期不能晚于今天。", "since")
    if not items.in_work(item.id, OUT_OR_COMING):
        raise RuleViolation("这一事项还没有公开过，不存在变更。", None, "请先起草并公开。")
    return open_change(item, what.strip(), since=since, by=by, now=now)


def open_change(item: DisclosureItem, what: str, *, since: date, by: Actor, now: datetime) -> UpdateDuty:
    """Open an update duty; with one open for the same duty it is merged: the earliest due day stays."""
    calendar = load_calendar()
    duty = duty_named(item.duty)
    open_now = items.open_updates(item.organization_id, item.duty, Kind.CHANGE)
    if open_now:
        return _merge(open_now[0], item, what, since, calendar, by=by, now=now)
    clause = clause_for(duty, item.organization)
    limit = Limit(
        "disclosure_update", "变更后更新公开", _workdays(duty), Unit.WORKDAY, "law", clause=clause,
        basis=duty.source[:128],
    )  # fmt: skip
    row = _open(item, Kind.CHANGE, what, limit, since, calendar, now=now)
    _tell_opened(row, item, clause, by=by, now=now)
    return row


def _workdays(duty: Duty) -> int:
    return duty.within if duty.frequency is Frequency.CHANGE else CHANGE_WORKDAYS


def _open(
    item: DisclosureItem,
    kind: Kind,
    what: str,
    limit: Limit,
    since: date,
    calendar: Calendar,
    *,
    now: datetime,
) -> UpdateDuty:
    start = now if since == local_date(now) else local_midnight(since)
    reckoned = clocks.reckon(limit.amount, limit.unit, start, calendar)
    row = UpdateDuty(
        organization_id=item.organization_id, duty=item.duty, cause=kind.value, what=what[:LONGEST],
        since=now, due_on=reckoned.due_on, provisional=reckoned.provisional,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    clocks.start(SUBJECT, row.id, limit, since=start, calendar=calendar)
    return row


def _merge(
    row: UpdateDuty,
    item: DisclosureItem,
    what: str,
    since: date,
    calendar: Calendar,
    *,
    by: Actor,
    now: datetime,
) -> UpdateDuty:
    """The open duty tells the new change, too, and only what is published after it ends it."""
    old, row.since = row.what, max(row.since, now)
    if what not in row.what:
        row.what = f"{row.what}；{what}"[:LONGEST]
    start = local_midnight(since)
    for clock in clocks.open_of(SUBJECT, row.id):
        if since < local_date(clock.started_at):
            reason = "并入一项更早的变更"
            clocks.rebase(clock, calendar=calendar, now=now, reason=reason, since=start)
            row.due_on, row.provisional = clock.due_on, clock.provisional
    log("update_merged", row, label_of(item), by=by, now=now, changes={"what": [old, row.what]})
    return row


def _tell_opened(row: UpdateDuty, item: DisclosureItem, clause: str, *, by: Actor, now: datetime) -> None:
    changes = {"what": [None, row.what], "due_on": [None, row.due_on.isoformat()]}
    log("update_opened", row, label_of(item), by=by, now=now, changes=changes)
    text = f"{label_of(item)}：{row.what}，请在{date_words(row.due_on)}前更新公开。"
    tell_enterprise(
        item.organization_id, Permission.DISCLOSURE_EDIT, text, link=item_path(item), now=now, clause=clause
    )


def correction_workdays(organization: Organization) -> int:
    """The local setting of whoever governs the enterprise's rules, 10 where its rules have none."""
    if organization.ruleset_code not in ruleset_codes():
        return CORRECTION_WORKDAYS
    ruleset = ruleset_for(organization)
    known = any(setting.key == CORRECTION_SETTING for setting in ruleset.settings)
    return ruleset.number(CORRECTION_SETTING) if known else CORRECTION_WORKDAYS


def open_correction(item: DisclosureItem, what: str, workdays: int, *, by: User, now: datetime) -> UpdateDuty:
    """A deficiency must be corrected within so many workdays. Errors: InvalidInput at `workdays`."""
    if not 1 <= workdays <= MOST_CORRECTION:
        raise InvalidInput(f"改正期限应当在 1 到 {MOST_CORRECTION} 个工作日之间。", "workdays")
    duty = duty_named(item.duty)
    clause = clause_for(duty, item.organization)
    limit = Limit(
        "disclosure_correction", "缺陷改正", workdays, Unit.WORKDAY, "order", clause=clause,
        basis="主管部门核查确定的改正期限",
    )  # fmt: skip
    calendar = load_calendar()
    row = _open(item, Kind.CORRECTION, what, limit, local_date(now), calendar, now=now)
    _tell_opened(row, item, clause, by=by, now=now)
    return row


def answer(version: DisclosureVersion, *, by: User, now: datetime) -> list[UpdateDuty]:
    """A publication ends the update duties that it answers: met, or late after the due day.

    A change in the register is answered by what was taken after it, a correction by a new version on the same
    period, every other by any new version.
    """
    ended, day = [], version.published_on or local_date(now)
    for row in items.open_updates(version.organization_id, version.item.duty):
        stale = version.taken_at is not None and version.taken_at < row.since
        if row.cause == Kind.CHANGE and stale:
            continue
        if row.cause == Kind.CORRECTION and items.corrected_period(row) != version.period:
            continue
        moment = min(now, end_of_day(day) - timedelta(seconds=1))
        row.state = "met" if day <= row.due_on else "late"
        row.ended_at, row.version_id = moment, version.id
        for clock in clocks.open_of(SUBJECT, row.id):
            clock.state, clock.ended_at = row.state, moment
        late = {"late": row.state == "late"}
        log("update_ended", row, label_of(version.item), by=by, now=now, changes=late)
        ended.append(row)
    return ended


def void_open(organization_id: int, code: str, *, by: Actor, now: datetime) -> None:
    """Update duties of a duty that is no longer one ask for nothing any more."""
    for row in items.open_updates(organization_id, code):
        row.state, row.ended_at = "void", now
        clocks.void(SUBJECT, row.id, at=now)


def on_clock_moved(event: clocks.ClockMoved) -> None:
    """A change of the calendar moved the day of an update duty: repeat it and tell."""
    if event.clock.subject_type != SUBJECT:
        return
    row = db.session.get_one(UpdateDuty, event.clock.subject_id)
    row.due_on, row.provisional = event.clock.due_on, event.clock.provisional
    item = items.item_of(row.organization_id, row.duty)
    if item is None or event.old_due_on == event.clock.due_on:
        return
    text = (
        f"{label_of(item)}的更新期限由{date_words(event.old_due_on)}改为{date_words(event.clock.due_on)}："
        f"{event.reason}。"
    )
    tell_enterprise(
        item.organization_id, Permission.DISCLOSURE_EDIT, text, link=item_path(item), now=event.now
    )
