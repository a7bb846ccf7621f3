"""One row of a sheet of staff: a person with a certificate, or what is wrong with it, column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from blueprints.registry.models import Certificate, Staff
from blueprints.registry.queries.staff import POSTS
from core.spreadsheets import cells
from core.spreadsheets.cells import Cell
from core.spreadsheets.headings import Headed, Vocabulary
from domain.errors import InvalidInput

VOCABULARY = Vocabulary(
    {
        "name": ("姓名", "员工姓名", "人员姓名"),
        "badge": ("工号", "证章号", "员工编号", "工号（证章号）", "胸牌号"),
        "post": ("岗位", "岗位名称", "职务", "工种"),
        "team": ("班组", "所属班组", "部门"),
        "outlet": ("网点", "所在网点", "营业厅"),
        "phone": ("电话", "工作电话", "联系电话", "手机"),
        "uniform_on": ("制服发放日期", "工作制服发放日期", "工装发放日期"),
        "certificate": ("证书名称", "上岗证名称"),
        "number": ("证书编号", "上岗证编号", "上岗证号", "证号"),
        "issuer": ("发证单位", "发证机关", "颁发单位"),
        "valid_from": ("有效期起", "发证日期", "有效期开始"),
        "valid_until": ("有效期止", "有效期至", "到期日期", "有效期截止"),
    },
    required=("name", "badge", "post"),
)
POST_WORDS = {name: code for code, name in POSTS.items()} | {
    "窗口": "window", "营业员": "window", "窗口员": "window", "客服": "service", "客服员": "service",
    "抄表": "meter", "抄表员": "meter", "施工": "construction", "施工员": "construction",
    "维修": "repair", "维修员": "repair", "抢修": "repair", "抢修人员": "repair", "抢修员": "repair",
}  # fmt: skip
FOREVER_WORDS = frozenset({"长期", "长期有效", "永久", "永久有效"})
FOREVER = date(2099, 12, 31)
BAD_DAY = "“{}”不是能识别的日期，请写公历日期，例如 2026-10-13。"
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one column of one line; line 1 is the first of the sheet."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A row that can be taken in; `certificate` holds columns of its table, None where the row has none."""

    line: int
    facts: dict[str, Any]
    certificate: dict[str, Any] | None

    @property
    def badge(self) -> str:
        """The number that tells who it is."""
        return str(self.facts["badge"])

    @property
    def number(self) -> str:
        """The certificate's number, '' without one."""
        return str(self.certificate["number"]) if self.certificate else ""


