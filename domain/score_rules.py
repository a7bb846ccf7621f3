"""The ways in which a checklist item gives or takes points (F6.2b): data, each with what an answer gives.

Points are Decimals; a deduction never goes below nothing, a score never above the item's maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from domain.errors import InvalidInput

Points = Decimal | int | str
ZERO = Decimal(0)
MOST = Decimal(100_000)
MOST_TIMES = 100_000
LONGEST = 20
PLACES = 6


def points(value: object, name: str = "分值", most: Decimal = MOST, least: Decimal = ZERO) -> Decimal:
    """A number of points (or percent): finite, within bounds, at most six decimals."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float | str):
        raise InvalidInput(f"{name}须是数。")
    if isinstance(value, int):
        found = Decimal(value)
    else:
        if len(str(value)) > LONGEST:
            raise InvalidInput(f"{name}的写法太长。")
        try:
            found = Decimal(str(value).strip())
        except InvalidOperation:
            raise InvalidInput(f"{name}须是数，例如2.5。") from None
    if not found.is_finite() or not least <= found <= most:
        raise InvalidInput(f"{name}须在{least}到{most}之间。")
    if found != round(found, PLACES):
        raise InvalidInput(f"{name}最多{PLACES}位小数。")
    return found


def plainly(value: Decimal) -> str:
    """2, 2.5, 100: without zeros at the end, without an exponent."""
    return f"{value.normalize() + 0:f}"


