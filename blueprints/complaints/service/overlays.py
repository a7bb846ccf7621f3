"""Steps beside the main line: level, supervision, urging, extension, suspension, withdrawal, correction."""

from __future__ import annotations

from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import people_with_role
from blueprints.complaints.models import Approval, SupervisionOrder
from blueprints.complaints.people import discreet, keep_title
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.complainants import keep_files_back
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.intake import may_register_for
from blueprints.complaints.service.next_step import SUBJECT, case_path, next_row, responsible_people
from blueprints.complaints.workflow import State
from blueprints.rulebook.service import pin, pinned
from core import clocks
from core.authz import Role
from core.calendar_store import load_calendar
from core.clock import local_date
from core.db import db
from core.inbox import tell
from domain.deadlines import remaining
from domain.errors import InvalidInput, RuleViolation

LONGEST_EXTENSION = 60


def _reason(act: Act, message: str = "请写明理由（不少于 5 个字）。") -> str:
    reason = str(act.data.get("reason") or "").strip()
    if len(reason) < 5:
        raise InvalidInput(message, "reason")
    return reason


@effect("raise_level")
def raise_level(act: Act) -> None:
    """Q4: the level follows from a recorded fact, may only rise, and shows why."""
    trigger = next(t for t in act.ruleset.level_triggers if t.code == act.data["trigger"])
    judge = db.session.get(User, int(act.data.get("judged_by_id") or 0))
    if judge is not None and not _is_leader_here(act, judge):
        raise RuleViolation("认定“重大社会影响”须选择一位本单位领导并记录其判断。", trigger.clause)
    act.case.level = trigger.level
    act.case.level_reason = f"{trigger.name}：{act.data['reason']}"
    act.record(
        "reason",
        "judgement",
        trigger=trigger.name,
        level=str(trigger.level),
        judged_by=judge.name if judge else None,
    )
    if trigger.level == 1:
        leaders = people_with_role(act.by.organization_id, Role.REGULATOR_LEADER, Role.ENTERPRISE_LEADER)
        text = f"{act.case.number}升为一级：{trigger.name}。"
        tell(
            [p.id for p in leaders], text, link=case_path(act.case), now=act.now, clause=trigger.clause or ""
        )
        if act.ruleset.flag("level_1_opens_supervision") and not act.case.supervised:
            act.case.supervision_proposed = "一级投诉"


def _is_leader_here(act: Act, person: User) -> bool:
    here = {act.case.receiving_org_id, act.case.regulator_id, act.case.enterprise_id}
    return (
        bool(person.roles & {Role.REGULATOR_LEADER, Role.ENTERPRISE_LEADER})
        and person.organization_id in here
    )


@effect("supervise")
def supervise(act: Act) -> None:
    """督办: reason and limit; the responsible units owe the answer. The order has the number of its case
    until a 督办通知 is issued, which gives it a formal one."""
    reason = _reason(act)
    if act.case.supervised:
        raise InvalidInput("本件已在督办中。", "reason")
    days = int(act.data.get("workdays") or act.ruleset.number("supervision_limit_workdays"))
    if not 1 <= days <= LONGEST_EXTENSION:
        raise InvalidInput("督办期限请填 1 到 60 个工作日。", "workdays")
    number = f"{act.case.number}督{len(act.case.supervision_orders) + 1}"
    clause = act.ruleset.action("supervise").clause or ""
    clock = deadlines.start_order(act, "supervision", "督办答复", days, clause=clause, basis=number)
    act.case.supervision_orders.append(
        SupervisionOrder(
            case_id=act.case.id, number=number, reason=reason, due_on=clock.due_on, state="open",
            issued_by_id=act.by.id, issued_at=act.now,
        )
    )  # fmt: skip
    act.case.supervised, act.case.supervision_proposed = True, ""
    act.record("reason", number=number, workdays=days, due_on=clock.due_on)
    _tell_working(act, f"{act.case.number}已被督办（{number}），请于{clock.due_on}前答复。", clause)


def _managers(act: Act, *roles: Role) -> list[int]:
    """Dispatchers and leaders of the enterprises at work (or only the given roles)."""
    wanted = roles or (Role.DISPATCHER, Role.ENTERPRISE_LEADER)
    organizations = {a.organization_id for a in act.case.open_assignments}
    return [p.id for org in sorted(organizations) for p in people_with_role(org, *wanted)]


def _tell_working(act: Act, text: str, clause: str = "") -> None:
    """Tell the dispatchers and leaders of the enterprises at work, and whoever's turn it is."""
    people = set(_managers(act))
    row = next_row(act.case, act.ruleset)
    people |= set(responsible_people(act.case, row)) if row and act.case.next_org_id else set()
    tell(people - {act.by.id}, text, link=case_path(act.case), now=act.now, clause=clause)


