"""Scores of checklists and their weighted sum (F6.2b): decimals, the rounding rule named, what does not apply
left out of the denominator, too little covered not rated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from domain.errors import InvalidInput
from domain.score_rules import ZERO, Bonus, Gate, Points, Rule, plainly, points

HUNDRED = Decimal(100)
LEAST_COVERAGE = 60
NOT_RATED = "不予评定"
VETOED = "一票否决"
MODES = {
    "half_up": (ROUND_HALF_UP, "四舍五入"),
    "half_even": (ROUND_HALF_EVEN, "四舍六入五成双"),
    "down": (ROUND_DOWN, "舍去尾数"),
}


@dataclass(frozen=True)
class Rounding:
    """How a percentage is rounded; stored with a checklist's version. `mode`: half_up, half_even, down."""

    places: int = 2
    mode: str = "half_up"

    def __post_init__(self) -> None:
        if self.mode not in MODES or isinstance(self.places, bool) or self.places not in range(7):
            raise InvalidInput("没有这种取舍规则。")

    @property
    def words(self) -> str:
        """四舍五入，保留2位小数"""
        return f"{MODES[self.mode][1]}，保留{self.places}位小数"

    def __call__(self, value: Fraction) -> Decimal:
        """The exact value (not negative), rounded."""
        scaled = value * 10**self.places
        down = scaled.numerator // scaled.denominator
        rest = scaled - down
        half = Fraction(1, 2)
        up = {"half_up": rest >= half, "half_even": rest > half or (rest == half and down % 2), "down": False}
        return Decimal(down + bool(up[self.mode])).scaleb(-self.places)


STANDARD = Rounding()


@dataclass(frozen=True)
class NotApplicable:
    """The answer that an item does not apply here, and why."""

    reason: str


@dataclass(frozen=True)
class Item:
    """An item of a checklist with its answer (None: not answered yet). Bonus and gate need no `maximum`."""

    code: str
    maximum: Points
    rule: Rule
    answer: Any = None


@dataclass(frozen=True)
class Line:
    """An item as it was scored; `earned` None: does not apply, or no answer yet."""

    code: str
    maximum: Decimal
    earned: Decimal | None
    words: str


@dataclass(frozen=True)
class Score:
    """Points of a checklist. `applicable`: the full mark of the answered items that apply; `total`: of all;
    `vetoed`: gates that do not hold; `percent` None: 不予评定."""

    lines: tuple[Line, ...]
    earned: Decimal
    bonus: Decimal
    applicable: Decimal
    total: Decimal
    vetoed: tuple[str, ...]
    percent: Decimal | None
    rounding: Rounding

    @property
    def coverage(self) -> Decimal:
        """Share of the full mark that was scored, in percent, two decimals down."""
        share = Fraction(self.applicable) / Fraction(self.total) if self.total else Fraction(0)
        return Rounding(2, "down")(share * 100)

    @property
    def text(self) -> str:
        """44.00, 不予评定 or 一票否决."""
        return VETOED if self.vetoed else NOT_RATED if self.percent is None else str(self.percent)


def _line(item: Item) -> Line:
    extra = isinstance(item.rule, Bonus | Gate)
    maximum = ZERO if extra else points(item.maximum, f"{item.code}的满分")
    if item.answer is None:
        return Line(item.code, maximum, None, "未填写")
    if isinstance(item.answer, NotApplicable):
        if not item.answer.reason.strip():
            raise InvalidInput(f"{item.code}：不适用须写明理由。", item.code)
        return Line(item.code, maximum, None, f"不适用：{item.answer.reason.strip()}")
    try:
        found = item.rule.outcome(maximum, item.answer)
    except InvalidInput as odd:
        raise InvalidInput(f"{item.code}：{odd.message}", item.code) from None
    return Line(item.code, maximum, found.earned, found.words)


