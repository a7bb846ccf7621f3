"""Sampling of records and targets (F6.2a): tickets that anybody can recompute, sizes, bounds of a rate.

Shares and confidences may be given as text ("0.05", "3/8"), Decimal, Fraction, int or float (0.95 means
exactly 95/100). Sizes are decided exactly: where floating point comes too near to a limit, integers decide.
Anything that cannot be meant is refused with InvalidInput.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from domain import tails
from domain.errors import InvalidInput

Share = int | float | str | Decimal | Fraction
INSPECTORS = "INSP"
FEW = 1000
LARGEST_POPULATION = 1_000_000_000
LARGEST_SAMPLE = 200_000
LEAST_DOUBT = Fraction(1, 10**12)
LARGEST_LIST = 1_000_000
LONGEST_SHARE = 40


# ---- arguments ------------------------------------------------------------------------------------------


def _whole(value: object, name: str, least: int = 0, most: int = LARGEST_POPULATION) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{name}须是整数。")
    if not least <= value <= most:
        raise InvalidInput(f"{name}须在{least}到{most}之间。")
    return value


def _share(value: object, name: str) -> Fraction:
    """The exact value; a float means the shortest decimal that stands for it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal | Fraction):
        raise InvalidInput(f"{name}须是数。")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    text = str(value)
    if len(text) > LONGEST_SHARE or "e" in text.lower()[:-4]:
        raise InvalidInput(f"{name}的写法太长。")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise InvalidInput(f"{name}须是数，例如0.05。") from None


def _between(value: object, name: str, least: int | Fraction = 0, most: int | Fraction = 1) -> Fraction:
    """A share strictly between `least` and `most`."""
    found = _share(value, name)
    if not least < found < most:
        raise InvalidInput(f"{name}须大于{least}且小于{most}。")
    return found


def _doubt(confidence: object) -> Fraction:
    """1 - confidence, exactly."""
    doubt = 1 - _between(confidence, "置信度")
    if doubt < LEAST_DOUBT:
        raise InvalidInput("置信度离1太近。")
    return doubt


def _counted(x: object, n: object, population: int = LARGEST_POPULATION) -> tuple[int, int]:
    n = _whole(n, "样本量", 1, population)
    return _whole(x, "不合格数", 0, n), n


def plain(text: object, name: str) -> str:
    """`text` if it can stand between the bars of a ticket: not empty, no `|`, no line break, no control
    character, nothing that UTF-8 cannot write."""
    if not isinstance(text, str) or not text:
        raise InvalidInput(f"{name}不能为空。")
    if "|" not in text and text.isprintable():
        return text
    if "|" in text or "\n" in text:
        raise InvalidInput(f"{name}“{text[:40]!r}”不能含有竖线“|”或换行。")
    if not text.isprintable() and any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise InvalidInput(f"{name}“{text[:40]!r}”含有不能使用的字符。")
    return text


