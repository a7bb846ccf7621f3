"""The three screens of plain records, whatever feature keeps them: a list, a form, a record with its history.

A feature gives rows as dicts; the templates are layouts/list.html, layouts/form.html and layouts/record.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import Response, current_app, flash, request, url_for
from markupsafe import Markup, escape
from sqlalchemy.orm.exc import StaleDataError

from core.db import transaction
from core.forms import BaseForm, select_choice
from core.htmx import redirect_to, render
from core.submissions import remember
from domain.errors import InvalidInput, RuleViolation

LONGEST = 100
PLAIN_CHIP = frozenset({"text", "tone", "provisional"})
Group = tuple[str, str, Sequence[str]]


def cell(text: str, *, url: str = "", tone: str = "", note: str = "", clause: str = "") -> dict[str, Any]:
    """One cell: a text or link, a badge where `tone` is given, with its clause and a grey `note`."""
    return {"text": text, "url": url, "tone": tone, "note": note, "clause": clause, "chip": None}


def chip_cell(chip: Mapping[str, Any]) -> dict[str, Any]:
    """A cell with a deadline chip."""
    return cell("") | {"chip": chip}


def table_body(heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> Markup:
    """The lines of a table of cells, as layouts/_records.html prints them; written in one go, since a list
    has hundreds of cells."""
    marks = [
        f'<td{_class(name)} data-label="{escape(label)}">' if place else '<td class="main">'
        for place, (label, name) in enumerate(heads)
    ]
    lines = [
        f"<tr>{''.join([f'{mark}{_printed(c)}</td>' for mark, c in zip(marks, row, strict=False)])}</tr>\n"
        for row in rows
    ]
    return Markup("".join(lines))  # noqa: S704


def _class(name: str) -> str:
    return f' class="{escape(name)}"' if name else ""


def safe(text: Any) -> str:
    """Escaped as markupsafe does it, without an object for each text: for HTML that is written in Python."""
    if type(text) is not str:
        return str(escape(text))
    told = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return told.replace("'", "&#39;").replace('"', "&#34;")


def _printed(c: Any) -> str:
    if not isinstance(c, dict):
        return safe(c)
    chip = c["chip"]
    if chip and chip.keys() <= PLAIN_CHIP and not chip.get("provisional"):
        return f'<span class="chip chip-{chip["tone"]}">{safe(chip["text"])}</span>'
    if chip or c["clause"]:
        macros: Any = current_app.jinja_env.get_template("layouts/_records.html").module
        return str(macros.one(c))
    text = safe(c["text"])
    if c["tone"]:
        text = f'<span class="badge-state is-{c["tone"]}">{text}</span>'
    elif c["url"]:
        text = f'<a href="{safe(c["url"])}">{text}</a>'
    return f'{text}<div class="muted small">{safe(c["note"])}</div>' if c["note"] else text


def printed_controls(controls: Iterable[Mapping[str, Any]], filters: Mapping[str, str]) -> Markup:
    """The filters of a list: each is written once and kept for as long as what it offers stays the same."""
    return Markup("".join([  # noqa: S704
        _control(
            c["name"], c["label"], c.get("type", "text"), c.get("placeholder", ""),
            tuple(map(tuple, c["options"])) if c.get("options") is not None else None,
            filters.get(c["name"], ""),
        )
        for c in controls
    ]))  # fmt: skip


@lru_cache(maxsize=1024)
def _control(
    name: str, label: str, kind: str, placeholder: str, options: tuple[tuple[Any, str], ...] | None,
    value: str,
) -> str:  # fmt: skip
    """One filter: a choice, or without options an input of this kind."""
    start = f'<label class="inline-field"><span>{safe(label)}</span>'
    if options is None:
        hint = f' placeholder="{safe(placeholder)}"' if placeholder else ""
        long = "" if kind == "date" else f' maxlength="{LONGEST}"'
        field = f'<input class="form-control form-control-sm" type="{kind}" name="{name}"{long}'
        return f'{start}{field} value="{safe(value)}"{hint}></label>\n'
    offered = "".join([
        f'<option value="{safe(key)}"{" selected" if str(key) == value else ""}>{safe(words)}'
        for key, words in options
    ])  # fmt: skip
    field = f'<select class="form-select form-select-sm" name="{name}"><option value="">全部'
    return f"{start}{field}{offered}</select></label>\n"


def asked(names: Iterable[str]) -> dict[str, str]:
    """The filters of the URL that are set, without what nobody can have meant."""
    given = {name: request.args.get(name, "").strip()[:LONGEST] for name in names}
    return {name: value for name, value in given.items() if value and value.isprintable()}


def place(name: str) -> int:
    """A key of paging from the URL; 0 where there is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def places(name: str) -> tuple[int, int] | None:
    """A key of paging in two parts (`1760232600.17`: what the list is ordered by, then the id), or None."""
    parts = request.args.get(name, "").split(".")
    if len(parts) != 2 or not all(p.isascii() and p.isdecimal() and len(p) < 12 for p in parts):
        return None
    return int(parts[0]), int(parts[1])


