"""What in a ruleset rests on a clause: the limits, conditions, steps and choices drawn from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.roles import ROLE_NAMES, Role
from domain.rulesets import (
    Authority,
    Channel,
    Cited,
    CountFrom,
    Guard,
    LevelTrigger,
    Limit,
    RateRule,
    Ruleset,
    Setting,
    Unit,
)

UNITS = {Unit.WORKDAY: "个工作日", Unit.DAY: "日", Unit.HOUR: "小时", Unit.MINUTE: "分钟"}
STARTS = {
    CountFrom.RECEIPT: "收到",
    CountFrom.REGISTRATION: "登记",
    CountFrom.ACCEPTANCE: "受理",
    CountFrom.REPLY: "答复",
    CountFrom.REPORT: "报送",
    CountFrom.REVIEW: "审核",
    CountFrom.CLOSE: "办结",
    CountFrom.SERVICE: "送达",
}
LEVELS = {1: "一级", 2: "二级", 3: "三级"}


@dataclass(frozen=True)
class Citation:
    """One row that cites a clause. `local`: the clause leaves it open, the value is our own, for `reason`;
    `remarked`: it differs from the clause's words as its remark says."""

    kind: str
    name: str
    detail: str
    clause: str
    local: bool
    reason: str
    remarked: bool = False


def limit_words(limit: Limit) -> str:
    """5个工作日，从收到起算"""
    return f"{limit.amount}{UNITS[limit.unit]}，从{STARTS[limit.count_from]}起算"


def limit_name(ruleset: Ruleset, limit: Limit) -> str:
    """办结（投诉、建议）"""
    types = "、".join(ruleset.type(code).name for code in limit.types)
    return f"{limit.name}（{types}）" if types else limit.name


def _words(ruleset: Ruleset, row: Cited) -> tuple[str, str]:
    """(name, detail) of a row as a page shows it."""
    match row:
        case Limit():
            return limit_name(ruleset, row), limit_words(row)
        case Guard():
            return "办理条件", row.message
        case LevelTrigger():
            return row.name, LEVELS[row.level] + ("，须由领导具名认定" if row.needs_judgement else "")
        case Channel():
            parts = (_origin_words(ruleset, row), row.remark, "" if row.active else "已停用")
            return row.name, "；".join(filter(None, parts))
        case Authority():
            may = "、".join(ruleset.promise(code).name for code in row.may)
            name = ruleset.term(row.role, ROLE_NAMES[Role(row.role)])
            return name, f"可以承诺：{may}" if may else "不能作承诺"
        case Setting():
            return row.name, row.label
        case RateRule():
            return row.name, f"须达到{row.target}%"
    return str(getattr(row, "name", "")), ""


def _origin_words(ruleset: Ruleset, channel: Channel) -> str:
    """The level that the channel alone gives, marked where the rule does not say so."""
    trigger = ruleset.origin_trigger(channel.code)
    if channel.origin_level is None or trigger is None:
        return ""
    own = "（级别由本单位设定）" if trigger.local and not channel.local else ""
    return f"先按{LEVELS[channel.origin_level]}办理{own}"


_TABLES = (
    ("limits", "时限"),
    ("guards", "条件"),
    ("actions", "步骤"),
    ("types", "类型"),
    ("categories", "内容类别"),
    ("level_triggers", "影响程度"),
    ("channels", "渠道"),
    ("authority", "承诺权限"),
    ("settings", "设定"),
    ("rates", "比率"),
    ("counting", "统计口径"),
    ("cross_columns", "统计表的列"),
    ("cross_totals", "统计表的合计"),
)


def citations(ruleset: Ruleset) -> dict[str, list[Citation]]:
    """Clause id -> what rests on it, limits and conditions first."""
    found: dict[str, list[Citation]] = {}
    for table, kind in _TABLES:
        rows: Iterable[Cited] = getattr(ruleset, table)
        for row in rows:
            if row.clause is not None:
                name, detail = _words(ruleset, row)
                local = row.local and not (isinstance(row, Setting) and not row.editable)
                remarked = isinstance(row, Channel) and row.remark is not None
                cited = Citation(kind, name, detail, row.clause, local, row.reason or "", remarked)
                found.setdefault(row.clause, []).append(cited)
    return found
