"""Local settings: what an organization decided where the rules are silent or open, and how it came to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, abort, flash, request, url_for

from blueprints.accounts.sessions import me
from blueprints.rulebook.forms import SettingForm, setting_form, show_refusal
from blueprints.rulebook.routes import blueprint
from blueprints.rulebook.routes.dates import stored_time
from blueprints.rulebook.service import StaleSetting, base_ruleset, change_setting
from blueprints.rulebook.service.citations import limit_name, limit_words
from blueprints.rulebook.service.in_force import LocalRules, Stored, applied, local_rules
from blueprints.rulebook.service.local_values import row_of
from blueprints.rulebook.service.scopes import Scope, may_edit, owner_of, scope_or_none, scopes_of
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation
from domain.rulesets import Channel, Limit, Ruleset, Setting

Row = Setting | Limit | Channel
MOST_SHOWN = 200
TABS = {"rulebook.settings": "时限和规则", "rulebook.channels": "受理渠道", "rulebook.history": "修改记录"}


def _chosen() -> tuple[Scope | None, tuple[Scope, ...]]:
    """The scope named in the address, else the first that the person may edit, else the first."""
    scopes = scopes_of(me())
    wanted = request.args.get("scope", "")
    if wanted:
        code, _, owner = wanted.partition("/")
        scope = next((s for s in scopes if s.code == code and s.owner.code == owner), None)
        if scope is None:
            abort(404)
        return scope, scopes
    own = next((s for s in scopes if may_edit(me(), s)), None)
    return own or next(iter(scopes), None), scopes


def _scope_key(scope: Scope) -> str:
    return f"{scope.code}/{scope.owner.code}"


def _words(ruleset: Ruleset, row: Row) -> str:
    if isinstance(row, Limit):
        return limit_words(row)
    if isinstance(row, Setting):
        return row.label
    return "；".join(filter(None, (row.name, row.remark, "启用" if row.active else "停用")))


def _words_of(base: Ruleset, key: str, value: Any) -> str:
    """What a value says, in the words of the ruleset as long as it fits."""
    ruleset, misfits = applied(base, [Stored(0, key, value, "—", "", clock.now())])
    return str(value) if misfits else _words(ruleset, row_of(ruleset, key))


def _fixed(row: Row) -> bool:
    """The rule's own text states it."""
    return (isinstance(row, Setting) and not row.editable) or (isinstance(row, Limit) and not row.local)


def _line(scope: Scope, ruleset: Ruleset, row: Row, key: str, stored: Stored | None) -> dict[str, Any]:
    url = url_for("rulebook.setting", code=scope.code, owner=scope.owner.code, key=key)
    return {
        "name": limit_name(ruleset, row) if isinstance(row, Limit) else row.name,
        "value": _words(ruleset, row),
        "clause": row.clause,
        "fixed": _fixed(row),
        "reason": row.reason,
        "stored": stored,
        "at": stored_time(stored.set_at) if stored else None,
        "url": url,
        "row": row,
    }


def _page(template: str, scope: Scope | None, scopes: tuple[Scope, ...], **ctx: Any) -> Response:
    key = _scope_key(scope) if scope else ""
    tabs = [
        {"label": label, "url": url_for(endpoint, scope=key), "active": request.endpoint == endpoint}
        for endpoint, label in TABS.items()
    ]
    choices = [(_scope_key(s), f"〔{base_ruleset(s.code).prefix}〕{s.owner.name}") for s in scopes]
    editable = scope is not None and may_edit(me(), scope)
    return render(template, scope=scope, key=key, tabs=tabs, choices=choices, editable=editable, **ctx)


@blueprint.get("/settings")
@requires(Permission.RULES_READ)
def settings() -> Response:
    """Limits and settings of one scope; what the rule itself states is marked as such."""
    scope, scopes = _chosen()
    if scope is None:
        return _page("rulebook/settings.html", None, ())
    rules = local_rules(scope.owner.id, scope.code)
    groups = [
        (title, [_line(scope, rules.ruleset, row, row.key, rules.stored.get(row.key)) for row in rows])
        for title, rows in (("时限", rules.ruleset.limits), ("办理规则", rules.ruleset.settings))
    ]
    held = {"ruleset": rules.ruleset, "misfits": rules.misfits}
    return _page("rulebook/settings.html", scope, scopes, groups=groups, **held)


@blueprint.get("/channels")
@requires(Permission.RULES_READ)
def channels() -> Response:
    """The ways in, as data: name, remark and use can be set."""
    scope, scopes = _chosen()
    if scope is None:
        return _page("rulebook/channels.html", None, ())
    rules = local_rules(scope.owner.id, scope.code)
    keyed = [(f"channel:{channel.code}", channel) for channel in rules.ruleset.channels]
    lines = [_line(scope, rules.ruleset, channel, key, rules.stored.get(key)) for key, channel in keyed]
    return _page("rulebook/channels.html", scope, scopes, ruleset=rules.ruleset, lines=lines)


