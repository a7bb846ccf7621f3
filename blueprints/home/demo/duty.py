"""Rosters of last week and this one, a handover, and an emergency that is over. All of it invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from blueprints.accounts.models import Organization, User
from blueprints.complaints import service as cases
from blueprints.complaints.service.completing import complete
from blueprints.duty import queries
from blueprints.duty.service import handing
from blueprints.duty.service.rostering import Turns, add_by_pattern
from blueprints.home.demo.people import Cast
from blueprints.hotline.service import emergencies
from core import clock
from core.clock import local_date, local_midnight
from core.db import db
from domain.rosters import ShiftKind
from domain.workdays import Calendar

CASES, FEWEST = 1, 100
DAYS = 14
KINDS = {
    True: (ShiftKind("值班", 510, 510),),
    False: (ShiftKind("白班", 510, 1230), ShiftKind("夜班", 1230, 510)),
}
GROUPS = {
    True: (("clerk",), ("supervisor",), ("inspector",)),
    False: (("dispatcher",), ("handler", "handler2"), ("discloser",)),
}
WHERE, WHAT = "示例小区7栋1单元", "厨房燃气表下面有咝咝声，味道很重，家里有老人。"
RESULT = "现场关阀通风，更换老化的表前接头，检测无泄漏后恢复供气。"


def alarms(cases: int) -> int:
    """How many of so many cases are an emergency."""
    return CASES if cases >= FEWEST else 0


def watch(cast: Cast, calendar: Calendar, now: datetime, *, alarm: bool) -> None:
    """Everything that the hotline room leaves behind; with `alarm` one case more."""
    monday = local_date(now) - timedelta(days=local_date(now).weekday() + 7)
    with clock.frozen(local_midnight(monday) - timedelta(days=3)):
        for place, (code, organization) in enumerate(cast.organizations.items(), start=1):
            organization.repair_phone = "" if organization.is_regulator else f"000-800009{place:02d}"
            _roster(cast, code, organization, [monday + timedelta(days=n) for n in range(DAYS)])
    if alarm:
        _emergency(cast, calendar, now)
    for organization in cast.organizations.values():
        _handover(organization, now)


def _roster(cast: Cast, code: str, organization: Organization, days: Sequence[object]) -> None:
    regulator = organization.is_regulator
    people = [[cast.user(f"{code}-{login}") for login in group] for group in GROUPS[regulator]]
    leader = cast.user(f"{code}-leader")
    for number, person in enumerate([leader, *(p for group in people for p in group)]):
        person.phone = person.phone or f"000-8000{organization.id:02d}{number:02d}"
    turns = Turns(days, KINDS[regulator], people, [leader])  # type: ignore[arg-type]
    add_by_pattern(organization.id, turns, by=leader, now=clock.now())


def _handover(organization: Organization, now: datetime) -> None:
    """Every shift that ended was handed over and confirmed."""
    over = [s for s in queries.to_hand_over(organization.id, now) if s.ends_at <= now]
    for shift in sorted(over, key=lambda s: s.begins_at):
        following = queries.next_shift(shift)
        taker = next((p.user for p in following.people), None) if following else None
        giver: User = shift.people[0].user
        if taker is None or taker.id == giver.id:
            continue
        with clock.frozen(shift.ends_at - timedelta(minutes=10)):
            given = handing.give(
                organization, shift, "设备正常，备用钥匙在前台。", {}, by=giver, now=clock.now()
            )
        with clock.frozen(shift.ends_at + timedelta(minutes=3)):
            handing.take(given, by=taker, now=clock.now())
    db.session.flush()


def _emergency(cast: Cast, calendar: Calendar, now: datetime) -> None:
    """A leak yesterday evening: taken over in three minutes, over after an hour and a half."""
    began = local_midnight(local_date(now) - timedelta(days=1)) + timedelta(hours=19, minutes=40)
    agent, place = cast.user("rq-dispatcher"), cast.organizations["rq"]
    with clock.frozen(began):
        alarm = emergencies.raise_alarm(place, "leak", by=agent, now=clock.now(), calendar=calendar)
        known = {"place": WHERE, "name": "示例用户丁", "phone": "13800000077", "words": WHAT}
        complete(alarm.case, known, by=agent, now=clock.now(), calendar=calendar)
    shift = queries.on_duty(place.id, began)
    taker = shift.people[0].user if shift else cast.user("rq-handler2")
    with clock.frozen(began + timedelta(minutes=3)):
        emergencies.take_over(alarm, "", "", by=taker, now=clock.now(), calendar=calendar)
    with clock.frozen(began + timedelta(minutes=24)):
        emergencies.arrive(alarm, by=taker, now=clock.now(), calendar=calendar)
    with clock.frozen(began + timedelta(minutes=95)):
        emergencies.finish(alarm, RESULT, false_alarm=False, by=taker, now=clock.now(), calendar=calendar)
        given = {"nature": "internal", "notice_way": "电话", "notice_text": "险情已处置，诉求已受理。"}
        cases.perform(alarm.case, "accept", given, by=agent, now=clock.now(), calendar=calendar)
