"""A draw as its pages show it, in the order in which a layman can follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.inspection.models import Draw
from blueprints.inspection.service.drawing import SOURCES
from core.clock import to_local
from core.screens import cell
from domain import draws
from domain.sampling import INSPECTORS

SHOWN_TICKETS = 100


Labels = Mapping[str, str]


def labels_of(row: Draw, *, public: bool) -> Labels:
    """Names to read the ids by; the public reads inspectors by their ids alone."""
    hidden = set(row.plan["inspectors"]) if public else set()
    return {key: name for key, name in row.labels.items() if key not in hidden}


def _named(labels: Labels, key: str) -> str:
    name = labels.get(key, "")
    return f"{name}（{key}）" if name else key


def facts(row: Draw, *, public: bool) -> list[dict[str, Any]]:
    """The grid above; the public is not told who organized it."""
    plan = row.plan
    quotas = "、".join(f"{name} {n} 个" for name, n in plan["quotas"].items())
    return [
        {"label": "目的和依据", "value": row.purpose, "wide": True, "clause": "F6.1"},
        {"label": "名单", "value": f"{len(plan['lines'])} 个，排除 {len(plan['exclusions'])} 个"},
        {"label": "抽取数量", "value": quotas},
        {"label": "检查人员", "value": _people(row)},
        {"label": "随机数来自", "value": source_words(row)},
        {"label": "组织抽取", "value": "" if public else row.drafted_by.name},
        {
            "label": "冻结时间",
            "value": f"{to_local(row.frozen_at):%Y-%m-%d %H:%M:%S}" if row.frozen_at else "",
        },
    ]


def _people(row: Draw) -> str:
    if not row.plan["per_target"]:
        return "不抽检查人员"
    return f"每个对象 {row.plan['per_target']} 名，从 {len(row.plan['inspectors'])} 名持证人员中抽"


def source_words(row: Draw) -> str:
    """Where the random numbers come from."""
    plan = row.plan
    if plan["source"] == "public":
        return f"{plan['source_name']}（{plan['source_on']}公布）"
    return SOURCES["witnesses"]


def commitments(made: draws.Draw) -> list[dict[str, Any]]:
    """What was published before the lot was known."""
    rows = [
        {"label": "名单摘要（SHA-256）", "value": made.frame_digest, "wide": True},
        {"label": "随机数的承诺值（SHA-256）", "value": made.commit, "wide": True},
    ]
    if made.inspectors_digest:
        rows.append({"label": "检查人员名单摘要", "value": made.inspectors_digest, "wide": True})
    rows += [
        {"label": f"见证人{witness.name}的承诺值", "value": witness.commit, "wide": True}
        for witness in made.witnesses
    ]
    return rows


def opened(made: draws.Draw) -> list[dict[str, Any]]:
    """What was opened at the draw."""
    rows = [
        {"label": "公开的随机数", "value": made.nonce, "wide": True},
        {"label": made.entropy_source.name, "value": made.entropy, "wide": True},
        {"label": "种子（SHA-256）", "value": made.seed, "wide": True},
    ]
    rows += [
        {
            "label": f"见证人{witness.name}",
            "value": f"数 {witness.number}，验证码 {witness.nonce}",
            "wide": True,
        }
        for witness in made.witnesses
    ]
    return rows


def taken(labels: Labels, made: draws.Draw) -> list[list[Any]]:
    """Who was drawn, with the inspectors of each."""
    teams = {team.target: team for team in made.teams}
    rows = []
    for stratum in made.strata:
        for key in stratum.current:
            team = teams.get(key)
            people = "、".join(_named(labels, person) for person in team.current) if team else "—"
            rows.append([cell(_named(labels, key)), stratum.name, people])
    return rows


def tickets(labels: Labels, made: draws.Draw) -> list[dict[str, Any]]:
    """The ticket table of each stratum and team: rank, who, ticket, what became of it, and the shell line."""
    return [_table(labels, made, ranking) for ranking in (*made.strata, *made.teams) if ranking.tickets]


def _table(labels: Labels, made: draws.Draw, ranking: draws.Ranking) -> dict[str, Any]:
    name = f"检查人员：{_named(labels, ranking.target)}" if ranking.target else ranking.name
    lines = [
        [
            cell(str(rank)), _named(labels, ticket.id), cell(ticket.ticket[:16] + "…"),
            _became(ranking, ticket.id),
        ]
        for rank, ticket in enumerate(ranking.ranked[:SHOWN_TICKETS], start=1)
    ]  # fmt: skip
    first = ranking.ranked[0].id
    return {
        "title": f"{name}（共 {ranking.size} 个，抽 {ranking.quota} 个）",
        "rows": lines,
        "more": max(0, len(ranking.tickets) - SHOWN_TICKETS),
        "shell": draws.shell_line(made, ranking.name, first),
        "example": _named(labels, first),
    }


def _became(ranking: draws.Ranking, key: str) -> dict[str, Any]:
    given_up = {change.id: change.reason for change in ranking.replaced}
    if key in given_up:
        return cell("已替换", tone="stopped", note=given_up[key])
    if key in ranking.current:
        return cell("抽中", tone="done", note="递补" if key not in ranking.taken else "")
    return cell("候补", tone="open")


def exclusions(labels: Labels, made: draws.Draw) -> list[list[Any]]:
    """Who could not be drawn, and why."""
    rows = []
    for place, reason in made.exclusions.items():
        group, _, key = place.rpartition("|")
        away = group.startswith(f"{INSPECTORS}|")
        where = f"回避（{_named(labels, group.partition('|')[2])}）" if away else group
        rows.append([cell(_named(labels, key)), where, reason])
    return rows
