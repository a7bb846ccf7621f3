"""What differs between two versions of a checklist (F6.2b): items added, removed, changed, moved; sums."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from domain.checklist_texts import RULES, VERDICTS, rule_words
from domain.checklists import BASES, EVIDENCE, METHODS, WHEN, CheckItem, Checklist
from domain.score_rules import plainly, rule_data

LABELS = {
    "part": "部分", "text": "检查内容", "maximum": "满分", "rule": "计分", "method": "检查方式",
    "how": "怎样检查", "basis": "依据", "basis_kind": "依据种类", "clause": "条款", "evidence": "证据",
    "repeat": "分别检查", "shown": "前置条件",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of an item, before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Changes:
    """From one version to another. `changed`: code -> its fields; `sums`: (part, old, new) where they differ,
    None where there is no such part; `rounding` in words where it differs."""

    added: tuple[CheckItem, ...]
    removed: tuple[CheckItem, ...]
    changed: tuple[tuple[CheckItem, tuple[Field, ...]], ...]
    moved: tuple[CheckItem, ...]
    sums: tuple[tuple[str, Decimal | None, Decimal | None], ...]
    total: tuple[Decimal, Decimal]
    rounding: tuple[str, str] | None

    @property
    def none(self) -> bool:
        """Whether both are the same."""
        return not (self.added or self.removed or self.changed or self.moved or self.sums or self.rounding)


def words_of(one: CheckItem) -> dict[str, str]:
    """Each field of an item in words, as LABELS names them."""
    shown = f"{one.shown.item} {VERDICTS[one.shown.when]}时" if one.shown else ""
    rule = f"{RULES[rule_data(one.rule)['type']]}：{rule_words(one.rule)}"
    return {
        "part": one.part, "text": one.text, "maximum": "" if one.extra else plainly(one.maximum),
        "rule": rule, "method": METHODS[one.method],
        "how": one.how, "basis": one.basis, "basis_kind": BASES[one.basis_kind], "clause": one.clause,
        "evidence": evidence_words(one), "repeat": one.repeat, "shown": shown,
    }  # fmt: skip


def evidence_words(one: CheckItem) -> str:
    """照片（不符合时）、文件（每次）"""
    return "、".join(f"{EVIDENCE[kind]}（{WHEN[when]}）" for kind, when in one.evidence.items())


def compare(old: Checklist, new: Checklist) -> Changes:
    """What became of `old` in `new`; items are told apart by their codes."""
    before = {one.code: one for one in old.items}
    after = {one.code: one for one in new.items}
    changed = []
    for code in [code for code in after if code in before]:
        was, now = words_of(before[code]), words_of(after[code])
        if fields := tuple(Field(LABELS[n], was[n], now[n]) for n in LABELS if was[n] != now[n]):
            changed.append((after[code], fields))
    known = old.rounding.words, new.rounding.words
    return Changes(
        added=tuple(one for one in new.items if one.code not in before),
        removed=tuple(one for one in old.items if one.code not in after),
        changed=tuple(changed), moved=_moved(before, after), sums=_sums(old, new),
        total=(old.total, new.total), rounding=known if known[0] != known[1] else None,
    )  # fmt: skip


def _moved(before: dict[str, CheckItem], after: dict[str, CheckItem]) -> tuple[CheckItem, ...]:
    """Common items whose neighbour before them (among the common ones) is another."""
    order = [code for code in before if code in after]
    now = [code for code in after if code in before]
    old_before = dict(zip(order, ["", *order], strict=False))
    new_before = dict(zip(now, ["", *now], strict=False))
    return tuple(after[code] for code in now if order != now and old_before[code] != new_before[code])


def _sums(old: Checklist, new: Checklist) -> tuple[tuple[str, Decimal | None, Decimal | None], ...]:
    was, now = old.sums(), new.sums()
    names = dict(old.parts) | dict(new.parts)
    return tuple(
        (f"{code} {names[code]}", was.get(code), now.get(code))
        for code in names
        if was.get(code) != now.get(code) or old.parts.get(code) != new.parts.get(code)
    )
