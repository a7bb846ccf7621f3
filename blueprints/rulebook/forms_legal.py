"""Forms of the register of what may be cited."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.accounts.models import SECTORS
from blueprints.rulebook.service.legal import ALLOWS, KINDS, STATUSES
from core.forms import BaseForm, CheckboxListField, LocalDateField, select_choices


class SourceForm(BaseForm):
    """What a source is called and whose it is."""

    version = HiddenField()
    name = StringField("名称", [DataRequired(), Length(max=128)], description="不写书名号。")
    kind = SelectField("种类", [DataRequired()], choices=select_choices(KINDS.items()))
    issuer = StringField("制定机关", [Length(max=128)])
    document_number = StringField("文号", [Length(max=64)])
    sectors = CheckboxListField("适用行业", choices=list(SECTORS.items()), description="各行业都适用的不选。")
    note = TextAreaField("说明", [Length(max=500)])
    reason = StringField(
        "理由或者来源", [DataRequired(), Length(max=300)], description="例如 核对某机关公布的原文。"
    )


class StatusForm(BaseForm):
    """Since when it stands, or no longer."""

    version = HiddenField()
    status = SelectField("状态", [DataRequired()], choices=list(STATUSES.items()))
    effective_on = LocalDateField("施行日期")
    repealed_on = LocalDateField("废止日期", description="自这一天起不能再引用。")
    replaced_by = StringField("由什么代替", [Length(max=128)], description="新的依据的名称，没有就不填。")
    reason = StringField("理由或者来源", [DataRequired(), Length(max=300)])


class NewSourceForm(SourceForm):
    """A new source with its status."""

    status = SelectField("状态", [DataRequired()], choices=list(STATUSES.items()))
    effective_on = LocalDateField("施行日期")
    repealed_on = LocalDateField("废止日期")
    replaced_by = StringField("由什么代替", [Length(max=128)])


class ArticleForm(BaseForm):
    """One article and what it allows."""

    article = StringField("条号", [DataRequired(), Length(max=24)], description="例如 第三十二条。")
    text = TextAreaField("条文或者提要", [Length(max=5000)], description="只写提要的，请在前面写明“提要”。")
    allows = CheckboxListField("可以作为", choices=list(ALLOWS.items()))
    reason = StringField("理由或者来源", [DataRequired(), Length(max=300)])
