"""授权和AB角: who acts for whom, until when."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts import queries, queries_delegations
from blueprints.accounts.forms import DelegationForm, SubstituteForm, role_choices
from blueprints.accounts.models import Delegation, User
from blueprints.accounts.routes import blueprint
from blueprints.accounts.service import delegations as service
from blueprints.accounts.sessions import me
from core import clock
from core.authz import Permission, Role, requires
from core.forms import BaseForm, select_choices, the
from core.screens import asked, cell, form_flow, list_screen, place, pressed
from core.submissions import once
from core.wording import moment_words

HOME = [{"label": "授权和AB角", "url": "/delegations"}]
ID = "<int(max=2147483647):delegation_id>"
GROUPS = (
    ("谁给谁", "", ("principal_id", "delegate_id", "kind")),
    ("授什么", "", ("roles", "begins_at", "ends_at")),
    ("为什么", "", ("reason", "document")),
)
INTRO = (
    "被授权人以本人名义办理，记录上注明“受权”和授权人；不能审批自己拟办的内容，不能再授出。"
    "授权人的角色被收回或者账号停用，授权随即失效。"
)


def _line(row: Delegation, by: User) -> list[Any]:
    now = clock.now()
    if row.ended_at is not None or row.ends_at <= now:
        state = cell("已结束", tone="stopped", note=f"{row.ended_by}提前结束" if row.ended_by else "")
    else:
        state = cell("生效中", tone="done") if row.begins_at <= now else cell("未到时间", tone="wait")
    open_ = row.ended_at is None and row.ends_at > now
    end_url = url_for("accounts.end_delegation", delegation_id=row.id)
    return [
        cell(f"{row.principal.name} → {row.delegate.name}", note=service.KINDS[row.kind]),
        cell(service.words_of(row.roles), note=row.reason),
        cell(f"{moment_words(row.begins_at)} 至 {moment_words(row.ends_at)}", note=row.document), state,
        cell("提前结束", url=end_url) if open_ else cell("—"),
    ]  # fmt: skip


@blueprint.get("/delegations")
@requires(Permission.SELF)
def delegations() -> Response:
    """Delegations in reach."""
    by, filters = me(), asked(("state",))
    found = queries_delegations.delegations(by, filters.get("state", ""), clock.now(), before=place("after"))
    rows = found[: queries_delegations.PAGE]
    more = rows[-1].id if len(found) > len(rows) else None
    new = url_for("accounts.new_delegation")
    actions = [{"label": "登记授权", "url": new, "icon": "plus-lg", "primary": True}]
    control = {"name": "state", "label": "状态", "options": tuple(queries_delegations.STATES.items())}
    return list_screen(
        "授权和AB角", ["授权人 → 被授权人", "授出的角色", "期间", "状态", ("办理", "nowrap")],
        [_line(row, by) for row in rows], endpoint="accounts.delegations", filters=filters,
        controls=[control], after=more, intro=INTRO,
        empty="没有授权。出差、休假以前在这里登记，工作不会停在您手里。",
        actions=actions if by.permissions & {Permission.DELEGATE, Permission.STAFF_MANAGE} else (),
    )  # fmt: skip


def _principals(by: User) -> list[User]:
    if Permission.STAFF_MANAGE not in by.permissions:
        return [by]
    wanted = request.args.get("person", "")
    user = queries.manageable_user(int(wanted), by) if re.fullmatch(r"[0-9]{1,9}", wanted) else None
    own = queries_delegations.colleagues(by.organization_id) if by.organization_id else []
    return [user] if user is not None else own


def _form(by: User) -> DelegationForm:
    principals = _principals(by)
    if not principals:
        abort(404)
    one = principals[0] if len(principals) == 1 else None
    form = DelegationForm(data={"kind": "ab", "begins_at": clock.now().replace(second=0, microsecond=0)})
    form.principal_id.choices = [(str(user.id), user.name) for user in principals]
    people = queries_delegations.colleagues(principals[0].organization_id)
    form.delegate_id.choices = select_choices([(str(u.id), u.name) for u in people if u is not one], "请选择")
    form.kind.choices = list(service.KINDS.items())
    offered = service.lendable(one) if one else list(Role)
    held = frozenset[Role]().union(*(service.lendable(user) for user in principals))
    form.roles.choices = role_choices(role for role in offered if role in held)
    if not form.is_submitted() and one is not None:
        form.roles.data = [role.value for role in offered]
        form.delegate_id.data = str(one.substitute_id or "")
    return form


@blueprint.route("/delegations/new", methods=["GET", "POST"])
@requires(Permission.DELEGATE, Permission.STAFF_MANAGE)
@once
def new_delegation() -> Response:
    """Lend roles: one's own, or, for account managers, somebody's."""
    by = me()
    form = _form(by)

    def act() -> str:
        people = {str(user.id): user for user in _principals(by)}
        principal = people[form.principal_id.data]
        known = {str(user.id): user for user in queries_delegations.colleagues(principal.organization_id)}
        terms = service.Terms(
            form.kind.data, tuple(Role(value) for value in form.roles.data), the(form.begins_at.data),
            the(form.ends_at.data), form.reason.data, form.document.data or "",
        )  # fmt: skip
        service.make(principal, known[form.delegate_id.data], terms, by=by, now=clock.now())
        return url_for("accounts.delegations")

    return form_flow(
        "登记授权", form, GROUPS, act, back=url_for("accounts.delegations"), submit="登记",
        done="授权已登记，已通知被授权人。", breadcrumb=HOME, intro=INTRO,
    )  # fmt: skip


@blueprint.route(f"/delegations/{ID}/end", methods=["GET", "POST"])
@requires(Permission.SELF)
@once
def end_delegation(delegation_id: int) -> Response:
    """End a delegation before its day."""
    row = queries_delegations.delegation_or_none(delegation_id, me())
    if row is None:
        abort(404)
    back = url_for("accounts.delegations")
    if request.method == "POST":
        return pressed(lambda: service.end(row, by=me(), now=clock.now()), back, "授权已提前结束。")
    text = f"{row.principal.name}给{row.delegate.name}的授权（{service.words_of(row.roles)}）立即失效。"
    return form_flow(
        "提前结束授权", BaseForm(), (), lambda: back, back=back, done="", submit="立即结束", breadcrumb=HOME,
        intro=text,
    )  # fmt: skip


@blueprint.route("/people/<int(max=2147483647):user_id>/substitute", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
@once
def substitute(user_id: int) -> Response:
    """Name the B role of a person."""
    user = queries.manageable_user(user_id, me())
    if user is None:
        abort(404)
    people = {u.id: u for u in queries_delegations.colleagues(user.organization_id) if u.id != user.id}
    form = SubstituteForm(data={"substitute_id": user.substitute_id})
    form.substitute_id.choices = select_choices([(u.id, u.name) for u in people.values()], "没有B角")
    back = url_for("accounts.person", user_id=user.id)

    def act() -> str:
        chosen = form.substitute_id.data
        service.set_substitute(user, people.get(chosen) if chosen else None, by=me(), now=clock.now())
        return back

    crumbs = [{"label": "人员账号", "url": "/people"}, {"label": user.name, "url": back}]
    return form_flow(
        f"{user.name}的B角", form, (("", "", ("substitute_id",)),), act, back=back, done="B角已登记。",
        breadcrumb=crumbs, intro="B角是本人不在时顶岗的人；登记授权时先带出，顶岗仍要登记起止时间。",
    )  # fmt: skip
