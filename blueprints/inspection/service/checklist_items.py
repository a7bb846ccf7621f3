"""Writing in a draft of a checklist: parts, items, their order; all of it through `checklists.change`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from blueprints.accounts.models import User
from blueprints.inspection.models import ChecklistVersion
from blueprints.inspection.service import checklists as service
from blueprints.rulebook.service import base_ruleset, ruleset_codes
from domain.checklists import LONGEST_CODE, CheckItem, Checklist, Shown, check
from domain.errors import InvalidInput, RuleViolation
from domain.scoring import Rounding

CLAUSE = service.CLAUSE
LONGEST_TITLE = 60


def put_item(row: ChecklistVersion, code: str, item: CheckItem, *, by: User, now: datetime) -> None:
    """Put the item in the place of the one with `code`; at the end of its part where there is none.

    Errors: InvalidInput at the field; RuleViolation for a version that is no draft.
    """
    made = service.content(row)
    if item.clause and item.clause not in known_clauses():
        raise InvalidInput("没有这个条款，请照制度的条款号填写，例如 F3.1.2。", "clause")
    if code != item.code and made.item(item.code):
        raise InvalidInput("已经有这个编号的项目。", "code")
    if made.item(code):
        items = [item if one.code == code else _refer(one, code, item.code) for one in made.items]
    else:
        items = [*made.items, item]
    try:
        _store(row, made, items, by, now, {"item": [code or None, item.code]})
    except InvalidInput as odd:
        raise InvalidInput(odd.message.split("：", 1)[-1], _field(odd.message)) from None


def known_clauses() -> set[str]:
    """Ids of all clauses of the rulesets."""
    return {clause.id for code in ruleset_codes() for clause in base_ruleset(code).clauses}


def _field(message: str) -> str:
    known = {"编号": "code", "部分": "part", "检查内容": "text", "满分": "maximum", "跳转": "shown_item"}
    words = message.split("：", 1)[-1]
    return next((field for mark, field in known.items() if mark in words), "code")


def _refer(one: CheckItem, old: str, new: str) -> CheckItem:
    """The item, its condition on `old` now on `new`."""
    if old != new and one.shown and one.shown.item == old:
        return replace(one, shown=Shown(new, one.shown.when))
    return one


def copy_item(row: ChecklistVersion, code: str, *, by: User, now: datetime) -> str:
    """A copy behind the item; returns its code. Errors: RuleViolation where it is gone."""
    made = service.content(row)
    one = _item(made, code)
    new = _free_code(made, code)
    items = list(made.items)
    items.insert(items.index(one) + 1, replace(one, code=new))
    _store(row, made, items, by, now, {"item": [code, new]})
    return new


def _free_code(made: Checklist, code: str) -> str:
    for number in range(2, 1000):
        tail = f"-{number}"
        new = code[: LONGEST_CODE - len(tail)] + tail
        if made.item(new) is None:
            return new
    raise RuleViolation("这个项目的复制件太多，没有编号可用。", CLAUSE, "请先删去不用的复制件。")


def move_item(row: ChecklistVersion, code: str, up: bool, *, by: User, now: datetime) -> None:
    """One place up or down within its part. Errors: RuleViolation where a condition stands against it."""
    made = service.content(row)
    one = _item(made, code)
    mates = [each for each in made.items if each.part == one.part]
    place = mates.index(one) + (-1 if up else 1)
    if not 0 <= place < len(mates):
        return
    items = list(made.items)
    a, b = items.index(one), items.index(mates[place])
    items[a], items[b] = items[b], items[a]
    _ruled(row, made, items, by, now, {"item": [code, code]})


def remove_item(row: ChecklistVersion, code: str, *, by: User, now: datetime) -> None:
    """Take an item out. Errors: RuleViolation where another one is asked depending on it."""
    made = service.content(row)
    one = _item(made, code)
    if leaning := next((each for each in made.items if each.shown and each.shown.item == code), None):
        text = f"{leaning.code} 的前置条件引用了 {code}，不能删除。"
        raise RuleViolation(text, CLAUSE, f"请先修改 {leaning.code} 的前置条件。")
    items = [each for each in made.items if each is not one]
    _ruled(row, made, items, by, now, {"item": [code, None]})


def put_frame(
    row: ChecklistVersion, parts: Mapping[str, str], rounding: Rounding, note: str, *, by: User, now: datetime
) -> None:
    """Parts in their order, the rounding rule, the note. Errors: InvalidInput at `parts`."""
    made = service.content(row)
    if lost := {one.part for one in made.items} - parts.keys():
        raise InvalidInput(f"部分 {min(lost)} 下面还有检查项目，不能去掉或者改编号。", "parts")
    row.note = note
    try:
        frame = Checklist(parts, made.items, rounding)
        _store(row, frame, made.items, by, now, {"parts": ["、".join(made.parts), "、".join(parts)]})
    except InvalidInput as odd:
        raise InvalidInput(odd.message, "parts") from None


def parts_of(text: str) -> dict[str, str]:
    """Parts typed in lines, `B1 | 服务网点`. Errors: InvalidInput at `parts`."""
    found: dict[str, str] = {}
    for line in text.replace("｜", "|").splitlines():
        if not line.strip():
            continue
        code, bar, title = (part.strip() for part in line.partition("|"))
        if not bar or not code or not title:
            raise InvalidInput(f"“{line.strip()[:30]}”请写成“B1 | 服务网点”的样子。", "parts")
        if code in found:
            raise InvalidInput(f"编号 {code[:20]} 写了两次。", "parts")
        if len(code) > LONGEST_CODE or len(title) > LONGEST_TITLE:
            raise InvalidInput(f"编号最多 {LONGEST_CODE} 个字，名称最多 {LONGEST_TITLE} 个字。", "parts")
        found[code] = title
    if not found:
        raise InvalidInput("请至少写一个部分。", "parts")
    return found


def _item(made: Checklist, code: str) -> CheckItem:
    found = made.item(code)
    if found is None:
        raise RuleViolation(f"项目 {code[:20]} 已经被删除。", CLAUSE, "请刷新页面。")
    return found


def _ruled(
    row: ChecklistVersion, made: Checklist, items: Iterable[CheckItem], by: User, now: datetime,
    changes: Mapping[str, object],
) -> None:  # fmt: skip
    try:
        _store(row, made, items, by, now, changes)
    except InvalidInput as odd:
        raise RuleViolation(odd.message, CLAUSE, "请改好以后再保存。") from None


def _store(
    row: ChecklistVersion, made: Checklist, items: Iterable[CheckItem], by: User, now: datetime,
    changes: Mapping[str, object],
) -> None:  # fmt: skip
    """Items stand in the order of their parts."""
    order = {code: at for at, code in enumerate(made.parts)}
    ordered = sorted(items, key=lambda one: order.get(one.part, len(order)))
    whole = Checklist(made.parts, tuple(ordered), made.rounding)
    check(whole)
    service.change(row, whole, changes, by=by, now=now)
