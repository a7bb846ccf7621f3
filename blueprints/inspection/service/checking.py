"""现场检查 (F6.2b): opened from an approved plan, by two or more certified people free of interests.

Order: open (answers come from tablets, a form or paper), signing (content frozen), signed, reviewed by
somebody who was not there. After signing only addenda; a void check stays listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.inspection.models import CheckAddendum, CheckInspector, PlanTarget, SiteCheck
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.queries import draws as certified
from blueprints.inspection.queries import findings
from blueprints.inspection.service import planning
from core import audit, clock
from core.db import db
from core.sequences import next_number
from domain.checklists import Checklist, checklist_from
from domain.errors import InvalidInput, RuleViolation
from domain.roles import Permission

CLAUSE = "F6.2b"
LEAST_TEAM, SHORTEST_REASON = 2, 4
MOST_KNOWN = 100
_KNOWN: dict[str, Checklist] = {}
STATES = {
    "open": "检查中", "signing": "签字中", "signed": "已签字，待复核", "reviewed": "已复核", "void": "已作废",
}  # fmt: skip
TONES = {"open": "open", "signing": "soon", "signed": "soon", "reviewed": "done", "void": "stopped"}


def open_check(target: PlanTarget, *, by: User, now: datetime) -> SiteCheck:
    """The check of a target, with the team as it is today and the checklist's version.

    Errors: RuleViolation where the plan does not allow it, or the target has been checked already.
    """
    planning.require_ready(target, by=by, now=now)
    if (other := queries.check_of_target(target.id)) is not None:
        raise RuleViolation(f"这个对象已经在检查（{other.number}）。", CLAUSE, "请打开那一次检查。")
    plan, year = target.plan, clock.to_local(now).year
    sequence = next_number(f"check:{plan.organization_id}", year)
    row = SiteCheck(
        organization_id=plan.organization_id, enterprise_id=target.enterprise_id,
        outlet_id=target.outlet_id, target_id=target.id, version_id=plan.version_id, year=year,
        sequence=sequence, number=f"{plan.organization.code.upper()}-JC{year}-{sequence:04d}",
        place=target.place[:200], opened_by_id=by.id, opened_at=now,
    )  # fmt: skip
    row.inspectors = [
        CheckInspector(user_id=person["id"], name=person["name"], certificate=person["certificate"])
        for person in target.team
    ]
    db.session.add(row)
    log("open", row, {"target": [None, target.place]}, by, now)
    return row


def checklist_of(check: SiteCheck) -> Checklist:
    """The checklist as it was when the check began: a published version never changes, so that each is read
    once."""
    held = check.__dict__.get("checklist")
    digest = held.sha256 if held is not None else queries.checklist_digest(check.version_id)
    if not digest:
        return checklist_from(check.checklist.content)
    if digest not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[digest] = checklist_from(check.checklist.content)
    return _KNOWN[digest]


def place_of(check: SiteCheck, by: User) -> CheckInspector | None:
    """This person's place in the team, or None."""
    return next((one for one in check.inspectors if one.user_id == by.id), None)


def require_place(check: SiteCheck, by: User) -> CheckInspector:
    """This person's place in the team. Errors: RuleViolation for everybody else."""
    found = place_of(check, by)
    if found is None:
        raise RuleViolation(
            "您不是这次检查的检查人员，不能作答。", CLAUSE, "请由检查人员作答，或者先更换检查人员。"
        )
    return found


def require_inspector(check: SiteCheck, by: User) -> CheckInspector:
    """Whether this person may act in the check: of the team, declared, without a conflict of interest.

    Errors: RuleViolation.
    """
    found = require_place(check, by)
    if found.declared_at is None:
        raise RuleViolation("请先声明和被检查单位有没有利害关系。", CLAUSE, "声明以后就可以作答。")
    if found.conflict:
        raise RuleViolation("您声明了利害关系，应当回避。", CLAUSE, "请更换检查人员。")
    return found


def require(check: SiteCheck, states: tuple[str, ...], step: str) -> None:
    """Whether a check is in one of these states. Errors: RuleViolation."""
    if check.state not in states:
        raise RuleViolation(
            f"这次检查{STATES[check.state]}，不能{step}。", CLAUSE, "请刷新页面，看看现在的状态。"
        )


def in_charge(check: SiteCheck, by: User) -> bool:
    """Whether this person may change the team of a check or void it."""
    deciding = {Permission.PLAN_EDIT, Permission.FINDING_DECIDE}
    return place_of(check, by) is not None or bool(deciding & by.permissions)


