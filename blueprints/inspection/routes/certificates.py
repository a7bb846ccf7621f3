"""执法证 of the regulator's people."""

from __future__ import annotations

from flask import Response, abort, url_for

from blueprints.accounts.queries import people_with_role
from blueprints.accounts.sessions import me
from blueprints.inspection.forms.draws import CertificateForm
from blueprints.inspection.queries import draws as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.service import certificates as service
from core import clock
from core.authz import REGULATOR_ROLES, Permission, requires
from core.forms import select_choices
from core.screens import cell, form_flow, list_screen
from core.submissions import once
from core.wording import date_words

CRUMB = [{"label": "执法证", "url": "/inspectors"}]


@blueprint.get("/inspectors")
@requires(Permission.DRAW_READ)
def inspectors() -> Response:
    """Certificates with their terms; an expired one cannot be drawn."""
    today = clock.today()
    rows = [
        [
            cell(row.user.name, note=row.user.department.name if row.user.department else ""),
            row.number,
            f"{date_words(row.valid_from)}至{date_words(row.valid_until)}",
            cell("有效", tone="done")
            if row.valid_from <= today <= row.valid_until
            else cell("无效", tone="overdue"),
        ]
        for row in queries.certificates(me().organization_id or 0)
    ]
    new = {
        "label": "登记执法证",
        "url": url_for("inspection.new_certificate"),
        "primary": True,
        "icon": "plus-lg",
    }
    return list_screen(
        "执法证", ["人员", "证号", "有效期", "状态"], rows, endpoint="inspection.inspectors", clause="F6.1",
        empty="还没有登记执法证。", hint="每次检查至少两人，执法证当天有效。",
        actions=[new] if Permission.DRAW_EDIT in me().permissions else [],
    )  # fmt: skip


@blueprint.route("/inspectors/new", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def new_certificate() -> Response:
    """Enter a certificate."""
    by, form = me(), CertificateForm()
    people = {str(user.id): user for user in people_with_role(by.organization_id, *REGULATOR_ROLES)}
    form.user_id.choices = select_choices([(key, user.name) for key, user in people.items()])

    def act() -> str:
        person = people.get(form.user_id.data)
        if person is None:
            abort(404)
        service.add(
            person, form.number.data, form.valid_from.data, form.valid_until.data, by=by, now=clock.now()
        )
        return url_for("inspection.inspectors")

    groups = [("执法证", "F6.1", ("user_id", "number", "valid_from", "valid_until"))]
    back = url_for("inspection.inspectors")
    return form_flow("登记执法证", form, groups, act, back=back, done="执法证已登记。", breadcrumb=CRUMB)
