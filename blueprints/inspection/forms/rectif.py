"""Forms of rectification: measures, pleas and their answers, rechecks, what the leader decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import IntegerField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from blueprints.inspection.forms.findings import uploads
from blueprints.inspection.models import Finding
from blueprints.inspection.service.rechecks import Seen
from blueprints.inspection.service.rectif_answers import DECISIONS, Done, Judged, draft_of
from blueprints.inspection.workflow import ESCALATIONS, VERDICTS
from blueprints.rulebook.service.legal import citable_today
from core.forms import BaseForm, LocalDateField, OfferingField


def measures_form(findings: Sequence[Finding]) -> BaseForm:
    """Words, day and proof for each finding, filled with what was kept."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in findings:
        fields |= {
            f"text_{one.id}": TextAreaField("怎样整改的", [Length(max=3000)]),
            f"done_on_{one.id}": LocalDateField("完成日期", [Optional()]),
            f"file_{one.id}": MultipleFileField("佐证材料（照片、文件）"),
        }
        kept = draft_of(one)
        data |= {
            f"text_{one.id}": kept.text if kept else "",
            f"done_on_{one.id}": kept.done_on if kept else None,
        }
    made: BaseForm = type("MeasuresForm", (BaseForm,), fields)(data=data)
    return made


def done_of(form: BaseForm, findings: Iterable[Finding]) -> dict[int, Done]:
    """What was entered, by finding."""
    return {
        one.id: Done(
            form[f"text_{one.id}"].data, form[f"done_on_{one.id}"].data, uploads(form[f"file_{one.id}"])
        )
        for one in findings
    }


def judge_form(findings: Sequence[Finding]) -> BaseForm:
    """A verdict with words for each measure, and the new limit of those that are returned."""
    fields: dict[str, Any] = {
        "days": IntegerField(
            "退回的重新整改期限（工作日）", [Optional(), NumberRange(1, 180)], default=5,
            description="自今天起计算；没有退回的不用管。",
        )
    }  # fmt: skip
    for one in findings:
        fields |= {
            f"verdict_{one.id}": RadioField(
                "审核意见", choices=[("accepted", "通过，待复查"), ("returned", "退回整改")],
                validators=[DataRequired()],
            ),
            f"words_{one.id}": StringField("意见（退回必填）", [Length(max=500)]),
        }  # fmt: skip
    made: BaseForm = type("JudgeForm", (BaseForm,), fields)()
    return made


def judged_of(form: BaseForm, findings: Iterable[Finding]) -> dict[int, Judged]:
    """What was entered, by finding."""
    return {
        one.id: Judged(form[f"verdict_{one.id}"].data or "", form[f"words_{one.id}"].data) for one in findings
    }


class ObjectionForm(BaseForm):
    """陈述申辩."""

    reason = TextAreaField("事实和理由", [DataRequired(), Length(max=3000)])
    files = MultipleFileField("证明材料")


class ExtensionForm(BaseForm):
    """More time."""

    days = IntegerField("申请延长几个工作日", [DataRequired(), NumberRange(1, 180)])
    reason = TextAreaField("理由", [DataRequired(), Length(max=2000)])


class PleaForm(BaseForm):
    """The answer to a plea."""

    decision = RadioField("答复", [DataRequired()], choices=list(DECISIONS.items()))
    days = IntegerField("同意延长几个工作日", [Optional(), NumberRange(1, 180)])
    words = TextAreaField("意见和理由", [DataRequired(), Length(max=500)])


class RecheckPlanForm(BaseForm):
    """The day and two inspectors."""

    planned_on: Any = LocalDateField("复查日期", [DataRequired()])
    first = SelectField("检查人员一", [DataRequired()], coerce=str)
    second = SelectField("检查人员二", [DataRequired()], coerce=str)

    def offer(self, people: Sequence[tuple[int, str]]) -> None:
        """Who has a certificate."""
        choices = [("", "请选择"), *((str(id), name) for id, name in people)]
        self.first.choices = self.second.choices = choices

    def chosen(self) -> list[int]:
        """Ids of the two."""
        return [int(one) for one in (self.first.data, self.second.data) if one]


def recheck_form(findings: Sequence[Finding], results: dict[str, Any]) -> BaseForm:
    """A verdict with facts and photos for each finding that is not put right yet."""
    fields: dict[str, Any] = {"done_on": LocalDateField("复查日期", [DataRequired()])}
    data: dict[str, Any] = {}
    for one in findings:
        fields |= {
            f"verdict_{one.id}": RadioField("复查结果", [DataRequired()], choices=list(VERDICTS.items())),
            f"facts_{one.id}": TextAreaField("看到的情况", [Length(max=2000)]),
            f"file_{one.id}": MultipleFileField("照片或文件"),
        }
        said = results.get(str(one.id), {})
        data |= {f"verdict_{one.id}": said.get("verdict"), f"facts_{one.id}": said.get("facts", "")}
    made: BaseForm = type("RecheckForm", (BaseForm,), fields)(data=data)
    return made


def seen_of(form: BaseForm, findings: Iterable[Finding]) -> dict[int, Seen]:
    """What was entered, by finding."""
    return {
        one.id: Seen(
            form[f"verdict_{one.id}"].data or "", form[f"facts_{one.id}"].data,
            uploads(form[f"file_{one.id}"]),
        )
        for one in findings
    }  # fmt: skip


class EscalateForm(BaseForm):
    """What the leader decides."""

    kind = RadioField("怎样处理", [DataRequired()], choices=list(ESCALATIONS.items()))
    reason = TextAreaField("理由", [DataRequired(), Length(max=2000)])
    basis = OfferingField("依据", [DataRequired(), Length(max=300)], offers=citable_today)