class Refused(Exception):
    """Ends the reading of one row; carries its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(len(problems))
        self.problems = problems


@dataclass
class Reader:
    """Reads the rows of one table. `outlets`: name -> id; nothing can have happened after `today`."""

    columns: Headed
    outlets: Mapping[str, int]
    today: date
    _problems: list[Problem] = field(default_factory=list)
    _line: int = 0
    _row: Sequence[Cell] = ()

    def read(self, line: int, row: Sequence[Cell]) -> StaffRow:
        """The row. Errors: Refused with every problem of it."""
        self._line, self._row, self._problems = line, row, []
        facts: dict[str, Any] = {
            "name": self._text("name", 64, must=True),
            "badge": self._badge(),
            "post": self._post(),
            "team": self._text("team", 64),
            "outlet_id": self._outlet(),
            "phone": self._told("phone", lambda cell: cells.phone(cell).number) or "",
            "uniform_on": self._day("uniform_on"),
        }
        certificate = self._certificate()
        uniform = facts["uniform_on"]
        if uniform is not None and uniform > self.today:
            self._say("uniform_on", "发放日期不能晚于今天。")
        if self._problems:
            raise Refused(self._problems)
        return StaffRow(line, {name: facts[name] for name in facts if self._has(name)}, certificate)

    def _has(self, name: str) -> bool:
        """Whether the table says anything of it: what it does not say is left as it is."""
        return name.removesuffix("_id") in self.columns.places

    def _cell(self, name: str) -> Cell:
        place = self.columns.places.get(name)
        return self._row[place] if place is not None and place < len(self._row) else None

    def _say(self, name: str, message: str) -> None:
        self._problems.append(Problem(self._line, VOCABULARY.label(name), message))

    def _told(self, name: str, read: Callable[[Cell], Value]) -> Value | None:
        try:
            return read(self._cell(name))
        except InvalidInput as wrong:
            self._say(name, wrong.message)
            return None

    def _text(self, name: str, most: int, *, must: bool = False) -> str:
        found = cells.line(self._cell(name))
        if must and not found:
            self._say(name, "没有填写。")
        elif len(found) > most:
            self._say(name, f"最多 {most} 个字，这里有 {len(found)} 个。")
        return found

    def _badge(self) -> str:
        before = len(self._problems)
        found = self._told("badge", cells.identifier) or ""
        if not found and len(self._problems) == before:
            self._say("badge", "没有填写。")
        elif len(found) > 32:
            self._say("badge", f"最多 32 个字，这里有 {len(found)} 个。")
        return found

    def _post(self) -> str:
        told = cells.narrow(self._cell("post"))
        if not told:
            self._say("post", "没有填写。")
        elif told not in POST_WORDS:
            self._say("post", f"“{told[:20]}”不是岗位名称，请从{'、'.join(POSTS.values())}中选择。")
        return POST_WORDS.get(told, "")

    def _outlet(self) -> int | None:
        told = cells.line(self._cell("outlet"))
        if told and told not in self.outlets:
            self._say("outlet", f"没有名为“{told[:40]}”的网点，请先登记网点或者改正名称。")
        return self.outlets.get(told)

    def _day(self, name: str) -> date | None:
        value = self._cell(name)
        try:
            found = cells.moment(value)
        except InvalidInput as wrong:
            shown = cells.line(value)[:20]
            self._say(name, wrong.message if "年之间" in wrong.message else BAD_DAY.format(shown))
            return None
        return found.date() if found else None

    def _certificate(self) -> dict[str, Any] | None:
        number = self._told("number", cells.identifier) or ""
        issuer = self._text("issuer", 128)
        since, until = self._day("valid_from"), self._until()
        if not number:
            if issuer or since or until:
                self._say("number", "填写了发证单位或有效期，但没有证书编号。")
            return None
        if len(number) > 64:
            self._say("number", f"最多 64 个字，这里有 {len(number)} 个。")
        bad = {problem.column for problem in self._problems}
        for name, value in (("issuer", issuer), ("valid_from", since), ("valid_until", until)):
            if not value and VOCABULARY.label(name) not in bad:
                self._say(name, "有证书编号的，这一列也要填写。")
        if since and until and until < since:
            self._say("valid_until", "有效期止早于有效期起。")
        name = self._text("certificate", 64) or "上岗证"
        return {
            "name": name, "number": number, "issuer": issuer, "valid_from": since, "valid_until": until,
        }  # fmt: skip

    def _until(self) -> date | None:
        if cells.narrow(self._cell("valid_until")) in FOREVER_WORDS:
            return FOREVER
        return self._day("valid_until")


def clashes(
    draft: StaffRow, known: Staff | None, lines: Mapping[str, int], named: Mapping[str, int]
) -> list[Problem]:
    """What stands against a row: the same badge or certificate number earlier in the file (`lines`, `named`:
    value -> line), or a badge that somebody of another name has."""
    found = []
    if draft.badge in lines:
        words = f"与第 {lines[draft.badge]} 行的工号相同，一个工号只能属于一个人。"
        found.append(Problem(draft.line, VOCABULARY.label("badge"), words))
    elif known is not None and known.name != draft.facts["name"]:
        words = "这个工号已经是另一名员工的；改名的请在员工页修改，换人的请用新的工号。"
        found.append(Problem(draft.line, VOCABULARY.label("badge"), words))
    elif known is not None and not known.active:
        words = "这名员工已离岗，请先在员工页恢复在岗。"
        found.append(Problem(draft.line, VOCABULARY.label("badge"), words))
    if draft.number and draft.number in named:
        words = f"与第 {named[draft.number]} 行的证书编号相同，一个证号只能属于一个人。"
        found.append(Problem(draft.line, VOCABULARY.label("number"), words))
    return found


def same(draft: StaffRow, known: Staff, held: Mapping[str, Certificate]) -> bool:
    """Whether a row says nothing new."""
    if any(getattr(known, name) != value for name, value in draft.facts.items()):
        return False
    if draft.certificate is None:
        return True
    row = held.get(draft.number)
    return row is not None and all(getattr(row, n) == v for n, v in draft.certificate.items())
