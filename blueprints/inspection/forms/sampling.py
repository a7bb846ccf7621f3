"""Forms of record samples and of their working papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import (
    DecimalField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from blueprints.inspection.models import RecordSample, SampledRecord
from blueprints.inspection.queries.frames import FRAMES, SOURCES
from blueprints.inspection.service import sampling as service
from blueprints.inspection.service.sampling import Criterion, Randomness, SamplePlan
from core import files
from core.forms import BaseForm, LocalDateField
from domain.errors import InvalidInput
from domain.sample_plans import ANSWERS, CONFIDENCES, METHODS, RULES, SizeRule

MOST_CRITERIA = 20
STRATA = [("", "不分层")] + [
    (f"{source}:{code}", f"{frame.name}：按{label}")
    for source, frame in FRAMES.items()
    for code, label in frame.strata.items()
]


def _count(label: str, description: str = "", most: int = 2000) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, most)], description=description)


def _percent(label: str, description: str = "") -> DecimalField:
    return DecimalField(label, [Optional(), NumberRange(0, 100)], places=None, description=description)


class SampleForm(BaseForm):
    """What to draw from, how many, and what each record is looked at for."""

    version = HiddenField()
    title = StringField("名称", [DataRequired(), Length(max=200)])
    enterprise_id = SelectField("企业", [DataRequired()], coerce=str)
    target_id = SelectField(
        "所属检查计划", [Optional()], coerce=str, description="属于某次计划检查的选上，两处互相看得到。"
    )
    source = SelectField("名单来自", choices=list(SOURCES.items()), default="cases")
    since: Any = LocalDateField("自", [Optional()])
    until: Any = LocalDateField("至", [Optional()])
    sheet = FileField("企业交来的表格", description="名单来自表格的才需要：xlsx 或 csv，原样保存并记下摘要。")
    key_column = StringField("编号列", [Length(max=60)], description="表格里哪一列是编号，照列名填写。")
    stratum_column = StringField("分层列", [Length(max=60)], description="按哪一列分层，不分层不填。")
    method = RadioField("抽样方法", choices=list(METHODS.items()), default="simple")
    by = SelectField("按什么分层", choices=STRATA, default="", description="分层随机才需要。")
    minimum = _count("每层至少几件", "分层随机才需要，层里不够的全抽。")
    rule = RadioField("抽多少", choices=list(RULES.items()), default="discovery")
    confidence = SelectField("把握程度", choices=list(CONFIDENCES.items()), default="0.95")
    defects = _count("发现抽样：若有几件不合格", "要有把握至少发现其中一件。", 1_000_000)
    tolerable = _percent("属性抽样：可容忍不合格率（%）")
    expected = _percent("属性抽样：预计不合格率（%）")
    number = _count("固定件数：抽几件")
    percent = _percent("按比例：抽百分之几（%）")
    least = _count("按比例：至少几件")
    criteria = TextAreaField(
        "查看标准", [DataRequired(), Length(max=5000)],
        description="一行一条，可在竖线后写依据，例如：1 小时内回应来电 | F4.1",
    )  # fmt: skip
    extend_from = _count("发现几件不合格就扩大", "事先声明，冻结后不能改；不扩大的不填。")
    extend_by = _count("再抽几件")

    def plan(self) -> SamplePlan:
        """What was entered. Errors: InvalidInput at the field that cannot be read."""
        source, by = self.source.data, self.by.data
        if self.method.data == "stratified":
            of, _, by = by.partition(":")
            if source == "sheet" and not self.stratum_column.data:
                raise InvalidInput("分层随机要写明表格里按哪一列分层。", "stratum_column")
            if source != "sheet" and of != source:
                raise InvalidInput("请选择和名单相配的分层办法。", "by")
        if source == "sheet" and not self.key_column.data:
            raise InvalidInput("请写明表格里哪一列是编号。", "key_column")
        return SamplePlan(
            title=self.title.data, source=source, since=self.since.data, until=self.until.data,
            method=self.method.data, rule=self._rule(), criteria=tuple(_criteria(self.criteria.data)),
            by=by if source != "sheet" else "", minimum=self.minimum.data or 0,
            key_column=self.key_column.data, stratum_column=self.stratum_column.data,
            extend_from=self.extend_from.data or 0, extend_by=self.extend_by.data or 0,
            target_id=int(self.target_id.data) if self.target_id.data else None,
        )  # fmt: skip

    def _rule(self) -> SizeRule:
        kind = self.rule.data
        needed = {
            "discovery": "defects",
            "attribute": "tolerable",
            "fixed": "number",
            "percentage": "percent",
        }
        if self.method.data != "all" and not self[needed[kind]].data:
            raise InvalidInput("请填写这一项。", needed[kind])
        return SizeRule(
            kind=kind, confidence=self.confidence.data, defects=self.defects.data or 0,
            tolerable=_share(self.tolerable.data), expected=_share(self.expected.data) or "0",
            number=self.number.data or 0, percent=_plain(self.percent.data), minimum=self.least.data or 0,
        )  # fmt: skip

    def upload(self) -> tuple[str, bytes] | None:
        """Name and content of the spreadsheet, if one was sent."""
        given = self.sheet.data
        if not isinstance(given, FileStorage) or not given.filename:
            return None
        return given.filename, given.stream.read(files.MAX_BYTES + 1)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _share(value: Decimal | None) -> str:
    return "" if value is None else _plain(value / 100)


def _hundred(share: str) -> Decimal | None:
    return Decimal(share) * 100 if share and share != "0" else None


def _criteria(text: str | None) -> list[Criterion]:
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    if len(lines) > MOST_CRITERIA:
        raise InvalidInput(f"一次最多 {MOST_CRITERIA} 条标准。", "criteria")
    found = []
    for at, line in enumerate(lines, 1):
        words, _, clause = line.replace("｜", "|").partition("|")
        if not words.strip():
            raise InvalidInput(f"第 {at} 条没有写标准。", "criteria")
        found.append((f"C{at}", words.strip()[:300], clause.strip()[:60]))
    return found


def sample_form(
    row: RecordSample | None, enterprises: Iterable[tuple[int, str]], targets: Iterable[tuple[int, str]]
) -> SampleForm:
    """The form of a draft, filled with what it says."""
    data: dict[str, Any] = {}
    if row is not None:
        plan, rule = row.plan, row.plan["rule"]
        same = ("key_column", "stratum_column", "method", "minimum", "extend_from", "extend_by")
        data = {name: plan[name] or None if isinstance(plan[name], int) else plan[name] for name in same} | {
            "title": row.title, "source": row.source, "version": row.version, "rule": rule["kind"],
            "enterprise_id": str(row.enterprise_id), "target_id": str(row.target.id) if row.target else "",
            "confidence": rule["confidence"],
            "since": date.fromisoformat(plan["since"]) if plan["since"] else None,
            "until": date.fromisoformat(plan["until"]) if plan["until"] else None,
            "by": f"{row.source}:{plan['by']}" if plan["by"] else "",
            "defects": rule["defects"] or None, "number": rule["number"] or None,
            "tolerable": _hundred(rule["tolerable"]), "expected": _hundred(rule["expected"]),
            "percent": Decimal(rule["percent"]) if rule["percent"] else None,
            "least": rule["minimum"] or None,
            "criteria": "\n".join(" | ".join(filter(None, one[1:])) for one in plan["criteria"]),
        }  # fmt: skip
    form = SampleForm(data=data)
    form.enterprise_id.choices = [("", "请选择"), *((str(id), name) for id, name in enterprises)]
    form.target_id.choices = [("", "不属于计划检查"), *((str(id), name) for id, name in targets)]
    return form


class FreezeForm(BaseForm):
    """Two witnesses bind themselves to numbers, or a later public value is named."""

    kind = RadioField("随机数来自", choices=list(service.SOURCES.items()), default="witnesses")
    name_0 = StringField("见证人一", [Length(max=64)], description="姓名、单位。")
    number_0 = StringField("见证人一的数", [Length(max=20)], description="1 到 20 位数字，由见证人自己定。")
    code_0 = StringField("见证人一的验证码", [Length(max=40)], description="抄下带走，抽取时再报。")
    name_1 = StringField("见证人二", [Length(max=64)])
    number_1 = StringField("见证人二的数", [Length(max=20)])
    code_1 = StringField("见证人二的验证码", [Length(max=40)])
    source_name = StringField("公开数值", [Length(max=200)], description="例如某一期彩票的开奖号码。")
    source_on: Any = LocalDateField("公布日期", [Optional()])

    def randomness(self) -> Randomness:
        """What was entered."""
        if self.kind.data == "public":
            return Randomness("public", (), self.source_name.data, self.source_on.data)
        found = [tuple(self[f"{part}_{at}"].data for part in ("name", "number", "code")) for at in (0, 1)]
        return Randomness("witnesses", [(name, number, code) for name, number, code in found])


class ConfirmForm(BaseForm):
    """A form with nothing to fill in."""


def paper_form(record: SampledRecord) -> BaseForm:
    """Answer, remark and evidence of each criterion."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"version": record.version}
    for at, (code, _, _) in enumerate(record.sample.plan["criteria"]):
        known = record.answers.get(code, {})
        fields[f"result_{at}"] = RadioField("结论", [DataRequired()], choices=list(ANSWERS.items()))
        fields[f"remark_{at}"] = StringField("说明", [Length(max=500)])
        fields[f"file_{at}"] = FileField("证据（照片或文件）")
        data |= {f"result_{at}": known.get("result"), f"remark_{at}": known.get("remark", "")}
    form: BaseForm = type("PaperForm", (BaseForm,), {"version": HiddenField()} | fields)(data=data)
    return form


class ReviewForm(BaseForm):
    """Confirmed, or sent back."""

    verdict = RadioField(
        "复核意见", [DataRequired()], choices=[("confirm", "属实，确认不合格"), ("return", "退回重新查看")]
    )
    remark = StringField("退回的理由", [Length(max=500)])
