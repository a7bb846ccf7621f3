"""One row of a spreadsheet becomes an intake, or a list of what is wrong with it, column by column."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization
from blueprints.complaints.queries_outside import SendersWords
from blueprints.complaints.service.importing import words
from blueprints.complaints.service.importing.units import Units
from blueprints.complaints.service.intake import Intake, Person
from blueprints.complaints.spreadsheets.columns import PERSONAL, Columns
from blueprints.rulebook.service import ruleset_for
from core.spreadsheets import cells
from core.spreadsheets.cells import Cell, Phone
from domain.errors import InvalidInput
from domain.rulesets import Ruleset

LATE_REASON = "12345工单批量导入"
MAX_NUMBER, MAX_TITLE, MAX_CONTENT, MAX_NAME, MAX_PLACE, MAX_ACCOUNT = 64, 200, 20_000, 64, 200, 32
MESSAGE_BOARD = "留言编号"
REDONE = ("重办", "返工", "rework")
YES, NO = frozenset({"是", "有", "重办", "Y", "y", "返工"}), frozenset({"否", "无", "N", "n", "首办"})
NUMERALS = "〇一二三四五六七八九"
MOST_ROUNDS = 99
APART = PERSONAL | {"content", "reply", "replied"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one column of one line; line 1 is the first of the sheet."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that can be registered. `digest` is over what the hotline said, so that a repeat is known."""

    line: int
    number: str
    source: str
    digest: str
    intake: Intake
    round: int = 1


class Refused(Exception):
    """Ends the reading of one row; carries its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(len(problems))
        self.problems = problems


@dataclass
class Reader:
    """Reads the rows of one table for one receiver. `now`: nothing can have been received later."""

    columns: Columns
    units: Units
    now: datetime
    said: SendersWords = field(default_factory=SendersWords)
    kept: list[int] = field(init=False)
    _rulesets: dict[int, Ruleset | InvalidInput] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Columns that stay with the case as they came: not what tells who it is or has its own place."""
        places = self.columns.places
        apart = {place for name in APART for place in places.get(name, ())}
        named = {place for found in places.values() for place in found}
        self.kept = sorted(named - apart | set(self.columns.extra))

    def draft(self, line: int, row: Sequence[Cell]) -> Draft:
        """The row as an intake. Errors: Refused with every problem of the row."""
        return _RowReader(self, line, row).draft()

    def ruleset(self, enterprise: Organization) -> Ruleset:
        """The ruleset of an enterprise. Errors: InvalidInput when it has none."""
        known = self._rulesets.get(enterprise.id)
        if known is None:
            try:
                known = ruleset_for(enterprise)
            except InvalidInput as error:
                known = error
            self._rulesets[enterprise.id] = known
        if isinstance(known, InvalidInput):
            raise known
        return known

    @property
    def timed(self) -> bool:
        """Whether the table says when its rows were received; without such a column it is now."""
        return "received" in self.columns.places


