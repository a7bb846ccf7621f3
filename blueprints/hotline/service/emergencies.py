"""应急: one tap makes the case, its alarm, the minute clock and the messages; what follows is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import people_with_role, regulator_of
from blueprints.complaints.models import Case
from blueprints.complaints.service.completing import noted, prepared
from blueprints.complaints.service.engine import EFFECTS, Act, store
from blueprints.complaints.service.intake import Intake, may_register_for, register
from blueprints.complaints.service.next_step import SUBJECT, refresh_due
from blueprints.complaints.workflow import State
from blueprints.duty.queries import all_on_duty
from blueprints.hotline.models import EMERGENCIES, EmergencyAlarm
from blueprints.hotline.queries import emergencies as queries
from blueprints.rulebook.service import pinned, ruleset_for
from core import audit, clocks
from core.clock import to_local
from core.db import db
from core.inbox import tell
from domain.deadlines import Unit
from domain.errors import InvalidInput, RuleViolation
from domain.roles import Role
from domain.rulesets import Ruleset
from domain.workdays import Calendar

STATES = {
    "raised": "等人接手", "taken": "已接手", "arrived": "已到达", "ended": "处置结束", "false": "误报",
}  # fmt: skip
TOLD_AS = {"duty": "值班", "leader": "带班领导", "all": "没有排值班"}
MINUTES = "emergency_takeover_minutes"


def path_of(alarm: EmergencyAlarm) -> str:
    """The page of an alarm."""
    return f"/emergencies/{alarm.id}"


def _log(
    alarm: EmergencyAlarm, verb: str, changes: Mapping[str, Any], by: audit.Actor, now: datetime
) -> None:
    db.session.flush()
    subject = audit.Subject("emergency_alarm", alarm.id, alarm.case.number)
    audit.record(f"hotline.alarm_{verb}", subject=subject, by=by, now=now, changes=changes)


def _intake(enterprise: Organization, kind: str, rules: Ruleset, by: User, now: datetime) -> Intake:
    """What can be said without asking anybody: the rest is completed afterwards."""
    types, categories = {t.code for t in rules.types}, [c.code for c in rules.categories]
    wanted = "regulator_hotline" if by.organization and by.organization.is_regulator else ""
    spoken = [c for c in rules.channels if c.active and c.medium.value == "phone"] or list(rules.channels)
    channel = next((c.code for c in spoken if c.code == wanted), spoken[0].code)
    title = f"险情：{EMERGENCIES[kind]}"
    return Intake(
        enterprise=enterprise, type="help_request" if "help_request" in types else "complaint",
        channel=channel, category="quality" if "quality" in categories else categories[0], title=title,
        content=prepared(title), received_at=now, anonymous=True, urgent=True, emergency=kind,
    )  # fmt: skip


def raise_alarm(
    enterprise: Organization, kind: str, *, by: User, now: datetime, calendar: Calendar
) -> EmergencyAlarm:
    """One tap: nothing but the kind is needed, and nothing stands in its way. Errors: InvalidInput for an
    unknown kind or a foreign enterprise."""
    if kind not in EMERGENCIES:
        raise InvalidInput("请点选险情的种类。", "kind")
    if not may_register_for(enterprise, by):
        raise InvalidInput("不能为这家单位报险。", "enterprise")
    rules = ruleset_for(enterprise)
    case = register(_intake(enterprise, kind, rules, by, now), by=by, now=now, calendar=calendar)
    setting = rules.setting(MINUTES)
    limit = clocks.Limit(
        queries.TAKEOVER,
        "险情接手",
        rules.number(MINUTES),
        Unit.MINUTE,
        "local",
        basis=(setting.reason or "")[:128],
    )
    clocks.start(SUBJECT, case.id, limit, since=now, calendar=calendar)
    refresh_due(case)
    if enterprise.id != by.organization_id:
        _hand_over(case, enterprise, by, now, calendar)
    alarm = EmergencyAlarm(
        case_id=case.id, organization_id=enterprise.id, kind=kind, raised_by_id=by.id, raised_at=now
    )
    alarm.case, alarm.organization, alarm.state = case, enterprise, "raised"
    db.session.add(alarm)
    db.session.flush()
    _alarm(alarm, by, now)
    _log(alarm, "raised", {"kind": [None, kind], "people": [None, len(alarm.told)]}, by, now)
    return alarm


def _hand_over(case: Case, enterprise: Organization, by: User, now: datetime, calendar: Calendar) -> None:
    """A regulator's tap reaches the enterprise with the case itself: urgent action waits for nothing."""
    data = {"units": [f"org:{enterprise.id}"], "requirement": "险情，请立即处置。"}
    act = Act(case, "urgent_dispatch", data, by, now, calendar, pinned(case.ruleset_version_id))
    EFFECTS["urgent_dispatch"](act)
    store(act, State(case.state))


