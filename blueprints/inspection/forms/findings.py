"""Forms of findings: chosen from a check or a sample, free, repeated or not, withdrawn, noticed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from blueprints.inspection.models import Finding
from blueprints.inspection.service.finding_sources import Deviation
from blueprints.inspection.service.findings import Said
from blueprints.inspection.service.rectifying import Asked
from blueprints.inspection.workflow import BASIS_KINDS, SEVERITIES
from blueprints.rulebook.service.legal import citable_today
from core.forms import BaseForm, LocalDateField, OfferingField

NOT_REPEATED = "none"
BASES = list(BASIS_KINDS.items())
GRADES = list(SEVERITIES.items())
ROW = (
    "take", "title", "facts", "clause", "basis_kind", "basis", "severity", "department", "fixed", "repeat",
    "files",
)  # fmt: skip


def uploads(field: Any) -> list[FileStorage]:
    """The files of a field that were really sent."""
    given = field.data if isinstance(field.data, list) else [field.data]
    return [one for one in given if isinstance(one, FileStorage) and one.filename]


def _earlier(found: Sequence[Finding]) -> list[tuple[str, str]]:
    named = [(str(one.id), f"与{one.number}重复：{one.title[:40]}（{one.found_on}）") for one in found]
    return [("", "请选择"), *named, (NOT_REPEATED, "不是重复发生")]


def deviations_form(
    deviations: Sequence[Deviation], earlier: Sequence[Sequence[Finding]], departments: Iterable[str]
) -> BaseForm:
    """A row of fields for each deviation, filled with what is known of it."""
    fields: dict[str, Any] = {"outlet_id": SelectField("服务网点", choices=[("", "不涉及某个网点")])}
    data: dict[str, Any] = {}
    units = [("", "不指定"), *((name, name) for name in departments)]
    for at, (one, found) in enumerate(zip(deviations, earlier, strict=True)):
        fields |= {
            f"take_{at}": BooleanField("登记为问题"),
            f"title_{at}": StringField("问题", [Length(max=200)]),
            f"facts_{at}": TextAreaField("事实", [Length(max=5000)]),
            f"clause_{at}": StringField("制度条款", [Length(max=16)]),
            f"basis_kind_{at}": SelectField("依据种类", choices=BASES),
            f"basis_{at}": OfferingField("依据", [Length(max=300)], offers=citable_today),
            f"severity_{at}": SelectField("严重程度", choices=GRADES, default="general"),
            f"department_{at}": SelectField("责任部门", choices=units),
            f"fixed_{at}": BooleanField("当场改正（附改正后的材料）"),
            f"files_{at}": MultipleFileField("补充证据"),
        }
        if found:
            fields[f"repeat_{at}"] = SelectField("是否重复发生", choices=_earlier(found))
        data |= {
            f"take_{at}": True, f"title_{at}": one.title, f"facts_{at}": one.facts,
            f"clause_{at}": one.clause, f"basis_kind_{at}": one.basis_kind, f"basis_{at}": one.basis,
        }  # fmt: skip
    made: BaseForm = type("DeviationsForm", (BaseForm,), fields)(data=data)
    return made


def said_of(form: BaseForm, at: int, one: Deviation, outlet_id: int | None) -> Said:
    """What was entered for one deviation."""
    value = {name: form[f"{name}_{at}"].data for name in ROW if f"{name}_{at}" in form}
    repeat = value.get("repeat") or ""
    return Said(
        title=value["title"], facts=value["facts"], clause=value["clause"], basis=value["basis"],
        basis_kind=value["basis_kind"], severity=value["severity"], department=value["department"] or "",
        outlet_id=outlet_id, fixed=value["fixed"], item=one.item, instance=one.instance, kept=one.files,
        uploads=uploads(form[f"files_{at}"]), repeat_of_id=int(repeat) if repeat.isdecimal() else None,
    )  # fmt: skip


class FindingForm(BaseForm):
    """A finding that no check or sample holds, or the correction of one."""

    enterprise_id = SelectField("企业", [DataRequired()], coerce=str)
    outlet_id = SelectField("服务网点", coerce=str)
    found_on: Any = LocalDateField("发现日期", [DataRequired()])
    title = StringField("问题", [DataRequired(), Length(max=200)])
    facts = TextAreaField("事实", [DataRequired(), Length(max=5000)])
    clause = StringField("制度条款", [Length(max=16)], description="例如 F3.1.2；不涉及本制度的不填。")
    basis_kind = SelectField("依据种类", choices=BASES, default="system")
    basis = OfferingField(
        "依据", [Length(max=300)], offers=citable_today, description="法律法规、文件或者承诺的名称和条款。"
    )
    severity = SelectField("严重程度", choices=GRADES, default="general")
    department = SelectField("责任部门", coerce=str)
    files = MultipleFileField("证据（照片或文件）")
    fixed = BooleanField("当场改正（附改正后的材料），登记后立即销号，仍计入统计")

    def offer(
        self, enterprises: Iterable[tuple[int, str]], outlets: Iterable[tuple[int, str]],
        departments: Iterable[str],
    ) -> None:  # fmt: skip
        """What can be chosen."""
        self.enterprise_id.choices = [("", "请选择"), *((str(id), name) for id, name in enterprises)]
        self.outlet_id.choices = [("", "不涉及某个网点"), *((str(id), name) for id, name in outlets)]
        self.department.choices = [("", "不指定"), *((name, name) for name in dict.fromkeys(departments))]

    def said(self) -> Said:
        """What was entered."""
        outlet = self.outlet_id.data or ""
        return Said(
            title=self.title.data, facts=self.facts.data, clause=self.clause.data, basis=self.basis.data,
            basis_kind=self.basis_kind.data, severity=self.severity.data, fixed=self.fixed.data,
            department=self.department.data or "", outlet_id=int(outlet) if outlet.isdecimal() else None,
            uploads=uploads(self.files),
        )  # fmt: skip


class RepeatForm(BaseForm):
    """Whether it repeats an earlier finding."""

    repeat = RadioField("是否重复发生", [DataRequired()])

    def offer(self, found: Sequence[Finding]) -> None:
        """The earlier findings of the same matter."""
        self.repeat.choices = _earlier(found)[1:]

    def chosen(self) -> int | None:
        """The finding that is repeated, or None."""
        return int(self.repeat.data) if self.repeat.data.isdecimal() else None


class ReasonForm(BaseForm):
    """A step with a reason."""

    reason = TextAreaField("理由", [DataRequired(), Length(max=300)])


def _days(label: str, default: int, description: str = "") -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(1, 180)], default=default, description=description)


class NoticeForm(BaseForm):
    """The findings that go into a notice, and what only the person who drafts knows."""

    findings = SelectMultipleField(
        "列入的问题", coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    kind = RadioField(
        "文书", default="auto",
        choices=[
            ("auto", "按依据自动分：违反法律法规的责令限期整改，其他的发整改通知书"),
            ("order", "责令限期整改通知书（只能依据法律法规）"), ("request", "整改通知书"),
        ],
    )  # fmt: skip
    order_days = _days("责令整改的期限（工作日）", 15, "自送达之日起计算。")
    request_days = _days("整改通知的期限（工作日）", 10, "自送达之日起计算。")
    demands = TextAreaField("整改的要求", [Length(max=2000)], description="用于责令限期整改通知书。")
    consequence = TextAreaField("法律后果", [Length(max=1000)])
    reconsideration = StringField("行政复议机关", [Length(max=100)])
    court = StringField("管辖法院", [Length(max=100)])
    hopes = TextAreaField("对整改的希望", [Length(max=2000)], description="用于整改通知书。")
    contact = StringField("联系人", [Length(max=64)])
    phone = StringField("联系电话", [Length(max=64)])
    address = StringField("联系地址", [Length(max=200)])

    def asked(self) -> Asked:
        """What was entered."""
        return Asked(
            kind=self.kind.data, order_days=self.order_days.data or 15,
            request_days=self.request_days.data or 10, demands=self.demands.data,
            consequence=self.consequence.data, reconsideration=self.reconsideration.data,
            court=self.court.data, hopes=self.hopes.data, contact=self.contact.data, phone=self.phone.data,
            address=self.address.data,
        )  # fmt: skip
