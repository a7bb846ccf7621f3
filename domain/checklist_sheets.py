"""A checklist as the rows of a spreadsheet (F6.2b) and back; the way there and back changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.checklist_texts import BETTER, RULES, STEPS, VERDICTS, item_of_texts, item_texts
from domain.checklists import BASES, EVIDENCE, METHODS, MOST_ITEMS, WHEN, CheckItem, Checklist, check
from domain.errors import InvalidInput
from domain.scoring import MODES, STANDARD, Rounding

ROUNDING = "rounding"
COLUMNS = {
    "part": "部分编号", "part_title": "部分", "code": "编号", "text": "检查内容", "maximum": "满分",
    "rule": "计分方式", "kinds": "情形和分值", "zero": "不得分情形", "cap": "上限", "bands": "分档",
    "otherwise": "其余得分", "better": "方向", "target": "目标", "step": "每档大小", "lose": "每档扣分",
    "steps": "不足一档", "at_target": "达到目标得分", "gain": "每档加分", "low": "最少扣", "high": "最多扣",
    "method": "检查方式", "how": "怎样检查", "basis": "依据", "basis_kind": "依据种类", "clause": "条款",
    **{f"evidence_{kind}": f"{name}证据" for kind, name in EVIDENCE.items()},
    "repeat": "分别检查", "shown_item": "前置项目", "shown_when": "前置结论", ROUNDING: "取舍规则",
}  # fmt: skip
_WORDS: dict[str, Mapping[str, str]] = {
    "rule": RULES, "better": BETTER, "steps": STEPS, "method": METHODS, "basis_kind": BASES,
    "shown_when": VERDICTS, **{f"evidence_{kind}": WHEN for kind in EVIDENCE},
}  # fmt: skip
MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line (the first is 1) at a column; both may be open."""

    line: int
    column: str
    message: str

    @property
    def words(self) -> str:
        """第 5 行“满分”：满分须是数。"""
        at = f"第 {self.line} 行" if self.line else ""
        column = f"“{self.column}”" if self.column else ""
        return f"{at}{column}：{self.message}" if at or column else self.message


class BadRows(Exception):
    """Rows that cannot be read; `problems` names each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(one.words for one in problems[:3]))
        self.problems = problems


def rows_of(checklist: Checklist) -> list[list[str]]:
    """A row for each item in the order of COLUMNS; a part without items has a row of its own."""
    rows = []
    empty = [code for code in checklist.parts if all(one.part != code for one in checklist.items)]
    lines = [item_texts(one) for one in checklist.items] + [{"part": code} for code in empty]
    for texts in lines:
        texts = texts | {"part_title": checklist.parts[texts["part"]], ROUNDING: checklist.rounding.words}
        rows.append([_shown(name, texts.get(name, "")) for name in COLUMNS])
    return rows


def _shown(name: str, value: str) -> str:
    return _WORDS[name].get(value, value) if name in _WORDS else value


def checklist_of(rows: Iterable[tuple[int, Mapping[str, str]]]) -> Checklist:
    """The checklist of rows: (line, field -> text). Errors: BadRows."""
    parts: dict[str, str] = {}
    items: list[CheckItem] = []
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    rounding: Rounding | None = None
    for line, row in rows:
        if len(items) >= MOST_ITEMS or len(problems) >= MOST_PROBLEMS:
            problems.append(Problem(line, "", f"检查项目不能超过 {MOST_ITEMS} 项；后面的没有再读。"))
            break
        try:
            rounding = _rounding(row.get(ROUNDING, ""), rounding)
            _part(row, parts)
            if row.get("code") or row.get("text"):
                one = item_of_texts(_coded(row))
                _new(one, lines, line)
                items.append(one)
        except InvalidInput as odd:
            problems.append(Problem(line, COLUMNS.get(odd.field or "", ""), odd.message))
    if not items and not problems:
        problems.append(Problem(0, "", "表格里没有检查项目。"))
    found = Checklist(parts, tuple(items), rounding or STANDARD)
    if not problems:
        try:
            check(found)
        except InvalidInput as odd:
            problems.append(Problem(lines.get(odd.field or "", 0), "", odd.message))
    if problems:
        raise BadRows(problems)
    return found


def _coded(row: Mapping[str, str]) -> dict[str, str]:
    found = {name: value for name, value in row.items() if name in COLUMNS}
    for name, words in _WORDS.items():
        given = found.get(name, "")
        found[name] = next((code for code, told in words.items() if given == told), given)
    found["method"] = found["method"] or "site"
    found["basis_kind"] = found["basis_kind"] or "system"
    return found


def _part(row: Mapping[str, str], parts: dict[str, str]) -> None:
    code, title = row.get("part", ""), row.get("part_title", "")
    if not code:
        raise InvalidInput("请填写部分编号。", "part")
    if not title and code not in parts:
        raise InvalidInput("请填写部分的名称。", "part_title")
    if title and parts.get(code, title) != title:
        raise InvalidInput(f"部分 {code[:20]} 前面叫“{parts[code][:30]}”。", "part_title")
    parts.setdefault(code, title)


def _new(one: CheckItem, lines: dict[str, int], line: int) -> None:
    if not one.code:
        raise InvalidInput("请填写编号。", "code")
    if one.code in lines:
        raise InvalidInput(f"编号 {one.code[:20]} 与第 {lines[one.code]} 行重复。", "code")
    lines[one.code] = line


def _rounding(text: str, before: Rounding | None) -> Rounding | None:
    if not text:
        return before
    for mode in MODES:
        for places in range(7):
            found = Rounding(places, mode)
            if found.words == text and before in (None, found):
                return found
    known = "每一行的取舍规则须相同。" if before else "取舍规则写成“四舍五入，保留2位小数”的样子。"
    raise InvalidInput(known, ROUNDING)
