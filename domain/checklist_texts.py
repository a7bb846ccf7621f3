"""Items of a checklist as plain text (F6.2b): what a person types in the editor or a spreadsheet, and back.

Rules are typed in lines: a kind and its points, `缺一项 | 0.5`. The way there and back changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.checklists import BASES, EVIDENCE, METHODS, WHEN, CheckItem, item_data, item_from
from domain.errors import InvalidInput
from domain.score_rules import (
    Banded,
    Better,
    Bonus,
    Direct,
    Gate,
    Options,
    PerOccurrence,
    Positive,
    Range,
    Rate,
    Rule,
    Steps,
    plainly,
    rule_data,
)

RULES = {
    "per_occurrence": "逐次扣分",
    "banded": "分档",
    "rate": "对照目标",
    "range": "区间扣分",
    "options": "单选",
    "positive": "正向得分",
    "direct": "直接评分",
    "bonus": "加分",
    "gate": "必备条件",
}
BETTER = {"higher": "越高越好", "lower": "越低越好"}
STEPS = {"whole": "满一档才扣", "started": "不足一档按一档扣", "exact": "按比例扣"}
VERDICTS = {"ok": "符合", "deviation": "不符合", "na": "不适用"}
RULE_FIELDS: dict[str, tuple[str, ...]] = {
    "per_occurrence": ("kinds", "zero", "cap"),
    "banded": ("bands", "otherwise", "better"),
    "rate": ("target", "lose", "step", "steps", "better", "at_target", "gain"),
    "range": ("low", "high"),
    "options": ("kinds",),
    "positive": ("kinds",),
    "direct": (),
    "bonus": ("kinds", "cap"),
    "gate": (),
}
TEXT_FIELDS = ("kinds", "zero", "cap", "bands", "otherwise", "better", "target", "lose", "step", "steps",
               "at_target", "gain", "low", "high")  # fmt: skip
PLAIN_FIELDS = ("code", "part", "text", "maximum", "method", "how", "basis", "basis_kind", "clause", "repeat")
LONGEST_KIND = 100
Texts = Mapping[str, str]


# ---- rules -----------------------------------------------------------------------------------------------


def rule_texts(rule: Rule) -> dict[str, str]:
    """The rule as the fields of a form, `rule` its type; fields of other types are not in it."""
    data = rule_data(rule)
    found = {"rule": data.pop("type")}
    for name, value in data.items():
        field = "kinds" if name == "options" else name
        found[field] = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{kind} | {each}" for kind, each in value.items())
    if isinstance(value, list):
        return "\n".join(" | ".join(row) if isinstance(row, list) else str(row) for row in value)
    return "" if value is None else str(value)


def rule_of_texts(texts: Texts) -> dict[str, Any]:
    """The rule of what was typed, as data. Errors: InvalidInput at the field that cannot be read."""
    kind = texts.get("rule", "")
    if kind not in RULES:
        raise InvalidInput("请选择计分方式。", "rule")
    found: dict[str, Any] = {"type": kind}
    for name in RULE_FIELDS[kind]:
        given = texts.get(name, "").strip()
        value = _read(name, given)
        if value is not None or (kind, name) in (("rate", "lose"), ("rate", "at_target")):
            found["options" if kind == "options" else name] = value
    if kind == "bonus" and "cap" not in found:
        raise InvalidInput("请填写加分的上限。", "cap")
    if kind in ("options", "positive", "bonus") and "kinds" not in found and "options" not in found:
        raise InvalidInput("请列出各种情形和分值，一行一种。", "kinds")
    if kind == "per_occurrence":
        found.setdefault("kinds", {})
    if needed := next(
        (n for n in ("bands", "target", "low", "high") if n in RULE_FIELDS[kind] and n not in found), ""
    ):
        raise InvalidInput("请填写这一项。", needed)
    return found


def _read(name: str, given: str) -> Any:
    if not given:
        return None
    if name == "kinds":
        return dict(_pairs(given, "kinds"))
    if name == "bands":
        return [[bound, earned] for bound, earned in _pairs(given, "bands")]
    if name == "zero":
        return [line.strip()[:LONGEST_KIND] for line in given.splitlines() if line.strip()]
    if name in ("better", "steps"):
        known = BETTER if name == "better" else STEPS
        code = next((code for code, words in known.items() if given in (code, words)), "")
        if not code:
            raise InvalidInput(f"没有“{given[:20]}”这种写法。", name)
        return code
    _number(given, name)
    return given


def _pairs(given: str, name: str) -> Iterable[tuple[str, str]]:
    seen = set()
    for line in given.replace("｜", "|").splitlines():
        if not line.strip():
            continue
        what, bar, each = (part.strip() for part in line.rpartition("|"))
        if not bar or not what or not each:
            example = "95 | 3" if name == "bands" else "缺一项 | 0.5"
            raise InvalidInput(f"“{line.strip()[:30]}”请写成“{example}”的样子，一行一种。", name)
        if what in seen:
            raise InvalidInput(f"“{what[:30]}”写了两次。", name)
        if len(what) > LONGEST_KIND:
            raise InvalidInput(f"“{what[:30]}…”太长，最多 {LONGEST_KIND} 个字。", name)
        seen.add(what)
        _number(each, name)
        if name == "bands":
            _number(what, name)
        yield what, each


def _number(text: str, name: str) -> None:
    try:
        fine = Decimal(text).is_finite()
    except ArithmeticError:
        fine = False
    if not fine or len(text) > 20:
        raise InvalidInput(f"“{text[:20]}”不是数，例如2.5。", name)


def rule_words(rule: Rule) -> str:
    """How the item is scored, in one sentence for people."""
    match rule:
        case PerOccurrence(kinds, zero, cap):
            told = [f"{kind}，每次扣{plainly(each)}分" for kind, each in kinds.items()]
            told += [f"{kind}，不得分" for kind in zero]
            return f"{'；'.join(told)}；{'扣完为止' if cap is None else f'最多扣{plainly(cap)}分'}"
        case Banded(bands, otherwise, better):
            sign = "≥" if better == Better.HIGHER else "≤"
            told = [f"{sign}{plainly(bound)}得{plainly(earned)}分" for bound, earned in bands]
            return f"{'；'.join(told)}；其余得{plainly(otherwise)}分"
        case Rate():
            return _rate_words(rule)
        case Range(low, high):
            return f"不符合的扣{plainly(low)}至{plainly(high)}分，写明理由"
        case Options(options):
            return "；".join(f"{name}得{plainly(each)}分" for name, each in options.items()) + "；不得累加"
        case Positive(kinds):
            return "；".join(f"{kind}得{plainly(each)}分" for kind, each in kinds.items())
        case Direct():
            return "在满分以内直接评分"
        case Bonus(kinds, cap):
            told = [f"{kind}加{plainly(each)}分" for kind, each in kinds.items()]
            return f"{'；'.join(told)}；最多加{plainly(cap)}分"
        case Gate():
            return "必须符合，不符合的一票否决"


def rule_brief(rule: Rule) -> str:
    """As `rule_words`, in as few characters as fit beside an item on paper."""
    if not isinstance(rule, PerOccurrence):
        return rule_words(rule)
    told = [f"{kind} −{plainly(each)}" for kind, each in rule.kinds.items()]
    told += [f"{'、'.join(rule.zero)} 0分"] if rule.zero else []
    return "；".join(told) + ("" if rule.cap is None else f"；最多扣{plainly(rule.cap)}")


def _rate_words(rule: Rate) -> str:
    sign = "≥" if rule.better == Better.HIGHER else "≤"
    full = "满分" if rule.at_target is None else f"{plainly(rule.at_target)}分"
    told = f"目标{sign}{plainly(rule.target)}，达到得{full}"
    if rule.gain:
        told += f"，每好{plainly(rule.step)}加{plainly(rule.gain)}分"
    if rule.lose is None:
        return f"{told}，未达到不得分"
    how = {Steps.STARTED: "，不足一档按一档计", Steps.EXACT: "，按比例计", Steps.WHOLE: ""}[rule.steps]
    return f"{told}；每差{plainly(rule.step)}扣{plainly(rule.lose)}分{how}"


# ---- items -----------------------------------------------------------------------------------------------


def item_texts(one: CheckItem) -> dict[str, str]:
    """The item as the fields of a form."""
    data = item_data(one)
    found = {name: str(data[name]) for name in PLAIN_FIELDS}
    if one.extra:
        found["maximum"] = ""
    found |= {f"evidence_{kind}": one.evidence.get(kind, "") for kind in EVIDENCE}
    found["shown_item"] = one.shown.item if one.shown else ""
    found["shown_when"] = one.shown.when if one.shown else ""
    return found | dict.fromkeys(TEXT_FIELDS, "") | rule_texts(one.rule)


def item_of_texts(texts: Texts) -> CheckItem:
    """The item of what was typed. Errors: InvalidInput at the field that cannot be read."""
    data: dict[str, Any] = {name: texts.get(name, "").strip() for name in PLAIN_FIELDS}
    data["rule"] = rule_of_texts(texts)
    for name, known in (("method", METHODS), ("basis_kind", BASES)):
        data[name] = _code(data[name], known, name)
    data["evidence"] = {
        kind: _code(when, WHEN, f"evidence_{kind}")
        for kind in EVIDENCE
        if (when := texts.get(f"evidence_{kind}", "").strip())
    }
    before, when = texts.get("shown_item", "").strip(), texts.get("shown_when", "").strip()
    if before:
        data["shown"] = {"item": before, "when": _code(when, VERDICTS, "shown_when")}
    if data["rule"]["type"] not in ("bonus", "gate") and not data["maximum"]:
        raise InvalidInput("请填写满分。", "maximum")
    return _built(data)


def _built(data: dict[str, Any]) -> CheckItem:
    try:
        return item_from(data)
    except InvalidInput as odd:
        words = odd.message.removeprefix(f"{data['code'] or '没有编号的项目'}：")
        field = "maximum" if words.startswith("满分") else _field_of_rule(data["rule"]["type"])
        raise InvalidInput(words, field) from None


def _field_of_rule(kind: str) -> str:
    return next(iter(RULE_FIELDS[kind]), "rule")


def _code(given: str, known: Mapping[str, str], name: str) -> str:
    """A code given as such or in its words."""
    found = next((code for code, words in known.items() if given in (code, words)), "")
    if not found:
        raise InvalidInput(f"没有“{given[:20]}”这种写法。" if given else "请填写这一项。", name)
    return found