def refuse(form: BaseForm, refusal: InvalidInput | RuleViolation) -> int:
    """Put an InvalidInput where it belongs in the form; returns the status to answer with."""
    if isinstance(refusal, RuleViolation):
        return 409
    if refusal.field and refusal.field in form:
        form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
    else:
        form.form_errors.append(refusal.message)
    return 422


def form_screen(
    title: str, form: BaseForm, groups: Sequence[Group], *, cancel_url: str, submit: str = "保存",
    status: int = 200, refusal: RuleViolation | None = None, conflict: list[dict[str, str]] | None = None,
    intro: str = "", breadcrumb: Sequence[Mapping[str, str]] = (), warning: str = "",
    template: str = "layouts/form.html", **extra: Any,
) -> Response:  # fmt: skip
    """A form as a page of its own: groups are (legend, clause, names of fields); `template`: one that extends
    the layout."""
    files = any(field.kind == "file" for field in form)
    return render(
        template, status=status, title=title, form=form, groups=groups, submit=submit, files=files,
        cancel_url=cancel_url, refusal=refusal, conflict=conflict, intro=intro, warning=warning,
        breadcrumb=[*breadcrumb, {"label": title}], **extra,
    )  # fmt: skip


def differences(form: BaseForm, row: Any) -> list[dict[str, str]]:
    """What stands in the form and differs from the row, for the notice of a conflict."""
    found = []
    for field in form:
        if field.kind in ("hidden", "file") or not hasattr(row, field.name):
            continue
        yours, theirs = _words(field, field.data), _words(field, getattr(row, field.name))
        if yours != theirs:
            found.append({"label": field.label.text, "yours": yours[:500], "theirs": theirs[:500]})
    return found


def _words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    offered = [select_choice(choice) for choice in getattr(field, "choices", None) or ()]
    named = {str(choice.value): str(choice.label) for choice in offered}
    return "" if value is None else named.get(str(value), str(value))


def submitted(
    form: BaseForm, screen: Callable[..., Response], act: Callable[[], str], *, done: str, row: Any = None
) -> Response:
    """The way of every form: shown, refused with what was typed, or stored; `act` returns where to go next.

    `screen(form=…, status=…, refusal=…, conflict=…)` shows it. With `row` (and a `version` field in the form)
    somebody else's change in between answers 409 with the differences.
    """
    if request.method != "POST":
        return screen(form=form)
    if not form.validate():
        return screen(form=form, status=422)
    if row is not None and form["version"].data != str(row.version):
        rows = differences(form, row) or [{"label": "其他项目", "yours": "", "theirs": "有修改"}]
        form["version"].data, form["version"].raw_data = str(row.version), None
        return screen(form=form, status=409, conflict=rows)
    try:
        with transaction():
            target = act()
            remember(target)
    except StaleDataError:
        rows = [{"label": "内容", "yours": "", "theirs": "刚刚有修改，请刷新后再提交"}]
        return screen(form=form, status=409, conflict=rows)
    except (InvalidInput, RuleViolation) as refused:
        rule = refused if isinstance(refused, RuleViolation) else None
        return screen(form=form, status=refuse(form, refused), refusal=rule)
    if done:
        flash(done, "success")
    return redirect_to(target)


