"""The page of rates: every number with the address of the very list of cases behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from blueprints.complaints.forms.rates import Asked, presets
from blueprints.complaints.queries_rates import (
    CROSS,
    DENOMINATOR,
    LATE,
    LEFT_OUT,
    NUMERATOR,
    RATES,
    REOPENED,
    WHOLE,
    Listed,
    Split,
    excluded_part,
)  # fmt: skip
from blueprints.complaints.service.rating import Line, Period, Statistics
from blueprints.complaints.views.lists import case_url_start
from blueprints.complaints.views.rates_words import NO_DEPARTMENT
from blueprints.complaints.views.words import Words
from blueprints.rulebook.service.citations import limit_name, limit_words
from core.clock import local_date, to_local
from core.wording import day_words
from domain.rates import EXCLUDED, CrossTable, Rate
from domain.rulesets import Cited, RateRule, Ruleset

LIST = "complaints.cases"
QUIET = ("no_limit", "no_more", "transferred")
SPLITS = {
    Split.ENTERPRISE: "被诉单位",
    Split.DEPARTMENT: "承办部门",
    Split.CHANNEL: "渠道",
    Split.TYPE: "类型",
    Split.TIME: "时间",
}


@dataclass(frozen=True)
class Naming:
    """What the page calls things: enterprises, departments, channels and types."""

    words: Words
    enterprises: Mapping[int, str]
    departments: Mapping[int, str]


def cell(number: int, url: str) -> dict[str, Any]:
    """A number and the list behind it; nothing lies behind none."""
    return {"number": number, "url": url if number else None}


class Links:
    """Addresses of lists of cases within the question that was asked."""

    def __init__(self, asked: Asked) -> None:
        self.start = url_for(LIST)
        self.base = {
            "received_from": asked.period.first.isoformat(),
            "received_to": asked.period.last.isoformat(),
        }
        if asked.enterprise_id is not None:
            self.base["enterprise"] = str(asked.enterprise_id)

    def __call__(self, rate: str = CROSS, part: str = WHOLE, **narrowed: str) -> str:
        """The list of `part` of `rate` (all received cases without one), narrowed further."""
        return f"{self.start}?{urlencode(self.base | narrowed | {'rate': rate, 'part': part})}"


def period_words(period: Period) -> str:
    """2026年10月, 2026年第3季度, 2026年, or both days."""
    first, last = period.first, period.last
    whole = {name: p for name, p in _named_periods(first) if p == period}
    if whole:
        return next(iter(whole))
    return f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"


def _named_periods(first: date) -> list[tuple[str, Period]]:
    known = {name: period for name, period in presets(first) if name.startswith("本")}
    return [
        (f"{first.year}年{first.month}月", known["本月"]),
        (f"{first.year}年第{(first.month - 1) // 3 + 1}季度", known["本季度"]),
        (f"{first.year}年", known["本年"]),
    ]


def rate_rules(rulesets: Sequence[Ruleset]) -> dict[str, RateRule]:
    """Code -> what the rate is called and has to reach; of several rulesets the first."""
    found: dict[str, RateRule] = {}
    for rule in (rule for ruleset in rulesets for rule in ruleset.rates):
        found.setdefault(rule.code, rule)
    return found


def rate_card(rule: RateRule, rate: Rate, links: Links) -> dict[str, Any]:
    """One rate in big numbers: its value in words, and what it is made of."""
    missing = rate.missing(rule.target)
    if rate.percent is None:
        words, tone = "统计期内没有应计入的件", None
    elif missing:
        words, tone = f"未达到{rule.target}%，差 {missing} 件", "overdue"
    else:
        words, tone = f"达到{rule.target}%", "done"
    return {
        "code": rule.code,
        "name": rule.name,
        "clause": rule.clause,
        "local": rule.local,
        "reason": rule.reason,
        "target": rule.target,
        "text": rate.text if rate.percent is None else f"{rate.text}%",
        "url": links(rule.code, DENOMINATOR) if rate.denominator else None,
        "words": words,
        "tone": tone,
        "numbers": [
            {"label": "应计入", **cell(rate.denominator, links(rule.code, DENOMINATOR))},
            {"label": "及时", **cell(rate.numerator, links(rule.code, NUMERATOR))},
            {"label": "不及时", "late": True, **cell(rate.late, links(rule.code, LATE))},
            {"label": "不计入", **cell(rate.excluded, links(rule.code, LEFT_OUT))},
            {"label": "其中后来重办", **cell(rate.reopened, links(rule.code, REOPENED))},
        ],
    }


def line_view(line: Line, label: str, links: Links, narrowed: Mapping[str, str]) -> dict[str, Any]:
    """One row of the table of rates."""
    rates = []
    for code in RATES:
        rate = line.rates[code]
        rates.append(
            {
                "counted": cell(rate.denominator, links(code, DENOMINATOR, **narrowed)),
                "timely": cell(rate.numerator, links(code, NUMERATOR, **narrowed)),
                "late": cell(rate.late, links(code, LATE, **narrowed)),
                "excluded": cell(rate.excluded, links(code, LEFT_OUT, **narrowed)),
                "text": rate.text,
            }
        )
    return {"label": label, "received": cell(line.received, links(**narrowed)), "rates": rates}


def lines(found: Statistics, asked: Asked, naming: Naming, links: Links) -> list[dict[str, Any]]:
    """The rows of the table, in the order of whatever it is split by."""
    pieces = found.period.pieces()
    orders: dict[Split, list[Any]] = {
        Split.ENTERPRISE: list(naming.enterprises),
        Split.DEPARTMENT: list(naming.departments),
        Split.CHANNEL: list(naming.words.channels),
        Split.TYPE: list(naming.words.types),
        Split.TIME: list(range(len(pieces))),
    }
    place = {key: n for n, key in enumerate(orders[asked.split])}
    rows = sorted(found.lines, key=lambda line: (place.get(line.key, len(place)), str(line.key)))
    return [line_view(row, *_named(row.key, asked.split, naming, links, pieces)) for row in rows]


def _named(
    key: Any, split: Split, naming: Naming, links: Links, pieces: Sequence[Period]
) -> tuple[str, Links, dict[str, str]]:
    """(label, links, further filter) of a row."""
    match split:
        case Split.ENTERPRISE:
            return naming.enterprises.get(key, "其他单位"), links, {"enterprise": str(key)}
        case Split.DEPARTMENT:
            label = NO_DEPARTMENT if key is None else naming.departments.get(key, "其他部门")
            return label, links, {"unit": str(key or 0)}
        case Split.CHANNEL:
            return naming.words.channels.get(key, key), links, {"channel": key}
        case Split.TYPE:
            return naming.words.types.get(key, key), links, {"type": key}
    piece = pieces[key]
    days = {"received_from": piece.first.isoformat(), "received_to": piece.last.isoformat()}
    return period_words(piece), links, days


def exclusions(whole: Line, rulesets: Sequence[Ruleset], links: Links) -> list[dict[str, Any]]:
    """What is left out and why, with the cases of each rate; kinds that only open when they occur are left
    away until then."""
    rules = {rule.code: rule for ruleset in reversed(rulesets) for rule in ruleset.counting}
    found = []
    for kind in EXCLUDED:
        rule = rules.get(kind)
        numbers = [cell(whole.rates[c].of(kind), links(c, excluded_part(kind))) for c in RATES]
        if rule is None or (kind in QUIET and not any(n["number"] for n in numbers)):
            continue
        found.append({"kind": kind, "name": rule.name, "reason": rule.reason, "numbers": numbers})
    return found


def excluded_cases(
    cases: Sequence[Listed], rulesets: Sequence[Ruleset], words: Words
) -> list[dict[str, str]]:
    """The newest cases that ended without being handled."""
    names = {rule.code: rule.name for ruleset in rulesets for rule in ruleset.counting}
    start = case_url_start()
    return [
        {
            "number": case.number,
            "url": f"{start}{case.id}",
            "type": words.types.get(case.type, case.type),
            "received": day_words(local_date(case.received_at)),
            "why": names.get(case.outcomes[RATES[0]], ""),
        }
        for case in cases
    ]


def cross_view(table: CrossTable, words: Words, links: Links) -> dict[str, Any]:
    """Channel x type; every number opens its cases."""
    narrowing = [_types(column.types) for column in table.columns]
    rows = [
        {
            "label": words.channels.get(channel, channel),
            "cells": [
                cell(number, links(channel=channel, **types))
                for number, types in zip(numbers, narrowing, strict=True)
            ],
            "total": cell(total, links(channel=channel)),
            "percent": percent,
        }
        for channel, numbers, total, percent in zip(
            table.channels, table.cells, table.row_totals, table.row_percent, strict=True
        )
    ]
    names = {s.row.code: s.row.name for s in table.sums}
    return {
        "heads": [column.name for column in table.columns],
        "rows": rows,
        "col_totals": [cell(n, links(**types)) for n, types in zip(table.col_totals, narrowing, strict=True)],
        "col_percent": list(table.col_percent),
        "total": cell(table.total, links()),
        "sums": [
            {
                "name": s.row.name,
                "types": "、".join(words.types.get(code, code) for code in s.row.types),
                "number": cell(s.number, links(CROSS, s.row.stage.value, **_types(s.row.types))),
                "percent": s.text,
                "of": names[s.row.of] if s.row.of else "收到总数",
                "clause": s.row.clause,
                "local": s.row.local,
                "reason": s.row.reason,
            }
            for s in table.sums
        ],
    }


def _types(codes: Sequence[str]) -> dict[str, str]:
    """One type is the list's own filter, several are joined."""
    return {"type": codes[0]} if len(codes) == 1 else {"types": ",".join(codes)}


def definitions(ruleset: Ruleset) -> list[dict[str, Any]]:
    """Each number in words, under its clause or as our own decision with its reason."""
    limits = [limit for limit in ruleset.limits if limit.obligation in RATES]
    rows: list[tuple[str, str, Cited]] = [(r.name, f"须达到{r.target}%", r) for r in ruleset.rates]
    rows += [(f"{limit_name(ruleset, limit)}时限", limit_words(limit), limit) for limit in limits]
    rows += [(rule.name, "不计入" if rule.code in set(EXCLUDED) else "", rule) for rule in ruleset.counting]
    return [
        {"name": name, "text": text, "clause": row.clause, "local": row.local, "reason": row.reason}
        for name, text, row in rows
    ]


def preset_tabs(asked: Asked, today: date) -> list[dict[str, Any]]:
    """Tabs over the page: the usual periods, everything else as it was asked."""
    found = []
    for name, period in presets(today):
        days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        url = f"{url_for('complaints.rates')}?{urlencode(asked.query(**days))}"
        found.append({"label": name, "url": url, "active": period == asked.period})
    return found


def as_of(now: datetime) -> str:
    """截至2026年10月12日 09:30"""
    local = to_local(now)
    return f"截至{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
