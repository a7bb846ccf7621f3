"""What the filters are called that lead from a number of the statistics to its cases."""

from __future__ import annotations

from collections.abc import Mapping

from blueprints.accounts.models import User
from blueprints.complaints import queries_rates
from blueprints.complaints.queries_rates import (
    CROSS,
    DENOMINATOR,
    HEARD,
    LATE,
    LEFT_OUT,
    NUMERATOR,
    REOPENED,
    excluded_part,
)
from blueprints.complaints.views.words import words_for
from domain.rates import Outcome
from domain.ruleset_rows import Stage
from domain.satisfaction import Heard

NO_DEPARTMENT = "没有分到部门"
FILTER_LABELS = {"rate": "统计", "part": "其中", "unit": "承办部门", "types": "类型"}
_KINDS = {
    Outcome.DECLINED: "不予受理",
    Outcome.MERGED: "已并案",
    Outcome.WITHDRAWN: "已撤回",
    Outcome.NO_MORE: "不再重复办理",
    Outcome.INCIDENT: "停供事件来电",
    Outcome.OPEN_NOT_DUE: "在办、未到期",
    Outcome.NO_LIMIT: "没有时限",
}
HEARD_NAMES = {
    Heard.SATISFIED: "满意",
    Heard.FAIR: "基本满意",
    Heard.DISSATISFIED: "不满意",
    Heard.ANONYMOUS: "匿名",
    Heard.NO_MORE: "不再重复办理",
    Heard.INCIDENT: "停供事件来电",
    Heard.ENDED: "不予受理、并案、撤回",
    Heard.UNREACHABLE: "未能联系上",
    Heard.UNHEARD: "还没有回访",
}
_CHOICES = {
    "rate": {"acceptance": "及时受理率", "completion": "办结及时率", CROSS: "渠道和类型", HEARD: "满意度"},
    "part": {
        DENOMINATOR: "应计入",
        NUMERATOR: "及时",
        LATE: "不及时",
        REOPENED: "后来重办",
        LEFT_OUT: "不计入",
        **{excluded_part(kind): f"不计入：{name}" for kind, name in _KINDS.items()},
        **{str(kind): name for kind, name in HEARD_NAMES.items()},
        Stage.RECEIVED.value: "收到",
        Stage.ACCEPTED.value: "受理",
        Stage.COMPLETED.value: "办结",
    },
}


def choices(by: User, filters: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The values of these filters in words; departments and joined types only those that are asked for."""
    unit, types = filters.get("unit", ""), filters.get("types", "")
    known = words_for(by).types
    named = {"0": NO_DEPARTMENT}
    if unit.isascii() and unit.isdecimal() and 0 < len(unit) < 10 and int(unit):
        named = {str(key): name for key, name in queries_rates.department_names([int(unit)], by).items()}
    joined = "、".join(known.get(code, code) for code in types.split(","))
    return _CHOICES | {"unit": named, "types": {types: joined}}
