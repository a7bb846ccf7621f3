"""Forms of templates and scripts: a new one, another wording, where it stands, the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from blueprints.accounts.models import SECTORS, Organization
from blueprints.knowledge.models import DANGERS, KINDS, KnowledgeItem
from blueprints.knowledge.service.writing import LONGEST_TEXT, Place
from blueprints.rulebook.service import clause_of
from core.forms import BaseForm, CheckboxListField, select_choices
from domain.placeholders import PLACEHOLDERS

OFFERED = "可以用的占位：" + "　".join(f"{{{name}}} {words}" for name, words in PLACEHOLDERS.items()) + "。"
DECISIONS = [("publish", "发布，从现在起用这一版"), ("reject", "不采用")]


class PlaceForm(BaseForm):
    """Where an item stands."""

    version = HiddenField()
    kind = RadioField("种类", [DataRequired()], choices=list(KINDS.items()), default="reply")
    title = StringField("名称", [DataRequired(), Length(max=100)])
    category = SelectField("内容类别")
    emergency = SelectField("哪种险情", description="只有安全提示要选。")
    sectors = CheckboxListField("行业", description="都不选的，各行业通用。")
    clause = StringField("条款", [Length(max=16)], description="制度里的条款号，例如 F5.2；没有的不填。")

    def offer(self, organization: Organization, categories: Mapping[str, str]) -> None:
        """The choices of an organization; its sector is not asked where there is only one."""
        self.category.choices = select_choices(categories.items(), "不分类别")
        self.emergency.choices = select_choices(DANGERS.items(), "不是安全提示")
        self.sectors.choices = [(code, SECTORS[code]) for code in organization.sectors]
        if len(organization.sectors) < 2:
            del self.sectors

    def validate_clause(self, field: Any) -> None:
        """A clause of one of the rule systems."""
        if field.data and clause_of(field.data) is None:
            raise ValidationError("两套制度里都没有这一条，请核对条款号。")

    def place(self, kind: str = "") -> Place:
        """What the service takes; the kind of an item never changes."""
        sectors = tuple(self.sectors.data or ()) if "sectors" in self else ()
        return Place(
            kind or self.kind.data, self.title.data, self.category.data or "", self.emergency.data or "",
            sectors, self.clause.data or "",
        )  # fmt: skip

    def fill(self, item: KnowledgeItem) -> None:
        """Show an item."""
        for name in ("title", "category", "emergency", "clause"):
            self[name].data = getattr(item, name)
        if "sectors" in self:
            self.sectors.data = list(item.sectors)
        self.version.data = str(item.version)


class ItemForm(PlaceForm):
    """A new item with its first wording."""

    text = TextAreaField("内容", [DataRequired(), Length(max=LONGEST_TEXT)], description=OFFERED)
    reason = StringField("为什么要提", [Length(max=300)])


class WordingForm(BaseForm):
    """Another wording."""

    text = TextAreaField("内容", [DataRequired(), Length(max=LONGEST_TEXT)])
    reason = StringField("改了什么，为什么", [DataRequired(), Length(max=300)])


class DecisionForm(BaseForm):
    """Published, or turned down with the reason."""

    decision = RadioField("审定", [DataRequired()], choices=DECISIONS)
    remark = TextAreaField("意见", [Length(max=300)], description="不采用的，要写明理由。")
