"""Forms of the responsible unit: investigate, verify, correct, rectify, apologise, talk (Q3.1, Q6, F5.2)."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length

from blueprints.accounts.queries import people_with_role
from blueprints.complaints import facts
from blueprints.complaints.forms.base import NOTICE_SPOTS, ActionForm, Desk, NoticeForm, Spot, Spots
from blueprints.complaints.forms.fields import int_or_none, radio, select, ways, yes_no
from blueprints.complaints.forms.receiving import choose_assignment
from core.authz import Role
from core.clock import local_date
from core.forms import LocalDateField, LocalDateTimeField, select_choices


class InvestigateForm(NoticeForm):
    """One named investigator of the responsible unit."""

    notice_template = "progress_dispatched"
    assignment_id = select("承办部门", coerce=int_or_none)
    investigator_id = select("调查人", coerce=int_or_none)
    text = TextAreaField("调查安排")
    spots: ClassVar[Spots] = (
        Spot("assignment_id", span=6),
        Spot("investigator_id", span=6, guard="investigator_named"),
        Spot("text", rows=3),
        *NOTICE_SPOTS,
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        mine = desk.by.id if Role.HANDLER in desk.by.roles else None
        named = next((a.investigator_id for a in desk.own_assignments if a.investigator_id), None)
        return super().known(desk) | {"investigator_id": named or mine}

    def arrange(self, desk: Desk) -> None:
        super().arrange(desk)
        choose_assignment(self, desk)
        people = people_with_role(desk.by.organization_id, Role.HANDLER)
        units = {a.department_id for a in desk.own_assignments}
        people.sort(key=lambda p: (p.department_id not in units, p.id))
        named = [(p.id, f"{p.name}（{p.department.name}）" if p.department else p.name) for p in people]
        self.investigator_id.choices = select_choices(named)


class VerifyForm(ActionForm):
    """核实结论: substantiated or not, reasonable or not, what it rests on; service complaints are classed."""

    assignment_id = select("承办部门", coerce=int_or_none)
    conclusion = radio("是否属实", list(facts.CONCLUSIONS.items()))
    reasonable = yes_no("诉求是否合理", "合理", "不合理")
    service_class = radio("服务类投诉的认定", list(facts.SERVICE_CLASSES.items()))
    findings = TextAreaField("核实到的情况", description="看了什么、问了谁、结论是什么。")
    evidence = TextAreaField("依据", description="写明证据名称，文件在下面上传。")
    spots: ClassVar[Spots] = (
        Spot("assignment_id"),
        Spot("conclusion", span=6, guard="findings_complete"),
        Spot("reasonable", span=6, guard="findings_complete"),
        Spot("service_class", guard="service_class_given"),
        Spot("findings", rows=6, guard="findings_complete"),
        Spot("evidence", rows=3, guard="findings_complete"),
    )

    def arrange(self, desk: Desk) -> None:
        choose_assignment(self, desk)
        if desk.case.category != "service" or desk.ruleset.guard("service_class_given") is None:
            del self.service_class


class MisconductForm(ActionForm):
    """Q3.1b: reported to the leader in charge."""

    leader_id = select("汇报给哪位分管领导", coerce=int_or_none)
    text = TextAreaField("汇报的具体情况和处理程序")
    spots: ClassVar[Spots] = (
        Spot("leader_id", span=6, guard="misconduct_reported"),
        Spot("text", guard="misconduct_reported"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"text": desk.recorded("findings", "verify")}

    def arrange(self, desk: Desk) -> None:
        leaders = people_with_role(desk.by.organization_id, Role.ENTERPRISE_LEADER)
        self.leader_id.choices = select_choices((p.id, p.name) for p in leaders)


class LapseForm(ActionForm):
    """Q3.1c: sanction by the unit's rules and immediate correction, with proof."""

    sanction = TextAreaField("按哪项制度对当事人作了什么处理", [Length(max=1000)])
    measures = TextAreaField("怎样立即纠正")
    proof = TextAreaField("已经纠正的佐证", [Length(max=1000)], description="可同时在下面上传照片等附件。")
    spots: ClassVar[Spots] = (
        Spot("sanction", rows=3, guard="lapse_corrected"),
        Spot("measures", rows=3, guard="lapse_corrected"),
        Spot("proof", rows=2, guard="lapse_corrected"),
    )


class ExplainForm(ActionForm):
    """Q3.1d: how the misunderstanding was explained."""

    text = TextAreaField("怎样解释的")
    way = ways("方式")
    accepted = yes_no("对方是否理解", "理解", "还不理解")
    spots: ClassVar[Spots] = (
        Spot("text", guard="misunderstanding_explained"),
        Spot("way", span=4),
        Spot("accepted", span=8),
    )


class RectifyForm(ActionForm):
    """整改措施."""

    measures = TextAreaField("整改措施")
    responsible = StringField("责任人", [Length(max=64)])
    due_on = LocalDateField("完成日期")
    spots: ClassVar[Spots] = (
        Spot("measures", guard="rectification_planned"),
        Spot("responsible", span=6),
        Spot("due_on", span=6),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"responsible": desk.by.department.name + "负责人" if desk.by.department else ""}


class RectifiedForm(ActionForm):
    """整改完成."""

    result = TextAreaField("整改结果")
    proof = TextAreaField("佐证", [Length(max=1000)], description="可同时在下面上传照片等附件。")
    spots: ClassVar[Spots] = (
        Spot("result", guard="rectification_done"),
        Spot("proof", rows=2, guard="rectification_done"),
    )


class ApologiseForm(ActionForm):
    """Q6.1: by the leader in charge or the head of department, in person."""

    way = radio("致歉方式", [("当面", "当面"), ("电话", "电话"), ("视频", "视频")])
    told_at = LocalDateTimeField("致歉时间")
    in_person = BooleanField("由我本人亲自致歉")
    text = TextAreaField("致歉情况", description="致歉和答复可以在同一次通话里完成。")
    spots: ClassVar[Spots] = (
        Spot("way", span=6, guard="apology_made"),
        Spot("told_at", span=6),
        Spot("in_person", guard="apology_by_leader"),
        Spot("text", rows=3),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"told_at": desk.now}


class TalkForm(ActionForm):
    """One explaining talk."""

    way = ways("方式")
    told_at = LocalDateTimeField("沟通时间")
    accepted = yes_no("对方是否理解", "理解", "还不理解")
    text = TextAreaField("沟通内容")
    spots: ClassVar[Spots] = (
        Spot("way", span=4),
        Spot("told_at", span=4),
        Spot("accepted", span=4),
        Spot("text"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"told_at": desk.now}


class ShelveTalkForm(ActionForm):
    """Q6.2: the talk is kept open until a better moment."""

    next_on = LocalDateField("下次沟通日期")
    reason = TextAreaField("已作的沟通和对方的想法", [Length(max=1000)])
    spots: ClassVar[Spots] = (Spot("next_on", span=4, guard="talks_enough"), Spot("reason", rows=4))

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        talks = [s for s in desk.case.steps if s.action == "talk"]
        said = "；".join(f"{local_date(s.at):%m月%d日} {s.facts.get('text', '')}" for s in talks)
        return {"reason": desk.prepared_words(said)[:1000]}


class NoteForm(ActionForm):
    """记录经过."""

    text = TextAreaField("内容")
    spots: ClassVar[Spots] = (Spot("text"),)