@effect("answer_supervision")
def answer_supervision(act: Act) -> None:
    """The enterprise's answer to the order."""
    order = next((o for o in act.case.supervision_orders if o.state == "open"), None)
    if order is None or not str(act.data.get("answer") or "").strip():
        raise InvalidInput("请填写督办答复。", "answer")
    order.answer, order.answered_at, order.state = act.data["answer"], act.now, "answered"
    act.record("answer", number=order.number)
    deadlines.stop(act, "supervision")


@effect("lift_supervision")
def lift_supervision(act: Act) -> None:
    """解除督办."""
    order = next((o for o in act.case.supervision_orders if o.state != "lifted"), None)
    if order is None:
        raise InvalidInput("本件没有在办的督办。", "reason")
    order.state, order.lifted_at, act.case.supervised = "lifted", act.now, False
    deadlines.void(act, "supervision")
    act.record("reason", number=order.number)


@effect("urge")
def urge(act: Act) -> None:
    """催办; urged as often as the local setting says, a supervision order is proposed."""
    act.record("reason")
    act.case.urged += 1
    if act.case.urged >= act.ruleset.number("urge_escalates_after") and not act.case.supervised:
        act.case.supervision_proposed = f"已催办 {act.case.urged} 次"
        leaders = _managers(act, Role.ENTERPRISE_LEADER)
        text = f"{act.case.number}已被催办 {act.case.urged} 次，请督促办理。"
        tell(leaders, text, link=case_path(act.case), now=act.now)
    urged = discreet(str(act.data.get("reason") or ""), act.case)
    _tell_working(act, f"{act.case.number}被催办：{urged[:80]}")


def request_approval(act: Act, kind: str, amount: int | None = None) -> None:
    """Ask somebody else to decide; one request of a kind at a time."""
    if any(a.kind == kind and a.state == "pending" for a in act.case.approvals):
        raise InvalidInput("已有一份同样的申请在等审批。", "reason")
    act.case.approvals.append(
        Approval(
            case_id=act.case.id, kind=kind, reason=_reason(act), amount=amount, state="pending",
            requested_by_id=act.by.id, requested_at=act.now,
        )
    )  # fmt: skip
    act.record("reason", workdays=amount)
    org = act.case.regulator_id if act.case.handed_over else act.case.receiving_org_id
    deciders = people_with_role(org, Role.REGULATOR_SUPERVISOR, Role.REGULATOR_LEADER, Role.ENTERPRISE_LEADER)
    text = f"{act.case.number}：{act.ruleset.action(act.action).name}，请审批。"
    tell([p.id for p in deciders], text, link=case_path(act.case), now=act.now)


def decide_approval(act: Act, kind: str) -> Approval | None:
    """The pending request once decided; None when it was refused."""
    approval = next((a for a in act.case.approvals if a.kind == kind and a.state == "pending"), None)
    if approval is None:
        raise InvalidInput("没有待审批的申请。", "approve")
    if approval.requested_by_id == act.by.id:
        raise InvalidInput("申请人不能审批自己的申请。", "approve")
    approve = bool(act.data.get("approve"))
    approval.state = "approved" if approve else "refused"
    approval.decided_by_id, approval.decided_at = act.by.id, act.now
    approval.remark = str(act.data.get("remark") or "")
    act.record("approve", "remark")
    text = f"{act.case.number}：您的申请{'已批准' if approve else '未获批准'}。"
    tell([approval.requested_by_id], text, link=case_path(act.case), now=act.now)
    return approval if approve else None


@effect("request_extension")
def request_extension(act: Act) -> None:
    """Longer time for the ruleset's own completion limit; a limit of law cannot be extended."""
    days = int(act.data.get("workdays") or 0)
    if not 1 <= days <= LONGEST_EXTENSION:
        raise InvalidInput("延长期限请填 1 到 60 个工作日。", "workdays")
    request_approval(act, "extension", days)


@effect("decide_extension")
def decide_extension(act: Act) -> None:
    """Approve or refuse; the old due day stays in the history of the clock."""
    approval = decide_approval(act, "extension")
    if approval is None or approval.amount is None:
        return
    for clock in clocks.open_of(SUBJECT, act.case.id, deadlines.COMPLETION):
        if clock.source != "law":
            clocks.rebase(
                clock, calendar=act.calendar, now=act.now, reason=f"批准延期 {approval.amount} 个工作日",
                amount=clock.amount + approval.amount,
            )  # fmt: skip


@effect("request_suspension")
def request_suspension(act: Act) -> None:
    """Ask to suspend the work."""
    request_approval(act, "suspension")