def _several(values: object, name: str) -> Iterable[object]:
    """Something to go through that is no single text."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidInput(f"{name}须是一列文字。")
    return values


def _stratum(text: object) -> str:
    """A stratum, or `INSP|target` for the inspectors of a target."""
    if isinstance(text, str) and text.startswith(f"{INSPECTORS}|"):
        return f"{INSPECTORS}|{plain(text[len(INSPECTORS) + 1 :], '检查对象编号')}"
    return plain(text, "分组")


# ---- the draw -------------------------------------------------------------------------------------------


class Ticket(NamedTuple):
    """The lot of one id: `ticket` is the sha256 (64 hexadecimal digits) of `seed|draw number|stratum|id`."""

    id: str
    ticket: str


def sha256(text: str) -> str:
    """sha256 of the UTF-8 text in hexadecimal, as `printf %s 'text' | sha256sum` shows it."""
    return hashlib.sha256(text.encode()).hexdigest()


def ticket_text(seed: str, draw_no: str, stratum: str, id: str) -> str:
    """What a ticket is the sha256 of."""
    fields = (plain(seed, "种子"), plain(draw_no, "抽取编号"), _stratum(stratum), plain(id, "编号"))
    return "|".join(fields)


def draw(seed: str, draw_no: str, stratum: str, ids: Iterable[str], first: int | None = None) -> list[Ticket]:
    """The ids in rank order (by ticket, then id): the first n are drawn, the next are substitutes in turn.

    `stratum` is a group of the frame, or `INSP|target` to rank the inspectors for one target. `first` keeps
    only so many ranks. F6.2a, F6.2b.
    """
    return [Ticket(id, lot.hex()) for lot, id in lots(seed, draw_no, stratum, ids, first)]


def lots(
    seed: str, draw_no: str, stratum: str, ids: Iterable[str], first: int | None = None
) -> list[tuple[bytes, str]]:
    """The same as (the 32 bytes of the ticket, id), which is smaller where there are very many."""
    head = f"{plain(seed, '种子')}|{plain(draw_no, '抽取编号')}|{_stratum(stratum)}|"
    start = hashlib.sha256(head.encode())
    seen: set[str] = set()

    def drawn() -> Iterable[tuple[bytes, str]]:
        for given in _several(ids, "编号"):
            id = plain(given, "编号")
            if id in seen:
                raise InvalidInput(f"编号“{id[:40]}”重复。")
            seen.add(id)
            lot = start.copy()
            lot.update(id.encode())
            yield lot.digest(), id

    keep = None if first is None else _whole(first, "名次数")
    return sorted(drawn())[:keep] if keep is None or keep > FEW else heapq.nsmallest(keep, drawn())


def seed_of(commit: str, nonce: str, entropy: str, frame_digest: str) -> str:
    """The seed: sha256 of `commit|nonce|entropy|frame digest`."""
    fields = ((commit, "承诺值"), (nonce, "随机数"), (entropy, "公开随机值"), (frame_digest, "名单摘要"))
    return sha256("|".join(plain(text, name) for text, name in fields))


def line_parts(line: object) -> tuple[str, str]:
    """(stratum, id) of a line of the frame."""
    if not isinstance(line, str) or line.count("|") != 1:
        raise InvalidInput(f"名单的一行须写作“分组|编号”：“{str(line)[:40]!r}”。")
    stratum, id = line.split("|")
    if stratum and id and line.isprintable():
        return stratum, id
    return plain(stratum, "分组"), plain(id, "编号")


def frozen(lines: Iterable[str]) -> list[str]:
    """The frame as it is frozen: lines `stratum|id`, sorted by their bytes, none twice."""
    found: list[str] = []
    for line in _several(lines, "名单"):
        line_parts(line)
        found.append(str(line))
    if not found:
        raise InvalidInput("名单是空的。")
    found.sort()  # code points sort as their UTF-8 bytes do
    for one, other in pairwise(found):
        if one == other:
            raise InvalidInput(f"名单里“{one[:40]}”重复。")
    return found


def frame_digest(lines: Iterable[str]) -> str:
    """sha256 of the frozen frame, each line ended by a line feed; the order given does not matter."""
    return frozen_digest(frozen(lines))


def frozen_digest(lines: Iterable[str]) -> str:
    """The same of lines known to be frozen: they are not checked again."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()


# ---- how many -------------------------------------------------------------------------------------------


def allocate(sizes: Mapping[str, int], n: int, minimum: int = 0) -> dict[str, int]:
    """`n` shared among strata by size (largest remainder; equal ones: the larger stratum, then the name), at
    least `minimum` in each, or all of it where it is smaller."""
    if not isinstance(sizes, Mapping):
        raise InvalidInput("须写明各组的数量。")
    for name, size in sizes.items():
        plain(name, "分组")
        _whole(size, f"分组“{name[:40]}”的数量")
    minimum, total = _whole(minimum, "每组最少数"), sum(sizes.values())
    n = _whole(n, "样本量")
    if n > total:
        raise InvalidInput(f"样本量{n}超过总数{total}。")
    floors = {name: min(minimum, size) for name, size in sizes.items()}
    if sum(floors.values()) > n:
        raise InvalidInput(f"样本量{n}不够每组至少抽取{minimum}。")
    pinned: dict[str, int] = {}
    while True:
        rest = {name: size for name, size in sizes.items() if name not in pinned}
        found = _proportional(rest, n - sum(pinned.values()))
        low = {name: floors[name] for name in rest if found[name] < floors[name]}
        if not low:
            return {name: pinned.get(name, found.get(name, 0)) for name in sizes}
        pinned |= low


