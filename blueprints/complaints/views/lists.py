"""Case lists and the work bench: rows with ready-made text and class names, filters in the URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from flask import url_for
from markupsafe import Markup, escape

from blueprints.accounts.models import User
from blueprints.complaints.queries import ListRow
from blueprints.complaints.queries_bench import BENCH_LABELS, Bench
from blueprints.complaints.queries_list import DEFAULT_SORT, ListPage
from blueprints.complaints.views import rates_words
from blueprints.complaints.views.chips import chip_class
from blueprints.complaints.views.words import LEVELS, Words, state_tone, words_for
from blueprints.complaints.workflow import STATE_NAMES
from core.authz import Permission
from core.clock import local_date, to_local
from core.saved_views import View
from core.wording import WEEKDAYS, due_chip
from domain.workdays import Calendar

FILTER_LABELS = {
    "q": "搜索",
    "only": "所选",
    "group": "工作台",
    "state": "状态",
    "type": "类型",
    "category": "类别",
    "channel": "渠道",
    "level": "级别",
    "enterprise": "被诉单位",
    "department": "责任部门",
    "due": "时限",
    "received_from": "收到自",
    "received_to": "收到至",
    **rates_words.FILTER_LABELS,
}
DUE_CHOICES = {"overdue": "已逾期", "today": "今日到期", "soon": "快到期", "provisional": "期限暂定"}
STATE_GROUPS = {"open": "全部在办", "ended": "全部办完"}
PLACE = "被诉单位"
COLUMNS = (
    ("number", "编号"),
    ("", "标题"),
    ("", "类型"),
    ("level", "级别"),
    ("", "状态"),
    ("due", "时限"),
    ("", "下一步"),
    ("", PLACE),
    ("received", "收到"),
)


def shows_places(by: User) -> bool:
    """Whether the list names the enterprise: only a regulator has several."""
    return by.organization is not None and by.organization.is_regulator


def total_words(page: ListPage) -> str:
    """How many there are; a number behind a rate is always counted out, others up to a bound."""
    return f"{page.total} 件{'以上' if page.uncounted else ''}"


def case_url_start() -> str:
    """The address of a case without its id; rows append the id instead of building each address anew."""
    return url_for("complaints.case", case_id=0).removesuffix("0")


def row_views(
    rows: Iterable[ListRow], by: User, *, now: datetime, calendar: Calendar
) -> list[dict[str, Any]]:
    """Rows of a list as the template prints them."""
    words, start, year = words_for(by), case_url_start(), to_local(now).year
    return [_row(r, words, start, year, now, calendar) for r in rows]


def _row(
    r: ListRow, words: Words, start: str, year: int, now: datetime, calendar: Calendar
) -> dict[str, Any]:
    chip = due_chip(r.due_on, r.due_at, r.due_provisional, now=now, calendar=calendar)
    received = local_date(r.received_at)
    marks = (("紧急", "danger", r.urgent), ("督办", "danger", r.supervised), ("退回", "soon", r.sent_back))
    return {
        "id": r.id,
        "url": f"{start}{r.id}",
        "number": r.number,
        "title": r.title,
        "type": words.types.get(r.type, r.type),
        "level": LEVELS[r.level],
        "level_class": f"badge-level l{r.level}",
        "state": STATE_NAMES[r.state],
        "state_class": f"badge-state is-{state_tone(r.state)}",
        "chip": chip,
        "chip_class": chip_class(chip),
        "next": words.actions.get(r.next_action, ""),
        "next_url": f"{start}{r.id}/do/{r.next_action}" if r.next_action else None,
        "enterprise": r.enterprise,
        "received": ("" if received.year == year else f"{received.year}-")
        + f"{received:%m-%d} 周{WEEKDAYS[received.weekday()]}",
        "marks": [{"text": text, "class": f"tag is-{tone}"} for text, tone, on in marks if on],
    }


class PrintedRow(NamedTuple):
    """One line of the case list: texts ready for HTML (`title` with its marks), column by column."""

    id: int
    number: Markup
    title: Markup
    type: Markup
    level: Markup
    state: Markup
    due: Markup
    next: Markup
    enterprise: Markup
    received: str


def printed_rows(rows: Iterable[ListRow], by: User, *, now: datetime, calendar: Calendar) -> list[PrintedRow]:
    """Rows of the case list as it prints them: escaped once, words that repeat looked up once."""
    words, year = words_for(by), to_local(now).year
    named = cache(escape)

    @cache
    def due(due_on: date | None, due_at: datetime | None, provisional: bool) -> Markup:
        chip = due_chip(due_on, due_at, provisional, now=now, calendar=calendar)
        mark = PROVISIONAL if provisional and due_on else ""
        return DUE.format(chip_class(chip), chip["text"], mark)

    @cache
    def received(day: date) -> str:
        return f"{'' if day.year == year else f'{day.year}-'}{day:%m-%d} 周{WEEKDAYS[day.weekday()]}"

    return [
        PrintedRow(
            r.id,
            escape(r.number),
            escape(r.title) + MARKS[r.urgent, r.supervised, r.sent_back],
            named(words.types.get(r.type, r.type)),
            PRINTED_LEVELS[r.level],
            PRINTED_STATES[r.state],
            due(r.due_on, r.due_at, r.due_provisional),
            named(words.actions.get(r.next_action, "")),
            named(r.enterprise),
            received(local_date(r.received_at)),
        )
        for r in rows
    ]


DUE, PROVISIONAL = Markup('<span class="{}">{}{}</span>'), Markup('<span class="chip-mark">暂定</span>')
PRINTED_LEVELS = {n: Markup('<b class="l{}">{}</b>').format(n, name) for n, name in LEVELS.items()}
PRINTED_STATES = {
    state: Markup('<i class="is-{}">{}</i>').format(state_tone(state), name)
    for state, name in STATE_NAMES.items()
}
MARKS = {
    (urgent, supervised, sent_back): Markup("").join(
        Markup(' <span class="tag is-{}">{}</span>').format(tone, text)
        for text, tone, on in (
            ("紧急", "danger", urgent), ("督办", "danger", supervised), ("退回", "soon", sent_back),
        )
        if on
    )
    for urgent in (False, True) for supervised in (False, True) for sent_back in (False, True)
}  # fmt: skip


def filter_choices(by: User, enterprises: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Choices of each select of the filter bar: value -> words."""
    words = words_for(by)
    return {
        "state": STATE_GROUPS | STATE_NAMES,
        "due": DUE_CHOICES,
        "type": words.types,
        "level": {str(n): name for n, name in LEVELS.items()},
        "category": words.categories,
        "channel": words.channels,
        "enterprise": dict(enterprises),
        "group": {name: label for name, (label, _) in BENCH_LABELS.items()},
    }