def score(items: Iterable[Item], rounding: Rounding = STANDARD) -> Score:
    """The score of the items. A gate that does not hold makes it 0 (一票否决); less than 60 % of the full
    mark scored makes it 不予评定; extra points count up to 100. Errors: InvalidInput with the item's code."""
    given = list(items)
    if len({item.code for item in given}) != len(given):
        raise InvalidInput("检查项目编号重复。")
    lines = tuple(_line(item) for item in given)
    pairs = list(zip(given, lines, strict=True))
    bonus = sum((w.earned or ZERO for i, w in pairs if isinstance(i.rule, Bonus)), ZERO)
    earned = sum((line.earned or ZERO for line in lines), ZERO) - bonus
    applicable = sum((line.maximum for line in lines if line.earned is not None), ZERO)
    total = sum((line.maximum for line in lines), ZERO)
    vetoed = tuple(item.code for item in given if isinstance(item.rule, Gate) and item.answer is False)
    percent = None
    if vetoed:
        percent = rounding(Fraction(0))
    elif applicable and applicable * 100 >= total * LEAST_COVERAGE:
        percent = rounding(min(Fraction(100), Fraction(earned + bonus) * 100 / Fraction(applicable)))
    return Score(lines, earned, bonus, applicable, total, vetoed, percent, rounding)


# ---- several scores together -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One score (of 100) and its weight; `score` None: not rated, its weight goes to the others."""

    name: str
    weight: Points
    score: Points | None


@dataclass(frozen=True)
class PartLine:
    """A part with what it adds to the total (None: left out), before rounding."""

    name: str
    weight: Decimal
    score: Decimal | None
    adds: Fraction | None


@dataclass(frozen=True)
class Composite:
    """The weighted sum. `covered`: the weight of the parts that are rated; `total` None: 不予评定."""

    lines: tuple[PartLine, ...]
    covered: Decimal
    total: Decimal | None

    @property
    def text(self) -> str:
        """87.93 or 不予评定."""
        return NOT_RATED if self.total is None else str(self.total)


def composite(
    parts: Iterable[Part] | Mapping[str, tuple[Points, Points | None]], rounding: Rounding = STANDARD
) -> Composite:
    """The weighted sum of scores of 100 (`parts` may be name -> (weight, score)); the weights make exactly 1.

    Parts that are not rated leave their weight to the others, in proportion; less than 60 % of the weight
    rated makes it 不予评定. Errors: InvalidInput.
    """
    given = _parts(parts) if isinstance(parts, Mapping) else list(parts)
    if len({part.name for part in given}) != len(given):
        raise InvalidInput("组成部分重复。")
    read = []
    for part in given:
        weight = points(part.weight, f"{part.name}的权重", most=Decimal(1))
        mark = None if part.score is None else points(part.score, f"{part.name}的得分", most=HUNDRED)
        read.append((part.name, weight, mark))
    whole = sum((weight for _, weight, _ in read), ZERO)
    if whole != 1:
        raise InvalidInput(f"权重之和须为1，现在是{plainly(whole)}。")
    covered = sum((weight for _, weight, mark in read if mark is not None), ZERO)
    lines = tuple(
        PartLine(name, weight, mark, None if mark is None else _adds(weight, mark, covered))
        for name, weight, mark in read
    )
    total = None
    if covered * 100 >= LEAST_COVERAGE:
        total = rounding(sum((line.adds for line in lines if line.adds is not None), Fraction(0)))
    return Composite(lines, covered, total)


def _parts(pairs: Mapping[str, tuple[Points, Points | None]]) -> list[Part]:
    for name, pair in pairs.items():
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InvalidInput(f"{name}须写明权重和得分。")
    return [Part(name, weight, mark) for name, (weight, mark) in pairs.items()]


def _adds(weight: Decimal, mark: Decimal, covered: Decimal) -> Fraction:
    return Fraction(weight) * Fraction(mark) / Fraction(covered) if covered else Fraction(0)
