"""The text bank: what people write in each sector and what comes of it, with invented places and people."""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

FOLDER = Path(__file__).parent / "words"
STREETS = (
    "示例路", "示例东路", "示例西路", "示例南路", "示例北路", "示例一路", "示例二路", "示例大道", "示例街",
)  # fmt: skip
ESTATES = (
    "示例小区", "示例花园", "示例家园", "示例新村", "示例苑", "示例公寓", "示例佳园", "示例里", "示例雅居",
    "示例东苑", "示例西苑", "示例一村", "示例二村", "示例新城", "示例庭院",
)  # fmt: skip
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
ADOPTED = {"adopted": "采纳", "partly": "部分采纳"}


@dataclass(frozen=True)
class Theme:
    """One kind of case; texts hold {place}, {estate}, {day}, {hour}, {days}, {amount}, {less}, {adopted}.

    `desk`: which department of the enterprise is concerned. `answer` is for inquiries, `instruction`, `reply`
    and `declined` for suggestions, `reason` for what belongs elsewhere, the rest for complaints.
    """

    type: str
    category: str
    title: str
    content: str
    wish: str
    mood: str
    desk: int
    nature: str = "internal"
    urgent: bool = False
    misconduct: bool = False
    findings: str = ""
    unfounded: str = ""
    evidence: str = ""
    measures: str = ""
    result: str = ""
    proof: str = ""
    answer: str = ""
    instruction: str = ""
    reply: str = ""
    declined: str = ""
    reason: str = ""


@cache
def themes(bank: str) -> tuple[Theme, ...]:
    """The bank of a sector (power, gas, water), or of what belongs elsewhere (declined)."""
    rows = tomllib.loads((FOLDER / f"{bank}.toml").read_text("utf-8"))["themes"]
    return tuple(Theme(**row) for row in rows)


@dataclass(frozen=True)
class Place:
    """An invented address; `estate` is its beginning."""

    estate: str
    full: str


def a_place(rng: Random) -> Place:
    """A house in an invented estate or street."""
    if rng.random() < 0.3:
        street = rng.choice(STREETS)
        return Place(street, f"{street}{rng.randint(1, 288)}号")
    estate = rng.choice(ESTATES)
    return Place(estate, f"{estate}{rng.randint(1, 36)}栋")


@dataclass(frozen=True)
class Somebody:
    """An invented complainant."""

    name: str
    phone: str
    account: str


def somebody(number: int, sector: str) -> Somebody:
    """The `number`-th invented person (from 0): 示例用户甲, 乙, … 甲子, 乙丑, … and then with numbers."""
    if number < len(STEMS):
        mark = STEMS[number]
    else:
        later = number - len(STEMS)
        turn, place = divmod(later, 60)
        mark = STEMS[place % 10] + BRANCHES[place % 12] + (str(turn + 1) if turn else "")
    digit = {"power": 1, "gas": 2, "water": 3}[sector]
    account = f"{digit}{number % 1_000_000_000:09d}"
    return Somebody(f"示例用户{mark}", f"1380000{number * 37 % 10_000:04d}", account)


@dataclass(frozen=True)
class Words:
    """A theme told about one place and day."""

    theme: Theme
    place: Place
    values: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.theme, name)
        return string.Formatter().vformat(value, (), _Kept(self.values)) if isinstance(value, str) else value

    def adopted(self, adoption: str) -> str:
        """The reply to a suggestion that was adopted, adopted in part, or not."""
        if adoption == "not":
            return str(self.declined)
        return str(self.reply).replace("{adopted}", ADOPTED[adoption])


class _Kept(dict[str, str]):
    """Unknown fields stay as they are, to be filled in later."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def tell(theme: Theme, place: Place, received: date, rng: Random) -> Words:
    """A theme with its details, fitting a receipt on this day."""
    less = rng.randint(60, 180)
    day = received - timedelta(days=rng.randint(1, 5))
    values = {
        "place": place.full,
        "estate": place.estate,
        "day": f"{day.month}月{day.day}日",
        "hour": str(rng.randint(6, 9)),
        "days": str(rng.randint(3, 8)),
        "less": str(less),
        "amount": str(int(less * rng.uniform(1.9, 3.1))),
    }
    return Words(theme, place, values)
