"""Samples of original records (F6.2a): how many and why, in words, before anything is drawn; which records
the seed names; what the answers say of all records."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from domain.draws import Draw
from domain.errors import InvalidInput
from domain.sampling import (
    allocate,
    attribute_size,
    clopper_pearson,
    discovery_size,
    hypergeometric_upper,
    line_parts,
    percent_words,
    percentage_size,
    result_words,
    sha256,
    systematic,
)

Made = TypeVar("Made")
WHOLE = "全部"
METHODS = {"simple": "简单随机", "stratified": "分层随机", "systematic": "等距", "all": "全部查看"}
RULES = {"discovery": "发现抽样", "attribute": "属性抽样", "fixed": "固定件数", "percentage": "按比例"}
CONFIDENCES = {"0.9": "90%", "0.95": "95%", "0.99": "99%"}
CONFORM, DEVIATION, NOT_APPLICABLE, MISSING = "conform", "deviation", "na", "missing"
ANSWERS = {CONFORM: "符合", DEVIATION: "不符合", NOT_APPLICABLE: "不适用", MISSING: "缺记录"}
FAILED = (DEVIATION, MISSING)


@dataclass(frozen=True)
class SizeRule:
    """How many: `defects` for discovery, shares `tolerable` and `expected` for attribute, `number` for fixed,
    `percent` (0 to 100) with `minimum` for percentage. Shares are text, so that they stay exact."""

    kind: str
    confidence: str = "0.95"
    defects: int = 0
    tolerable: str = ""
    expected: str = ""
    number: int = 0
    percent: str = ""
    minimum: int = 0


@dataclass(frozen=True)
class Size:
    """`n` records; `allowed` deviations (attribute only); why, in words."""

    n: int
    allowed: int | None
    words: str


# ---- how many -------------------------------------------------------------------------------------------


def size_of(rule: SizeRule, population: int, method: str) -> Size:
    """How many of `population` records, and why. Errors: InvalidInput, at the parameter where it has one."""
    if population < 1:
        raise InvalidInput("名单是空的，没有可以抽查的记录。")
    if method == "all":
        return Size(population, None, f"名单 {population} 件全部查看，结论没有抽样误差。")
    if rule.kind == "discovery":
        return _discovery(rule, population)
    if rule.kind == "attribute":
        return _attribute(rule, population)
    if rule.kind == "fixed":
        n = _at("number", lambda: _fixed(rule.number, population))
        return Size(n, None, f"名单 {population} 件，固定抽 {n} 件；{_if_clean(n, population, rule)}")
    if rule.kind == "percentage":
        n = _at("percent", lambda: percentage_size(population, rule.percent, rule.minimum))
        least = f"、至少 {rule.minimum} 件" if rule.minimum else ""
        head = f"名单 {population} 件，按 {rule.percent}%{least}，抽 {n} 件"
        return Size(n, None, f"{head}；{_if_clean(n, population, rule)}")
    raise InvalidInput("请选择抽多少的规则。", "rule")


def _at(field: str, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except InvalidInput as wrong:
        raise InvalidInput(wrong.message, field) from wrong


def _fixed(number: int, population: int) -> int:
    if not 1 <= number <= population:
        raise InvalidInput(f"件数应当在 1 到 {population} 之间。")
    return number


def _sure(rule: SizeRule) -> str:
    return f"{(Decimal(rule.confidence) * 100).normalize():f}%"


def _share_words(text: str) -> str:
    return f"{(Decimal(text) * 100).normalize():f}%"


def _if_clean(n: int, population: int, rule: SizeRule) -> str:
    """What such a sample can say at best."""
    if n == population:
        return "全部查看，没有抽样误差。"
    bad = hypergeometric_upper(0, population, n, rule.confidence)
    share = percent_words(Fraction(bad, population), ROUND_CEILING)
    return f"如果一件不合格也没有发现，有{_sure(rule)}的把握认为不合格率不超过{share}。"


def _discovery(rule: SizeRule, population: int) -> Size:
    n = _at("defects", lambda: discovery_size(population, rule.defects, rule.confidence))
    words = (
        f"名单 {population} 件，若有 {rule.defects} 件不合格，抽 {n} 件有{_sure(rule)}的把握至少发现一件。"
    )
    return Size(n, None, words)


def _attribute(rule: SizeRule, population: int) -> Size:
    n, allowed = _at("tolerable", lambda: attribute_size(rule.tolerable, rule.expected, rule.confidence))
    head = f"可容忍不合格率 {_share_words(rule.tolerable)}、预计 {_share_words(rule.expected)}"
    if n >= population:
        allowed = math.ceil(Fraction(rule.expected) * population)
        words = f"{head}，需抽 {n} 件，名单只有 {population} 件，全部查看，允许不合格 {allowed} 件。"
        return Size(population, allowed, words)
    words = (
        f"{head}：名单 {population} 件抽 {n} 件，允许不合格 {allowed} 件；如果不合格率真有"
        f"{_share_words(rule.tolerable)}，抽到的不合格有{_sure(rule)}的把握超过允许的件数。"
    )
    return Size(n, allowed, words)


def quotas_of(method: str, sizes: Mapping[str, int], n: int, minimum: int = 0) -> dict[str, int]:
    """How many of each stratum go by their tickets; a systematic sample goes by positions instead."""
    if method == "systematic":
        return {}
    return {name: k for name, k in allocate(sizes, n, minimum if method == "stratified" else 0).items() if k}


# ---- which ----------------------------------------------------------------------------------------------


class Chosen(NamedTuple):
    """A record that is looked at: its place in the order of looking (from 1), its stratum and its key."""

    rank: int
    stratum: str
    key: str


def start_of(draw: Draw) -> Fraction:
    """Where a systematic sample starts within its first interval: sha256(`seed|number|SYS`) / 2**256."""
    return Fraction(int(sha256(f"{draw.seed}|{draw.number}|SYS"), 16), 2**256)


def chosen(draw: Draw, method: str, n: int) -> list[Chosen]:
    """The records that a draw names, in the order of looking. Errors: InvalidInput before the draw."""
    if not draw.is_drawn:
        raise InvalidInput("还没有抽取。")
    if method == "systematic":
        places = systematic(len(draw.frame), n, start_of(draw))
        lines = [draw.frame[place - 1] for place in places]
        return [Chosen(rank, *line_parts(line)) for rank, line in enumerate(lines, 1)]
    found = [(stratum.name, key) for stratum in draw.strata for key in stratum.taken]
    return [Chosen(rank, *one) for rank, one in enumerate(found, 1)]


def further(draw: Draw, more: int, first_rank: int) -> list[Chosen]:
    """The next `more` records by rank, shared by what is left of each stratum (an extension as declared)."""
    left = {stratum.name: stratum.reserves for stratum in draw.strata if stratum.reserves}
    shares = allocate({name: len(keys) for name, keys in left.items()}, more)
    found = [(name, key) for name, keys in left.items() for key in keys[: shares[name]]]
    return [Chosen(rank, *one) for rank, one in enumerate(found, first_rank)]


# ---- what it says ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What the sample says of one criterion; `bad`: the verdict is against the enterprise."""

    looked_at: int
    not_applicable: int
    deviations: int
    missing: int
    rate: str
    bound: str
    interval: str
    verdict: str
    bad: bool

    @property
    def failed(self) -> int:
        """Deviations, missing records among them."""
        return self.deviations + self.missing