def _require_in_charge(check: SiteCheck, by: User, step: str) -> None:
    if not in_charge(check, by):
        raise RuleViolation(
            f"您不是这次检查的检查人员，不能{step}。", CLAUSE, "请检查人员、督办员或者主管部门领导办理。"
        )


def declare(check: SiteCheck, conflict: str, *, by: User, now: datetime) -> None:
    """An inspector says before the first answer whether there is a conflict of interest; once said, it stays.

    Errors: RuleViolation.
    """
    require(check, ("open",), "声明")
    found = require_place(check, by)
    if found.declared_at is not None:
        raise RuleViolation("您已经声明过。", CLAUSE, "情况有变化的，请更换检查人员。")
    found.declared_at, found.conflict = now, conflict
    log("declare", check, {"conflict": [None, conflict or "没有利害关系"]}, by, now)


def substitute(
    check: SiteCheck, place: CheckInspector, person: User, reason: str, *, by: User, now: datetime
) -> CheckInspector:
    """Another inspector with a certificate valid today takes the place. What was recorded stays.

    Errors: InvalidInput; RuleViolation once signing has begun.
    """
    _require_in_charge(check, by, "更换检查人员")
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(f"请写明更换的理由，至少 {SHORTEST_REASON} 个字。", "reason")
    return replace(check, place, person, reason, by=by, now=now)


def replace(
    check: SiteCheck, place: CheckInspector, person: User, reason: str, *, by: User, now: datetime
) -> CheckInspector:
    """As `substitute`, for whoever closes an inspector's account. Errors: InvalidInput, RuleViolation."""
    require(check, ("open",), "更换检查人员")
    if any(one.user_id == person.id for one in check.inspectors):
        raise InvalidInput("这位检查人员已经参加这次检查。", "person")
    valid = {one.user_id: one for one in certified.certified(check.organization_id, clock.local_date(now))}
    if person.id not in valid:
        raise InvalidInput(f"{person.name}没有当天有效的执法证，不能检查。", "person")
    found = CheckInspector(user_id=person.id, name=person.name, certificate=valid[person.id].number)
    check.inspectors.remove(place)
    db.session.delete(place)
    check.inspectors.append(found)
    changes = {"target": [place.name, person.name], "reason": [None, reason]}
    log("substitute", check, changes, by, now)
    return found


def review(check: SiteCheck, words: str, *, by: User, now: datetime) -> None:
    """Somebody who was not there looks it through. Errors: RuleViolation, InvalidInput."""
    require(check, ("signed",), "复核")
    if place_of(check, by) is not None:
        raise RuleViolation("参加检查的人不能复核自己的检查。", CLAUSE, "请由没有到场的人员复核。")
    if len(words) < SHORTEST_REASON:
        raise InvalidInput(f"请写明复核意见，至少 {SHORTEST_REASON} 个字。", "review")
    check.state, check.reviewed_at, check.review = "reviewed", now, words
    check.reviewed_by = by
    log("review", check, {"review": [None, words]}, by, now)


def add(check: SiteCheck, text: str, *, by: User, now: datetime) -> CheckAddendum:
    """What is added after signing, by somebody who was there. Errors: RuleViolation, InvalidInput."""
    require(check, ("signed", "reviewed"), "补充")
    require_inspector(check, by)
    if len(text) < SHORTEST_REASON:
        raise InvalidInput(f"请写明补充的内容，至少 {SHORTEST_REASON} 个字。", "text")
    row = CheckAddendum(text=text, by_id=by.id, at=now)
    check.addenda.append(row)
    log("add", check, {"text": [None, text]}, by, now)
    return row


def void(check: SiteCheck, reason: str, *, by: User, now: datetime) -> None:
    """A check that does not count; it stays listed with its number and reason.

    Errors: InvalidInput; RuleViolation for a stranger, or while findings rest on the check.
    """
    require(check, ("open", "signing", "signed"), "作废")
    _require_in_charge(check, by, "作废")
    if resting := [one.number for one in findings.of_source(check) if one.state != "withdrawn"]:
        raise RuleViolation(
            f"已经据此登记问题（{'、'.join(resting[:3])}），不能作废。",
            CLAUSE,
            "请先撤销这些问题，再作废检查。",
        )
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(f"请写明作废的理由，至少 {SHORTEST_REASON} 个字。", "reason")
    check.state, check.void_reason = "void", reason
    log("void", check, {"reason": [None, reason]}, by, now)


def log(verb: str, check: SiteCheck, changes: Mapping[str, Any], by: User, now: datetime) -> None:
    """One entry of the audit log."""
    db.session.flush()
    subject = audit.Subject("site_check", check.id, check.number)
    audit.record(f"check.{verb}", subject=subject, by=by, now=now, changes=changes)