def _entries(base: Ruleset, rows: Iterable[Stored], named: bool) -> list[dict[str, Any]]:
    """Timeline entries of `rows` (oldest first), newest first; each says what stood before."""
    entries = []
    before: dict[str, str] = {}
    for row in rows:
        old = before.get(row.key)
        try:
            known = row_of(base, row.key)
            name, old = known.name, old or _words(base, known)
        except KeyError:
            name = row.key
        new = before[row.key] = _words_of(base, row.key, row.value)
        entries.append(
            {
                "at": stored_time(row.set_at),
                "datetime": clock.to_local(row.set_at).isoformat(timespec="minutes"),
                "title": f"修改“{name}”" if named else "修改",
                "who": row.set_by,
                "text": row.reason,
                "changes": [{"field": "设定", "old": old, "new": new}],
            }
        )
    return entries[::-1][:MOST_SHOWN]


@blueprint.get("/settings/history")
@requires(Permission.RULES_READ)
def history() -> Response:
    """Every change of the settings of one scope."""
    scope, scopes = _chosen()
    if scope is None:
        return _page("rulebook/history.html", None, ())
    rows = local_rules(scope.owner.id, scope.code).history
    entries = _entries(base_ruleset(scope.code), rows, named=True)
    return _page("rulebook/history.html", scope, scopes, entries=entries)


@blueprint.route("/settings/<code>/<owner>/<key>", methods=["GET", "POST"])
@requires(Permission.RULES_EDIT)
@once
def setting(code: str, owner: str, key: str) -> Response:
    """Set one local value, with the reason; the earlier values stay in the history."""
    scope = scope_or_none(me(), code, owner)
    if scope is None:
        abort(404)
    if not may_edit(me(), scope):
        abort(403, description=f"这些设定由{scope.owner.name}负责，您的单位不能修改。")
    rules = local_rules(scope.owner.id, scope.code)
    try:
        row = row_of(rules.ruleset, key)
    except KeyError:
        abort(404)
    form = setting_form(row)
    if form.is_submitted():
        return _save(scope, rules, key, form)
    form.fill(row)
    form.reason.data = ""
    form.seen.data = str(rules.stored[key].id if key in rules.stored else 0)
    return _form_page(scope, rules, key, form)


def _save(scope: Scope, rules: LocalRules, key: str, form: SettingForm) -> Response:
    if not form.validate():
        return _form_page(scope, rules, key, form, 422)
    is_channel = key.startswith("channel:")
    target = url_for("rulebook.channels" if is_channel else "rulebook.settings", scope=_scope_key(scope))
    seen = int(form.seen.data) if (form.seen.data or "").isdecimal() else 0
    try:
        with transaction():
            change_setting(
                owner_of(scope), scope.code, key, form.value(),
                reason=form.reason.data, by=me(), now=clock.now(), seen=seen,
            )  # fmt: skip
            remember(target)
    except StaleSetting as stale:
        form.seen.data = str(stale.current.id)
        base = base_ruleset(scope.code)
        yours = _words_of(base, key, form.value())
        rows = [
            {"label": "设定", "yours": yours, "theirs": _words_of(base, key, stale.current.value)},
            {"label": "理由", "yours": form.reason.data, "theirs": stale.current.reason},
        ]
        return _form_page(scope, rules, key, form, 409, conflict=rows, current=stale.current)
    except (InvalidInput, RuleViolation) as refusal:
        return _form_page(scope, rules, key, form, show_refusal(form, refusal))
    flash("已保存。新受理的诉求按新的设定办理，已受理的仍按受理时的设定。", "success")
    return redirect_to(target)


def _form_page(
    scope: Scope, rules: LocalRules, key: str, form: SettingForm, status: int = 200, **ctx: Any
) -> Response:
    row = row_of(rules.ruleset, key)
    rows = [stored for stored in rules.history if stored.key == key]
    base = base_ruleset(scope.code)
    is_channel = isinstance(row, Channel)
    back = url_for("rulebook.channels" if is_channel else "rulebook.settings", scope=_scope_key(scope))
    return render(
        "rulebook/setting.html",
        status=status,
        scope=scope,
        ruleset=rules.ruleset,
        line=_line(scope, rules.ruleset, row, key, rules.stored.get(key)),
        first=_words(base, row_of(base, key)),
        first_reason=row_of(base, key).reason,
        form=form,
        back=back,
        entries=_entries(base, rows, named=False),
        breadcrumb=[{"label": "受理渠道" if is_channel else "本单位设定", "url": back}, {"label": row.name}],
        **{"conflict": None, "current": None, **ctx},
    )
