"""What may be recorded in an on-site check (F6.2b), and what is still missing before it can be signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.checklists import (
    CheckItem,
    Checklist,
    answer_from,
    asked_items,
    lacking_evidence,
    overall,
    verdict,
)
from domain.errors import InvalidInput
from domain.merging import INSTANCE, PHOTO, State, answers_asked, canonical

FACTS = {
    "@arrived": "到达时间", "@certificates_shown": "出示执法证件", "@rights_told": "告知权利义务",
    "@present": "在场负责人", "@statement": "被检查单位的陈述", "@outcome": "检查情况", "@location": "位置",
    "@ended": "结束时间",
}  # fmt: skip
TIMES = ("@arrived", "@certificates_shown", "@rights_told", "@ended")
OUTCOMES = {"done": "完成检查", "obstructed": "受到阻挠", "closed": "关门停业"}
NAMES = {"value", "na", "note", "number", "signature"}
LONGEST = {"na": 300, "note": 2000, "number": 60, "signature": 64}
LARGEST, DEEPEST, LONGEST_INSTANCE = 8000, 4, 64
MOST_INTEGER = 2**31 - 1
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DECIMAL = re.compile(r"-?\d{1,3}\.\d{1,7}")
_BAD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Photo:
    """A photo by what it shows."""

    client_id: str
    item: str
    instance: str


def clean(checklist: Checklist, item: str, instance: str, data: object) -> dict[str, Any]:
    """The data of an entry if it may be recorded; {} takes an answer back. Errors: InvalidInput."""
    plain(instance, LONGEST_INSTANCE, "名称")
    given = _data(data)
    if item.startswith("@"):
        return _fact(checklist, item, instance, given)
    one = checklist.item(item)
    if one is None:
        raise InvalidInput("检查表里没有这个项目。", item)
    if instance and not one.repeat:
        raise InvalidInput(f"{item}不分{instance[:20]}。", item)
    answer_from(one, given)
    return given


def plain(text: object, most: int, what: str) -> str:
    """A text that can be stored. Errors: InvalidInput."""
    if not isinstance(text, str) or len(text) > most or _BAD.search(text):
        raise InvalidInput(f"{what}应当是不超过{most}字的文字，不含控制字符。")
    return text


def _data(data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping) or not _simple(data, DEEPEST):
        raise InvalidInput("答案的格式不对。")
    if odd := data.keys() - NAMES:
        raise InvalidInput(f"答案里没有“{min(odd)[:20]}”这一栏。")
    for name, most in LONGEST.items():
        plain(data.get(name, ""), most, {"na": "理由", "note": "备注"}.get(name, "数值"))
    if len(canonical(data)) > LARGEST:
        raise InvalidInput("答案太长。")
    return dict(data)


def _simple(value: object, depth: int) -> bool:
    """JSON that every device writes alike: texts, whole numbers, yes and no; no fractions."""
    if isinstance(value, Mapping):
        named = all(isinstance(name, str) and not _BAD.search(name) for name in value)
        return depth > 0 and named and all(_simple(inner, depth - 1) for inner in value.values())
    if isinstance(value, str):
        return not _BAD.search(value)
    return value is None or (isinstance(value, int) and abs(value) <= MOST_INTEGER)


def _fact(checklist: Checklist, item: str, instance: str, data: dict[str, Any]) -> dict[str, Any]:
    value = data.get("value")
    if item.startswith(INSTANCE):
        known = {one.repeat for one in checklist.items if one.repeat}
        if item.removeprefix(INSTANCE) not in known or not instance.strip():
            raise InvalidInput("检查表不按这个分别检查，或者没有写名称。", item)
        return data
    if item == PHOTO:
        if not instance or value not in ("removed", "kept"):
            raise InvalidInput("没有写明哪张照片。", item)
        return data
    if item not in FACTS or instance:
        raise InvalidInput("没有这一项记录。", item)
    if value is None or data == {}:
        return data
    if item in TIMES:
        moment(value, FACTS[item])
    elif item == "@outcome" and (not isinstance(value, str) or value not in OUTCOMES):
        raise InvalidInput("检查情况应当是完成、受阻或者关门。", item)
    elif item == "@present":
        _texts(value, {"name", "post", "phone"}, FACTS[item])
    elif item == "@location":
        _texts(value, {"lat", "lon", "accuracy"}, FACTS[item])
        if not all(_DECIMAL.fullmatch(value.get(axis, "")) for axis in ("lat", "lon")):
            raise InvalidInput("位置的格式不对。", item)
    elif item == "@statement":
        plain(value, LONGEST["note"], FACTS[item])
    return data


def _texts(value: object, names: set[str], what: str) -> None:
    if not isinstance(value, Mapping) or value.keys() - names:
        raise InvalidInput(f"{what}的格式不对。")
    for text in value.values():
        plain(text, 64, what)


def moment(text: object, what: str) -> datetime:
    """A moment as the tablet writes it: 2026-10-12T09:05 in local time. Errors: InvalidInput."""
    try:
        if isinstance(text, str) and _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidInput(f"{what}的格式不对，应当像 2026-10-12T09:05。")


# ---- before it is signed ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lack:
    """What is missing, and at which item."""

    item: str
    instance: str
    words: str


def answers_of(checklist: Checklist, state: State) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Item -> instance -> data, as the score takes them: every named counter or person has its place."""
    return {
        one.code: answers_asked(state.answers, one.repeat, one.code, state.instances.get(one.repeat, ()))
        for one in checklist.items
    }


