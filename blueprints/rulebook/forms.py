"""Forms of the rulebook: local values by their kind, law limits, the calendar."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired
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

from blueprints.accounts.models import SECTORS
from core.forms import BaseForm, CheckboxListField, LocalDateField
from domain.deadlines import MAX_AMOUNT
from domain.errors import InvalidInput, RuleViolation
from domain.rulesets import Channel, Limit, Setting, SettingKind

UNIT_CHOICES = [("workday", "工作日"), ("day", "自然日"), ("hour", "小时"), ("minute", "分钟")]
DAY_CHOICES = UNIT_CHOICES[:2]


class SettingForm(BaseForm):
    """What every local value asks for; `seen` is the id of the row that the page showed."""

    seen = HiddenField()
    reason = TextAreaField("设定理由", [DataRequired(), Length(max=500)])

    def value(self) -> Any:
        """The value as the ruleset takes it."""
        return self._fields["setting"].data

    def fill(self, row: Any) -> None:
        """Show what is in force."""
        self._fields["setting"].data = row.value


class NumberForm(SettingForm):
    """A whole number."""

    setting = IntegerField("设定为", [InputRequired(), NumberRange(min=1, max=MAX_AMOUNT)])


class FlagForm(SettingForm):
    """Yes or no."""

    setting = RadioField("设定为", [InputRequired()], choices=[("yes", "是"), ("no", "否")])

    def value(self) -> Any:
        return self.setting.data == "yes"

    def fill(self, row: Any) -> None:
        self.setting.data = "yes" if row.value else "no"


class ChoiceForm(SettingForm):
    """One of the choices of the setting."""

    setting = RadioField("设定为", [InputRequired()], choices=[])


class TextForm(SettingForm):
    """A text."""

    setting = TextAreaField("设定为", [DataRequired(), Length(max=2000)])


class WordsForm(SettingForm):
    """A list of words, one a line."""

    setting = TextAreaField("设定为（一行一项）", [DataRequired(), Length(max=3000)])

    def value(self) -> Any:
        return [line.strip() for line in (self.setting.data or "").split("\n") if line.strip()]

    def fill(self, row: Any) -> None:
        self.setting.data = "\n".join(row.value)


class LimitForm(SettingForm):
    """Amount and unit of a limit."""

    amount = IntegerField("时限", [InputRequired(), NumberRange(min=1, max=MAX_AMOUNT)])
    unit = SelectField("单位", [InputRequired()], choices=UNIT_CHOICES)

    def value(self) -> Any:
        return {"amount": self.amount.data, "unit": self.unit.data}

    def fill(self, row: Any) -> None:
        self.amount.data, self.unit.data = row.amount, row.unit.value


class ChannelForm(SettingForm):
    """Name, remark and use of a channel."""

    name = StringField("渠道名称", [DataRequired(), Length(max=40)])
    remark = StringField("说明", [Optional(), Length(max=200)])
    active = BooleanField("启用（停用后不能再用它登记新的诉求）")

    def value(self) -> Any:
        return {"name": self.name.data, "remark": self.remark.data or None, "active": self.active.data}

    def fill(self, row: Any) -> None:
        self.name.data, self.remark.data, self.active.data = row.name, row.remark, row.active


_KINDS: dict[SettingKind, type[SettingForm]] = {
    SettingKind.INT: NumberForm,
    SettingKind.BOOL: FlagForm,
    SettingKind.TEXT: TextForm,
    SettingKind.CHOICE: ChoiceForm,
    SettingKind.LIST: WordsForm,
}


def setting_form(row: Setting | Limit | Channel) -> SettingForm:
    """The form that fits a row, bound to the request."""
    if isinstance(row, Limit):
        return LimitForm()
    if isinstance(row, Channel):
        return ChannelForm()
    form = _KINDS[row.kind]()
    if isinstance(form, ChoiceForm):
        form.setting.choices = list(row.choices)
    return form


class LawForm(BaseForm):
    """A limit that statute sets."""

    version = HiddenField(filters=[lambda value: "" if value is None else str(value)])
    law = StringField("法规名称", [DataRequired(), Length(max=128)])
    article = StringField("条款", [DataRequired(), Length(max=32)])
    text = TextAreaField("内容提要", [DataRequired(), Length(max=500)])
    sectors = CheckboxListField("适用行业", [DataRequired()], choices=[])
    amount = IntegerField("时限", [InputRequired(), NumberRange(min=1, max=MAX_AMOUNT)])
    unit = SelectField("单位", [InputRequired()], choices=DAY_CHOICES)
    complex_amount = IntegerField("复杂事项的时限", [Optional(), NumberRange(min=1, max=MAX_AMOUNT)])

    def offer(self, sectors: list[str]) -> None:
        """Let the regulator choose among its own sectors."""
        self.sectors.choices = [(code, SECTORS[code]) for code in sectors]


class AdoptForm(BaseForm):
    """Law limits of the file that a regulator takes over."""

    codes = CheckboxListField("法规时限", [DataRequired("请至少选一项。")], choices=[])


class YearForm(BaseForm):
    """A year's arrangement as a JSON file, with the document that it comes from."""

    file = FileField("放假安排文件（JSON）", [FileRequired("请选择文件。")])
    source = StringField("依据", [DataRequired(), Length(max=200)])


class ConfirmYearForm(BaseForm):
    """The year that has been looked at, sent back for good."""

    payload = HiddenField(validators=[DataRequired(), Length(max=100_000)])
    source = HiddenField(validators=[DataRequired(), Length(max=200)])


class DayForm(BaseForm):
    """One day that a document declares off or working."""

    day = LocalDateField("日期", [DataRequired()])
    off = RadioField("这一天", [InputRequired()], choices=[("off", "休息"), ("work", "上班")])
    name = StringField("名称", [DataRequired(), Length(max=50)])
    source = StringField("依据", [DataRequired(), Length(max=200)])


class RemoveDayForm(BaseForm):
    """Taking a declared day back."""

    reason = StringField("撤销理由", [DataRequired(), Length(max=200)])


class DueForm(BaseForm):
    """A receipt and a limit, asked by address."""

    class Meta(BaseForm.Meta):
        csrf = False

    submission_key = None
    received = LocalDateField("收到日期", [InputRequired()])
    amount = IntegerField("时限", [InputRequired(), NumberRange(min=1, max=MAX_AMOUNT)], default=5)
    unit = SelectField("单位", choices=DAY_CHOICES, default="workday")


def show_refusal(form: BaseForm, refusal: InvalidInput | RuleViolation) -> int:
    """Put what a service refused where it belongs in the form; the HTTP status to answer with."""
    if isinstance(refusal, RuleViolation):
        form.form_errors.append(str(refusal))
        return 409
    field = form._fields.get(refusal.field or "")
    if field is None:
        form.form_errors.append(refusal.message)
    else:
        field.errors = [*field.errors, refusal.message]
    return 422