def pressed(act: Callable[[], str | None], back: str, done: str) -> Response:
    """The way of a step by a button, without a form: done, or refused with the reason, back on the page.

    `act` may return another page to go to once it is done."""
    try:
        with transaction():
            target = act() or back
            remember(target)
    except (InvalidInput, RuleViolation) as refused:
        flash(str(refused) if isinstance(refused, RuleViolation) else refused.message, "danger")
        return redirect_to(back, saved=False)
    flash(done, "success")
    return redirect_to(target)


def form_flow(
    title: str, form: BaseForm, groups: Sequence[Group], act: Callable[[], str], *, back: str, done: str,
    row: Any = None, **screen: Any,
) -> Response:  # fmt: skip
    """A form as a page of its own with its way: `form_screen` and `submitted` in one."""

    def shown(**what: Any) -> Response:
        return form_screen(title, groups=groups, cancel_url=back, **screen, **what)

    return submitted(form, shown, act, done=done, row=row)


def list_screen(
    title: str, columns: Sequence[Any], rows: Sequence[Any], *, endpoint: str,
    filters: Mapping[str, str] | None = None, controls: Sequence[Mapping[str, Any]] = (),
    before: Any = None, after: Any = None, empty: str, hint: str = "",
    actions: Sequence[Mapping[str, Any]] = (),
    clause: str = "", intro: str = "", tabs: Sequence[Mapping[str, Any]] = (), body: Markup | None = None,
    **extra: Any,
) -> Response:  # fmt: skip
    """A list: `columns` are labels, or (label, class); `rows` hold cells; `controls` are filters.
    With `body` the lines are written already, for `rows` that are anything.

    A control is {"name", "label", "options": ((value, text), …)} or, without options, a text input. `before`
    and `after` are keys of paging (None: no such page). `actions` are {"label", "url", "icon", "primary"}.
    """
    set_filters = dict(filters or {})
    values = extra.pop("url_values", {})

    def at(**where: Any) -> str:
        return url_for(endpoint, **(values | set_filters | where))

    heads = [(head, "") if isinstance(head, str) else head for head in columns]
    return render(
        "layouts/list.html", title=title, heads=heads, rows=rows,
        body=table_body(heads, rows) if body is None else body, filters=set_filters,
        controls=printed_controls(controls, set_filters),
        prev_url=at(before=before) if before else None, next_url=at(after=after) if after else None,
        list_url=url_for(endpoint, **values), empty=empty, hint=hint,
        actions=actions, clause=clause, intro=intro,
        tabs=tabs, chips=_chips(set_filters, controls, endpoint, values), **extra,
    )  # fmt: skip


def _chips(
    filters: Mapping[str, str], controls: Sequence[Mapping[str, Any]], endpoint: str, values: dict[str, Any]
) -> list[dict[str, str]]:
    chips = []
    for control in controls:
        name = control["name"]
        if name in filters:
            words = dict(control.get("options") or ()).get(filters[name], filters[name])
            rest = {key: value for key, value in filters.items() if key != name}
            url = url_for(endpoint, **(values | rest))
            chips.append({"label": control["label"], "value": words, "remove_url": url})
    return chips


def record_screen(
    title: str, facts: Sequence[Mapping[str, Any]], *, panels: Sequence[Mapping[str, Any]] = (),
    badge: tuple[str, str] | None = None, actions: Sequence[Mapping[str, Any]] = (),
    notices: Sequence[Mapping[str, Any]] = (), history: Sequence[Mapping[str, Any]] = (), clause: str = "",
    breadcrumb: Sequence[Mapping[str, str]] = (), **extra: Any,
) -> Response:  # fmt: skip
    """A record: facts ({"label", "value", "clause", "wide"}), panels, next actions, history below.

    A panel is {"title", "clause", "columns", "rows", "empty", "actions"} or {"title", "text"} or
    {"title", "facts"}; an action is {"label", "url", "primary", "clause"} and, for a step by a button,
    {"post": True, "confirm": …}.
    """
    return render(
        "layouts/record.html", title=title, facts=facts, panels=panels, badge=badge, actions=actions,
        notices=notices, history=history, clause=clause, breadcrumb=[*breadcrumb, {"label": title}], **extra,
    )  # fmt: skip
