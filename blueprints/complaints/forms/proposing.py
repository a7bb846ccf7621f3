"""A reply proposed as template: where it will stand, and its text without anything of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from blueprints.complaints.models import Case
from blueprints.complaints.service.generalising import still_there
from blueprints.knowledge.service.writing import LONGEST_TEXT, Place
from blueprints.rulebook.service import clause_of
from core.forms import BaseForm, select_choices


class ProposeTemplateForm(BaseForm):
    """Title, category and clause as the case has them; the text made general."""

    title = StringField(
        "名称", [DataRequired(), Length(max=100)], description="例如：停供没有提前告知：已核实。"
    )
    category = SelectField("内容类别")
    clause = StringField("条款", [Length(max=16)])
    text = TextAreaField(
        "内容", [DataRequired(), Length(max=LONGEST_TEXT)],
        description="称呼、编号、标题、地点、日期已换成占位；电话、户号、地址写成了（略），请改写通顺。",
    )  # fmt: skip
    reason = StringField("好在哪里", [Length(max=300)])
    case: Case

    @classmethod
    def about(
        cls, case: Case, categories: Mapping[str, str], known: Mapping[str, Any]
    ) -> ProposeTemplateForm:
        """The form for a reply of this case."""
        form = cls(data=dict(known))
        form.case = case
        form.category.choices = select_choices(categories.items(), "不分类别")
        return form

    def validate_clause(self, field: Any) -> None:
        """A clause of one of the rule systems."""
        if field.data and clause_of(field.data) is None:
            raise ValidationError("两套制度里都没有这一条，请核对条款号。")

    def validate_text(self, field: Any) -> None:
        """Nothing of the case is left in it."""
        left = still_there(field.data or "", self.case)
        if left:
            raise ValidationError(f"文中还有{'、'.join(left)}，请换成占位或删去。")

    def validate_title(self, field: Any) -> None:
        """The name of a template tells nobody either."""
        left = still_there(field.data or "", self.case)
        if left:
            raise ValidationError(f"名称里还有{'、'.join(left)}，请删去。")

    def place(self) -> Place:
        """What the service takes."""
        return Place(
            "reply", self.title.data, self.category.data or "", "",
            tuple(self.case.enterprise.sectors), self.clause.data or "",
        )  # fmt: skip