def lacks(checklist: Checklist, state: State, photos: Iterable[Photo]) -> list[Lack]:
    """What still keeps the check from being signed; an obstructed visit needs its reason and a photo only."""
    kept = [photo for photo in photos if photo.client_id not in state.removed]
    found = [
        Lack(item, instance, f"{_name(item, instance)}有不同的答案，请选定一个。")
        for item, instance in state.conflicts
    ]
    outcome = state.facts.get("@outcome", {})
    found += _lacking_facts(state, outcome)
    if outcome.get("value") in ("obstructed", "closed"):
        if len(str(outcome.get("note") or "").strip()) < 4:
            found.append(Lack("@outcome", "", "请写明受阻或者关门的情况，至少 4 个字。"))
        if not any(photo.item == "@outcome" for photo in kept):
            found.append(Lack("@outcome", "", "请拍一张受阻或者关门的照片。"))
        return found
    answers = answers_of(checklist, state)
    for one in asked_items(checklist, answers):
        found += _lacking_item(one, answers[one.code], kept)
    return found


def _name(item: str, instance: str) -> str:
    return FACTS.get(item, item) + (f"（{instance}）" if instance else "")


def _lacking_facts(state: State, outcome: Mapping[str, Any]) -> list[Lack]:
    needed = ["@arrived", "@outcome", "@ended"]
    if outcome.get("value") == "done":
        needed += ["@certificates_shown", "@rights_told", "@present"]
    found = [
        Lack(item, "", f"还没有记录{FACTS[item]}。")
        for item in needed
        if not state.facts.get(item, {}).get("value") and (item, "") not in state.conflicts
    ]
    began, ended = (state.facts.get(item, {}).get("value") for item in ("@arrived", "@ended"))
    if began and ended and moment(ended, "") < moment(began, ""):
        found.append(Lack("@ended", "", "结束时间早于到达时间。"))
    return found


def _lacking_item(
    one: CheckItem, instances: Mapping[str, Mapping[str, Any]], photos: list[Photo]
) -> list[Lack]:
    found = []
    for name, data in instances.items():
        if not verdict(one, data):
            found.append(Lack(one.code, name, f"{_name(one.code, name)}还没有作答。"))
            continue
        count = sum(photo.item == one.code and photo.instance == name for photo in photos)
        if missing := lacking_evidence(one, data, count, count):
            found.append(Lack(one.code, name, f"{_name(one.code, name)}缺{'、'.join(missing)}。"))
    return found


def counts(checklist: Checklist, state: State) -> dict[str, int]:
    """How many items are asked, answered, deviate."""
    answers = answers_of(checklist, state)
    verdicts = [overall(one, answers[one.code]) for one in asked_items(checklist, answers)]
    return {
        "asked": len(verdicts), "answered": sum(map(bool, verdicts)),
        "deviations": verdicts.count("deviation"), "na": verdicts.count("na"),
    }  # fmt: skip
