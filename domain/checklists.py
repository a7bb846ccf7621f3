"""A checklist version as data (F6.2b): parts and items, answers, which items are asked, the score.

Items carry one of the rules of domain.score_rules. An answer is {"value": …} in the shape of its rule, or
{"na": reason}; `note` goes with either. An item that repeats (several counters, several staff) has an answer
for each instance: counts are added up, of anything else the worst instance counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from domain.errors import InvalidInput
from domain.score_rules import (
    ZERO,
    Bonus,
    Gate,
    PerOccurrence,
    Picked,
    Positive,
    Range,
    Rule,
    plainly,
    points,
    rule_data,
    rule_from,
)
from domain.scoring import STANDARD, Item, NotApplicable, Rounding, Score, score

METHODS = {"record": "查看记录", "site": "现场查看", "call": "电话测试", "desk": "网上核查"}
BASES = {"statute": "法律法规", "rule": "规章和规范性文件", "system": "本制度", "promise": "企业承诺"}
EVIDENCE = {"photo": "照片", "document": "文件", "number": "数值", "signature": "签名"}
WHEN = {"deviation": "不符合时", "always": "每次"}
MOST_ITEMS = 500
LONGEST_CODE = 16
Answers = Mapping[str, Mapping[str, Any]]
Instances = Mapping[str, Answers]


@dataclass(frozen=True)
class Shown:
    """Skip logic: the item is asked only where `item` was answered as `when` says: ok, deviation or na."""

    item: str
    when: str


@dataclass(frozen=True)
class CheckItem:
    """One item. `clause` is a clause of this 制度 (F3.1.2) where it has one, `basis` the source in words;
    `maximum` in points, halves allowed; `evidence`: kind -> deviation | always; `repeat` names what it is
    answered for each of (柜台, 员工), empty: once."""

    code: str
    part: str
    text: str
    rule: Rule
    maximum: Decimal
    method: str = "site"
    how: str = ""
    basis: str = ""
    basis_kind: str = "system"
    clause: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    repeat: str = ""
    shown: Shown | None = None

    @property
    def extra(self) -> bool:
        """Whether its points stand outside the full mark (bonus, gate)."""
        return isinstance(self.rule, Bonus | Gate)


@dataclass(frozen=True)
class Checklist:
    """The content of a version: parts (code -> title) and items in order, how percentages are rounded."""

    parts: Mapping[str, str]
    items: tuple[CheckItem, ...]
    rounding: Rounding = STANDARD

    def item(self, code: str) -> CheckItem | None:
        """The item with this code."""
        return next((one for one in self.items if one.code == code), None)

    @property
    def total(self) -> Decimal:
        """The full mark: bonus and gates stand outside."""
        return sum((one.maximum for one in self.items if not one.extra), ZERO)

    def sums(self) -> dict[str, Decimal]:
        """Part -> its full mark."""
        found = dict.fromkeys(self.parts, ZERO)
        for one in self.items:
            if not one.extra:
                found[one.part] += one.maximum
        return found


# ---- as data ---------------------------------------------------------------------------------------------


def content_of(checklist: Checklist) -> dict[str, Any]:
    """The checklist as JSON data; `checklist_from` reads it back unchanged."""
    return {
        "parts": [[code, title] for code, title in checklist.parts.items()],
        "rounding": {"places": checklist.rounding.places, "mode": checklist.rounding.mode},
        "items": [item_data(one) for one in checklist.items],
    }


def item_data(one: CheckItem) -> dict[str, Any]:
    """An item as JSON data."""
    return {
        "code": one.code, "part": one.part, "text": one.text, "rule": rule_data(one.rule),
        "maximum": plainly(one.maximum), "method": one.method, "how": one.how, "basis": one.basis,
        "basis_kind": one.basis_kind, "clause": one.clause, "evidence": dict(one.evidence),
        "repeat": one.repeat,
        "shown": {"item": one.shown.item, "when": one.shown.when} if one.shown else None,
    }  # fmt: skip


def digest(content: Mapping[str, Any]) -> str:
    """sha256 of the content as canonical JSON (sorted keys, no blanks, UTF-8)."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def checklist_from(content: Mapping[str, Any]) -> Checklist:
    """The checklist of stored data. Errors: InvalidInput naming the item."""
    parts = {str(code): str(title) for code, title in content.get("parts", ())}
    rounding = Rounding(**content.get("rounding", {}))
    items = tuple(item_from(row) for row in content.get("items", ()))
    found = Checklist(parts, items, rounding)
    check(found)
    return found


