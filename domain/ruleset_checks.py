"""What must hold between the rows of a ruleset: no unknown clause, no row without a source, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter
from typing import TYPE_CHECKING, Any

from domain import ruleset_codes as codes
from domain.deadlines import MAX_AMOUNT, Unit
from domain.ruleset_rows import Cited, Clause, LawLimit, Setting, SettingKind, SettingValue
from domain.ruleset_source import Source

if TYPE_CHECKING:
    from domain.rulesets import Ruleset

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_IDENTITY: dict[str, Callable[[Any], str]] = {
    "clauses": lambda row: str(row.id),
    "limits": lambda row: str(row.key),
    "settings": lambda row: str(row.key),
    "authority": lambda row: str(row.role),
}
_STATISTICS = ("rates", "counting", "cross_columns", "cross_totals")
_CODED = (
    *("channels", "types", "categories", "level_triggers", "actions", "guards"),
    *("promises", "templates", *_STATISTICS),
)
_CITED = (*_CODED[:6], "limits", "settings", "authority", *_STATISTICS)
_VOCABULARY = {
    "actions": ("code", codes.ACTION_CODES),
    "guards": ("code", codes.GUARD_CODES),
    "limits": ("obligation", codes.OBLIGATIONS),
    "authority": ("role", codes.PROMISING_ROLES),
    "rates": ("code", codes.RATE_CODES),
    "counting": ("code", codes.COUNTING_CODES),
}


def check(ruleset: Ruleset, source: Source) -> None:
    """RulesetError with the line of the first row that does not fit the others."""
    _check_clauses(ruleset, source)
    for table in ("clauses", *_CODED, "limits", "settings", "authority"):
        _check_identity(table, getattr(ruleset, table), source)
    for table in _CITED:
        for index, row in enumerate(getattr(ruleset, table)):
            _check_citation(ruleset, table, index, row, source)
    _check_levels(ruleset, source)
    _check_limits(ruleset, source)
    _check_settings(ruleset, source)
    _check_authority(ruleset, source)
    _check_templates(ruleset, source)
    _check_rates(ruleset, source)
    _check_cross(ruleset, source)


def _check_clauses(ruleset: Ruleset, source: Source) -> None:
    known = {clause.id for clause in ruleset.clauses}
    pattern = re.compile(re.escape(ruleset.prefix) + r"[0-9]+(?:\.[0-9]+)*[a-z]?")
    for index, clause in enumerate(ruleset.clauses):
        if not pattern.fullmatch(clause.id):
            source.fail(f"条款号“{clause.id}”应当以{ruleset.prefix}开头，后面是数字", "clauses", index, "id")
        if clause.part_of is not None and clause.part_of not in known:
            source.fail(f"part_of 写了没有的条款“{clause.part_of}”", "clauses", index, "part_of")
    if not known:
        source.fail("一个条款也没有")


def _check_identity(table: str, found: tuple[Any, ...], source: Source) -> None:
    identity = _IDENTITY.get(table, lambda row: str(row.code))
    seen: set[str] = set()
    for index, row in enumerate(found):
        code = identity(row)
        if table in _CODED and not _CODE.fullmatch(code):
            source.fail(f"代码“{code}”只能用小写字母、数字和下划线", table, index, "code")
        if code in seen:
            source.fail(f"“{code}”重复了", table, index)
        seen.add(code)
        field_name, vocabulary = _VOCABULARY.get(table, ("", frozenset()))
        if vocabulary and getattr(row, field_name) not in vocabulary:
            source.fail(f"不认识 {field_name}“{getattr(row, field_name)}”", table, index, field_name)


def _check_citation(ruleset: Ruleset, table: str, index: int, row: Cited, source: Source) -> None:
    clauses = {clause.id: clause for clause in ruleset.clauses}
    if row.clause is not None:
        clause: Clause | None = clauses.get(row.clause)
        if clause is None:
            source.fail(f"引用了没有的条款“{row.clause}”", table, index, "clause")
        if clause.heading:
            source.fail(f"“{row.clause}”只是标题，请引用它下面的条款", table, index, "clause")
    if row.local and not row.reason:
        source.fail("本单位设定（local）须写明理由 reason", table, index)
    if row.clause is None and not row.local:
        source.fail("这一条既没有条款，也没有写明是本单位设定（local 和 reason）", table, index)
    if row.reason and not row.local and not isinstance(row, Setting):
        source.fail("写了理由 reason，却没有写 local = true", table, index, "reason")


def _check_levels(ruleset: Ruleset, source: Source) -> None:
    origins = {trigger.level for trigger in ruleset.level_triggers if trigger.by_origin}
    for index, trigger in enumerate(ruleset.level_triggers):
        if trigger.level not in codes.IMPACT_LEVELS:
            source.fail("影响程度只有1、2、3三级", "level_triggers", index, "level")
        if trigger.by_origin and trigger.needs_judgement:
            source.fail("按渠道定级的，不能又要求领导认定", "level_triggers", index, "needs_judgement")
    for index, channel in enumerate(ruleset.channels):
        if channel.origin_level is not None and channel.origin_level not in origins:
            reason = f"level_triggers 里没有按渠道定为{channel.origin_level}级的依据（by_origin）"
            source.fail(reason, "channels", index, "origin_level")


def _check_limits(ruleset: Ruleset, source: Source) -> None:
    known = {case_type.code for case_type in ruleset.types}
    claimed: set[tuple[str, str]] = set()
    for index, limit in enumerate(ruleset.limits):
        problem = limit_problem(limit.amount, limit.unit)
        if problem:
            source.fail(problem, "limits", index, "amount")
        for code in limit.types:
            if code not in known:
                source.fail(f"没有“{code}”这种类型", "limits", index, "types")
            if (limit.obligation, code) in claimed:
                source.fail(f"“{code}”的这项时限写了两次", "limits", index, "types")
            claimed.add((limit.obligation, code))
    missing = codes.REQUIRED_OBLIGATIONS - {limit.obligation for limit in ruleset.limits if not limit.types}
    if missing:
        source.fail(f"缺少时限：{'、'.join(sorted(missing))}")


def limit_problem(amount: object, unit: object) -> str | None:
    """Why `amount` of `unit` is no limit, in Chinese; None when it is one."""
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MAX_AMOUNT:
        return f"时限的数目须是1至{MAX_AMOUNT}的整数"
    if not isinstance(unit, str) or unit not in set(Unit):
        return "时限的单位须是工作日（workday）、自然日（day）、小时（hour）或分钟（minute）"
    return None


def _check_settings(ruleset: Ruleset, source: Source) -> None:
    for index, setting in enumerate(ruleset.settings):
        if not _CODE.fullmatch(setting.key):
            source.fail(f"“{setting.key}”只能用小写字母、数字和下划线", "settings", index, "key")
        if not setting.reason:
            source.fail("设定须写明理由 reason", "settings", index)
        if (setting.kind is SettingKind.CHOICE) != bool(setting.choices):
            source.fail("kind 是 choice 的设定须列出 choices，别的设定不列", "settings", index, "choices")
        problem = setting_problem(setting, setting.value)
        if problem:
            source.fail(problem, "settings", index, "value")
    missing = codes.REQUIRED_SETTINGS - {setting.key for setting in ruleset.settings}
    if missing:
        source.fail(f"缺少设定：{'、'.join(sorted(missing))}")


def setting_problem(setting: Setting, value: SettingValue) -> str | None:
    """Why `value` does not fit the kind of `setting`, in Chinese; None when it does."""
    kind = setting.kind
    if kind is SettingKind.BOOL:
        return None if isinstance(value, bool) else "须选“是”或“否”"
    if kind is SettingKind.INT:
        fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_AMOUNT
        return None if fits else f"须是1至{MAX_AMOUNT}的整数"
    if kind is SettingKind.LIST:
        return None if isinstance(value, tuple) else "须是一个列表"
    if not isinstance(value, str):
        return "须是文字"
    if kind is SettingKind.CHOICE and value not in dict(setting.choices):
        return f"只能选：{'、'.join(label for _, label in setting.choices)}"
    return None


def _check_authority(ruleset: Ruleset, source: Source) -> None:
    known = {promise.code for promise in ruleset.promises}
    for index, authority in enumerate(ruleset.authority):
        for code in authority.may:
            if code not in known:
                source.fail(f"没有“{code}”这种承诺", "authority", index, "may")


def _check_templates(ruleset: Ruleset, source: Source) -> None:
    for index, template in enumerate(ruleset.templates):
        try:
            parts = list(Formatter().parse(template.text))
        except ValueError:
            source.fail("大括号没有成对", "templates", index, "text")
        for _, name, spec, conversion in parts:
            if name is not None and (name not in codes.PLACEHOLDERS or spec or conversion):
                source.fail(f"不认识占位符“{{{name}}}”", "templates", index, "text")


def _check_rates(ruleset: Ruleset, source: Source) -> None:
    for index, rate in enumerate(ruleset.rates):
        if not 1 <= rate.target <= 100:
            source.fail("目标须是1至100的百分数", "rates", index, "target")


def _check_cross(ruleset: Ruleset, source: Source) -> None:
    known, placed = {case_type.code for case_type in ruleset.types}, set[str]()
    for table in ("cross_columns", "cross_totals"):
        for index, row in enumerate(getattr(ruleset, table)):
            for code in row.types:
                if code not in known:
                    source.fail(f"没有“{code}”这种类型", table, index, "types")
                if table == "cross_columns" and code in placed:
                    source.fail(f"“{code}”已经在另一列里", table, index, "types")
                placed.add(code)
    for index, total in enumerate(ruleset.cross_totals):
        if total.of is not None and total.of not in {row.code for row in ruleset.cross_totals[:index]}:
            source.fail(f"of 须是前面写过的合计，没有“{total.of}”", "cross_totals", index, "of")


def check_statistics(ruleset: Ruleset, source: Source) -> None:
    """RulesetError when a rules file leaves out a rate, a way of counting, or a type of the cross table.

    Only files owe these rows: versions that were stored before there were any are read as they are.
    """
    for table, wanted in (("rates", codes.RATE_CODES), ("counting", codes.COUNTING_CODES)):
        missing = wanted - {row.code for row in getattr(ruleset, table)}
        if missing:
            source.fail(f"缺少 {table}：{'、'.join(sorted(missing))}")
    placed = {code for column in ruleset.cross_columns for code in column.types}
    homeless = [case_type.code for case_type in ruleset.types if case_type.code not in placed]
    if homeless:
        source.fail(f"cross_columns 里没有类型：{'、'.join(homeless)}")


def check_laws(laws: tuple[LawLimit, ...], source: Source) -> None:
    """RulesetError for a law limit that cannot be meant."""
    for index, law in enumerate(laws):
        if law.code in {other.code for other in laws[:index]}:
            source.fail(f"“{law.code}”重复了", "limits", index, "code")
        problem = limit_problem(law.amount, law.unit)
        if problem:
            source.fail(problem, "limits", index, "amount")
        if law.obligation not in codes.OBLIGATIONS:
            source.fail(f"不认识 obligation“{law.obligation}”", "limits", index, "obligation")
        if not law.sectors:
            source.fail("须写明适用的行业 sectors", "limits", index, "sectors")
        if law.complex_amount is not None and law.complex_amount <= law.amount:
            source.fail("复杂事项的时限须比一般时限长", "limits", index, "complex_amount")