def outcome(results: Iterable[str], rule: SizeRule, allowed: int | None, population: int) -> Outcome:
    """Deviations, rate, bounds and verdict of one criterion; a missing record is a deviation.

    Where some records were not concerned by the criterion, nobody knows how many of the others are: the
    bound is then that of an unlimited population, which is on the safe side.
    """
    counts = Counter(results)
    odd = set(counts) - set(ANSWERS)
    if odd:
        raise InvalidInput("有记录还没有结论。")
    x = sum(counts[name] for name in FAILED)
    n = counts.total() - counts[NOT_APPLICABLE]
    if n == 0:
        verdict = "抽到的记录都不适用这一项，不作结论。"
        return Outcome(0, counts[NOT_APPLICABLE], 0, 0, "—", verdict, "—", verdict, bad=False)
    whole = counts.total() == population
    known = n if whole else population if not counts[NOT_APPLICABLE] else None
    low, high = clopper_pearson(x, n, rule.confidence)
    if whole:
        interval = "全部查看，没有抽样误差"
    else:
        least = Fraction(math.floor(Fraction(low) * 10000), 10000)
        interval = f"{percent_words(least)} 至 {percent_words(high, ROUND_CEILING)}"
    verdict, bad = _verdict(x, rule, allowed)
    return Outcome(
        n, counts[NOT_APPLICABLE], counts[DEVIATION], counts[MISSING], percent_words(Fraction(x, n)),
        result_words(x, n, known, rule.confidence), interval, verdict, bad,
    )  # fmt: skip


def _verdict(x: int, rule: SizeRule, allowed: int | None) -> tuple[str, bool]:
    if allowed is not None and x:
        if x <= allowed:
            return f"不合格 {x} 件，没有超过允许的 {allowed} 件，但发现的每一件都应当整改。", False
        return f"不合格 {x} 件，超过允许的 {allowed} 件，不能认为不合格率低于可容忍的水平。", True
    if x:
        return f"发现不合格 {x} 件，应当整改，并由企业自查其余记录。", True
    return "没有发现不合格。", False
