"""Forms of the ledger and of bulk answers."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from blueprints.complaints.forms.fields import int_or_none, ways
from core.forms import BaseForm, CheckboxListField, LocalDateTimeField


class SampleForm(BaseForm):
    """Which rows are sampled, and why."""

    id = CheckboxListField("抽查哪几件", coerce=int_or_none, validate_choice=False)
    reason = StringField("抽查理由", [DataRequired(), Length(max=300)], description="不少于 5 个字。")


class BulkAnswerForm(BaseForm):
    """The same answer or progress notice for many like cases."""

    enterprise = HiddenField()
    place = HiddenField()
    category = HiddenField()
    id = CheckboxListField("诉求件", coerce=int_or_none, validate_choice=False)
    text = TextAreaField("内容", [DataRequired()])
    way = ways("方式")
    told_at = LocalDateTimeField("时间", [InputRequired()])
