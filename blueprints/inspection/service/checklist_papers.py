"""检查表 on paper (F6.2b): blank, with room to write by hand, or filled with what a signed check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.inspection.models import ChecklistVersion, SiteCheck
from blueprints.inspection.service import checklists as service
from blueprints.notices.service.papers import Paper
from core.clock import local_date
from core.wording import date_words
from domain.checklist_texts import VERDICTS, rule_brief
from domain.checklists import EVIDENCE, METHODS, CheckItem, Checklist, score_of
from domain.errors import RuleViolation
from domain.score_rules import Bonus, Gate, plainly
from domain.scoring import NOT_RATED, Score

KIND = "checklist"


@dataclass(frozen=True)
class Place:
    """Where a checklist is filled in; all empty on a blank one without a check."""

    enterprise: str = ""
    outlet: str = ""
    day: str = ""
    number: str = ""


def blank(row: ChecklistVersion, check: SiteCheck | None = None) -> Paper:
    """All items with empty columns; with a check its place stands above."""
    made = service.content(row)
    place = _place(check) if check is not None else Place()
    values = _head(row, place) | {
        "list_items": _rows(made, lambda one: (_method(one), "", "")),
        "list_maximum": plainly(made.total),
        "list_note": "",
    }
    return Paper(KIND, row.checklist.organization.name, values, number=place.number, title=_title(row))


def filled(check: SiteCheck) -> Paper:
    """The checklist as it was signed: points and words of each item, total, percent or 不予评定.

    Errors: RuleViolation before signing has begun.
    """
    if not check.content:
        raise RuleViolation("检查还没有结束，还没有可以打印的结果。", service.CLAUSE, "请先结束检查并签名。")
    row = check.checklist
    made = service.content(row)
    answers = check.content.get("answers", {})
    return filled_paper(row, made, score_of(made, answers), answers, _place(check))


def filled_paper(
    row: ChecklistVersion, made: Checklist, score: Score, answers: Mapping[str, Any], place: Place
) -> Paper:
    """A filled checklist of answers and their score."""
    lines = {line.code: line for line in score.lines}

    def told(one: CheckItem) -> tuple[str, str, str]:
        line = lines.get(one.code)
        if line is None:
            return _method(one), "—", "前置条件不成立，不检查"
        points = "—" if line.earned is None or isinstance(one.rule, Gate) else plainly(line.earned)
        return _method(one), points, "\n".join([line.words, *_notes(answers.get(one.code, {}))])

    left_out = score.total - score.applicable
    values = _head(row, place) | {
        "list_items": _rows(made, told, rules=False),
        "list_maximum": plainly(score.total),
        "list_excluded": plainly(left_out),
        "list_score": plainly(score.earned + score.bonus),
        "list_percent": score.text,
        "list_grade": NOT_RATED if score.percent is None else "",
        "list_note": score_words(score),
    }
    return Paper(KIND, row.checklist.organization.name, values, number=place.number, title=_title(row))


def score_words(score: Score) -> str:
    """How the percentage came about, in one sentence."""
    whole = f"计分项目满分{plainly(score.applicable)}分，占全表{score.coverage}%"
    if score.vetoed:
        return f"{whole}；{'、'.join(score.vetoed)} 不符合，一票否决"
    if score.percent is None:
        return f"{whole}，不足60%，不予评定"
    bonus = f"（含加分{plainly(score.bonus)}分）" if score.bonus else ""
    got = plainly(score.earned + score.bonus)
    return f"{whole}；得{got}分{bonus}，折合{score.percent}（{score.rounding.words}）"


def _place(check: SiteCheck) -> Place:
    day = date_words(local_date(check.opened_at))
    outlet = check.outlet.name if check.outlet else check.place
    return Place(check.enterprise.name, outlet, day, check.number)


def _title(row: ChecklistVersion) -> str:
    return f"{row.checklist.name}检查表".replace("检查检查表", "检查表")


def _head(row: ChecklistVersion, place: Place) -> dict[str, Any]:
    return {
        "list_enterprise": place.enterprise, "list_outlet": place.outlet, "list_checked_on": place.day,
        "list_version": row.label,
    }  # fmt: skip


def _rows(made: Checklist, told: Any, rules: bool = True) -> list[list[str]]:
    """The items by part; `told` gives method, points and reason of each."""
    rows, sums = [], made.sums()
    for code, title in made.parts.items():
        items = [one for one in made.items if one.part == code]
        if items:
            rows.append(["", f"{code} {title}", "", plainly(sums[code]), "", ""])
        for one in items:
            method, points, reason = told(one)
            maximum = "加分" if isinstance(one.rule, Bonus) else "必备" if one.extra else plainly(one.maximum)
            rows.append([one.code, _content(one, rules), method, maximum, points, reason])
    return rows


def _method(one: CheckItem) -> str:
    """In two lines, for a narrow column."""
    words = METHODS[one.method]
    return f"{words[:2]}\n{words[2:]}"


def _content(one: CheckItem, rules: bool) -> str:
    """What is looked at; on a blank checklist also how it is scored, so that nobody has to look it up."""
    rests = "".join(f"〔{words}〕" for words in (one.basis, one.clause) if words)
    if not rules:
        return f"{one.text}{rests}"
    more = [f"附{'、'.join(EVIDENCE[kind] for kind in one.evidence)}"] if one.evidence else []
    if one.repeat:
        more.append(f"每个{one.repeat}分别记")
    if one.shown:
        more.append(f"{one.shown.item} {VERDICTS[one.shown.when]}才查")
    return f"{one.text}{rests}\n{'；'.join([rule_brief(one.rule), *more])}"


def _notes(instances: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = []
    for name, data in instances.items():
        note = "，".join(filter(None, (str(data.get("number") or ""), str(data.get("note") or ""))))
        if note:
            found.append(f"{name}：{note}" if name else note)
    return found
