"""移送: a case that is another authority's, its receipt, and the way back with what becomes of the limits."""

from __future__ import annotations

from datetime import date

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import organizations, people_with_role
from blueprints.complaints import facts
from blueprints.complaints.models import Case, Transfer
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.next_step import SUBJECT, case_path
from blueprints.complaints.workflow import BEFORE_DISPATCH, State
from core import clocks
from core.authz import Role
from core.clock import local_date, local_midnight
from core.db import db
from core.inbox import tell
from domain.errors import InvalidInput

USUAL_BODIES = (
    "市场监督管理局（价格、计量）",
    "12398 能源监管热线",
    "住房和城乡建设委员会",
    "城市管理局",
    "应急管理局",
    "水利局",
    "公安机关",
    "信访办公室",
)
STATES = {
    "sent": "等待回执", "received": "已回执", "returned": "对方退回", "taken_back": "本单位收回",
    "ended": "已办结",
}  # fmt: skip
BACK = {"returned": "对方退回", "taken_back": "本单位收回"}
TRANSFERRED = "transferred"
CONTINUED = "受理时限由接收单位从移送之日重新计算；办结时限从收到诉求之日连续计算，不因在本平台内移送而延长。"
STOPPED = "移送期间不由本单位办理，本单位的时限终止；来件单位给定的时限照常计算，回填后终止。"
RESTARTED = "办结时限从接回之日重新计算，因为移送期间不由本单位办理；法定时限仍从收到诉求之日连续计算。"


def other_regulators(case: Case) -> list[Organization]:
    """Regulators of this platform to which the case can be moved."""
    return [r for r in organizations("regulator") if r.active and r.id != case.regulator_id]


def _reason(act: Act) -> str:
    reason = str(act.data.get("reason") or "").strip()
    if len(reason) < 5:
        raise InvalidInput("请写明理由（不少于 5 个字）。", "reason")
    return reason


def _told(act: Act) -> None:
    """The word to the complainant; the anonymous cannot be told."""
    if act.case.anonymous:
        act.record(told_how="匿名，无法告知")
        return
    told_at = act.data.get("told_at")
    if not act.data.get("told_how") or told_at is None:
        raise InvalidInput("移送要告知诉求人：请写明怎样告知、什么时候告知。", "told_how")
    if told_at > act.now:
        raise InvalidInput("告知时间不能晚于现在。", "told_at")
    act.record("told_how", "told_at")


def _receiver(act: Act) -> tuple[Organization | None, str]:
    """(regulator of this platform or None, name of the body)."""
    kind, _, value = str(act.data.get("to") or "").partition(":")
    if kind == "org":
        if act.case.regulator_id is None:
            raise InvalidInput("企业自己受理的件不能移送给本平台的主管部门，请选其他单位。", "to")
        found = next((r for r in other_regulators(act.case) if str(r.id) == value), None)
        if found is None:
            raise InvalidInput("所选主管部门不存在或已停用。", "to")
        return found, found.name
    named = str(act.data.get("body") or "").strip() if kind == "other" else value
    if not named:
        raise InvalidInput("请选择或填写移送到哪个单位。", "body" if kind == "other" else "to")
    return None, named[:128]


@effect("transfer")
def transfer(act: Act) -> None:
    """To another regulator of ours the case moves; to an outside body it waits for the receipt."""
    case, (target, body) = act.case, _receiver(act)
    reason = _reason(act)
    act.record("reason", "basis", body=body)
    _told(act)
    row = Transfer(
        organization_id=act.by.organization_id, to_organization_id=target.id if target else None, body=body,
        reason=reason, basis=str(act.data.get("basis") or "")[:300], state_before=case.state,
        sent_by_id=act.by.id, sent_at=act.now, told_how=act.data.get("told_how") or "",
        told_at=act.data.get("told_at"),
    )  # fmt: skip
    case.transfers.append(row)
    if target is None:
        case.ended_how = TRANSFERRED
        deadlines.void_own(act)
        act.record(limits=STOPPED)
        act.target = State.TRANSFERRED
        return
    row.state, row.receipt_at, row.receipt_number = "received", act.now, "在本平台内移送，即时送达"
    _move(act, target)
    act.record(limits=CONTINUED)
    act.target = State.REGISTERED


def _move(act: Act, target: Organization) -> None:
    """The case is another regulator's from here on; units that were at work on it stop."""
    case = act.case
    for assignment in [a for a in case.assignments if a.state != "cancelled"]:
        assignment.state, assignment.ended_at = "cancelled", act.now
    case.regulator_id = case.receiving_org_id = target.id
    case.regulator = case.receiving_org = target
    case.handed_over, case.nature = False, ""
    deadlines.void(act, "acceptance")
    deadlines.start_limit(act, "acceptance")
    people = people_with_role(target.id, Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR)
    text = f"{case.number}由{act.by.audit_organization}移送本单位，请受理。"
    tell([p.id for p in people], text, link=case_path(case), now=act.now)


@effect("transfer_receipt")
def transfer_receipt(act: Act) -> None:
    """The number and the day with which the other body acknowledged."""
    row = facts.transfer_open(act.case)
    if row is None:
        raise InvalidInput("本件没有在移送。", "number")
    number, day = str(act.data.get("number") or "").strip(), act.data.get("received_on")
    if not number:
        raise InvalidInput("请填写回执编号；对方没有编号的写“无编号”和签收人。", "number")
    if not isinstance(day, date) or not local_date(row.sent_at) <= day <= local_date(act.now):
        raise InvalidInput("回执日期应在移送之日和今天之间。", "received_on")
    row.state, row.receipt_number, row.receipt_at = "received", number[:64], local_midnight(day)
    row.result = str(act.data.get("remark") or "")[:1000]
    act.record("number", "received_on", "remark")


@effect("transfer_back")
def transfer_back(act: Act) -> None:
    """Returned by the other body or taken back by us: the state before, and which limits run from when."""
    row = facts.transfer_open(act.case)
    if row is None:
        raise InvalidInput("本件没有在移送。", "reason")
    mine = act.by.organization_id == row.organization_id
    how = act.data.get("how") if mine or row.to_organization_id is None else "returned"
    if how not in BACK:
        raise InvalidInput("请选择是对方退回还是本单位收回。", "how")
    row.state, row.back_at, row.back_reason = how, act.now, _reason(act)
    act.record("reason", how=BACK[how], body=row.body)
    if row.to_organization_id is not None:
        _home(act, row)
    else:
        act.case.ended_how = ""
        _run_again(act)
        act.record(limits=RESTARTED)
        act.target = State(row.state_before)


def _home(act: Act, row: Transfer) -> None:
    """Back to the regulator that sent it, whose clerks accept it anew or dispatch it."""
    sender = db.session.get_one(Organization, row.organization_id)
    _move(act, sender)
    act.record(limits=CONTINUED)
    before = State(row.state_before) if row.state_before in BEFORE_DISPATCH else State.ACCEPTED
    if before is State.ACCEPTED and act.case.accepted_at is not None:
        deadlines.stop(act, "acceptance")
        act.case.nature = act.case.nature or "internal"
    act.target = before


def _run_again(act: Act) -> None:
    """Limits of law from the receipt, as the law counts; those of the ruleset from now."""
    case = act.case
    laws = deadlines.laws_of(case.enterprise)
    for limit in deadlines.receipt_limits(act.ruleset, case.type, laws, case.complex):
        if limit.obligation == "acceptance" and case.accepted_at is not None:
            continue
        since = case.received_at if limit.source == "law" else act.now
        clocks.start(SUBJECT, case.id, limit, since=since, calendar=act.calendar)
