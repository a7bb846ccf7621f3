"""Forms of duties, claims and the guide."""

from __future__ import annotations

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
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core.forms import BaseForm, CheckboxListField, LocalDateField
from domain.duties import CHANNELS, CLASSES, FREQUENCY_NAMES


class DutyForm(BaseForm):
    """A duty that the regulator adds."""

    class_ = SelectField("类别", choices=[(str(n), f"{n} {name}") for n, (name, _) in CLASSES.items()])
    item = StringField("公开事项", [DataRequired(), Length(max=100)])
    contains = TextAreaField("应包含的内容", [DataRequired(), Length(max=1000)], description="一行一条。")
    sectors = CheckboxListField("适用行业", choices=[], description="不选就是本部门监管的全部行业。")
    frequency = SelectField("多久公开一次", choices=[(f.value, name) for f, name in FREQUENCY_NAMES.items()])
    within = IntegerField(
        "期限",
        [InputRequired(), NumberRange(min=1, max=250)],
        default=20,
        description="形成或变更后：几个工作日内；每周：次周的周几（1 是周一）；其他：期满次月的几日前。",
    )
    first_half = IntegerField(
        "上半月的期限",
        [Optional(), NumberRange(min=16, max=28)],
        description="只有每半月的填写：当月几日前。",
    )
    channels = CheckboxListField("公开渠道", [DataRequired()], choices=list(CHANNELS.items()))
    source = StringField("依据", [DataRequired(), Length(max=200)], description="文件名称和文号。")
    local = BooleanField("期限由本地确定（依据没有写期限）")
    reason = StringField("本地确定的理由", [Length(max=200)])
    since = LocalDateField("从哪一天起", [DataRequired()])

    def content(self) -> dict[str, Any]:
        """The fields of domain.duties.Duty."""
        return {
            "class_": int(self.class_.data),
            "item": self.item.data,
            "contains": [line.strip() for line in (self.contains.data or "").splitlines() if line.strip()],
            "sectors": list(self.sectors.data or []),
            "frequency": self.frequency.data,
            "within": self.within.data,
            "first_half": self.first_half.data or 0,
            "channels": list(self.channels.data or []),
            "source": self.source.data,
            "local": bool(self.local.data),
            "reason": self.reason.data or "",
        }


class EndForm(BaseForm):
    """When and why an added duty ends."""

    ended_on = LocalDateField("从哪一天起不再要求", [DataRequired()])
    reason = TextAreaField("理由", [DataRequired(), Length(max=300)])


class ReasonForm(BaseForm):
    """Why something is taken down or ended."""

    reason = TextAreaField("理由", [DataRequired(), Length(max=300)])


class ClaimForm(BaseForm):
    """Why a duty does not concern the enterprise."""

    reason = TextAreaField(
        "不适用的理由",
        [DataRequired(), Length(max=500)],
        description="写明本单位没有这项业务或者这类情况的事实。",
    )


class DecideForm(BaseForm):
    """The answer of the regulator."""

    result = RadioField("答复", [DataRequired()], choices=[("agreed", "同意不适用"), ("refused", "不同意")])
    answer = TextAreaField("理由", [Length(max=500)], description="不同意的，写明理由。")


class ProfileForm(BaseForm):
    """Since when, and the facts of 信息公开指南."""

    version = HiddenField(validators=[Length(max=12)])
    since = LocalDateField(
        "从哪一天起按制度公开",
        [DataRequired()],
        description="首次公开和定期公开都从这一天起算；以后只能提前。",
    )
    office = StringField("负责公开的机构", [Length(max=100)])
    address = StringField("办公地址", [Length(max=200)])
    phone = StringField("联系电话", [Length(max=64)])
    hours = StringField("办公时间", [Length(max=100)])
    website = StringField("信息公开专栏", [Length(max=200)], description="网址。")
    applying = TextAreaField("怎样申请公开", [Length(max=4000)], description="一行一段。")
    withheld = TextAreaField("不予公开的内容", [Length(max=4000)], description="一行一条。")
