"""Forms of answers: at once, from a department, by a leader, the reply, the report, review and callback."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.complaints import facts
from blueprints.complaints.forms.base import ActionForm, Desk, Spot, Spots
from blueprints.complaints.forms.fields import int_or_none, radio, select, ways, yes_no
from blueprints.complaints.forms.phrases import PhrasedForm
from blueprints.complaints.forms.receiving import choose_assignment
from blueprints.complaints.service import consulting
from blueprints.complaints.service.closing import RETENTIONS
from blueprints.complaints.service.reviewing import NO_MORE
from core import clocks
from core.forms import CheckboxListField, LocalDateField, LocalDateTimeField

ADOPTIONS = [("adopted", "采纳"), ("partly", "部分采纳"), ("not", "未采纳")]


class ReplyForm(PhrasedForm):
    """答复: text, way, time, and what is promised with it (Q1.4, Q1.5, F5.2)."""

    text = TextAreaField("答复内容", description="写明核实到什么、怎样处理、结果如何。")
    way = ways("答复方式")
    told_at = LocalDateTimeField("答复时间")
    promises = CheckboxListField("答复里承诺了什么")
    spots: ClassVar[Spots] = (
        Spot("text", rows=6, guard="reply_substantial"),
        Spot("way", span=4),
        Spot("told_at", span=4),
        Spot("promises", guard="promise_within_authority"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"told_at": desk.now, "text": drafted_reply(desk)}

    def arrange(self, desk: Desk) -> None:
        def words(code: str, name: str) -> str:
            within = any(desk.ruleset.may_promise(role.value, code) for role in desk.by.roles)
            return name if within else f"{name}（超出您的权限）"

        self.promises.choices = [(p.code, words(p.code, p.name)) for p in desk.ruleset.promises]


def drafted_reply(desk: Desk) -> str:
    """A reply drawn up from what is on record, for the person at the desk to finish."""
    case = desk.case
    if case.merged_into is not None:
        answers = [s for s in case.merged_into.steps if s.action in ("reply", "answer_now")]
        return str(answers[-1].facts.get("text", "")) if answers else ""
    adopted = desk.recorded("adoption", "instruct")
    if adopted:
        word = dict(ADOPTIONS).get(adopted, "")
        return f"您好：您提出的“{case.title}”，经研究{word}。{desk.recorded('instruction', 'instruct')}"
    answer = desk.recorded("text", "give_answer")
    if answer:
        return f"您好：您咨询的“{case.title}”，答复如下：{answer}"
    if facts.joint(case):
        return consulting.prepared_reply(case)
    findings = desk.recorded("findings", "verify")
    if not findings:
        return ""
    done = (
        desk.recorded("result", "complete_rectification")
        or desk.recorded("measures", "rectify", "correct_lapse")
        or desk.recorded("text", "explain")
    )
    handled = f"处理情况：{_ended(done)}" if done else ""
    return f"您好：您反映的“{case.title}”已经核实。{_ended(findings)}{handled}"


def _ended(text: str) -> str:
    """With a full stop at its end."""
    return text if text.rstrip().endswith(("。", "！", "？", "；", ".", "!", "?")) else f"{text.rstrip()}。"


class GiveAnswerForm(PhrasedForm):
    """The department's answer to the unit that asked."""

    assignment_id = select("答复部门", coerce=int_or_none)
    text = TextAreaField("解答")
    spots: ClassVar[Spots] = (Spot("assignment_id"), Spot("text", rows=6, guard="department_answer_given"))

    def arrange(self, desk: Desk) -> None:
        choose_assignment(self, desk)


