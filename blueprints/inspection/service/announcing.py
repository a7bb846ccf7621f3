"""检查通知书 of a planned target, drafted with everything that the plan says (F6.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.inspection.models import PlanTarget
from blueprints.inspection.service import planning
from blueprints.notices import service as notices
from blueprints.notices.models import Notice
from core.wording import date_words
from domain.checklists import checklist_from
from domain.errors import RuleViolation

KIND = "inspection_notice"
NUMERALS = "一二三四五六七八九十"
HOW = {
    "record": "查看原始记录",
    "site": "现场抽样检查",
    "survey": "用户满意度调查",
}


def draft(target: PlanTarget, *, by: User, now: datetime) -> Notice:
    """The draft for a target of a submitted or approved plan; review, signature and service are those of
    every notice. Errors: RuleViolation where there is one already, or no team."""
    plan = target.plan
    planning.require(plan, ("submitted", "approved"), "制发检查通知书")
    if target.notice is not None and target.notice.state not in planning.GONE:
        raise RuleViolation("这个对象已经有检查通知书。", planning.CLAUSE, "请打开已有的检查通知书。")
    subject = notices.Subject("inspection_plan", plan.id, plan.label, target.enterprise)
    content = notices.Content(values=values(target, by), addressees=[target.enterprise.name])
    target.notice = notices.draft(KIND, by=by, now=now, subject=subject, content=content)
    planning.log("notice", plan, {"target": [None, target.place]}, by, now)
    return target.notice


def values(target: PlanTarget, by: User) -> dict[str, Any]:
    """The fields of the notice that the plan knows."""
    plan, outlet = target.plan, target.outlet
    phone = plan.organization.hotline
    when = date_words(plan.begins_on)
    if plan.ends_on != plan.begins_on:
        when = f"{when}至{date_words(plan.ends_on)}期间的工作时间"
    where = f"{outlet.name}（{outlet.address}）" if outlet and outlet.address else target.place
    return {
        "basis": plan.basis, "contact_name": by.name, "contact_phone": phone,
        "check_matters": _matters(target), "check_time": when, "check_place": f"你单位{where}",
        "check_method": f"{'、'.join(HOW[m] for m in plan.methods)}。{_drawn(target)}",
        "check_officers": [
            [person["name"], person["certificate"], plan.organization.name, phone] for person in target.team
        ],
        "check_materials": "与检查事项有关的制度、台账、证书、工单和答复材料；需要抽样的，请提供完整的清单。",
        "check_complaint_to": f"{plan.organization.name}（{phone}）" if phone else plan.organization.name,
    }  # fmt: skip


def _matters(target: PlanTarget) -> str:
    parts = checklist_from(target.plan.checklist.content).parts
    lines = [f"（{NUMERALS[at]}）{title}。" for at, title in enumerate(parts.values()) if at < len(NUMERALS)]
    return "\n".join(lines)


def _drawn(target: PlanTarget) -> str:
    if not target.drawn or target.plan.draw is None:
        return "检查对象按照计划确定。"
    number = target.plan.draw.number
    return f"检查对象和检查人员随机抽取（抽取编号{number}），名单摘要、承诺值和结果已经公布，可以自行核验。"
