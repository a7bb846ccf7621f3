"""The table in which a checklist that was filled in by hand is typed: a row for each item (and counter)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from wtforms import FileField, HiddenField, IntegerField, MultipleFileField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional

from blueprints.inspection.forms.check_items import (
    GIVEN,
    MOST_TIMES,
    NA,
    OK,
    answer_data,
    item_form,
    kind_words,
    kinds_of,
)
from blueprints.inspection.forms.checks import VisitForm
from core.forms import BaseForm
from domain.check_facts import answers_of, clean
from domain.checklists import EVIDENCE, CheckItem, Checklist, full_answer
from domain.errors import InvalidInput
from domain.merging import INSTANCE, State
from domain.score_rules import Gate, Options, Range, plainly

MOST_NAMES = 20
Key = tuple[str, str]


class ScanForm(BaseForm):
    """The scan of a checklist."""

    scan = MultipleFileField(
        "扫描件", description="一份 PDF，或者按页码顺序选择几张照片（JPG、PNG）；字迹要看得清。"
    )


class BackForm(BaseForm):
    """Where typing and paper differ."""

    reason = StringField("哪里不一致", [Length(max=300)], description="退回的必须写明项目和内容。")


@dataclass(frozen=True)
class Row:
    """One row: the item, the counter or person, its place in the names of fields."""

    one: CheckItem
    instance: str
    at: int

    @property
    def kinds(self) -> list[str]:
        """What is counted."""
        return kinds_of(self.one)

    @property
    def evidence(self) -> list[str]:
        """Kinds of evidence with a field of their own: number, signature."""
        return [kind for kind in ("number", "signature") if kind in self.one.evidence]

    @property
    def valued(self) -> bool:
        """Whether a number or an option is asked for."""
        return not self.kinds and not isinstance(self.one.rule, Gate)

    @property
    def photo(self) -> bool:
        """Whether a picture belongs to it."""
        return bool({"photo", "document"} & self.one.evidence.keys())


def rows_of(checklist: Checklist, state: State) -> list[Row]:
    """A row for each item, for each named counter where it repeats."""
    found = answers_of(checklist, state)
    places = [(one, name) for one in checklist.items for name in found[one.code]]
    return [Row(one, name, at) for at, (one, name) in enumerate(places)]


def repeats(checklist: Checklist) -> list[str]:
    """What items are repeated for."""
    return list(dict.fromkeys(one.repeat for one in checklist.items if one.repeat))


def paper_form(checklist: Checklist, state: State, visit: Mapping[str, Any], stamp: str) -> VisitForm:
    """The form of everything, filled with what stands; `stamp` tells whether somebody else typed since."""
    fields: dict[str, Any] = {"photo": None, "version": HiddenField()}
    data: dict[str, Any] = dict(visit) | {"version": stamp}
    for at, kind in enumerate(repeats(checklist)):
        fields[f"names_{at}"] = StringField(f"{kind}的名称", [Length(max=400)], description="用顿号分开。")
        data[f"names_{at}"] = "、".join(state.instances.get(kind, ()))
    answers = answers_of(checklist, state)
    for row in rows_of(checklist, state):
        _fields(row, fields)
        _filled(row, answers[row.one.code][row.instance], data)
    form: VisitForm = type("PaperForm", (VisitForm,), fields)(data=data)
    return form


def _fields(row: Row, fields: dict[str, Any]) -> None:
    name, one = f"{row.one.code}{row.instance}", row.one
    given = "不符合" if isinstance(one.rule, Gate) else "按填写的计分"
    choices = [("", "没有填写")] + ([(OK, "符合")] if full_answer(one.rule) is not None else [])
    fields[f"answer_{row.at}"] = SelectField(
        f"{name} 结论", choices=[*choices, (GIVEN, given), (NA, "不适用")], default=""
    )
    for place, kind in enumerate(row.kinds):
        validators = [Optional(), NumberRange(0, MOST_TIMES)]
        fields[f"count_{row.at}_{place}"] = IntegerField(kind_words(one, kind), validators)
    if isinstance(one.rule, Options):
        options = [(kind, f"{kind}（{plainly(each)}分）") for kind, each in one.rule.options.items()]
        fields[f"value_{row.at}"] = SelectField(f"{name} 选项", choices=[("", "—"), *options], default="")
    elif row.valued:
        fields[f"value_{row.at}"] = StringField(f"{name} 数值", [Length(max=20)])
    for kind in row.evidence:
        fields[f"{kind}_{row.at}"] = StringField(f"{name} {EVIDENCE[kind]}", [Length(max=60)])
    fields[f"note_{row.at}"] = StringField(f"{name} 原因和证据", [Length(max=300)])
    if row.photo:
        fields[f"photo_{row.at}"] = FileField(f"{name} 照片")


def _filled(row: Row, stands: Mapping[str, Any], data: dict[str, Any]) -> None:
    if not stands:
        return
    known = {field.name: field.data for field in item_form(row.one, dict(stands))}
    at = row.at
    data |= {f"answer_{at}": known["answer"], f"value_{at}": known.get("value", "")}
    data[f"note_{at}"] = known["na"] or known.get("reason") or known["note"]
    data |= {f"{kind}_{at}": known[kind] for kind in row.evidence}
    data |= {f"count_{at}_{place}": known[f"count_{place}"] for place in range(len(row.kinds))}


def typed(checklist: Checklist, state: State, form: VisitForm) -> dict[Key, dict[str, Any]]:
    """Everything that was typed, (item, instance) -> data.

    Errors: InvalidInput; every row that cannot be read is marked in the form.
    """
    found: dict[Key, dict[str, Any]] = {
        (item, ""): data for item, data in form.given().items() if data or state.facts.get(item)
    }
    for at, kind in enumerate(repeats(checklist)):
        wanted = _names(form[f"names_{at}"].data or "", f"names_{at}")
        found |= {(INSTANCE + kind, name): {"value": True} for name in wanted}
        gone = [name for name in state.instances.get(kind, ()) if name not in wanted]
        found |= {(INSTANCE + kind, name): {"value": False} for name in gone}
    bad, answers = 0, answers_of(checklist, state)
    for row in rows_of(checklist, state):
        try:
            data = _answer(checklist, row, form)
            if data or answers[row.one.code][row.instance]:
                found[row.one.code, row.instance] = data
        except InvalidInput as odd:
            field = form[odd.field] if odd.field in form else form[f"answer_{row.at}"]
            field.errors = [*field.errors, odd.message]
            bad += 1
    if bad:
        raise InvalidInput(f"有 {bad} 行填写有误，没有保存；请逐行更正。")
    return found


def _names(text: str, field: str) -> list[str]:
    names = [name.strip() for name in text.replace(",", "、").replace("，", "、").split("、") if name.strip()]
    if len(names) > MOST_NAMES or any(len(name) > 60 for name in names):
        raise InvalidInput(f"最多 {MOST_NAMES} 个名称，每个不超过 60 个字。", field)
    return list(dict.fromkeys(names))


def _answer(checklist: Checklist, row: Row, form: VisitForm) -> dict[str, Any]:
    """The row as data of an answer; {} where nothing was filled in. Errors: InvalidInput at its field."""
    at, answer = row.at, form[f"answer_{row.at}"].data
    note = form[f"note_{at}"].data or ""
    if not answer:
        values = [form[f"count_{at}_{p}"].data for p in range(len(row.kinds))]
        if note or any(values) or (row.valued and form[f"value_{at}"].data):
            raise InvalidInput("请选择结论。", f"answer_{at}")
        return {}
    known = {f"count_{p}": form[f"count_{at}_{p}"].data for p in range(len(row.kinds))}
    known |= {kind: form[f"{kind}_{at}"].data for kind in row.evidence}
    known |= {"answer": answer, "na": note, "reason": note, "note": note}
    if answer == NA or (answer == GIVEN and isinstance(row.one.rule, Range)):
        known["note"] = ""
    if row.valued:
        known["value"] = form[f"value_{at}"].data
    try:
        data = answer_data(row.one, _Read(known))  # type: ignore[arg-type]
        return clean(checklist, row.one.code, row.instance, data)
    except InvalidInput as odd:
        name = {"na": "note", "value": "value"}.get(odd.field or "", "")
        if (odd.field or "").startswith("count_"):
            raise InvalidInput(odd.message, f"count_{at}_{(odd.field or '')[6:]}") from None
        raise InvalidInput(odd.message, f"{name or 'answer'}_{at}") from None


class _Read(dict[str, Any]):
    """Values as the form of one item gives them: `form["value"].data`, `form.answer.data`."""

    def __getitem__(self, name: str) -> Any:
        return SimpleNamespace(data=self.get(name, ""))

    def __getattr__(self, name: str) -> Any:
        return self[name]
