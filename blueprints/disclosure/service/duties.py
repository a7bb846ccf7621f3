"""Duties that a regulator adds and ends, claims of 不适用, the profile of an enterprise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import supervised_by
from blueprints.disclosure.models import AddedDuty, DisclosureProfile, DutyClaim
from blueprints.disclosure.queries.duties import duties_for, duty_named, standing_claim
from blueprints.disclosure.queries.items import profile_of
from blueprints.disclosure.service.engine import log, regulators_of, tell_enterprise, tell_regulators
from blueprints.disclosure.service.updating import void_open
from core.authz import Permission
from core.clock import local_date
from core.db import db
from core.sequences import next_number
from core.wording import date_words
from domain.duties import duty_of
from domain.errors import InvalidInput, RuleViolation

GUIDE_FIELDS = ("office", "address", "phone", "hours", "website", "applying", "withheld")


def add_duty(
    regulator: Organization, content: Mapping[str, Any], since: date, *, by: User, now: datetime
) -> AddedDuty:
    """A duty beside those of the file, for sectors that the regulator supervises.

    Errors: InvalidInput for what does not fit, RuleViolation for a foreign sector.
    """
    sectors = [s for s in content.get("sectors", ()) if s] or list(regulator.sectors)
    if set(sectors) - set(regulator.sectors):
        raise RuleViolation("只能给本部门监管的行业增加公开事项。", "F1", "请只选择本部门监管的行业。")
    year = local_date(now).year
    code = f"added-{regulator.id}-{year}-{next_number(f'added_duty:{regulator.id}', year)}"
    data = {**content, "sectors": sectors, "code": code}
    if content.get("local") and not str(content.get("reason", "")).strip():
        raise InvalidInput("期限由本地确定的，请写明理由。", "reason")
    duty = duty_of(data)
    row = AddedDuty(code=code, regulator_id=regulator.id, content=data, since=since, by=by.name, at=now)
    db.session.add(row)
    log("duty_added", row, duty.item, by=by, now=now, changes={"item": [None, duty.item]})
    for enterprise in supervised_by(regulator):
        if set(enterprise.sectors) & set(sectors):
            text = f"{regulator.name}增加公开事项“{duty.item}”，自{date_words(since)}起，{duty.limit_words}。"
            tell_enterprise(
                enterprise.id, Permission.DISCLOSURE_EDIT, text, link="/disclosure/duties", now=now
            )
    return row


def end_duty(row: AddedDuty, ended_on: date, reason: str, *, by: User, now: datetime) -> None:
    """An added duty is no longer one from a day on."""
    if row.ended_on is not None:
        raise RuleViolation("这一事项已经终止。")
    if ended_on < row.since:
        raise InvalidInput("终止日期不能早于开始日期。", "ended_on")
    if not reason.strip():
        raise InvalidInput("请写明终止的理由。", "reason")
    row.ended_on, row.reason = ended_on, reason.strip()
    changes = {"ended_on": [None, ended_on.isoformat()], "reason": [None, row.reason]}
    log("duty_ended", row, str(row.content["item"]), by=by, now=now, changes=changes)


def claim(organization: Organization, code: str, reason: str, *, by: User, now: datetime) -> DutyClaim:
    """不适用: the enterprise says why a duty does not concern it. Errors: RuleViolation, InvalidInput."""
    if code not in {duty.code for duty in duties_for(organization, on=local_date(now))}:
        raise RuleViolation("这不是本单位现在的公开事项。")
    if not reason.strip():
        raise InvalidInput("请写明不适用的理由。", "reason")
    if standing_claim(organization.id, code) is not None:
        raise RuleViolation("这一事项已经申请过不适用。", None, "请等待主管部门答复，或者先终止原来的申请。")
    row = DutyClaim(organization_id=organization.id, duty=code, reason=reason.strip())
    row.asked_by, row.asked_at, row.state = by.name, now, "asked"
    db.session.add(row)
    label = f"{organization.name}：{duty_named(code).item}"
    log("claim_asked", row, label, by=by, now=now, changes={"reason": [None, row.reason]})
    text = f"{organization.name}申请“{duty_named(code).item}”不适用，请答复。"
    tell_regulators(organization, Permission.DUTY_EDIT, text, link=f"/disclosure/claims/{row.id}", now=now)
    return row


def decide(row: DutyClaim, agreed: bool, answer: str, *, by: User, now: datetime) -> None:
    """The regulator agrees or refuses, with its answer; the enterprise is told."""
    if row.state != "asked":
        raise RuleViolation("这件申请已经答复过。")
    if by.organization_id not in {regulator.id for regulator in regulators_of(row.organization)}:
        raise RuleViolation("只有主管部门可以答复。", "F1")
    if not agreed and not answer.strip():
        raise InvalidInput("不同意的，请写明理由。", "answer")
    row.state = "agreed" if agreed else "refused"
    row.decided_by, row.decided_at, row.answer = by.name, now, answer.strip()
    item = duty_named(row.duty).item
    changes = {"state": ["asked", row.state], "answer": [None, row.answer]}
    log("claim_decided", row, f"{row.organization.name}：{item}", by=by, now=now, changes=changes)
    if agreed:
        void_open(row.organization_id, row.duty, by=by, now=now)
    words = "同意" if agreed else "不同意"
    text = f"主管部门{words}“{item}”不适用。{row.answer}"
    tell_enterprise(
        row.organization_id, Permission.DISCLOSURE_EDIT, text, link=f"/disclosure/claims/{row.id}", now=now
    )


def end_claim(row: DutyClaim, reason: str, *, by: User, now: datetime) -> None:
    """The facts have changed: the duty applies (again)."""
    if row.state not in ("asked", "agreed"):
        raise RuleViolation("这件申请已经结束。")
    if not reason.strip():
        raise InvalidInput("请写明情况有什么变化。", "reason")
    old, row.state = row.state, "ended"
    item = duty_named(row.duty).item
    changes = {"state": [old, "ended"], "reason": [None, reason.strip()]}
    log("claim_ended", row, f"{row.organization.name}：{item}", by=by, now=now, changes=changes)
    text = f"“{item}”的不适用已经终止：{reason.strip()}"
    link = f"/disclosure/claims/{row.id}"
    tell_enterprise(row.organization_id, Permission.DISCLOSURE_EDIT, text, link=link, now=now, but=by.id)
    if by.organization_id == row.organization_id:
        text = f"{row.organization.name}：{text}"
        tell_regulators(row.organization, Permission.DUTY_EDIT, text, link=link, now=now)


def save_profile(
    organization: Organization, values: Mapping[str, Any], *, by: User, now: datetime
) -> DisclosureProfile:
    """Since when the enterprise discloses, and the facts of its guide. The day may move back, never forward.

    Errors: InvalidInput at `since`.
    """
    since: date = values["since"]
    if since > local_date(now):
        raise InvalidInput("开始的日期不能晚于今天。", "since")
    row = profile_of(organization.id)
    if row is None:
        row = DisclosureProfile(organization_id=organization.id, since=since)
        db.session.add(row)
        changes: dict[str, Any] = {"since": [None, since.isoformat()]}
    else:
        if since > row.since:
            raise InvalidInput(f"开始的日期只能提前，不能晚于原来的{date_words(row.since)}。", "since")
        changes = {} if since == row.since else {"since": [row.since.isoformat(), since.isoformat()]}
        row.since = since
    for name in GUIDE_FIELDS:
        new, old = str(values.get(name) or ""), getattr(row, name) or ""
        if new != old:
            changes[name] = [old[:80], new[:80]]
        setattr(row, name, new)
    db.session.flush()
    log("profile", _Named(row), organization.name, by=by, now=now, changes=changes)
    return row


class _Named:
    """The profile as a subject of the log: it is named by its enterprise."""

    __tablename__ = DisclosureProfile.__tablename__

    def __init__(self, row: DisclosureProfile) -> None:
        self.id = row.organization_id