def to_alarm(organization_id: int, now: datetime) -> dict[int, tuple[User, str]]:
    """Who is alarmed, and as what: everybody of the shifts on duty with their leaders; where nobody is, all
    dispatchers and leaders."""
    found: dict[int, tuple[User, str]] = {}
    for shift in all_on_duty(organization_id, now):
        for person in shift.people:
            found.setdefault(person.user_id, (person.user, "duty"))
        found.setdefault(shift.leader_id, (shift.leader, "leader"))
    found = {key: pair for key, pair in found.items() if pair[0].enabled}
    if found:
        return found
    people = people_with_role(organization_id, Role.DISPATCHER, Role.ENTERPRISE_LEADER)
    return {person.id: (person, "all") for person in people}


def _alarm(alarm: EmergencyAlarm, by: User, now: datetime) -> None:
    people = to_alarm(alarm.organization_id, now)
    alarm.told = [
        {"user_id": user.id, "name": user.name, "at": now.isoformat(), "as": told_as}
        for user, told_as in people.values()
    ]
    text = f"【报险】{EMERGENCIES[alarm.kind]}：{alarm.case.number}，{to_local(now):%H:%M} 报，请马上接手。"
    tell(people.keys(), text, link=path_of(alarm), now=now)


def may_handle(alarm: EmergencyAlarm, by: User) -> bool:
    """The enterprise itself, and whoever answered the call."""
    return by.organization_id in (alarm.organization_id, alarm.case.receiving_org_id)


def _must_handle(alarm: EmergencyAlarm, by: User, *states: str) -> None:
    if not may_handle(alarm, by):
        raise RuleViolation("这起险情由企业处置，您可以查看。", None, "需要督促的，请联系企业的带班领导。")
    if alarm.state not in states:
        who = f"（{alarm.taken_name}）" if alarm.taken_name else ""
        why = f"这起险情现在是“{STATES[alarm.state]}”{who}，不能再办这一步。"
        raise RuleViolation(why, None, "请看页面上的现在状态。")


def take_over(
    alarm: EmergencyAlarm, name: str, phone: str, *, by: User, now: datetime, calendar: Calendar
) -> None:
    """Somebody answers for it from now on: the person who presses, or the one who is named. Stops the clock.
    Errors: RuleViolation."""
    _must_handle(alarm, by, "raised")
    if not name and by.organization_id != alarm.organization_id:
        raise RuleViolation("接手的人要是企业的人员。", None, "请写明企业接手人的姓名和电话。")
    alarm.state, alarm.taken_at = "taken", now
    alarm.taken_by_id, alarm.taken_name = (None, name) if name else (by.id, by.name)
    alarm.taken_phone = phone or ("" if name else by.phone)
    clocks.stop(SUBJECT, alarm.case_id, queries.TAKEOVER, at=now)
    refresh_due(alarm.case)
    minutes = minutes_between(alarm.raised_at, now)
    noted(
        alarm.case, f"险情由{alarm.taken_name}接手，用时 {minutes} 分钟。", by=by, now=now, calendar=calendar
    )
    _log(alarm, "taken", {"person": [None, alarm.taken_name]}, by, now)
    told = {one["user_id"] for one in alarm.told} | {alarm.raised_by_id}
    tell(told - {by.id}, f"{alarm.case.number}险情由{alarm.taken_name}接手。", link=path_of(alarm), now=now)