def filter_selects(filters: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]) -> dict[str, Markup]:
    """The select of each filter with its label, ready to print; mostly those of the page before."""
    return {
        name: _select(name, FILTER_LABELS[name], tuple(offered.items()), filters.get(name, ""))
        for name, offered in choices.items()
    }


OPTION = Markup('<option value="{}"{}>{}')
SELECT = Markup(
    '<label class="visually-hidden" for="f-{name}">{label}</label>'
    '<select class="form-select" id="f-{name}" name="{name}">'
    '<option value="">{label}：全部{options}</select>'
)


@lru_cache(maxsize=512)
def _select(name: str, label: str, offered: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    selected = {chosen: Markup(" selected")}
    options = Markup("").join(OPTION.format(value, selected.get(value, ""), text) for value, text in offered)
    return SELECT.format(name=name, label=label, options=options)


def value_words(name: str, value: str, choices: Mapping[str, Mapping[str, str]]) -> str:
    """What a filter is set to, in a few words."""
    if name == "only":
        return f"{value.count('~') + 1} 件"
    return choices.get(name, {}).get(value, value)[:30]


def filter_chips(
    filters: Mapping[str, str], choices: Mapping[str, Mapping[str, str]]
) -> list[dict[str, str]]:
    """What is set, each with the address of the list without it."""
    chips = []
    for name, value in filters.items():
        rest = {k: v for k, v in filters.items() if k != name}
        shown = value_words(name, value, choices)
        chips.append(
            {
                "label": FILTER_LABELS[name],
                "value": shown,
                "remove_url": url_for("complaints.cases", **rest),  # type: ignore[arg-type]
            }
        )
    return chips


def sort_heads(filters: Mapping[str, str], sort: str, *, places: bool) -> list[dict[str, Any]]:
    """Heads of the list: label, address of the next order, present direction."""
    heads = []
    for key, label in COLUMNS:
        if label == PLACE and not places:
            continue
        if not key:
            heads.append({"label": label, "url": None, "direction": None})
            continue
        direction = {key: "asc", f"-{key}": "desc"}.get(sort or DEFAULT_SORT)
        following = f"-{key}" if direction == "asc" and key != "due" else key
        args: dict[str, Any] = {**filters, "sort": following}
        heads.append({"label": label, "url": url_for("complaints.cases", **args), "direction": direction})
    return heads


TABS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("在办", {"state": "open"}),
    ("待我办理", {"group": "todo"}),
    ("已逾期", {"group": "overdue"}),
    ("快到期", {"group": "soon"}),
    ("已办完", {"state": "ended"}),
    ("全部", {}),
)


