"""Command line: `complaints stats`: the two rates (Q2) and the table channel x type of a period."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from typing import Any, NoReturn
from unicodedata import east_asian_width

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import organization_by_code, organizations
from blueprints.complaints import queries_rates
from blueprints.complaints.commands import NO_DATABASE, complaints
from blueprints.complaints.forms.rates import day
from blueprints.complaints.queries_rates import RATES, Listed
from blueprints.complaints.service import rating
from blueprints.complaints.views.rates_page import rate_rules
from blueprints.complaints.views.words import rulesets_of
from core import clock
from core.calendar_store import load_calendar
from domain.errors import InvalidInput
from domain.rates import COUNTED, EXCLUDED, NOTHING, CrossTable, Outcome, Rate, Sum, rate_of
from domain.rulesets import Ruleset


@complaints.command("stats")
@click.option("--from", "first", metavar="D", required=True, help="收到日期从 YYYY-MM-DD 起。")
@click.option("--to", "last", metavar="D", required=True, help="到 YYYY-MM-DD 止，含当天。")
@click.option("--enterprise", "code", metavar="CODE", default="", help="只统计这家被诉单位。")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def stats(first: str, last: str, code: str, as_json: bool) -> None:
    """及时受理率、办结及时率和渠道×类型统计表，列出每个数字背后的编号。"""
    try:
        period = rating.Period(day(first, "开始"), day(last, "结束"))
        enterprise = _enterprise(code.strip()) if code else None
        now = clock.now()
        scope = rating.scope_of(
            None,
            period,
            now=now,
            calendar=load_calendar(),
            enterprise_id=enterprise.id if enterprise else None,
        )
        cases = queries_rates.listed(scope, now=now)
        rulesets = _rulesets(enterprise, {case.enterprise_id for case in cases})
    except InvalidInput as error:
        _wrong(error.message)
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    cross = rating.cross_of([case.count for case in cases], rulesets)
    names = {channel.code: channel.name for rules in reversed(rulesets) for channel in rules.channels}
    if as_json:
        click.echo(json.dumps(_json(cases, cross, names), ensure_ascii=False))
        return
    for line in _lines(cases, cross, names, rulesets):
        click.echo(line)


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


def _enterprise(code: str) -> Organization:
    found = organization_by_code(code)
    if found is None or found.is_regulator:
        raise InvalidInput(f"没有代号为“{code[:40]}”的经营单位。")
    return found


def _rulesets(enterprise: Organization | None, counted: Set[int]) -> list[Ruleset]:
    """The rule system of this enterprise, or those of all enterprises whose cases are counted."""
    if enterprise is not None:
        return rulesets_of(enterprise)
    used = {place.ruleset_code for place in organizations("enterprise") if place.id in counted}
    known = rulesets_of(None)
    return [ruleset for ruleset in known if ruleset.code in used] or known


QUIET = (Outcome.NO_LIMIT, Outcome.NO_MORE, Outcome.TRANSFERRED, Outcome.INCIDENT)


def _json(cases: Sequence[Listed], cross: CrossTable, names: dict[str, str]) -> dict[str, Any]:
    """Every case behind every number, by its number.

    The `excluded` of the whole tells for either rate: a case that is open and not yet due for one of them
    stands there, and in the `excluded` of that rate. A rate of nothing is null.
    """
    excluded = {str(kind): _numbers(cases, RATES, kind) for kind in EXCLUDED}
    return {
        "received": len(cases),
        **{code: _rate(cases, code) for code in RATES},
        "excluded": {k: found for k, found in excluded.items() if found or k not in QUIET},
        "cross": {
            "channels": [names.get(code, code) for code in cross.channels],
            "types": [column.name for column in cross.columns],
            "cells": cross.cells,
            "row_totals": cross.row_totals,
            "row_percent": list(map(_or_null, cross.row_percent)),
            "col_totals": cross.col_totals,
            "col_percent": list(map(_or_null, cross.col_percent)),
            "total": cross.total,
            "sums": list(map(_sum, cross.sums)),
        },
    }


def _sum(one: Sum) -> dict[str, Any]:
    share = {"count": one.number, "of": one.whole, "percent": _or_null(one.text)}
    return {"code": one.row.code, "name": one.row.name, **share}


def _or_null(share: str) -> str | None:
    """A share as it is published; null of nothing."""
    return None if share == NOTHING else share


def _numbers(cases: Sequence[Listed], codes: Sequence[str], *outcomes: str) -> list[str]:
    wanted = set(outcomes)
    return [case.number for case in cases if any(case.outcomes[code] in wanted for code in codes)]


def _rate(cases: Sequence[Listed], code: str) -> dict[str, Any]:
    rate = rate_of([case.count for case in cases], code)
    return {
        "rate": _or_null(rate.text),
        "numerator": _numbers(cases, [code], Outcome.TIMELY),
        "denominator": _numbers(cases, [code], *COUNTED),
        "excluded": {str(kind): _numbers(cases, [code], kind) for kind in EXCLUDED if rate.of(kind)},
    }


# For people


def _lines(
    cases: Sequence[Listed], cross: CrossTable, names: dict[str, str], rulesets: Sequence[Ruleset]
) -> list[str]:
    rules = rate_rules(rulesets)
    counts = [case.count for case in cases]
    lines = [f"收到 {len(cases)} 件。"]
    for code in RATES:
        rate = rate_of(counts, code)
        lines.append(f"{rules[code].name} {_words(rate, rules[code].target)}")
    apart = sum(case.outcomes[RATES[0]] == Outcome.INCIDENT for case in cases)
    lines += [f"其中停供事件来电 {apart} 件，单独统计，不计入两项比率。"] if apart else []
    heads = ["渠道", *(column.name for column in cross.columns), "合计", "占比%"]
    table = [
        [names.get(code, code), *map(str, cells), str(total), share]
        for code, cells, total, share in zip(
            cross.channels, cross.cells, cross.row_totals, cross.row_percent, strict=True
        )
    ]
    table.append(["合计", *map(str, cross.col_totals), str(cross.total), ""])
    table.append(["占比%", *cross.col_percent, "", ""])
    lines += ["", *_aligned([heads, *table])]
    lines += [f"{s.row.name} {s.number} 件，占 {s.whole} 件的 {s.text}%" for s in cross.sums if s.whole]
    return lines


def _words(rate: Rate, target: int) -> str:
    if rate.percent is None:
        return f"{rate.text}（没有应计入的件，不计入 {rate.excluded} 件）"
    missing = rate.missing(target)
    reached = f"未达到{target}%，差 {missing} 件" if missing else f"达到{target}%"
    return (
        f"{rate.text}%（{reached}：应计入 {rate.denominator} 件，及时 {rate.numerator} 件，"
        f"不及时 {rate.late} 件，不计入 {rate.excluded} 件）"
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of equal width on a terminal, where an ideograph takes two places."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0] + " " * (widths[0] - _width(row[0]))]
            + [" " * (width - _width(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
