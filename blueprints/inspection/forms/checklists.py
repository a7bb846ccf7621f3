"""Forms of checklists: name, parts, items with every rule in plain fields, spreadsheets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from wtforms import FileField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.inspection.models import ChecklistVersion
from blueprints.inspection.service.checklists import SECTOR_WORDS, content
from blueprints.rulebook.service.legal import citable_today
from core.forms import BaseForm, OfferingField
from domain.checklist_texts import BETTER, RULES, STEPS, VERDICTS, item_texts
from domain.checklists import BASES, EVIDENCE, METHODS, WHEN, CheckItem, Checklist, digest, item_data
from domain.scoring import MODES, Rounding

EVIDENCE_WHEN = [("", "不要求"), *WHEN.items()]
GONE = "gone"


class ChecklistForm(BaseForm):
    """A checklist without its items."""

    name = StringField("名称", [DataRequired(), Length(max=100)])
    sector = RadioField("适用", choices=list(SECTOR_WORDS.items()), default="")
    purpose = StringField("用途", [Length(max=300)])


class NewChecklistForm(ChecklistForm):
    """A new one with its parts."""

    parts = TextAreaField(
        "部分", [DataRequired(), Length(max=3000)], description="一行一个：编号 | 名称，例如 B1 | 服务网点。"
    )


class FrameForm(BaseForm):
    """Parts and rounding of a draft."""

    version = HiddenField()
    parts = TextAreaField(
        "部分", [DataRequired(), Length(max=3000)],
        description="一行一个：编号 | 名称。行的先后就是检查表里的先后。",
    )  # fmt: skip
    mode = RadioField("得分取舍", choices=[(code, words) for code, (_, words) in MODES.items()])
    places = SelectField("保留小数", choices=[(str(n), f"{n} 位") for n in range(7)])
    note = TextAreaField("这一版改了什么", [Length(max=1000)])

    def rounding(self) -> Rounding:
        """What was chosen."""
        return Rounding(int(self.places.data), self.mode.data)


def frame_row(row: ChecklistVersion) -> SimpleNamespace:
    """Parts and rounding as the form shows them."""
    made = content(row)
    return SimpleNamespace(
        version=row.version, parts="\n".join(f"{code} | {title}" for code, title in made.parts.items()),
        mode=made.rounding.mode, places=str(made.rounding.places), note=row.note,
    )  # fmt: skip


class ItemForm(BaseForm):
    """One item. Of the fields of a rule those of the chosen type count."""

    version = HiddenField()
    code = StringField("编号", [DataRequired(), Length(max=16)], description="字母、数字、连字符，例如 S01。")
    part = SelectField("部分", [DataRequired()])
    text = TextAreaField("检查内容", [DataRequired(), Length(max=500)])
    maximum = StringField("满分", [Length(max=10)], description="可以有 0.5 分；加分和必备条件不填。")
    rule = RadioField("计分方式", choices=list(RULES.items()), default="per_occurrence")
    kinds = TextAreaField(
        "情形和分值", [Length(max=4000)], description="一行一种：情形 | 分值，例如 缺一项 | 0.5。"
    )
    zero = TextAreaField("出现就不得分的情形", [Length(max=2000)], description="一行一种，可以不填。")
    cap = StringField("上限", [Length(max=10)], description="最多扣（加）多少分；逐次扣分不填的，扣完为止。")
    bands = TextAreaField(
        "各档", [Length(max=2000)], description="从最好的一档写起，一行一档：界限 | 得分，例如 95 | 3。"
    )
    otherwise = StringField("达不到任何一档得", [Length(max=10)])
    better = SelectField("数值", choices=list(BETTER.items()), default="higher")
    target = StringField("目标", [Length(max=10)], description="例如 100。")
    step = StringField("每差多少算一档", [Length(max=10)], default="1")
    lose = StringField("每档扣", [Length(max=10)], description="不填的，达不到目标不得分。")
    steps = SelectField("不足一档", choices=list(STEPS.items()), default="whole")
    at_target = StringField("达到目标得", [Length(max=10)], description="不填的，得满分。")
    gain = StringField("超过目标每档加", [Length(max=10)], description="最多加到满分。")
    low = StringField("最少扣", [Length(max=10)])
    high = StringField("最多扣", [Length(max=10)])
    method = RadioField("检查方式", choices=list(METHODS.items()), default="site")
    how = TextAreaField("怎样检查", [Length(max=500)])
    repeat = StringField(
        "分别检查", [Length(max=20)], description="有几个就答几次的，写明对象，例如 柜台、员工；一般不填。"
    )
    basis_kind = RadioField("依据种类", choices=list(BASES.items()), default="system")
    clause = StringField("制度条款", [Length(max=20)], description="例如 F3.1.2。")
    basis = OfferingField(
        "依据", [Length(max=200)], offers=citable_today, description="法律法规写明名称和条款；承诺写明出处。"
    )
    evidence_photo = SelectField(EVIDENCE["photo"], choices=EVIDENCE_WHEN, default="")
    evidence_document = SelectField(EVIDENCE["document"], choices=EVIDENCE_WHEN, default="")
    evidence_number = SelectField(EVIDENCE["number"], choices=EVIDENCE_WHEN, default="")
    evidence_signature = SelectField(EVIDENCE["signature"], choices=EVIDENCE_WHEN, default="")
    shown_item = SelectField("只在这一项", default="")
    shown_when = SelectField("答为", choices=[("", "—"), *VERDICTS.items()], default="")

    def texts(self) -> dict[str, str]:
        """What was typed, by field."""
        return {field.name: field.data or "" for field in self if field.kind not in ("hidden", "file")}


def item_row(one: CheckItem | None) -> SimpleNamespace:
    """An item as the form shows it; its `version` is the digest of the item. None: it is gone."""
    if one is None:
        return SimpleNamespace(version=GONE)
    return SimpleNamespace(version=digest(item_data(one))[:16], **item_texts(one))


def item_form(made: Checklist, one: CheckItem | None, part: str = "") -> ItemForm:
    """The form of an item, empty for a new one of `part`."""
    if one is not None:
        data: dict[str, Any] = {k: v for k, v in vars(item_row(one)).items() if v}
    else:
        data = {"version": GONE} | ({"part": part} if part else {})
    form = ItemForm(data=data)
    form.part.choices = [(code, f"{code} {title}") for code, title in made.parts.items()]
    others = [each for each in made.items if one is None or each.code != one.code]
    form.shown_item.choices = [("", "总是检查"), *((o.code, f"{o.code} {o.text[:30]}") for o in others)]
    return form


class ImportForm(BaseForm):
    """A spreadsheet as a new checklist, or as a draft of one that is there."""

    file = FileField("表格", [DataRequired()], description="xlsx 或 csv；先导出一份照着填最方便。")
    checklist_id = SelectField("导入为", default="")
    name = StringField("新检查表的名称", [Length(max=100)], description="导入为新检查表的才需要。")
    sector = RadioField("适用", choices=list(SECTOR_WORDS.items()), default="")
