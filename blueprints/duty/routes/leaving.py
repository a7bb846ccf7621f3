"""离岗交接: successors for everything open, the closed account, the printed list."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, abort, flash, url_for
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import User
from blueprints.accounts.queries_delegations import colleagues
from blueprints.accounts.service.holdings import KEEPERS, Holding, holdings_of
from blueprints.accounts.sessions import me
from blueprints.duty.models import AccountHandover
from blueprints.duty.routes import blueprint
from blueprints.duty.service import leaving as service
from blueprints.notices.service.printing import PrintFailed
from core import clock
from core.authz import Permission, requires
from core.db import db
from core.files import send_stored
from core.forms import BaseForm, select_choices
from core.htmx import redirect_to, render
from core.screens import cell, record_screen, submitted
from core.submissions import once
from core.wording import moment_words
from domain.errors import InvalidInput


class LeavingForm(BaseForm):
    """Why somebody leaves, and who takes what; a select for each item is added."""

    reason = StringField("事由", [DataRequired(), Length(max=300)], description="例如：调离、退休、离职。")
    everything: Any = SelectField("全部交给", choices=[], coerce=str, default="")


def _form(found: list[Holding], takers: list[User]) -> LeavingForm:
    choices = [(str(user.id), f"{user.name}（{service.roles_words(user)}）") for user in takers]
    fields: dict[str, Any] = {
        f"to_{one.kind}_{one.id}": SelectField(
            one.label[:80], choices=select_choices(choices, "随统一交接"), coerce=str, default=""
        )
        for one in found
    }
    form: LeavingForm = type("LeavingItemsForm", (LeavingForm,), fields)()
    form.everything.choices = select_choices(choices, "逐件指定")
    return form


def _chosen(form: LeavingForm, found: list[Holding], takers: list[User]) -> dict[tuple[str, int], User]:
    people = {str(user.id): user for user in takers}
    named = {
        (one.kind, one.id): form[f"to_{one.kind}_{one.id}"].data or form.everything.data for one in found
    }
    return {key: people[value] for key, value in named.items() if value in people}


@blueprint.route("/people/<int(max=2147483647):user_id>/leaving", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
@once
def leaving(user_id: int) -> Response:
    """Everything open of a person, a successor for each, then the account is closed."""
    user = accounts.manageable_user(user_id, me())
    if user is None or not user.active:
        abort(404)
    found, takers = holdings_of(user), service.successors_for(user, colleagues(user.organization_id))
    form = _form(found, takers)
    made: list[int] = []

    def act() -> str:
        choices = _chosen(form, found, takers)
        row = service.leave(user, choices, form.reason.data, by=me(), now=clock.now())
        made.append(row.id)
        return url_for("duty.handed_list", leaving_id=row.id)

    def screen(**what: Any) -> Response:
        groups = [(KEEPERS[kind].name, list(rows)) for kind, rows in groupby(found, lambda one: one.kind)]
        crumbs = [{"label": "人员账号", "url": "/people"}, {"label": user.name, "url": f"/people/{user.id}"}]
        return render(
            "duty/leaving.html", person=user, roles=service.roles_words(user), found=groups,
            total=len(found), breadcrumb=[*crumbs, {"label": "离岗交接"}], status=what.pop("status", 200),
            refusal=what.pop("refusal", None), form=what["form"],
        )  # fmt: skip

    answer = submitted(form, screen, act, done="账号已停用，所有事项已交接。")
    if made:
        _print(made[0])
    return answer


def _print(leaving_id: int) -> None:
    try:
        service.print_list(db.session.get_one(AccountHandover, leaving_id), now=clock.now())
    except (InvalidInput, PrintFailed, OSError) as failure:
        flash(f"交接已经完成，但清单没有印出：{failure}。可以在交接页面重新打印。", "warning")


def _row_or_404(leaving_id: int) -> AccountHandover:
    row, by = db.session.get(AccountHandover, leaving_id), me()
    if row is None:
        abort(404)
    mine = by.id in {item["successor_id"] for item in row.items}
    manages = Permission.STAFF_MANAGE in by.permissions and row.organization_id == by.organization_id
    if not (mine or manages or Permission.ORGANIZATION_MANAGE in by.permissions):
        abort(404)
    return row


@blueprint.get("/leaving/<int(max=2147483647):leaving_id>/list")
@requires(Permission.SELF)
def handed_list(leaving_id: int) -> Response:
    """What was handed over to whom; for the manager and for those who took over."""
    row = _row_or_404(leaving_id)
    lines = [
        [
            cell(item["kind"]), cell(item["label"], url=item["url"]), cell(item["due"] or "—"),
            cell(item["successor"]),
        ]
        for item in row.items
    ]  # fmt: skip
    facts = [
        {"label": "离岗人", "value": f"{row.user.name}（{service.roles_words(row.user)}）"},
        {"label": "事由", "value": row.reason},
        {"label": "办理", "value": f"{row.made_by.name}　{moment_words(row.made_at)}"},
    ]
    heads = ["类别", "事项", "期限", "接手人"]
    panel = {"title": "交接事项", "columns": heads, "rows": lines, "empty": "没有事项。"}
    printed = row.file_id is not None
    label, end = ("下载", "duty.handed_file") if printed else ("打印", "duty.print_handed")
    url = url_for(end, leaving_id=row.id)
    action = {"label": f"{label}交接清单", "url": url, "primary": True, "post": not printed}
    title = f"{row.user.name}的交接"
    return record_screen(title, facts, panels=[panel], actions=[action], badge=("已交接", "done"))


@blueprint.post("/leaving/<int(max=2147483647):leaving_id>/print")
@requires(Permission.SELF)
def print_handed(leaving_id: int) -> Response:
    """Print the list again where printing failed."""
    row = _row_or_404(leaving_id)
    if row.file_id is None:
        _print(row.id)
    return redirect_to(url_for("duty.handed_list", leaving_id=leaving_id))


@blueprint.get("/leaving/<int(max=2147483647):leaving_id>/list.pdf")
@requires(Permission.SELF)
def handed_file(leaving_id: int) -> Response:
    """The printed list."""
    row = _row_or_404(leaving_id)
    if row.file is None:
        abort(404)
    return send_stored(row.file, "交接清单.pdf")
