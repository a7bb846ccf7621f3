"""What becomes of an agreed visit (F3.2.4): arrival, end, change, cancellation, no-show, rating."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from blueprints.accounts.models import User
from blueprints.registry.models import Visit, VisitChange
from blueprints.registry.service.keeping import log
from blueprints.registry.service.visits import (
    KEPT,
    Slot,
    check_people,
    check_slot,
    require_state,
    slot_of,
)
from core.db import db
from domain.errors import InvalidInput, RuleViolation

LONGEST_REASON = 300
SIDES = {"enterprise": "企业提出", "user": "用户提出"}
INSIST = "如果确已发生，请勾选“仍要保存，按违约记录”后再提交。"


class BreachAhead(RuleViolation):
    """A step that would be stored as a breach, and has not been insisted on."""


@dataclass(frozen=True)
class Wish:
    """Whose wish a change is (`side`: enterprise | user), why, and the user's consent if there is one."""

    side: str
    reason: str
    consent_at: datetime | None = None
    consent_how: str = ""


def late_minutes(arrived: datetime, until: datetime) -> int:
    """Whole minutes after the end of the slot, begun ones counted; 0 when on time."""
    return max(0, ceil((arrived - until) / timedelta(minutes=1)))


def breach_of(wish: Wish, old: Slot, now: datetime, step: str) -> str:
    """Why a change or cancellation breaks F3.2.4; '' where it does not."""
    if wish.side == "user":
        return ""
    if wish.consent_at is None:
        return f"企业{step}，没有取得用户同意"
    if wish.consent_at >= old.begin:
        return f"企业{step}，原时段开始后才取得用户同意"
    if now >= old.begin:
        return f"企业{step}，用户同意没有在原时段开始前登记"
    return ""


def _require_insisting(why: str, insist: bool) -> None:
    if why and not insist:
        raise BreachAhead(
            f"{why}：不得无故更改或取消上门服务时间，确需更改的应提前与用户沟通争得同意。保存后记为违约。",
            KEPT,
            INSIST,
        )


def _check_consent(wish: Wish, now: datetime) -> None:
    if wish.side == "user":
        return
    if wish.consent_at is not None and wish.consent_at > now:
        raise InvalidInput("用户同意的时间不能晚于现在。", "consent_at")
    if wish.consent_at is not None and not wish.consent_how:
        raise InvalidInput("请写明用户怎样表示同意，例如电话通话。", "consent_how")
    if wish.consent_how and wish.consent_at is None:
        raise InvalidInput("请填写用户表示同意的时间。", "consent_at")


def _breached(visit: Visit, why: str) -> None:
    if why:
        visit.breach = True
        told = f"{visit.breach_reason}；{why}" if visit.breach_reason else why
        visit.breach_reason = told[:LONGEST_REASON]


def _changed(
    visit: Visit, kind: str, wish: Wish, new: Slot | None, why: str, by: User, now: datetime
) -> None:
    old = slot_of(visit)
    row = VisitChange(
        kind=kind, side=wish.side, old_from=old.begin, old_until=old.until,
        new_from=new.begin if new else None, new_until=new.until if new else None, reason=wish.reason,
        consent_at=wish.consent_at, consent_how=wish.consent_how, breach=bool(why), by=by.name, at=now,
    )  # fmt: skip
    visit.changes.append(row)
    db.session.add(row)


def _log(verb: str, visit: Visit, facts: Mapping[str, Any], why: str, by: User, now: datetime) -> None:
    told = {name: value for name, value in facts.items() if value != [None, ""]}
    if why:
        told["breach_reason"] = [None, why]
    log(verb, visit, visit.number, told, by=by, now=now)


def move(visit: Visit, new: Slot, wish: Wish, *, insist: bool, by: User, now: datetime) -> None:
    """Another slot. Without the user's consent before the old one a change by the enterprise is a breach.

    Errors: InvalidInput for a slot that cannot be, BreachAhead until it is insisted on, RuleViolation for
    people who cannot go then.
    """
    require_state(visit, "agreed", "改约")
    check_slot(new, now)
    if new == slot_of(visit):
        raise InvalidInput("新的时段和原来的一样。", "day")
    _check_consent(wish, now)
    check_people([link.staff for link in visit.staff], new, but=visit.id)
    old = slot_of(visit)
    why = breach_of(wish, old, now, "更改上门时间")
    _require_insisting(why, insist)
    _changed(visit, "move", wish, new, why, by, now)
    visit.slot_from, visit.slot_until = new.begin, new.until
    _breached(visit, why)
    _log(
        "visit_change",
        visit,
        {"slot": [old.words, new.words], "side": [None, SIDES[wish.side]]},
        why,
        by,
        now,
    )


