"""Forms of the steps beside the main line: level, supervision, urging, requests, progress notices."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.accounts.queries import people_with_role
from blueprints.complaints import facts
from blueprints.complaints.events import open_incidents
from blueprints.complaints.forms.base import ActionForm, Desk, Spot, Spots
from blueprints.complaints.forms.fields import int_or_none, select, ways
from blueprints.complaints.forms.phrases import PhrasedForm
from blueprints.complaints.views.people import readable
from blueprints.complaints.views.words import LEVELS
from core.authz import Role
from core.forms import select_choices


class ReasonForm(ActionForm):
    """A step for which a reason is enough."""

    reason = TextAreaField("理由", [DataRequired(), Length(max=1000)], description="不少于 5 个字。")
    spots: ClassVar[Spots] = (Spot("reason", rows=3),)


class WaiveForm(ReasonForm):
    """免交书面材料."""

    intro = "免交后可以正式受理；理由会留在办理经过里。"


class UrgeForm(ActionForm):
    """催办."""

    reason = TextAreaField("催办内容", [Length(max=1000)])
    spots: ClassVar[Spots] = (Spot("reason", rows=3),)

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        case = desk.case
        late = case.due_at is not None and case.due_at <= desk.now
        return {"reason": f"“{case.due_name}”已经逾期，请尽快办理。" if late else "请抓紧办理。"}


class RaiseLevelForm(ActionForm):
    """Q4: the level follows from a recorded fact and may only rise."""

    trigger = select("触发情形")
    judged_by_id = select("由哪位领导认定", coerce=int_or_none)
    judgement = TextAreaField("是否造成重大社会影响，依据是什么", [Length(max=1000)])
    reason = TextAreaField("提高级别的理由", [Length(max=1000)])
    spots: ClassVar[Spots] = (
        Spot("trigger", span=6, guard="level_only_rises"),
        Spot("judged_by_id", span=6, guard="judgement_recorded"),
        Spot("judgement", rows=3, guard="judgement_recorded"),
        Spot("reason", rows=2, guard="level_only_rises"),
    )

    def arrange(self, desk: Desk) -> None:
        case = desk.case
        higher = [t for t in desk.ruleset.level_triggers if not t.by_origin and t.level < case.level]
        self.trigger.choices = select_choices((t.code, f"{LEVELS[t.level]}：{t.name}") for t in higher)
        places = sorted({case.receiving_org_id, case.regulator_id or 0, case.enterprise_id} - {0})
        leaders = [
            p for o in places for p in people_with_role(o, Role.REGULATOR_LEADER, Role.ENTERPRISE_LEADER)
        ]
        self.judged_by_id.choices = select_choices(
            (p.id, f"{p.name}（{p.organization.name if p.organization else ''}）") for p in leaders
        )


class SuperviseForm(ReasonForm):
    """督办: reason and limit; the number is given when it is issued."""

    workdays = IntegerField("答复期限")
    spots: ClassVar[Spots] = (Spot("reason", rows=3), Spot("workdays", span=4, unit="个工作日"))

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        proposed = facts.supervision_proposal(desk.case, desk.now)
        days = desk.ruleset.number("supervision_limit_workdays")
        return {"workdays": days, "reason": f"{proposed}，请限期办理并答复。" if proposed else ""}


class AnswerSupervisionForm(ActionForm):
    """答复督办."""

    answer = TextAreaField("督办答复")
    spots: ClassVar[Spots] = (Spot("answer", rows=5),)

    def arrange(self, desk: Desk) -> None:
        order = next((o for o in desk.case.supervision_orders if o.state == "open"), None)
        if order is not None:
            self.answer.description = f"{order.number}：{readable(order.reason, desk.case, desk.by)}"


class ExtensionForm(ReasonForm):
    """申请延期."""

    intro = "只能延长制度或本单位设定的办结时限，法定时限不能延长。"
    workdays = IntegerField("延长")
    spots: ClassVar[Spots] = (
        Spot("workdays", span=4, unit="个工作日", guard="extension_allowed"),
        Spot("reason", rows=3),
    )


class SuspensionForm(ReasonForm):
    """申请中止."""

    spots: ClassVar[Spots] = (Spot("reason", rows=3, guard="suspension_allowed"),)


class WithdrawalForm(ReasonForm):
    """The person withdraws; how they said so."""

    intro = "撤回须是诉求人自己的意思，由另一位人员审批。"
    told_how = ways("诉求人怎样表示的")
    spots: ClassVar[Spots] = (Spot("told_how", span=4), Spot("reason", rows=3))


class TakeUpForm(ReasonForm):
    """提级办理."""

    intro = "提级后由主管部门接办，经营单位要报送核实整改情况。"


class ProgressForm(PhrasedForm):
    """告知进展 (Q1.3)."""

    way = ways("告知方式")
    text = TextAreaField("告知内容", [DataRequired()])
    spots: ClassVar[Spots] = (
        Spot("way", span=4, guard="progress_told"),
        Spot("text", rows=3, guard="progress_told"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        accepted = desk.case.accepted_at is not None
        return {"text": desk.prepared("progress_dispatched" if accepted else "progress_accepted")}


class AttachIncidentForm(ActionForm):
    """并入停供事件: one of those that are open for the enterprise of the case."""

    incident = select("停供事件", coerce=int_or_none)
    takes_files: ClassVar[bool] = False
    spots: ClassVar[Spots] = (Spot("incident"),)

    def arrange(self, desk: Desk) -> None:
        found = open_incidents([desk.case.enterprise_id])
        self.incident.choices = select_choices((one.id, f"{one.number} {one.title}") for one in found)
        if not found:
            self.incident.description = "这家单位现在没有在开的停供事件。"