def item_from(row: Mapping[str, Any]) -> CheckItem:
    """The item of stored data. Errors: InvalidInput with the item's code."""
    code = str(row.get("code", "")).strip()
    try:
        rule = rule_from(row.get("rule", {}))
        extra = isinstance(rule, Bonus | Gate)
        maximum = ZERO if extra else points(row.get("maximum", ""), "满分")
    except InvalidInput as odd:
        raise InvalidInput(f"{code or '没有编号的项目'}：{odd.message}", code) from None
    shown = row.get("shown")
    texts = {
        name: str(row.get(name) or "").strip()
        for name in ("part", "text", "how", "basis", "clause", "repeat")
    }
    return CheckItem(
        code=code, rule=rule, maximum=maximum, method=str(row.get("method") or "site"),
        basis_kind=str(row.get("basis_kind") or "system"), evidence=dict(row.get("evidence") or {}),
        shown=Shown(str(shown["item"]), str(shown["when"])) if shown else None, **texts,
    )  # fmt: skip


def check(checklist: Checklist) -> None:
    """Whether it holds together. Errors: InvalidInput naming the first item that does not."""
    if len(checklist.items) > MOST_ITEMS:
        raise InvalidInput(f"检查项目不能超过 {MOST_ITEMS} 项。")
    before: set[str] = set()
    for one in checklist.items:
        if problem := _problem(one, checklist, before):
            raise InvalidInput(f"{one.code or '没有编号的项目'}：{problem}", one.code)
        before.add(one.code)


def _problem(one: CheckItem, checklist: Checklist, before: set[str]) -> str:
    if not one.code or len(one.code) > LONGEST_CODE or not one.code.replace("-", "").isalnum():
        return f"编号由字母、数字和连字符组成，不超过 {LONGEST_CODE} 个字。"
    if one.code in before:
        return "编号重复。"
    if one.part not in checklist.parts:
        return "没有这个部分。"
    if not one.text:
        return "请填写检查内容。"
    if one.method not in METHODS or one.basis_kind not in BASES:
        return "检查方式或者依据的种类有误。"
    if not one.extra and one.maximum <= 0:
        return "满分须大于0。"
    if (one.maximum * 2) % 1:
        return "满分须是0.5的倍数。"
    if odd := [k for k, when in one.evidence.items() if k not in EVIDENCE or when not in WHEN]:
        return f"没有“{odd[0]}”这种证据要求。"
    if one.shown and (one.shown.item not in before or one.shown.when not in ("ok", "deviation", "na")):
        return "跳转条件只能引用前面的项目。"
    return ""


# ---- answers ---------------------------------------------------------------------------------------------


def answer_from(one: CheckItem, data: Mapping[str, Any]) -> Any:
    """The answer of stored data, as the item's rule takes it; None: not answered.

    Errors: InvalidInput with the item's code."""
    if "na" in data:
        reason = str(data["na"] or "").strip()
        if not reason:
            raise InvalidInput("不适用须写明理由。", one.code)
        return NotApplicable(reason)
    value = data.get("value")
    if isinstance(one.rule, Range) and isinstance(value, Mapping):
        value = Picked(str(value.get("deduction", "")), str(value.get("reason") or ""))
    if value is not None:
        try:
            one.rule.outcome(one.maximum, value)
        except InvalidInput as odd:
            raise InvalidInput(odd.message, one.code) from None
    return value


