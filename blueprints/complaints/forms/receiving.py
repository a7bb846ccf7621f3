"""Forms of the receiving unit: information, acceptance, refusal, dispatch, returns, corrections."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from blueprints.accounts.queries import departments_of, supervised_by
from blueprints.complaints import facts
from blueprints.complaints.forms.base import NOTICE_SPOTS, ActionForm, Desk, NoticeForm, Spot, Spots
from blueprints.complaints.forms.fields import int_or_none, radio, select, ways, yes_no
from blueprints.complaints.queries_case import alike
from blueprints.complaints.relations import relayed
from blueprints.complaints.service.deadlines import laws_of
from blueprints.complaints.views.people import readable
from core import clocks
from core.forms import CheckboxListField, LocalDateField, LocalDateTimeField, select_choices

NATURES = list(facts.NATURES.items())


class AcceptForm(NoticeForm):
    """受理."""

    notice_template = "progress_accepted"
    nature = radio(
        "事项性质", NATURES, description="行业服务管理由主管部门答复，企业内部服务管理由企业答复。"
    )
    significant = BooleanField("属于重大事项")
    complex = BooleanField("情况复杂（法定时限按复杂件计）")
    first_contact = TextAreaField("首次沟通：诉求人的情绪和愿望", [Length(max=1000)])
    spots: ClassVar[Spots] = (
        Spot("nature", guard="nature_decided"),
        Spot("significant", guard="written_text_for_significant"),
        Spot("complex"),
        Spot("first_contact", rows=2, guard="first_contact_noted"),
        *NOTICE_SPOTS,
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        case = desk.case
        nature = case.nature or ("" if desk.regulator else "internal")
        own = {"nature": nature, "significant": case.significant, "complex": case.complex}
        return super().known(desk) | own | {"first_contact": case.first_contact}

    def arrange(self, desk: Desk) -> None:
        super().arrange(desk)
        self.significant.description = desk.ruleset.text("significant_definition")
        if not any(law.complex_amount for law in laws_of(desk.case.enterprise)):
            del self.complex


class DeclineForm(ActionForm):
    """不予受理: the reason in plain words, told to the person."""

    reason = TextAreaField("不予受理的原因", [Length(max=1000)], description="用诉求人听得懂的话写。")
    told_how = ways("怎样告知")
    told_at = LocalDateTimeField("告知时间")
    spots: ClassVar[Spots] = (
        Spot("reason", guard="decline_reason_told"),
        Spot("told_how", span=4, guard="decline_reason_told"),
        Spot("told_at", span=4),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"told_at": desk.now}


class RequestInfoForm(ActionForm):
    """请补充: what is missing; a written text for a significant matter. No limit pauses."""

    intro = "请对方补充时，办理时限照常计算。"
    missing = TextAreaField("还缺什么", [DataRequired(), Length(max=1000)])
    told_how = ways("怎样告知")
    written = BooleanField("重大事项，请补交书面材料")
    spots: ClassVar[Spots] = (
        Spot("missing", rows=3),
        Spot("told_how", span=4),
        Spot("written", span=8, guard="written_text_for_significant"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        wanted = desk.case.significant and desk.case.written_received_at is None
        return {"written": wanted, "missing": "书面材料" if wanted else ""}


class RecordInfoForm(ActionForm):
    """记录已补充, with the judgement whether the information is complete now."""

    text = TextAreaField("收到了什么", [DataRequired()])
    received_how = ways("怎样收到")
    written = BooleanField("收到了书面材料")
    complete = BooleanField("信息已经完整，可以受理")
    spots: ClassVar[Spots] = (
        Spot("text"),
        Spot("received_how", span=4),
        Spot("written", span=4, guard="written_text_for_significant"),
        Spot("complete", span=4),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"complete": True, "written": desk.case.written_due_on is not None}


class UnitsForm(ActionForm):
    """转办、分单: one assignment for each chosen unit."""

    units = CheckboxListField("责任单位")
    kind = radio("主办还是协办", [("main", "主办"), ("assisting", "协办")])
    requirement = TextAreaField("办理要求", [Length(max=1000)])
    due_on = LocalDateField("要求完成日期")
    spots: ClassVar[Spots] = (
        Spot("units", guard="unit_named"),
        Spot("kind", span=4),
        Spot("due_on", span=4),
        Spot("requirement", rows=3, guard="unit_named"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        running = clocks.open_of("case", desk.case.id, "completion")
        units = [] if not desk.regulator else [f"org:{desk.case.enterprise_id}"]
        return {
            "units": [u for u in units if u in dict(unit_choices(desk))],
            "kind": "main",
            "requirement": cls.usual_requirement(desk),
            "due_on": running[0].due_on if running else None,
        }

    @classmethod
    def usual_requirement(cls, desk: Desk) -> str:
        """What units are usually asked for; for a department, what the enterprise was asked for."""
        if relayed(desk.case) and desk.regulator:
            return "请核实情况、落实整改，并报送结果。诉求人要求保密，由我单位答复；要问的请我单位转问。"
        if desk.regulator:
            return "请核实情况、落实整改，向诉求人答复，并报送核实情况和整改结果。"
        handed = [a.requirement for a in desk.case.open_assignments if a.department_id is None]
        return desk.prepared_words(handed[0]) if handed else "请核实情况，提出处理意见。"

    def arrange(self, desk: Desk) -> None:
        self.units.choices = unit_choices(desk)


def unit_choices(desk: Desk) -> list[tuple[str, str]]:
    """Units that this person may name and that do not have the case yet."""
    organization = desk.by.organization
    if organization is None:
        return []
    held = [a for a in desk.case.assignments if a.state != "cancelled"]
    taken = {(a.organization_id, a.department_id) for a in held}
    if organization.is_regulator:
        free = [e for e in supervised_by(organization) if (e.id, None) not in taken]
        return [(f"org:{e.id}", e.name) for e in free]
    departments = departments_of(organization.id)
    return [(f"dep:{d.id}", d.name) for d in departments if (organization.id, d.id) not in taken]


class DispatchForm(UnitsForm, NoticeForm):
    """转办 and 分单 with the notice to the person."""

    notice_template = "progress_dispatched"
    assisting = CheckboxListField("协办单位", description="几家单位共同办理的选在这里，责任由会商划清。")
    spots: ClassVar[Spots] = (UnitsForm.spots[0], Spot("assisting"), *UnitsForm.spots[1:], *NOTICE_SPOTS)

    def arrange(self, desk: Desk) -> None:
        UnitsForm.arrange(self, desk)
        if desk.regulator and len(self.units.choices) > 1:
            self.assisting.choices = self.units.choices
        else:
            del self.assisting
        NoticeForm.arrange(self, desk)
        if "notice_text" in self:
            self.notice_text.description = "留空则按模板写明责任单位和办结期限。"


class UrgentDispatchForm(UnitsForm):
    """先行紧急处置."""

    intro = "危及安全的先处置，不等书面材料和正式受理。"

    @classmethod
    def usual_requirement(cls, desk: Desk) -> str:
        return "请立即到现场处置，消除危险后报告情况。"


class AskForm(UnitsForm):
    """请部门解答: the requirement is the question."""

    @classmethod
    def usual_requirement(cls, desk: Desk) -> str:
        return f"请解答：{desk.prepared_words(desk.case.content)}"[:1000]


class ReturnForm(ActionForm):
    """退单."""

    assignment_id = select("退哪一份", coerce=int_or_none)
    reason = TextAreaField("退单理由", [Length(max=1000)], description="不少于 5 个字。")
    spots: ClassVar[Spots] = (Spot("assignment_id", span=6), Spot("reason", rows=3))

    def arrange(self, desk: Desk) -> None:
        choose_assignment(self, desk)


def choose_assignment(form: ActionForm, desk: Desk) -> None:
    """Ask which assignment only where there are several."""
    mine = desk.own_assignments
    if len(mine) < 2:
        del form["assignment_id"]
        return
    form["assignment_id"].choices = select_choices(((a.id, a.unit_name) for a in mine), None)


class DecisionForm(ActionForm):
    """Somebody else's request approved or not."""

    approve = yes_no("决定", "同意", "不同意", validators=[InputRequired()])
    remark = TextAreaField("说明", [Length(max=1000)])
    spots: ClassVar[Spots] = (Spot("approve"), Spot("remark", rows=3))
    kind: ClassVar[str]

    def arrange(self, desk: Desk) -> None:
        asked = next((a for a in desk.case.approvals if a.state == "pending" and a.kind == self.kind), None)
        if asked is not None:
            days = f"申请 {asked.amount} 个工作日。" if asked.amount else ""
            self.approve.description = f"{days}理由：{readable(asked.reason, desk.case, desk.by)}"