def _proportional(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    total = sum(sizes.values())
    if total == 0:
        return dict.fromkeys(sizes, 0)
    found = {name: n * size // total for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: (-(n * sizes[name] % total), -sizes[name], name))
    for name in by_remainder[: n - sum(found.values())]:
        found[name] += 1
    return found


def percentage_size(population: int, percent: Share, minimum: int = 0) -> int:
    """`percent` of the population, a started one counted whole; at least `minimum`, or all where there are
    fewer."""
    population, minimum = _whole(population, "总数"), _whole(minimum, "最少数")
    wanted = _share(percent, "抽取比例")
    if not 0 < wanted <= 100:
        raise InvalidInput("抽取比例须大于0且不超过100。")
    return min(population, max(minimum, math.ceil(population * wanted / 100)))


def discovery_size(population: int, defects: int, confidence: Share) -> int:
    """The smallest sample that finds at least one of `defects` bad records with this confidence
    (hypergeometric)."""
    population = _whole(population, "总数", 1)
    defects = _whole(defects, "不合格数", 1, population)
    doubt = _doubt(confidence)
    return _smallest(1, population - defects + 1, lambda n: tails.none_found(population, defects, n, doubt))


def _smallest(least: int, most: int, holds: Callable[[int], bool]) -> int:
    """The smallest number that holds, where everything above holds too, and `most` does."""
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if holds(middle) else (middle + 1, most)
    return least


def attribute_size(tolerable: Share, expected: Share, confidence: Share) -> tuple[int, int]:
    """(n, c): the smallest sample, with c = ceil(expected * n) deviations allowed, that shows at most c
    with a probability of no more than 1 - confidence if the true rate is `tolerable` (binomial)."""
    rate = _between(tolerable, "可容忍偏差率")
    awaited = _share(expected, "预计偏差率")
    if not 0 <= awaited < rate:
        raise InvalidInput("预计偏差率不能小于0，且须小于可容忍偏差率。")
    found = tails.smallest_sample(rate, awaited, _doubt(confidence), LARGEST_SAMPLE)
    if found is None:
        raise InvalidInput(f"样本量将超过{LARGEST_SAMPLE}，请拉开可容忍偏差率与预计偏差率。")
    return found


def systematic(population: int, n: int, start: Share) -> list[int]:
    """Positions (from 1) of a systematic sample: the interval is population / n, the first one lies `start`
    of an interval in (0 <= start < 1)."""
    population = _whole(population, "总数", 1)
    n = _whole(n, "样本量", 1, min(population, LARGEST_LIST))
    into = _share(start, "起点")
    if not 0 <= into < 1:
        raise InvalidInput("起点须不小于0且小于1。")
    return [math.floor((into + k) * population / n) + 1 for k in range(n)]


def survey_size(population: int | None, margin: Share, confidence: Share) -> int:
    """Answers needed to know a share to within `margin` (worst case one half), corrected for a finite
    population; None: infinite. ceil(n0 / (1 + (n0 - 1) / N))."""
    margin, doubt = _between(margin, "允许误差"), _doubt(confidence)
    n0 = (Fraction(tails.normal_quantile(doubt)) / (2 * margin)) ** 2
    if population is None:
        return math.ceil(n0)
    population = _whole(population, "总数", 1)
    return math.ceil(n0 / (1 + (n0 - 1) / population))


# ---- what a sample says ---------------------------------------------------------------------------------


def clopper_pearson(x: int, n: int, confidence: Share) -> tuple[float, float]:
    """(lower, upper) two-sided exact bounds of the rate, `x` deviations in `n`."""
    x, n = _counted(x, n)
    side = float(_doubt(confidence) / 2)
    return tails.lower_rate(x, n, side), tails.upper_rate(x, n, side)


def upper_bound(x: int, n: int, confidence: Share) -> float:
    """The one-sided exact upper bound of the rate (infinite population)."""
    x, n = _counted(x, n)
    return tails.upper_rate(x, n, float(_doubt(confidence)))


def hypergeometric_upper(x: int, population: int, n: int, confidence: Share) -> int:
    """The largest number of bad records in the population that `x` found in `n` leave possible with this
    confidence."""
    population = _whole(population, "总数", 1)
    x, n = _counted(x, n, population)
    doubt = _doubt(confidence)
    most = population - (n - x)
    return _smallest(x, most, lambda bad: tails.at_most(x, population, bad + 1, n, doubt))


def wilson(x: int, n: int, confidence: Share) -> tuple[float, float]:
    """(lower, upper) Wilson score bounds of a share."""
    x, n = _counted(x, n)
    z = tails.normal_quantile(_doubt(confidence))
    middle, scale = x + z * z / 2, n + z * z
    spread = z * math.sqrt(x * (n - x) / n + z * z / 4)
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def percent_words(share: Share, rounding: str = ROUND_HALF_UP) -> str:
    """A share as 12.42%."""
    exact = _share(share, "比率") * 100
    scaled = exact * 100
    down = math.floor(scaled)
    up = down + (scaled != down) if rounding == ROUND_CEILING else math.floor(scaled + Fraction(1, 2))
    return f"{Decimal(up).scaleb(-2):.2f}%"


def result_words(x: int, n: int, population: int | None, confidence: Share) -> str:
    """What the sample says, in words; bounds are rounded upwards, so that they stay true. None: a population
    so large that it does not matter, or one not counted."""
    sure = 1 - _doubt(confidence)
    level = f"{(Decimal(sure.numerator) * 100 / sure.denominator).normalize():f}%"
    most = LARGEST_POPULATION if population is None else _whole(population, "总数", 1)
    x, n = _counted(x, n, most)
    found = f"抽查{n}件，不合格{x}件，不合格率{percent_words(Fraction(x, n))}"
    if population is None:
        bound = percent_words(upper_bound(x, n, confidence), ROUND_CEILING)
        return f"{found}；有{level}的把握认为不合格率不超过{bound}。"
    if n == population:
        return f"全部{population}件都已查看，不合格{x}件，不合格率{percent_words(Fraction(x, n))}。"
    bad = hypergeometric_upper(x, population, n, confidence)
    bound = percent_words(Fraction(bad, population), ROUND_CEILING)
    return f"{found}；有{level}的把握认为不合格率不超过{bound}（全部{population}件中不超过{bad}件）。"
