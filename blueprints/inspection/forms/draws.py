"""Forms of draws and of inspectors' certificates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from blueprints.inspection.models import Draw
from blueprints.inspection.service.drawing import KINDS, SOURCES, Plan
from core.forms import BaseForm, CheckboxListField, LocalDateField
from domain.errors import InvalidInput


class DrawForm(BaseForm):
    """What a draw is to choose from, and how many."""

    version = HiddenField()
    title = StringField("名称", [DataRequired(), Length(max=200)])
    purpose = TextAreaField("目的和依据", [DataRequired(), Length(max=500)])
    kind = RadioField("抽取范围", choices=list(KINDS.items()), default="outlet")
    lines = TextAreaField("自定名单", [Length(max=200_000)], description="一行一个：层|编号，例如 供气|G01。")
    total = IntegerField(
        "一共抽几个",
        [Optional(), NumberRange(1, 200_000)],
        description="按各层规模分配；也可以在下面逐层填。",
    )
    quotas = TextAreaField("每层抽几个", [Length(max=5000)], description="一行一层，例如：供气 2")
    exclusions = TextAreaField(
        "排除", [Length(max=5000)], description="一行一个，写明理由，例如：供气|G01 本年已综合查过一次"
    )
    inspectors = CheckboxListField("参加抽取的检查人员", coerce=int)
    per_target = IntegerField(
        "每个对象几名检查人员", [Optional(), NumberRange(0, 5)], default=2, description="不抽人员填 0。"
    )
    recusals = TextAreaField(
        "回避",
        [Length(max=5000)],
        description="一行一个：对象编号 人员编号 理由，例如：G01 P003 与负责人有亲属关系",
    )
    source = RadioField("随机数来自", choices=list(SOURCES.items()), default="witnesses")
    source_name = StringField(
        "公开数值", [Length(max=200)], description="选公开数值的填写，例如某期彩票的开奖号码。"
    )
    source_on = LocalDateField("公布日期", [Optional()])

    def plan(self) -> Plan:
        """What was entered. Errors: InvalidInput at the field whose lines cannot be read."""
        return Plan(
            title=self.title.data, purpose=self.purpose.data, kind=self.kind.data,
            lines=tuple(_lines(self.lines.data)), quotas=_quotas(self.quotas.data), total=self.total.data,
            exclusions=_exclusions(self.exclusions.data), inspectors=tuple(self.inspectors.data or ()),
            recusals=tuple(_recusals(self.recusals.data)), per_target=self.per_target.data or 0,
            source=self.source.data, source_name=self.source_name.data, source_on=self.source_on.data,
        )  # fmt: skip


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _quotas(text: str | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in _lines(text):
        stratum, _, number = line.rpartition(" ")
        if not stratum or not (number.isascii() and number.isdecimal()) or len(number) > 9:
            raise InvalidInput(f"“{line[:30]}”请写成“供气 2”的样子。", "quotas")
        found[stratum.strip()] = int(number)
    return found


def _exclusions(text: str | None) -> dict[str, str]:
    found = {}
    for line in _lines(text):
        place, _, reason = line.partition(" ")
        if "|" not in place or len(reason.strip()) < 2:
            raise InvalidInput(f"“{line[:30]}”请写成“供气|G01 理由”的样子。", "exclusions")
        found[place] = reason.strip()
    return found


def _recusals(text: str | None) -> list[tuple[str, str, str]]:
    found = []
    for line in _lines(text):
        parts = line.split(maxsplit=2)
        if len(parts) != 3:
            raise InvalidInput(f"“{line[:30]}”请写成“对象编号 人员编号 理由”的样子。", "recusals")
        found.append((parts[0], parts[1], parts[2]))
    return found


def draw_form(row: Draw | None) -> DrawForm:
    """The form of a draft, filled with what it says."""
    data: dict[str, Any] = {}
    if row is not None:
        plan = row.plan
        data = {name: plan[name] for name in ("kind", "per_target", "source", "source_name")} | {
            "title": row.title,
            "purpose": row.purpose,
            "version": row.version,
            "lines": "\n".join(plan["lines"]) if plan["kind"] == "list" else "",
            "quotas": "\n".join(f"{name} {n}" for name, n in plan["quotas"].items()),
            "exclusions": "\n".join(f"{line} {why}" for line, why in plan["exclusions"].items()),
            "recusals": "\n".join(" ".join(row) for row in plan["recusals"]),
            "inspectors": [int(key[1:]) for key in plan["inspectors"]],
            "source_on": date.fromisoformat(plan["source_on"]) if plan["source_on"] else None,
        }
    return DrawForm(data=data)


class WitnessForm(BaseForm):
    """A witness binds himself to a number."""

    name = StringField(
        "见证人（姓名、单位）", [DataRequired(), Length(max=64)], description="会在抽取记录里公布。"
    )
    number = StringField(
        "见证人的数", [DataRequired(), Length(max=20)], description="1 到 20 位数字，由见证人自己定。"
    )
    code = StringField(
        "验证码",
        [DataRequired(), Length(max=40)],
        description="请见证人把数和验证码一起抄下，抽取时再报一次；系统不保存。",
    )


def open_form(names: Iterable[str], public: str) -> BaseForm:
    """The form that asks each witness for number and code, or for the public value."""
    fields: dict[str, Any] = {}
    for place, name in enumerate(names):
        fields[f"number_{place}"] = StringField(f"{name}的数", [DataRequired(), Length(max=20)])
        fields[f"code_{place}"] = StringField(f"{name}的验证码", [DataRequired(), Length(max=40)])
    if public:
        fields["public_value"] = StringField(
            public, [DataRequired(), Length(max=200)], description="照公布的样子完整填写。"
        )
    form: BaseForm = type("OpenForm", (BaseForm,), fields)()
    return form


class SubstituteForm(BaseForm):
    """Somebody who was drawn is given up."""

    who = SelectField("替换谁", [DataRequired()], coerce=str)
    reason = StringField("理由", [DataRequired(), Length(min=4, max=300)])


class VoidForm(BaseForm):
    """Why a draw does not count."""

    reason = StringField("作废的理由", [DataRequired(), Length(min=4, max=300)])


class CertificateForm(BaseForm):
    """An inspector's certificate."""

    user_id = SelectField("检查人员", [DataRequired()], coerce=str)
    number = StringField("执法证号", [DataRequired(), Length(max=64)])
    valid_from: Any = LocalDateField("有效期起", [DataRequired()])
    valid_until: Any = LocalDateField("有效期止", [DataRequired()])
