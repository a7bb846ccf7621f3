"""Forms of incidents: opening one, its updates and their approval, its end."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.forms import BaseForm, CheckboxListField, LocalDateTimeField

KINDS = {"sudden": "突发停供", "planned": "计划停供"}
ESTIMATE_HELP = "还不知道就不填，话术里说明正在抢修。"
SCRIPT_HELP = "接话员照着念的话：停了哪里、什么原因、什么时候恢复、要用户怎么做。批准后才用。"


class IncidentForm(BaseForm):
    """A new incident with its first script."""

    enterprise = SelectField("哪家单位", [InputRequired()], coerce=lambda text: int(text) if text else None)
    kind = RadioField("种类", [InputRequired()], choices=list(KINDS.items()), default="sudden")
    title = StringField(
        "标题", [DataRequired(), Length(max=200)], description="例如 示例片区主管道抢修停气。"
    )
    areas = CheckboxListField("停供的街道乡镇", [Optional()], coerce=int)
    place = StringField("具体范围", [Length(max=200)], description="小区、路段，用顿号隔开。")
    began_at: Any = LocalDateTimeField("开始时间", [InputRequired()])
    estimated_at: Any = LocalDateTimeField("预计恢复", [Optional()], description=ESTIMATE_HELP)
    cause = StringField("原因", [Length(max=500)])
    script = TextAreaField("话术", [DataRequired(), Length(max=2000)], description=SCRIPT_HELP)
    announced_at: Any = LocalDateTimeField("告知用户的时间", [Optional()], description="计划停供才填。")
    late_reason = StringField("提前告知不足的原因", [Length(max=300)])
    cases = HiddenField(validators=[Length(max=5000)])

    def case_ids(self) -> list[int]:
        """Cases that are attached at once."""
        parts = (self.cases.data or "").split("~")
        return [int(p) for p in parts if p.isascii() and p.isdecimal() and len(p) < 10][:500]


class UpdateForm(BaseForm):
    """A new estimate, cause or script."""

    estimated_at: Any = LocalDateTimeField("预计恢复", [Optional()], description=ESTIMATE_HELP)
    cause = StringField("原因", [Length(max=500)])
    script = TextAreaField("话术", [DataRequired(), Length(max=2000)], description=SCRIPT_HELP)
    reason = StringField("为什么更新", [Length(max=300)], description="例如 抢修中发现第二处漏点。")


class RestoredForm(BaseForm):
    """Supply is back: the closing text, to be approved."""

    restored_at: Any = LocalDateTimeField("恢复供应的时间", [InputRequired()])
    script = TextAreaField(
        "恢复后告诉用户的话", [DataRequired(), Length(max=2000)],
        description="批准后，每位来电的诉求人都按这段话告知，随后各件随事件结案。",
    )  # fmt: skip


class DecideForm(BaseForm):
    """批准或退回."""

    decision = RadioField(
        "决定", [InputRequired()], choices=[("approve", "批准"), ("reject", "退回")], default="approve"
    )
    remark = TextAreaField("意见", [Length(max=300)], description="退回的、批准自己起草的，须写明理由。")


class WhyForm(BaseForm):
    """A step for which a reason is enough."""

    reason = TextAreaField("理由", [DataRequired(), Length(max=300)], description="不少于 5 个字。")