class Better(StrEnum):
    """Which way a measured value is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Steps(StrEnum):
    """How a started step counts: not at all, whole, or in proportion."""

    WHOLE = "whole"
    STARTED = "started"
    EXACT = "exact"


@dataclass(frozen=True)
class Outcome:
    """Points earned, and how they come about in words."""

    earned: Decimal
    words: str


def _times(answer: object, kinds: Mapping[str, Decimal], zero: tuple[str, ...] = ()) -> dict[str, int]:
    """How often each kind occurred; a bare number where there is only one kind."""
    known = (*kinds, *zero)
    if isinstance(answer, int) and not isinstance(answer, bool) and len(known) == 1:
        answer = {known[0]: answer}
    if not isinstance(answer, Mapping):
        raise InvalidInput("请填写每种情形的次数。")
    for kind, times in answer.items():
        if kind not in known:
            raise InvalidInput(f"没有“{str(kind)[:40]}”这种情形。")
        if isinstance(times, bool) or not isinstance(times, int) or not 0 <= times <= MOST_TIMES:
            raise InvalidInput(f"“{kind}”的次数须是0到{MOST_TIMES}的整数。")
    return {kind: times for kind, times in answer.items() if times}


def _listed(times: Mapping[str, int], kinds: Mapping[str, Decimal]) -> str:
    return "；".join(f"{kind}{n}次×{plainly(kinds[kind])}分" for kind, n in times.items())


@dataclass(frozen=True)
class PerOccurrence:
    """Every occurrence takes points (扣完为止). `kinds`: what -> points each; `zero`: kinds of which one is
    enough to leave nothing; `cap`: the most that is taken (None: the maximum). Answer: counts by kind."""

    kinds: Mapping[str, Decimal]
    zero: tuple[str, ...] = ()
    cap: Decimal | None = None

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """What this answer leaves of `maximum`."""
        times = _times(answer, self.kinds, self.zero)
        if fatal := [kind for kind in times if kind in self.zero]:
            return Outcome(ZERO, f"{'、'.join(fatal)}，不得分")
        if not times:
            return Outcome(maximum, "没有扣分")
        wanted = sum((self.kinds[kind] * n for kind, n in times.items()), ZERO)
        taken = min(wanted, maximum, maximum if self.cap is None else self.cap)
        more = f"，最多扣{plainly(taken)}分" if taken < wanted else ""
        return Outcome(maximum - taken, f"{_listed(times, self.kinds)}，扣{plainly(wanted)}分{more}")


@dataclass(frozen=True)
class Banded:
    """A measured value falls into a band. `bands`: (bound, points), the best first; a value at the bound
    belongs to the band; `otherwise` below the last one. Answer: the value."""

    bands: tuple[tuple[Decimal, Decimal], ...]
    otherwise: Decimal = ZERO
    better: Better = Better.HIGHER

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """The points of the band."""
        value = points(answer, "数值", least=-MOST)
        for bound, earned in self.bands:
            if value >= bound if self.better == Better.HIGHER else value <= bound:
                sign = "≥" if self.better == Better.HIGHER else "≤"
                return Outcome(min(earned, maximum), f"{plainly(value)}{sign}{plainly(bound)}")
        return Outcome(min(self.otherwise, maximum), f"{plainly(value)}未达到任何一档")


@dataclass(frozen=True)
class Rate:
    """A value against a target: each `step` worse takes `lose` (None: nothing is left), each `step` better
    adds `gain` to the points `at_target` (None: the maximum). Answer: the value."""

    target: Decimal
    lose: Decimal | None
    step: Decimal = Decimal(1)
    steps: Steps = Steps.WHOLE
    better: Better = Better.HIGHER
    at_target: Decimal | None = None
    gain: Decimal = ZERO

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """The points that the distance from the target leaves."""
        value = points(answer, "数值", least=-MOST)
        short = self.target - value if self.better == Better.HIGHER else value - self.target
        base = maximum if self.at_target is None else self.at_target
        told = f"{plainly(value)}，目标{plainly(self.target)}"
        if short <= 0:
            return Outcome(min(maximum, base + self._count(-short, Steps.WHOLE) * self.gain), f"{told}，达到")
        if self.lose is None:
            return Outcome(ZERO, f"{told}，未达到，不得分")
        taken = min(base, self._count(short, self.steps) * self.lose)
        return Outcome(base - taken, f"{told}，差{plainly(short)}，扣{plainly(taken)}分")

    def _count(self, distance: Decimal, steps: Steps) -> Decimal:
        if steps == Steps.EXACT:
            return distance / self.step
        whole, rest = divmod(distance, self.step)
        return whole + (1 if rest and steps == Steps.STARTED else 0)


@dataclass(frozen=True)
class Picked:
    """A deduction that the inspector chose, and why."""

    deduction: Points
    reason: str = ""


@dataclass(frozen=True)
class Range:
    """The inspector takes between `low` and `high` for a reason, or nothing. Answer: Picked."""

    low: Decimal
    high: Decimal

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """What the chosen deduction leaves."""
        if not isinstance(answer, Picked):
            raise InvalidInput("请填写扣分和理由。")
        taken = points(answer.deduction, "扣分")
        if taken == 0:
            return Outcome(maximum, "没有扣分")
        if not self.low <= taken <= self.high:
            raise InvalidInput(f"扣分须在{plainly(self.low)}到{plainly(self.high)}之间。")
        if not answer.reason.strip():
            raise InvalidInput("扣分须写明理由。")
        return Outcome(max(ZERO, maximum - taken), f"扣{plainly(taken)}分：{answer.reason.strip()}")


@dataclass(frozen=True)
class Options:
    """One of several, each with its points; they do not add up. Answer: the name of the option."""

    options: Mapping[str, Decimal]

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """The points of the option."""
        if not isinstance(answer, str) or answer not in self.options:
            raise InvalidInput("请从给出的选项中选择一项。")
        return Outcome(min(maximum, self.options[answer]), answer)


@dataclass(frozen=True)
class Positive:
    """What is done earns points, up to the maximum. Answer: counts by kind."""

    kinds: Mapping[str, Decimal]

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """The sum of what was done."""
        times = _times(answer, self.kinds)
        earned = sum((self.kinds[kind] * n for kind, n in times.items()), ZERO)
        return Outcome(min(maximum, earned), _listed(times, self.kinds) or "没有得分")


@dataclass(frozen=True)
class Direct:
    """The inspector enters the points. Answer: the points."""

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """The points entered, at most the maximum."""
        earned = points(answer, "得分", most=maximum)
        return Outcome(earned, f"得{plainly(earned)}分")


@dataclass(frozen=True)
class Bonus:
    """Extra points up to `cap`; they do not belong to the full mark. Answer: counts by kind."""

    kinds: Mapping[str, Decimal]
    cap: Decimal

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """The extra points (`maximum` does not matter)."""
        times = _times(answer, self.kinds)
        earned = min(self.cap, sum((self.kinds[kind] * n for kind, n in times.items()), ZERO))
        return Outcome(
            earned, f"加{plainly(earned)}分：{_listed(times, self.kinds)}" if times else "没有加分"
        )


@dataclass(frozen=True)
class Gate:
    """A condition that must hold (必备条件、一票否决); it carries no points. Answer: True if it holds."""

    def outcome(self, maximum: Decimal, answer: object) -> Outcome:
        """Nothing is earned; whether it holds, `score` tells."""
        if not isinstance(answer, bool):
            raise InvalidInput("请填写是否符合。")
        return Outcome(ZERO, "符合" if answer else "不符合，一票否决")


Rule = PerOccurrence | Banded | Rate | Range | Options | Positive | Direct | Bonus | Gate
TYPES: dict[str, type[Rule]] = {
    "per_occurrence": PerOccurrence,
    "banded": Banded,
    "rate": Rate,
    "range": Range,
    "options": Options,
    "positive": Positive,
    "direct": Direct,
    "bonus": Bonus,
    "gate": Gate,
}


def look_back(days: Iterable[date], year: int, prior: int) -> int:
    """How many of these days lie in `year` or the `prior` years before it: the count that an item asks for
    which looks back (e.g. no liable accident in the year and the two before)."""
    return sum(year - prior <= day.year <= year for day in days)


# ---- as data ---------------------------------------------------------------------------------------------


def rule_data(rule: Rule) -> dict[str, Any]:
    """The rule as it is stored with a checklist version: points as text."""
    code = next(code for code, kind in TYPES.items() if type(rule) is kind)
    return {"type": code} | {f.name: _plain(getattr(rule, f.name)) for f in fields(rule)}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value


def _kinds(value: Any) -> dict[str, Decimal]:
    if not isinstance(value, Mapping) or not all(isinstance(kind, str) and kind for kind in value):
        raise InvalidInput("请列出各种情形和分值。")
    return {kind: points(each) for kind, each in value.items()}


def _bands(value: Any) -> tuple[tuple[Decimal, Decimal], ...]:
    if not isinstance(value, list | tuple) or not value or not all(len(row) == 2 for row in value):
        raise InvalidInput("请列出各档的界限和分值。")
    return tuple((points(bound, "界限", least=-MOST), points(earned)) for bound, earned in value)


def _step(value: Any) -> Decimal:
    found = points(value, "每档的大小")
    if found == 0:
        raise InvalidInput("每档的大小须大于0。")
    return found


_READ: dict[str, Callable[[Any], Any]] = {
    "kinds": _kinds,
    "options": _kinds,
    "bands": _bands,
    "step": _step,
    "steps": lambda value: Steps(value),
    "better": lambda value: Better(value),
    "cap": lambda value: _or_none(value),
    "lose": lambda value: _or_none(value),
    "at_target": lambda value: _or_none(value),
    "target": lambda value: points(value, "目标", least=-MOST),
    "zero": lambda value: tuple(str(kind) for kind in value),
}


def rule_from(data: Mapping[str, Any]) -> Rule:
    """The rule of stored data (`type` and its fields). Errors: InvalidInput."""
    given = dict(data)
    kind = TYPES.get(str(given.pop("type", "")))
    if kind is None:
        raise InvalidInput("没有这种计分方式。")
    if odd := given.keys() - {f.name for f in fields(kind)}:
        raise InvalidInput(f"这种计分方式没有“{min(odd)[:40]}”。")
    try:
        read = {key: _READ.get(key, points)(value) for key, value in given.items()}
        found = kind(**read)
    except InvalidInput:
        raise
    except (TypeError, ValueError):
        raise InvalidInput("计分方式填写不完整或者有误。") from None
    known = getattr(found, "kinds", getattr(found, "options", None))
    if known is not None and not known and not getattr(found, "zero", ()):
        raise InvalidInput("请列出各种情形和分值。")
    return found


def _or_none(value: Any) -> Decimal | None:
    return None if value is None else points(value)