def cancel(visit: Visit, wish: Wish, *, insist: bool, by: User, now: datetime) -> None:
    """No visit. By the enterprise it needs the user's consent before the slot, else it is a breach."""
    require_state(visit, "agreed", "取消")
    _check_consent(wish, now)
    why = breach_of(wish, slot_of(visit), now, "取消上门")
    _require_insisting(why, insist)
    _changed(visit, "cancel", wish, None, why, by, now)
    visit.state = "cancelled"
    _breached(visit, why)
    _log("visit_cancel", visit, {"side": [None, SIDES[wish.side]]}, why, by, now)


def _arrived(visit: Visit, at: datetime, now: datetime) -> str:
    """Put the arrival and what it means; returns why it is a breach."""
    if at > now:
        raise InvalidInput("到达时间不能晚于现在。", "at")
    if at < visit.slot_from - timedelta(days=1):
        raise InvalidInput("到达时间比预约的时段早了一天以上，请核对；改了时间的请先改约。", "at")
    visit.arrived_at = at
    visit.late_minutes = late_minutes(at, visit.slot_until)
    why = f"迟到 {visit.late_minutes} 分钟" if visit.late_minutes else ""
    _breached(visit, why)
    return why


def arrive(visit: Visit, at: datetime, *, by: User, now: datetime) -> None:
    """The staff is there; after the end of the slot that is late and a breach."""
    require_state(visit, "agreed", "登记到达")
    why = _arrived(visit, at, now)
    visit.state = "arrived"
    _log("visit_arrive", visit, {"late_minutes": [None, visit.late_minutes]}, why, by, now)


def end(visit: Visit, at: datetime, outcome: str, *, by: User, now: datetime) -> None:
    """The work is done."""
    require_state(visit, "arrived", "登记结束")
    if at > now:
        raise InvalidInput("结束时间不能晚于现在。", "at")
    if visit.arrived_at is not None and at < visit.arrived_at:
        raise InvalidInput("结束时间不能早于到达时间。", "at")
    visit.ended_at, visit.outcome, visit.state = at, outcome, "done"
    _log("visit_end", visit, {"state": ["arrived", "done"]}, "", by, now)


def absent(visit: Visit, at: datetime, note: str, *, by: User, now: datetime) -> None:
    """The staff came and nobody was at home: no breach of the enterprise, unless it came late."""
    require_state(visit, ("agreed", "arrived"), "登记用户未在家")
    why = ""
    if visit.arrived_at is None:
        if at < visit.slot_from:
            raise InvalidInput("还没有到约定的时段，不能登记用户未在家。", "at")
        why = _arrived(visit, at, now)
    _changed(visit, "absent", Wish("user", note), None, why, by, now)
    visit.state, visit.outcome = "cancelled", f"用户未在家：{note}"
    _log("visit_absent", visit, {"late_minutes": [None, visit.late_minutes]}, why, by, now)


def miss(visit: Visit, reason: str, *, by: User, now: datetime) -> None:
    """Nobody came: a breach. Errors: RuleViolation before the end of the slot."""
    require_state(visit, "agreed", "登记未上门")
    if now < visit.slot_until:
        raise RuleViolation(
            "约定的时段还没有结束，不能登记未上门。", KEPT, "现在就不去的，请改约或取消并取得用户同意。"
        )
    why = "企业未按约上门"
    _changed(visit, "missed", Wish("enterprise", reason), None, why, by, now)
    visit.state = "missed"
    _breached(visit, why)
    _log("visit_missed", visit, {"state": ["agreed", "missed"]}, why, by, now)


def rate(visit: Visit, points: int, note: str, *, by: User, now: datetime) -> None:
    """The user's rating, 1 to 5, once."""
    require_state(visit, "done", "登记评价")
    if visit.rating is not None:
        raise RuleViolation("这次上门已经登记过评价。", None, "评价只登记一次。")
    visit.rating, visit.rating_note = points, note
    _log("visit_rate", visit, {"rating": [None, points]}, "", by, now)