class DecideReturnForm(DecisionForm):
    """处理退单."""

    kind = "return"


class DecideExtensionForm(DecisionForm):
    """审批延期."""

    kind = "extension"


class DecideSuspensionForm(DecisionForm):
    """审批中止."""

    kind = "suspension"


class DecideWithdrawalForm(DecisionForm):
    """审批撤回."""

    kind = "withdrawal"


class CorrectForm(ActionForm):
    """更正登记: each field keeps its old value in the record."""

    intro = "改动前的内容会保留在办理经过里；首接人不变。"
    type = select("类型")
    category = select("内容类别")
    channel = select("渠道")
    enterprise_id = select("被诉单位", coerce=int_or_none)
    title = StringField("标题")
    content = TextAreaField("诉求内容")
    place = StringField("地点")
    wish = StringField("希望怎样解决", [Length(max=1000)])
    reason = TextAreaField("更正理由", [Length(max=1000)], description="不少于 5 个字。")
    spots: ClassVar[Spots] = (
        Spot("type", span=3), Spot("category", span=3, guard="category_given"),
        Spot("channel", span=3, guard="channel_in_force"), Spot("enterprise_id", span=3),
        Spot("title"), Spot("content", rows=5), Spot("place", span=6), Spot("wish", span=6),
        Spot("reason", rows=2),
    )  # fmt: skip

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        names = ("type", "category", "channel", "enterprise_id", "title", "content", "place", "wish")
        return {name: getattr(desk.case, name) for name in names}

    def arrange(self, desk: Desk) -> None:
        rules = desk.ruleset
        self.type.choices = [(t.code, t.name) for t in rules.types]
        self.category.choices = [(c.code, c.name) for c in rules.categories]
        open_channels = [c for c in rules.channels if c.active or c.code == desk.case.channel]
        self.channel.choices = [(c.code, c.name) for c in open_channels]
        if not desk.regulator or desk.by.organization is None:
            del self.enterprise_id
            return
        self.enterprise_id.choices = [(e.id, e.name) for e in supervised_by(desk.by.organization)]


class OtherCaseForm(ActionForm):
    """Another case by its number, likely ones offered."""

    other = StringField("另一件的编号", [DataRequired()], description="例如 气诉2026-000123。")
    reason = TextAreaField("理由", [Length(max=1000)])

    def arrange(self, desk: Desk) -> None:
        rows = alike(desk.case, desk.by, desk.ruleset, now=desk.now)
        self.suggestions = [(row.number, f"{why}：{row.title}") for row, why in rows]


class LinkForm(OtherCaseForm):
    """标为重复或后续."""

    kind = radio("关系", [("duplicate", "重复"), ("follow_up", "后续")])
    spots: ClassVar[Spots] = (Spot("other", span=6), Spot("kind", span=6), Spot("reason", rows=2))


class MergeForm(OtherCaseForm):
    """并案."""

    intro = "并案后随另一件办理；本件的诉求人仍要单独答复，并错了可以撤销。"
    spots: ClassVar[Spots] = (Spot("other", span=6), Spot("reason", rows=2))