def arrive(alarm: EmergencyAlarm, *, by: User, now: datetime, calendar: Calendar) -> None:
    """They are on the spot. Errors: RuleViolation while nobody has taken over."""
    if alarm.state == "raised":
        raise RuleViolation("还没有人接手。", None, "请先按“我来接手”，或者写明谁接手。")
    _must_handle(alarm, by, "taken")
    alarm.state, alarm.arrived_at = "arrived", now
    minutes = minutes_between(alarm.raised_at, now)
    noted(alarm.case, f"抢险人员到达现场，报险后 {minutes} 分钟。", by=by, now=now, calendar=calendar)
    _log(alarm, "arrived", {"minutes": [None, minutes]}, by, now)


def finish(
    alarm: EmergencyAlarm, result: str, *, false_alarm: bool, by: User, now: datetime, calendar: Calendar
) -> None:
    """Over, or a false alarm; the case goes on as an ordinary one. Errors: InvalidInput, RuleViolation."""
    if not false_alarm and alarm.state == "raised":
        raise RuleViolation("还没有人接手，不能结束。", None, "请先登记谁接手；是误报的，请按“误报”。")
    _must_handle(alarm, by, *queries.RUNNING)
    if len(result) < 2:
        raise InvalidInput("请写一句原因。" if false_alarm else "请写明处置结果。", "result")
    old = alarm.state
    alarm.state, alarm.ended_at, alarm.result = "false" if false_alarm else "ended", now, result
    clocks.void(SUBJECT, alarm.case_id, at=now, obligation=queries.TAKEOVER)
    refresh_due(alarm.case)
    words = "误报" if false_alarm else "险情处置结束"
    noted(alarm.case, f"{words}：{result}", by=by, now=now, calendar=calendar)
    _log(alarm, "ended", {"state": [old, alarm.state], "result": [None, result]}, by, now)
    told = {one["user_id"] for one in alarm.told} | {alarm.raised_by_id}
    tell(told - {by.id}, f"{alarm.case.number}{words}：{result}", link=path_of(alarm), now=now)


def minutes_between(since: datetime, until: datetime) -> int:
    """Whole minutes that have passed."""
    return max(0, int((until - since).total_seconds() // 60))


def urge_all(now: datetime) -> int:
    """Urge what nobody took over in time, once for each further stretch of its minutes; returns how many."""
    count = 0
    for alarm, clock in queries.not_taken(now):
        late = minutes_between(clock.due_at, now)
        if late < alarm.urged * clock.amount:
            continue
        alarm.urged += 1
        people = to_urge(alarm, now)
        passed = minutes_between(alarm.raised_at, now)
        text = (
            f"【报险未接手】{EMERGENCIES[alarm.kind]}：{alarm.case.number}报险 {passed} 分钟还没有人接手"
            f"（限 {clock.amount} 分钟），请马上安排。"
        )
        tell(people, text, link=path_of(alarm), now=now)
        _log(alarm, "urged", {"urged": [alarm.urged - 1, alarm.urged]}, audit.SYSTEM, now)
        count += 1
    return count


def to_urge(alarm: EmergencyAlarm, now: datetime) -> set[int]:
    """The leaders on duty, or all leaders where none is; from the second time on all of them and the
    regulator's people on duty."""
    shifts = all_on_duty(alarm.organization_id, now)
    leaders = {shift.leader_id for shift in shifts if shift.leader.enabled}
    if not leaders or alarm.urged > 1:
        leaders |= {p.id for p in people_with_role(alarm.organization_id, Role.ENTERPRISE_LEADER)}
    regulator = regulator_of(alarm.organization.sectors[0]) if alarm.urged > 1 else None
    if regulator is not None:
        on_duty = all_on_duty(regulator.id, now)
        leaders |= {s.leader_id for s in on_duty} | {p.user_id for s in on_duty for p in s.people}
    return leaders