class ReferForm(ActionForm):
    """Q3.2: a suggestion goes to the leader; where a reply is needed, its day is promised."""

    text = TextAreaField("向领导汇报的内容")
    reply_needed = BooleanField("需要答复提建议的人")
    reply_promised_on = LocalDateField("承诺的答复日期")
    spots: ClassVar[Spots] = (
        Spot("text", rows=5),
        Spot("reply_needed", span=6),
        Spot("reply_promised_on", span=6, guard="reply_date_within_cap"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        running = clocks.open_of("case", desk.case.id, "completion")
        last = running[0].due_on if running else None
        content = desk.prepared_words(desk.case.content)
        return {"reply_needed": facts.reachable(desk.case), "reply_promised_on": last, "text": content}


class InstructForm(ActionForm):
    """The leader's instruction."""

    adoption = radio("是否采纳", ADOPTIONS)
    instruction = TextAreaField("批示")
    spots: ClassVar[Spots] = (
        Spot("adoption", guard="leader_instructed"),
        Spot("instruction", guard="leader_instructed"),
    )


class ReportBackForm(ActionForm):
    """F5.2: verification and rectification result, to the regulator."""

    verification = TextAreaField("核实情况")
    rectification_result = TextAreaField("整改结果", description="核实不属实的可以不填。")
    spots: ClassVar[Spots] = (
        Spot("verification", rows=5, guard="report_complete"),
        Spot("rectification_result", rows=5, guard="report_complete"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        conclusion = facts.CONCLUSIONS.get(desk.case.conclusion, "")
        findings = desk.recorded("findings", "verify")
        result = desk.recorded("result", "complete_rectification")
        return {
            "verification": "".join((f"{conclusion}。" if conclusion else "", findings)),
            "rectification_result": result or desk.recorded("measures", "correct_lapse", "rectify"),
        }


class RemarkForm(ActionForm):
    """A step that needs nothing but may be remarked on."""

    remark = TextAreaField("说明", [Length(max=1000)])
    spots: ClassVar[Spots] = (Spot("remark", rows=3),)


class ReviewReturnForm(ActionForm):
    """退回重办 with the reason and a new limit."""

    reason = TextAreaField("退回理由", [Length(max=1000)], description="写清哪里没有核实清楚或整改不到位。")
    workdays = IntegerField("重办期限")
    spots: ClassVar[Spots] = (
        Spot("reason", guard="review_reason"),
        Spot("workdays", span=4, unit="个工作日", guard="review_reason"),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"workdays": 3}


class CallbackForm(ActionForm):
    """回访: solved, satisfied; whoever is dissatisfied is worked for again."""

    intro = "没有解决或不满意的，件会自动回到办理环节，时限重新计算。"
    solved = yes_no("问题是否已解决", "已解决", "没有解决")
    satisfied = radio("满意度", list(facts.SATISFACTION.items()))
    told_at = LocalDateTimeField("回访时间")
    remark = TextAreaField("回访记录", [Length(max=1000)])
    spots: ClassVar[Spots] = (
        Spot("solved", span=6, guard="callback_done"),
        Spot("satisfied", span=6, guard="callback_done"),
        Spot("told_at", span=6),
        Spot("remark", rows=3),
    )

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"told_at": desk.now}


class ArchiveForm(RemarkForm):
    """归档 with the retention class; the dossier is frozen with its hash."""

    intro = "归档后卷宗固定，并记下校验值。"
    takes_files = False
    retention = radio("保管期限", [(r, r) for r in RETENTIONS])
    spots: ClassVar[Spots] = (Spot("retention"), Spot("remark", rows=2))

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        key = "retention_level_1" if desk.case.level == 1 else "retention_default"
        return {"retention": desk.ruleset.text(key)}


class ReopenForm(ActionForm):
    """重新办理."""

    intro = "重新办理会重新计算办结时限。"
    reason = TextAreaField(
        "重新办理的理由", [DataRequired(), Length(max=1000)], description="不少于 5 个字。"
    )
    new_evidence = TextAreaField(
        "新的事实或证据", [Length(max=2000)], description="本件先前决定不再重复办理；写明这次新提出的是什么。"
    )
    spots: ClassVar[Spots] = (Spot("new_evidence", rows=3), Spot("reason", rows=3))

    def arrange(self, desk: Desk) -> None:
        if desk.case.ended_how != NO_MORE:
            del self.new_evidence
