"""检查计划 (F6.1): what is checked, at whom, by whom; no check without the leader's approval.

Order: draft with targets (drawn, or named with a reason) and teams, submitted, approved or sent back. An
urgent plan may be carried out before its approval, which then has to come within the limit of the setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import ChecklistVersion, Draw, InspectionPlan, PlanTarget
from blueprints.inspection.queries import draws as known
from blueprints.inspection.queries import plans as queries
from blueprints.inspection.service import drawing
from blueprints.inspection.service.checklists import content, require_items_citable
from blueprints.registry.models import Outlet
from blueprints.rulebook.service import local_rules
from blueprints.rulebook.service.legal import require_citable
from core import audit, clock
from core.db import db
from core.inbox import tell
from core.sequences import next_number
from core.wording import date_words
from domain.errors import InvalidInput, RuleViolation

CLAUSE = "F6.1"
LEAST_TEAM = 2
STATES = {
    "draft": "拟定", "submitted": "待批准", "approved": "已批准", "closed": "已完成", "cancelled": "已取消",
}  # fmt: skip
TONES = {
    "draft": "open",
    "submitted": "soon",
    "approved": "done",
    "closed": "stopped",
    "cancelled": "stopped",
}
METHODS = {"record": "查看原始记录", "site": "现场抽样检查", "survey": "用户满意度调查"}
GONE = ("void", "discarded")  # states of a 检查通知书 that does not hold
PLANS_PER_YEAR = "inspection_plans_per_year"
APPROVAL_HOURS = "urgent_inspection_approval_hours"


@dataclass(frozen=True)
class Facts:
    """What a draft says. `quarter` 0 is the whole year; `urgent_reason` only where it is urgent."""

    year: int
    quarter: int
    title: str
    purpose: str
    basis: str
    methods: tuple[str, ...]
    version_id: int
    begins_on: date
    ends_on: date
    urgent: bool = False
    urgent_reason: str = ""


def create(organization: Organization, facts: Facts, *, by: User, now: datetime) -> InspectionPlan:
    """A new draft. Errors: InvalidInput."""
    row = InspectionPlan(
        organization_id=organization.id, organization=organization, drafted_by_id=by.id, drafted_at=now
    )
    row.cap = _setting(organization, PLANS_PER_YEAR)
    _put(row, facts)
    db.session.add(row)
    log("new", row, {"title": [None, facts.title]}, by, now)
    return row


def edit(row: InspectionPlan, facts: Facts, *, by: User, now: datetime) -> None:
    """Change a draft. Errors: InvalidInput; RuleViolation once it is submitted."""
    require(row, ("draft",), "修改")
    old = row.title
    _put(row, facts)
    log("change", row, {"title": [old, facts.title]}, by, now)


def _setting(organization: Organization, key: str) -> int:
    return int(local_rules(organization.id, "fuling").ruleset.number(key))


def _put(row: InspectionPlan, facts: Facts) -> None:
    if facts.ends_on < facts.begins_on:
        raise InvalidInput("结束日期早于开始日期。", "ends_on")
    if facts.begins_on.year != facts.year or facts.ends_on.year != facts.year:
        raise InvalidInput(f"检查期间应当在{facts.year}年内。", "begins_on")
    if facts.urgent and len(facts.urgent_reason) < 4:
        raise InvalidInput("紧急检查须写明紧急的理由，至少 4 个字。", "urgent_reason")
    chosen = db.session.get(ChecklistVersion, facts.version_id)
    if chosen is None or chosen.state != "published":
        raise InvalidInput("请选择已经公布的检查表。", "version_id")
    if chosen.checklist.organization_id != (row.organization_id or row.organization.id):
        raise InvalidInput("请选择本单位的检查表。", "version_id")
    for name in Facts.__dataclass_fields__:
        value = getattr(facts, name)
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.checklist = chosen


# ---- targets and teams -----------------------------------------------------------------------------------


def take_draw(row: InspectionPlan, draw: Draw, *, by: User, now: datetime) -> int:
    """The targets of a done draw with their inspectors become those of the plan; returns how many.

    Errors: RuleViolation for a draw that is not done, is void, or belongs to another plan.
    """
    require(row, ("draft",), "增加对象")
    if draw.state != "drawn" or draw.organization_id != row.organization_id:
        raise RuleViolation("只能采用本单位已经完成的抽取。", CLAUSE, "请先公开抽取。")
    if taken := queries.plan_of_draw(draw.id):
        raise RuleViolation(f"这次抽取已经用于“{taken.label}”。", CLAUSE, "请另选一次抽取，或者新做一次。")
    found = _drawn(row, draw)
    for enterprise, outlet, people in found:
        _take(row, enterprise, outlet, people, clock.local_date(now))
    row.draw = draw
    log("targets", row, {"draw": [None, draw.label]}, by, now)
    return len(found)


def _drawn(row: InspectionPlan, draw: Draw) -> list[tuple[Organization, Outlet | None, list[int]]]:
    """What a draw says now: who is checked, by whom. Errors: RuleViolation for what is not registered."""
    made = drawing.export(draw)
    places = queries.places(row.organization, [key for stratum in made.strata for key in stratum.current])
    teams = {team.target: team.current for team in made.teams}
    found = []
    for stratum in made.strata:
        for key in stratum.current:
            if key not in places:
                text = f"抽中的“{draw.labels.get(key, key)}”不是本系统登记的企业或网点。"
                raise RuleViolation(text, CLAUSE, "请先登记这个网点，或者作废后重新抽取。")
            people = [int(person.removeprefix("P")) for person in teams.get(key, ())]
            found.append((*places[key], people))
    return found


def _take(
    row: InspectionPlan, enterprise: Organization, outlet: Outlet | None, people: list[int], day: date
) -> None:
    found = PlanTarget(enterprise_id=enterprise.id, outlet_id=outlet.id if outlet else None)
    found.enterprise, found.outlet, found.drawn = enterprise, outlet, True
    found.team = team_of(row, people, day) if people else []
    row.targets.append(found)


def follow_draw(draw: Draw, *, by: User, now: datetime) -> None:
    """After a substitution the plan that took the draw says what the draw says; with another target it has to
    be approved again. Errors: RuleViolation where the check of what is given up has begun or is announced.
    """
    row = queries.plan_of_draw(draw.id)
    if row is None or row.state == "closed":
        return
    day, wanted = clock.local_date(now), {}
    for enterprise, outlet, people in _drawn(row, draw):
        wanted[enterprise.id, outlet.id if outlet else None] = (enterprise, outlet, people)
    given_up = []
    for target in [target for target in row.targets if target.drawn]:
        place = (target.enterprise_id, target.outlet_id)
        if place not in wanted:
            given_up.append(target)
            continue
        people = wanted.pop(place)[2]
        if people and set(people) != {person["id"] for person in target.team}:
            _require_unbegun(target)
            target.team = team_of(row, people, day)
    for target in given_up:
        _require_unbegun(target)
        row.targets.remove(target)
        db.session.delete(target)
    for enterprise, outlet, people in wanted.values():
        _take(row, enterprise, outlet, people, day)
    log("targets", row, {"draw": [None, draw.label]}, by, now)
    if wanted and row.state == "approved":
        row.state, row.approved_at, row.approved_by, row.approval = "submitted", None, None, ""
        text = f"检查计划“{row.title}”的对象按顺位替换，等待重新批准。"
        tell(queries.approvers(row.organization_id), text, link=path_of(row), now=now)


def _require_unbegun(target: PlanTarget) -> None:
    if target.id in queries.checked_targets(target.plan):
        raise RuleViolation(
            f"“{target.place}”已经开始检查，不能替换。", CLAUSE, "要换人的，请在现场检查里更换检查人员。"
        )
    if target.notice is not None and target.notice.state not in GONE:
        raise RuleViolation(f"“{target.place}”已经有检查通知书，不能替换。", CLAUSE, "请先作废检查通知书。")


def name_target(
    row: InspectionPlan, enterprise: Organization, outlet: Outlet | None, reason: str, people: Iterable[int],
    *, announced: bool, by: User, now: datetime,
) -> PlanTarget:  # fmt: skip
    """A target that no draw chose, with the reason. Errors: InvalidInput."""
    require(row, ("draft",), "增加对象")
    if len(reason) < 4:
        raise InvalidInput("没有经过抽取的对象，须写明直接列入的理由，至少 4 个字。", "reason")
    if outlet is not None and outlet.organization_id != enterprise.id:
        raise InvalidInput("网点不属于这家企业。", "outlet_id")
    found = PlanTarget(reason=reason, announced=announced, drawn=False)
    found.enterprise, found.outlet = enterprise, outlet
    found.team = team_of(row, people, clock.local_date(now))
    row.targets.append(found)
    log("targets", row, {"target": [None, found.place]}, by, now)
    return found


def set_target(
    target: PlanTarget, people: Iterable[int], *, announced: bool, by: User, now: datetime
) -> None:
    """Another team, or another way to announce, before the check; a drawn team stays as it was drawn.

    Errors: RuleViolation.
    """
    row = target.plan
    require(row, ("draft", "submitted", "approved"), "修改检查人员")
    if target.id in queries.checked_targets(row):
        raise RuleViolation("这个对象已经开始检查。", CLAUSE, "要换人的，请在现场检查里更换检查人员。")
    chosen = team_of(row, people, clock.local_date(now))
    drawn = target.drawn and bool(row.draw and row.draw.plan["per_target"])
    if drawn and {p["id"] for p in chosen} != {p["id"] for p in target.team}:
        raise RuleViolation(
            "检查人员是抽取产生的，不能另行指定。", CLAUSE, "需要回避或者替换的，请在抽取里按顺位递补。"
        )
    target.team, target.announced = chosen, announced
    log("targets", row, {"target": [None, target.place]}, by, now)


def drop_target(target: PlanTarget, *, by: User, now: datetime) -> None:
    """Take a named target out of a draft; a drawn one stays. Errors: RuleViolation."""
    row = target.plan
    require(row, ("draft",), "去掉对象")
    if target.drawn:
        raise RuleViolation("抽中的对象不能去掉。", CLAUSE, "确有理由的，请在抽取里按顺位替换或者作废抽取。")
    row.targets.remove(target)
    db.session.delete(target)
    log("targets", row, {"target": [target.place, None]}, by, now)


def team_of(row: InspectionPlan, people: Iterable[int], day: date) -> list[dict[str, Any]]:
    """A team of at least two with certificates valid on the day. Errors: InvalidInput."""
    wanted = list(dict.fromkeys(people))
    valid = {one.user_id: one for one in known.certified(row.organization_id or row.organization.id, day)}
    if len(wanted) < LEAST_TEAM:
        raise InvalidInput("每个对象至少两名检查人员。", "people")
    if missing := [key for key in wanted if key not in valid]:
        person = db.session.get(User, missing[0])
        name = person.name if person else str(missing[0])
        raise InvalidInput(f"{name}没有当天有效的执法证，不能检查。", "people")
    return [{"id": key, "name": valid[key].user.name, "certificate": valid[key].number} for key in wanted]


# ---- approval --------------------------------------------------------------------------------------------


def submit(row: InspectionPlan, *, by: User, now: datetime) -> None:
    """Hand the plan to the leader; it takes its number. An urgent one may be carried out from now on.

    Errors: RuleViolation without targets or teams, for a basis (of the plan, of its checklist) that is not in
    force, or where an enterprise would be checked too often.
    """
    require(row, ("draft",), "报批")
    if not row.targets:
        raise RuleViolation("计划还没有检查对象。", CLAUSE, "请采用一次抽取，或者直接列入并写明理由。")
    if bare := [target for target in row.targets if len(target.team) < LEAST_TEAM]:
        raise RuleViolation(
            f"“{bare[0].place}”还没有两名检查人员。", CLAUSE, "请打开这个对象，修改检查人员。"
        )
    require_citable(row.basis, clock.local_date(now))
    require_items_citable(content(row.checklist))
    if not row.urgent:
        _require_not_too_often(row)
    if row.number is None:
        row.sequence = next_number(f"plan:{row.organization_id}", row.year)
        row.number = f"JH{row.year}-{row.sequence:03d}"
    row.state, row.submitted_at, row.return_reason = "submitted", now, ""
    if row.urgent and row.approve_by is None:
        row.approve_by = now + timedelta(hours=_setting(row.organization, APPROVAL_HOURS))
    log("submit", row, {}, by, now)
    text = f"检查计划“{row.title}”等待批准。"
    tell(queries.approvers(row.organization_id), text, link=path_of(row), now=now)


def _require_not_too_often(row: InspectionPlan) -> None:
    for enterprise in {target.enterprise for target in row.targets}:
        others = queries.plans_with(enterprise.id, row.organization_id, row.year, but=row.id)
        if len(others) >= row.cap:
            told = "、".join(other.label for other in others)
            raise RuleViolation(
                f"{enterprise.name}本年已列入 {len(others)} 次检查（{told}），上限是 {row.cap} 次。", CLAUSE,
                "请并入已有的计划一次查完（综合查一次），或者作为紧急检查写明理由报批。",
            )  # fmt: skip


def approve(row: InspectionPlan, words: str, *, by: User, now: datetime) -> None:
    """The leader approves; whoever drafted it may not. Errors: RuleViolation."""
    require(row, ("submitted",), "批准")
    if row.drafted_by_id == by.id:
        raise RuleViolation("拟定计划的人不能批准自己的计划。", CLAUSE, "请由另一位领导批准。")
    row.state, row.approved_at, row.approval = "approved", now, words
    row.approved_by = by
    late = bool(row.approve_by and now > row.approve_by)
    log("approve", row, {"late": [None, late]} if row.urgent else {}, by, now)
    tell([row.drafted_by_id], f"检查计划“{row.title}”已批准。", link=path_of(row), now=now)


def send_back(row: InspectionPlan, reason: str, *, by: User, now: datetime) -> None:
    """The leader sends it back with what is wrong; an urgent one must not be carried out any further."""
    require(row, ("submitted",), "退回")
    if len(reason) < 4:
        raise InvalidInput("请写明退回的理由，至少 4 个字。", "reason")
    row.state, row.return_reason = "draft", reason
    log("return", row, {"reason": [None, reason]}, by, now)
    tell([row.drafted_by_id], f"检查计划“{row.title}”被退回：{reason}", link=path_of(row), now=now)


def finish(row: InspectionPlan, *, by: User, now: datetime) -> None:
    """Every target has been checked. Errors: RuleViolation while one is still to do."""
    require(row, ("approved",), "结束")
    done = queries.checked_targets(row)
    if waiting := [target for target in row.targets if target.id not in done]:
        raise RuleViolation(
            f"“{waiting[0].place}”还没有检查，不能结束计划。",
            CLAUSE,
            "请先完成检查；不再检查的，请取消计划。",
        )
    row.state = "closed"
    log("finish", row, {}, by, now)


def cancel(row: InspectionPlan, reason: str, *, by: User, now: datetime) -> None:
    """A plan that is not carried out stays listed. Errors: RuleViolation once a check has begun."""
    require(row, ("draft", "submitted", "approved"), "取消")
    if len(reason) < 4:
        raise InvalidInput("请写明取消的理由，至少 4 个字。", "reason")
    if queries.checked_targets(row):
        raise RuleViolation(
            "已经开始检查，不能取消计划。", CLAUSE, "请完成检查后结束计划；检查有误的，先作废检查。"
        )
    row.state, row.return_reason = "cancelled", reason
    log("cancel", row, {"reason": [None, reason]}, by, now)


# ---- what a check asks for -------------------------------------------------------------------------------


def require_ready(target: PlanTarget, *, by: User, now: datetime) -> None:
    """Whether the check of this target may begin now. Errors: RuleViolation that says what is missing."""
    row, day = target.plan, clock.local_date(now)
    if by.id not in {person["id"] for person in target.team}:
        raise RuleViolation(
            "您不是这次检查的检查人员。", CLAUSE, "请由计划里的检查人员开始，或者先修改检查人员。"
        )
    if row.state != "approved" and not (row.state == "submitted" and row.urgent):
        raise RuleViolation(
            f"检查计划{STATES[row.state]}，没有经过领导批准，不能检查。",
            CLAUSE,
            "请先报批；紧急检查报送后可以先行检查。",
        )
    if row.state == "submitted" and row.approve_by and now > row.approve_by:
        raise RuleViolation("紧急检查没有在时限内补办批准，不能再开始检查。", CLAUSE, "请领导先批准计划。")
    if not row.begins_on <= day <= row.ends_on:
        raise RuleViolation(
            f"今天不在计划的检查期间（{date_words(row.begins_on)}至{date_words(row.ends_on)}）。",
            CLAUSE,
            "请在检查期间内检查，或者另拟计划报批。",
        )
    team_of(row, [person["id"] for person in target.team], day)
    if target.announced and not queries.was_served(target):
        raise RuleViolation(
            "检查通知书还没有送达，不能检查。",
            CLAUSE,
            "请先制发并送达检查通知书；不预先通知的，请在计划里注明到场时出示。",
        )


def require(row: InspectionPlan, states: tuple[str, ...], step: str) -> None:
    """Whether a plan is in one of these states. Errors: RuleViolation."""
    if row.state not in states:
        raise RuleViolation(f"计划{STATES[row.state]}，不能{step}。", CLAUSE, "请刷新页面，看看现在的状态。")


def path_of(row: InspectionPlan) -> str:
    """The page of a plan, for a message."""
    return f"/plans/{row.id}"


def log(verb: str, row: InspectionPlan, changes: Mapping[str, Any], by: User, now: datetime) -> None:
    """One entry of the audit log."""
    db.session.flush()
    subject = audit.Subject("inspection_plan", row.id, row.label)
    audit.record(f"plan.{verb}", subject=subject, by=by, now=now, changes=changes)