@effect("decide_suspension")
def decide_suspension(act: Act) -> None:
    """Approve or refuse the suspension."""
    if decide_approval(act, "suspension") is not None:
        act.case.suspended_at = act.now


@effect("resume")
def resume(act: Act) -> None:
    """Work goes on; the ruleset's completion limit grows by the suspended workdays, limits of law do not."""
    if act.case.suspended_at is None:
        raise InvalidInput("本件没有中止。", "reason")
    lost = remaining(local_date(act.case.suspended_at), local_date(act.now), load_calendar())
    for clock in clocks.open_of(SUBJECT, act.case.id, deadlines.COMPLETION):
        if clock.source != "law" and lost > 0:
            clocks.rebase(
                clock, calendar=act.calendar, now=act.now, reason=f"中止 {lost} 个工作日",
                amount=clock.amount + lost,
            )  # fmt: skip
    act.case.suspended_at = None
    act.record("reason")


@effect("request_withdrawal")
def request_withdrawal(act: Act) -> None:
    """The person withdraws; recorded with how they said so, decided by somebody else."""
    if not act.ruleset.flag("withdrawal_allowed"):
        raise RuleViolation("本单位设定不受理撤回。", None, "如需调整，请由领导在“本单位设定”中修改。")
    act.record("told_how")
    request_approval(act, "withdrawal")


@effect("decide_withdrawal")
def decide_withdrawal(act: Act) -> None:
    """Approved, the case ends as withdrawn."""
    if decide_approval(act, "withdrawal") is not None:
        deadlines.void(act)
        act.target = State.WITHDRAWN


@effect("take_up")
def take_up(act: Act) -> None:
    """The regulator takes up a case of the enterprise's own hotline that it saw in the ledger (F5.1)."""
    org = act.by.organization
    if org is None or not org.is_regulator or not set(org.sectors) & set(act.case.enterprise.sectors):
        raise InvalidInput("只能提级办理本单位监管行业的诉求件。", "reason")
    _reason(act)
    act.record("reason")
    act.case.regulator_id, act.case.handed_over = org.id, True


CORRECTABLE = ("title", "content", "place", "category", "channel", "wish")


@effect("correct")
def correct(act: Act) -> None:
    """Mend a mis-registered case; each field keeps its old value in the step. The first receiver stays."""
    _reason(act)
    case, changes = act.case, []
    for name in CORRECTABLE:
        new = act.data.get(name)
        if new is not None and str(new).strip() and new != getattr(case, name):
            changes.append([name, getattr(case, name), new])
            setattr(case, name, new)
    _correct_type(act, changes)
    _correct_enterprise(act, changes)
    keep_title(act.case)
    if not changes:
        raise InvalidInput("没有改动任何内容。", "reason")
    act.record("reason")
    act.facts["changes"] = changes


def _before_work(act: Act, field: str) -> None:
    if act.case.open_assignments or act.case.state not in (
        State.REGISTERED,
        State.AWAITING_INFO,
        State.ACCEPTED,
    ):
        raise InvalidInput("已经转办，不能再改类型或被诉单位；请先退单或按重复件并案。", field)


def _correct_type(act: Act, changes: list[Any]) -> None:
    wanted = act.data.get("type")
    if not wanted or wanted == act.case.type:
        return
    _before_work(act, "type")
    kind = act.ruleset.type(wanted)
    changes.append(["type", act.case.type, kind.code])
    act.case.type, act.case.flow = kind.code, kind.flow.value
    if kind.confidential and not act.case.confidential:
        act.case.confidential = True
        keep_files_back(act.case)
    _restart_receipt_clocks(act)


def _correct_enterprise(act: Act, changes: list[Any]) -> None:
    wanted = act.data.get("enterprise_id")
    if not wanted or int(wanted) == act.case.enterprise_id:
        return
    _before_work(act, "enterprise_id")
    enterprise = db.session.get(Organization, int(wanted))
    if enterprise is None or enterprise.kind != "enterprise" or not may_register_for(enterprise, act.by):
        raise InvalidInput("所选单位不归本单位监管。", "enterprise_id")
    changes.append(["enterprise", act.case.enterprise.name, enterprise.name])
    act.case.enterprise_id, act.case.enterprise = enterprise.id, enterprise
    version = pin(enterprise, act.now)
    act.case.ruleset_version_id, act.ruleset = version.id, pinned(version.id)
    _restart_receipt_clocks(act)


def _restart_receipt_clocks(act: Act) -> None:
    """Another type or ruleset may have other limits; they still run from the receipt."""
    accepted = act.case.accepted_at
    clocks.void(SUBJECT, act.case.id, at=act.now)
    deadlines.start_receipt_clocks(act.case, act.ruleset, act.calendar)
    if accepted is not None:
        deadlines.stop(act, "acceptance", at=accepted)
