"""Forms of plans and their targets."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange

from blueprints.inspection.models import InspectionPlan, PlanTarget
from blueprints.inspection.service.planning import METHODS, Facts
from core.forms import BaseForm, CheckboxListField, LocalDateField

QUARTERS = {"0": "全年", "1": "第一季度", "2": "第二季度", "3": "第三季度", "4": "第四季度"}
BASIS = "《区供电供气服务与投诉监管制度》第六条"


class PlanForm(BaseForm):
    """What a plan says."""

    version = HiddenField()
    title = StringField("名称", [DataRequired(), Length(max=200)])
    year = IntegerField("年度", [DataRequired(), NumberRange(2020, 2099)])
    quarter = SelectField("期间", choices=list(QUARTERS.items()), default="0")
    purpose = TextAreaField("目的", [DataRequired(), Length(max=500)])
    basis = TextAreaField(
        "依据", [DataRequired(), Length(max=500)],
        description="写进检查通知书；请写明条款，现行有效的见“依据登记”。",
    )
    methods = CheckboxListField("方法", choices=list(METHODS.items()), coerce=str)
    version_id: Any = SelectField(
        "检查事项（已公布的检查表）", [DataRequired("请选择检查表；没有的，请先公布一份。")], coerce=str
    )
    begins_on: Any = LocalDateField("开始", [DataRequired()])
    ends_on: Any = LocalDateField("结束", [DataRequired()])
    urgent = BooleanField("紧急检查", description="报送后可以先检查，领导在时限内补办批准。")
    urgent_reason = StringField("紧急的理由", [Length(max=300)])

    def facts(self) -> Facts:
        """What was entered."""
        return Facts(
            year=self.year.data or 0, quarter=int(self.quarter.data), title=self.title.data,
            purpose=self.purpose.data, basis=self.basis.data, methods=tuple(self.methods.data or ()),
            version_id=int(self.version_id.data), begins_on=self.begins_on.data, ends_on=self.ends_on.data,
            urgent=bool(self.urgent.data), urgent_reason=self.urgent_reason.data or "",
        )  # fmt: skip


def plan_form(row: InspectionPlan | None, today: date, basis: str = BASIS) -> PlanForm:
    """The form of a draft, or of a new plan for the rest of this year."""
    data: dict[str, Any] = {
        "year": today.year, "begins_on": today, "ends_on": date(today.year, 12, 31), "basis": basis,
        "methods": ["record", "site"],
    }  # fmt: skip
    if row is not None:
        data = {name: getattr(row, name) for name in Facts.__dataclass_fields__} | {"version": row.version}
        data["version_id"], data["quarter"] = str(row.version_id), str(row.quarter)
    return PlanForm(data=data)


class DrawTargetsForm(BaseForm):
    """Which done draw gives the targets."""

    draw_id = RadioField("抽取", [DataRequired("请选择一次抽取。")], coerce=str)


class TargetForm(BaseForm):
    """A target that no draw chose."""

    place = SelectField("对象", [DataRequired()], coerce=str)
    reason = StringField(
        "直接列入的理由", [DataRequired(), Length(min=4, max=500)], description="没有经过抽取的，须写明理由。"
    )
    people = CheckboxListField("检查人员", coerce=int, description="至少两名，执法证当天有效。")
    announced = RadioField(
        "检查通知书", choices=[("yes", "检查前送达"), ("no", "不预先通知，到场时出示")], default="yes"
    )


class TeamForm(BaseForm):
    """Who checks a target, and whether it is told beforehand."""

    people = CheckboxListField("检查人员", coerce=int, description="至少两名，执法证当天有效。")
    announced = RadioField(
        "检查通知书", choices=[("yes", "检查前送达"), ("no", "不预先通知，到场时出示")], default="yes"
    )


def team_form(target: PlanTarget) -> TeamForm:
    """The team as it is."""
    people = [person["id"] for person in target.team]
    return TeamForm(data={"people": people, "announced": "yes" if target.announced else "no"})


class ApprovalForm(BaseForm):
    """The leader's words."""

    words = StringField("批准意见", [DataRequired(), Length(max=300)], default="同意。")


class PlanReasonForm(BaseForm):
    """Why a plan is sent back or cancelled."""

    reason = StringField("理由", [DataRequired(), Length(min=4, max=300)])