def query_words(query: str, choices: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What the query of a saved list asks for, in words."""
    heads = {key: label for key, label in COLUMNS if key}
    told = []
    for name, value in parse_qsl(query):
        if name == "sort":
            order = "倒序" if value.startswith("-") else "排序"
            told.append(f"按{heads.get(value.lstrip('-'), value)}{order}")
        elif name in FILTER_LABELS:
            told.append(f"{FILTER_LABELS[name]}：{value_words(name, value, choices)}")
    return told


def tab_views(filters: Mapping[str, str], saved: Iterable[View], sort: str = "") -> list[dict[str, Any]]:
    """Tabs over the list: each is a set of filters, too; after the usual ones those that the person saved."""
    usual = [
        {
            "label": label,
            "url": url_for("complaints.cases", **args),
            "active": dict(filters) == args,
        }
        for label, args in TABS
    ]
    asked, start = {**filters, "sort": sort} if sort else dict(filters), url_for("complaints.cases")
    own = [
        {"label": v.name, "url": f"{start}?{v.query}", "active": dict(parse_qsl(v.query)) == asked}
        for v in saved
    ]
    return [*usual, *own]


def bench_view(groups: list[Bench], by: User, *, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """The work bench: numbers, each with its list behind it, and the first rows of each group.

    A row leads straight to its next step where that step is this person's (its id is in `mine`).
    """
    links = {g.name: url_for("complaints.cases", group=g.name) for g in groups}
    return {
        "mine": {r.id for g in groups if g.name == "todo" for r in g.rows},
        "stats": [
            {
                "label": g.label,
                "count": g.count,
                "url": links[g.name],
                "tone": g.tone if g.count and g.tone != "ok" else None,
            }
            for g in groups
        ],
        "groups": [
            {
                "name": g.name,
                "label": g.label,
                "count": g.count,
                "rows": row_views(g.rows, by, now=now, calendar=calendar),
                "actions": [{"label": f"全部 {g.count} 件", "url": links[g.name]}]
                if g.count > len(g.rows)
                else [],
            }
            for g in groups
            if g.rows
        ],
        "all_url": url_for("complaints.cases"),
        "register_url": url_for("complaints.register")
        if Permission.CASE_REGISTER in by.permissions
        else None,
    }