@dataclass
class _RowReader:
    table: Reader
    line: int
    row: Sequence[Cell]
    problems: list[Problem] = field(default_factory=list)
    texts: list[str] = field(init=False)

    def draft(self) -> Draft:
        number, source = self.number()
        round_ = self.round()
        title, content = self.words()
        received = self.received()
        phone = self.phone()
        name = self.short("name", MAX_NAME)
        kind = self.type_words(source)
        unit = self.unit(f"{title} {content}")
        channel = self.channel(unit, source) if unit else None
        if self.problems or unit is None or channel is None:
            raise Refused(self.problems)
        ruleset = self.table.ruleset(unit)
        person = self.person(name, phone)
        told = (self.text("category"), title, content)
        digest = self.digest(unit.code, kind, title, content, received, person)
        intake = Intake(
            enterprise=unit, type=self.type(source, kind, ruleset), channel=channel,
            category=self.category(source, kind, told, ruleset), title=title[:MAX_TITLE],
            content=content + _others(phone), received_at=received,
            people=(person,) if person else (), anonymous=person is None,
            place=self.place(), urgent=words.is_urgent(self.text("urgent")), late_entry_reason=LATE_REASON,
            origin={
                "source": source, "number": number, "round": round_, "digest": digest,
                "data": self.kept(phone),
            },
        )  # fmt: skip
        return Draft(self.line, number, source, digest, intake, round_)

    # ---- cells

    def __post_init__(self) -> None:
        row, width = self.row[: len(self.table.columns.names)], len(self.table.columns.names)
        self.texts = [cells.text(value) for value in row] + [""] * (width - len(row))

    def cell(self, column: str) -> tuple[Cell, str]:
        """(what stands there: clean text, or the number or date that it is; the name of its column)."""
        place = self.table.columns.place(self.texts, column)
        if place is None:
            return None, self.table.columns.name_of(column)
        value = self.row[place]
        return self.texts[place] if isinstance(value, str) else value, self.table.columns.names[place]

    def text(self, column: str) -> str:
        """The same as text on one line."""
        place = self.table.columns.place(self.texts, column)
        return "" if place is None else " ".join(self.texts[place].split())

    def wrong(self, column: str, message: str) -> None:
        self.problems.append(Problem(self.line, column, message))

    def short(self, column: str, longest: int) -> str:
        value, name = self.cell(column)
        found = cells.line(value)
        if len(found) > longest:
            self.wrong(name, f"超过 {longest} 个字，请缩短。")
        return "" if found in cells.NOBODY else found

    # ---- what a case needs

    def number(self) -> tuple[str, str]:
        value, name = self.cell("number")
        try:
            number = cells.identifier(value)
        except InvalidInput as error:
            self.wrong(name, error.message)
            return "", ""
        if not number:
            self.wrong(name, "没有编号，无法识别重复；请填写。")
        elif len(number) > MAX_NUMBER:
            self.wrong(name, f"编号超过 {MAX_NUMBER} 个字，请检查是否填错了列。")
        return number, "留言" if name.startswith(MESSAGE_BOARD) else "12345"

    def round(self) -> int:
        """Which dispatch of its number the row is; 1 where the sender does not say."""
        value, name = self.cell("round")
        try:
            return round_of(cells.line(value), redone=any(word in name for word in REDONE))
        except ValueError:
            self.wrong(name, f"看不出“{cells.line(value)[:20]}”是第几轮派单；请填 1 到 99 的整数。")
            return 1

    def words(self) -> tuple[str, str]:
        title = self.text("title")
        value, name = self.cell("content")
        content = cells.text(value) or title
        if not content:
            self.wrong(name, "没有诉求内容，请填写。")
        elif len(content) > MAX_CONTENT:
            self.wrong(name, f"内容超过 {MAX_CONTENT} 个字，请删减。")
        return title or " ".join(content[:60].split())[:40], content

    def received(self) -> datetime:
        if not self.table.timed:
            return self.table.now
        value, name = self.cell("received")
        try:
            found = cells.moment(value)
        except InvalidInput as error:
            self.wrong(name, error.message)
            return self.table.now
        if found is None:
            self.wrong(name, "没有时间，时限无从算起；请填写。")
        elif found > self.table.now:
            self.wrong(name, f"“{found:%Y-%m-%d %H:%M}”晚于现在，请检查。")
        return found or self.table.now

    def phone(self) -> Phone:
        value, name = self.cell("phone")
        try:
            return cells.phone(value)
        except InvalidInput as error:
            self.wrong(name, error.message)
            return Phone()

    def unit(self, content: str) -> Organization | None:
        value, name = self.cell("unit")
        hints = [cells.line(self.texts[place]) for place in self.table.columns.places.get("unit_hint", ())]
        try:
            unit = self.table.units.find(cells.line(value), hints, content)
            self.table.ruleset(unit)
        except InvalidInput as error:
            self.wrong(name, error.message)
            return None
        return unit

    def type_words(self, source: str) -> str:
        value, name = self.cell("type")
        found = cells.line(value)
        if found and not self.table.said.type_of(source, found) and not words.knows_type(found):
            self.wrong(name, f"不认识“{found[:20]}”；可以写：{words.TYPE_WORDS}。")
        return found

    def type(self, source: str, word: str, ruleset: Ruleset) -> str:
        """What the sender's word means: as the organization said, else by the word itself."""
        told = self.table.said.type_of(source, word)
        return told if told in {t.code for t in ruleset.types} else words.type_for(word, ruleset)

    def category(self, source: str, kind: str, told: Sequence[str], ruleset: Ruleset) -> str:
        """The same for the category, by the sender's category or type."""
        said = self.table.said.category_of(source, told[0], kind)
        return said if said in {c.code for c in ruleset.categories} else words.category_for(told, ruleset)

    def channel(self, unit: Organization, source: str) -> str | None:
        if not source:
            return None
        channel = words.channel_for(source, self.table.ruleset(unit))
        if channel is None:
            name = self.cell("number")[1]
            self.wrong(name, f"“{unit.name}”执行的制度没有启用 12345 渠道，请先在设定里启用。")
        return channel

    def person(self, name: str, phone: Phone) -> Person | None:
        number = "" if phone.masked else phone.number
        account = cells.narrow(self.cell("account")[0])[:MAX_ACCOUNT]
        if not name and not number:
            return None
        return Person(name=name, phone=number, account_number=account)

    def place(self) -> str:
        found = [self.text("place"), self.text("address")]
        if found[1] and found[0] in found[1]:
            found = found[1:]
        return " ".join(part for part in found if part)[:MAX_PLACE]

    # ---- what is kept beside

    def kept(self, phone: Phone) -> dict[str, Any]:
        """The row as it came, without what tells who it is; both limits and the other side's answer apart."""
        names = self.table.columns.names
        told = {names[place]: self.texts[place][:2000] for place in self.table.kept if self.texts[place]}
        data: dict[str, Any] = {"line": self.line, "columns": told}
        limits = {name: day for name in ("city", "district") if (day := self.limit(f"{name}_due"))}
        answer = {"text": cells.text(self.cell("reply")[0]), "at": self.text("replied")}
        if phone.masked:
            data["masked_phone"] = True
        return data | {"limits": limits, "reply": {k: v for k, v in answer.items() if v}}

    def limit(self, column: str) -> str:
        """A limit of the sender in ISO form; one that cannot be read stays in its column as it is."""
        try:
            found = cells.moment(self.cell(column)[0])
        except InvalidInput:
            return ""
        return found.isoformat(timespec="minutes") if found else ""

    def digest(
        self, unit: str, kind: str, title: str, content: str, received: datetime, person: Person | None
    ) -> str:
        """SHA-256 over what the sender said; its status and answers may change without making it another."""
        who = (person.name, person.phone) if person else ("", "")
        at = received.isoformat() if self.table.timed else ""
        said = [unit, kind, title, content, at, *who, self.place()]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def round_of(word: str, *, redone: bool) -> int:
    """The round that a cell says: 2, 第2次, 第二轮; with `redone` how often or whether it was done again.

    Errors: ValueError for what is no round.
    """
    if not word.strip("-—－ ") or word in cells.NOBODY:
        return 1
    if redone and word in YES | NO:
        return 2 if word in YES else 1
    digits = re.sub(r"\.0+$", "", re.sub(r"[第次轮度回]", "", unicodedata.normalize("NFKC", word)).strip())
    number = NUMERALS.find(digits) if len(digits) == 1 and digits in NUMERALS else int(digits)
    number += 1 if redone else 0
    if not 1 <= number <= MOST_ROUNDS:
        raise ValueError(word)
    return number


def _others(phone: Phone) -> str:
    return f"\n（其他联系电话：{'、'.join(phone.others)}）" if phone.others else ""