def full_answer(rule: Rule) -> Any:
    """What one tap on 符合 answers (the `value` of the data); None where a number or an option is needed."""
    if isinstance(rule, PerOccurrence):
        return {}
    if isinstance(rule, Gate):
        return True
    if isinstance(rule, Range):
        return {"deduction": "0", "reason": ""}
    if isinstance(rule, Positive):
        return dict.fromkeys(rule.kinds, 1)
    return None


def verdict(one: CheckItem, data: Mapping[str, Any] | None) -> str:
    """ok | deviation | na | "" (no answer yet): whether anything was taken off the full mark."""
    if not data:
        return ""
    answer = answer_from(one, data)
    if answer is None:
        return ""
    if isinstance(answer, NotApplicable):
        return "na"
    if isinstance(one.rule, Gate):
        return "ok" if answer else "deviation"
    if isinstance(one.rule, Bonus):
        return "ok"
    return "ok" if one.rule.outcome(one.maximum, answer).earned >= one.maximum else "deviation"


def overall(one: CheckItem, instances: Answers) -> str:
    """The verdict over all instances: a deviation of one is a deviation; `""` while one is unanswered."""
    verdicts = {verdict(one, data) for data in instances.values()} or {""}
    return next((found for found in ("", "deviation", "ok") if found in verdicts), "na")


def asked_items(checklist: Checklist, answers: Instances) -> list[CheckItem]:
    """The items that are to be answered, given the answers so far (skip logic)."""
    found: dict[str, str] = {}
    shown = []
    for one in checklist.items:
        if one.shown and found.get(one.shown.item) != one.shown.when:
            continue
        shown.append(one)
        found[one.code] = overall(one, answers.get(one.code, {}))
    return shown


def merged(one: CheckItem, instances: Answers) -> Any:
    """One answer for all instances: counts add up, else the instance with the fewest points counts. Instances
    that do not apply are left out, unless none applies. None while one is unanswered."""
    answers = [answer_from(one, data) for data in instances.values()]
    if not answers or any(answer is None for answer in answers):
        return None
    real = [answer for answer in answers if not isinstance(answer, NotApplicable)]
    if not real:
        return answers[0]
    if isinstance(one.rule, Gate):
        return all(real)
    if all(isinstance(answer, Mapping) for answer in real):
        return _added(real)
    return min(real, key=lambda answer: one.rule.outcome(one.maximum, answer).earned)


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for times in counts:
        for kind, n in times.items():
            found[kind] = found.get(kind, 0) + n
    return found


def score_of(checklist: Checklist, answers: Instances) -> Score:
    """The score of the items that are asked; `answers`: item code -> instance ("" where it does not repeat)
    -> data. Errors: InvalidInput with the item's code."""
    return score(
        (
            Item(one.code, one.maximum, one.rule, merged(one, answers.get(one.code, {})))
            for one in asked_items(checklist, answers)
        ),
        checklist.rounding,
    )


def unanswered(checklist: Checklist, answers: Instances) -> list[CheckItem]:
    """Asked items that still lack an answer (of an instance)."""
    return [one for one in asked_items(checklist, answers) if not overall(one, answers.get(one.code, {}))]


def lacking_evidence(one: CheckItem, data: Mapping[str, Any], photos: int, documents: int = 0) -> list[str]:
    """Kinds of evidence that this answer asks for and has not got: names of EVIDENCE."""
    had = {
        "photo": photos > 0,
        "document": documents > 0,
        "number": bool(str(data.get("number") or "").strip()),
        "signature": bool(data.get("signature")),
    }
    found = verdict(one, data)
    if found == "na":
        return []
    due = [kind for kind, when in one.evidence.items() if when in ("always", found)]
    return [EVIDENCE[kind] for kind in due if not had[kind]]
