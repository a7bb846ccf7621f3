"""The form of one checklist item, for tablets without scripts and for what was filled in on paper."""

from __future__ import annotations

from typing import Any

from wtforms import FileField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from core.forms import BaseForm
from domain.checklists import CheckItem, full_answer, verdict
from domain.errors import InvalidInput
from domain.score_rules import (
    ZERO,
    Banded,
    Bonus,
    Direct,
    Gate,
    Options,
    PerOccurrence,
    Positive,
    Range,
    Rate,
    plainly,
)

OK, GIVEN, NA = "ok", "given", "na"
MOST_TIMES = 9999


class ItemForm(BaseForm):
    """What every item has; the fields of its rule are added by `item_form`."""

    base = HiddenField(validators=[Length(max=64)])
    instance = HiddenField(validators=[Length(max=64)])
    answer = RadioField("结论", [DataRequired()])
    na = StringField("不适用的理由", [Length(max=300)])
    note = TextAreaField("备注", [Length(max=2000)])
    number = StringField("数值或者编号", [Length(max=60)])
    signature = StringField("签字人", [Length(max=64)])
    photo = FileField("照片", description="可直接拍照。")


def kinds_of(one: CheckItem) -> list[str]:
    """What is counted, in the order of the rule."""
    rule = one.rule
    if isinstance(rule, PerOccurrence):
        return [*rule.kinds, *rule.zero]
    return list(rule.kinds) if isinstance(rule, Positive | Bonus) else []


def kind_words(one: CheckItem, kind: str) -> str:
    """安全出口堵塞（不得分）, 座位（每项扣0.5分）"""
    rule = one.rule
    if isinstance(rule, PerOccurrence):
        return f"{kind}（{'不得分' if kind in rule.zero else f'每次扣{plainly(rule.kinds[kind])}分'}）"
    points = rule.kinds[kind] if isinstance(rule, Positive | Bonus) else ZERO
    return f"{kind}（每次得{plainly(points)}分）"


def item_form(one: CheckItem, data: dict[str, Any] | None = None, **hidden: str) -> ItemForm:
    """The form of this item, filled with an answer in the shape of domain.checklists."""
    fields: dict[str, Any] = {}
    for place, kind in enumerate(kinds_of(one)):
        label = kind_words(one, kind)
        fields[f"count_{place}"] = IntegerField(label, [Optional(), NumberRange(0, MOST_TIMES)])
    rule = one.rule
    if isinstance(rule, Banded | Rate):
        fields["value"] = StringField("测得的数值", [Length(max=20)])
    elif isinstance(rule, Direct):
        fields["value"] = StringField(f"得分（0到{plainly(one.maximum)}）", [Length(max=20)])
    elif isinstance(rule, Options):
        choices = [(name, f"{name}（{plainly(points)}分）") for name, points in rule.options.items()]
        fields["value"] = RadioField("选项", [Optional()], choices=choices)
    elif isinstance(rule, Range):
        low, high = plainly(rule.low), plainly(rule.high)
        fields["value"] = StringField(f"扣分（{low}到{high}）", [Length(max=20)])
        fields["reason"] = StringField("扣分的理由", [Length(max=300)])
    form: ItemForm = type("OneItemForm", (ItemForm,), fields)(data=_filled(one, data or {}) | hidden)
    given = "不符合" if isinstance(rule, Gate) else "不符合或者按下面填写"
    answers = [(GIVEN, given), (NA, "不适用")]
    form.answer.choices = [*([(OK, "符合")] if full_answer(rule) is not None else []), *answers]
    return form


def _filled(one: CheckItem, data: dict[str, Any]) -> dict[str, Any]:
    found = {name: data.get(name, "") for name in ("na", "note", "number", "signature")}
    if not verdict(one, data):
        return found
    value = data.get("value")
    plain_ok = value is not None and value == full_answer(one.rule)
    found["answer"] = NA if "na" in data else OK if plain_ok else GIVEN
    if isinstance(one.rule, Range) and isinstance(value, dict):
        return found | {"value": value.get("deduction", ""), "reason": value.get("reason", "")}
    if isinstance(value, dict):
        return found | {f"count_{place}": value.get(kind) for place, kind in enumerate(kinds_of(one))}
    return found | {"value": value}


def answer_data(one: CheckItem, form: ItemForm) -> dict[str, Any]:
    """What was answered, in the shape of domain.checklists. Errors: InvalidInput at the field."""
    found: dict[str, Any] = {
        name: form[name].data for name in ("note", "number", "signature") if form[name].data
    }
    if form.answer.data == NA:
        if not form.na.data:
            raise InvalidInput("不适用须写明理由。", "na")
        return found | {"na": form.na.data}
    if form.answer.data == OK:
        return found | {"value": full_answer(one.rule)}
    return found | {"value": _value(one, form)}


def _value(one: CheckItem, form: ItemForm) -> Any:
    if isinstance(one.rule, Gate):
        return False
    if kinds := kinds_of(one):
        times = {kind: form[f"count_{place}"].data or 0 for place, kind in enumerate(kinds)}
        found = {kind: count for kind, count in times.items() if count}
        if not found and isinstance(one.rule, PerOccurrence):
            raise InvalidInput("请填写每种情形的次数。", "count_0")
        return found
    if not form["value"].data:
        raise InvalidInput("请填写这一项。", "value")
    if isinstance(one.rule, Range):
        return {"deduction": form["value"].data, "reason": form["reason"].data}
    return form["value"].data
