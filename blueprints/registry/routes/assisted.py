"""Assisted handling: list, record, beginning, end (F3.2.3)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.registry.forms.assisted import (
    ASSISTED_GROUPS,
    ASSISTED_SPANS,
    AssistedEndForm,
    AssistedForm,
)
from blueprints.registry.models import AssistedHandling
from blueprints.registry.queries import assisted as queries
from blueprints.registry.queries import staff as staff_queries
from blueprints.registry.queries.visits import entries_of
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import (
    chosen_enterprises,
    enterprise_control,
    history,
    me,
    own_or_404,
    own_organization,
    row_or_404,
)
from blueprints.registry.service import assisted as service
from core import clock
from core.authz import Permission, requires
from core.files import send_stored
from core.privacy import mask_name, mask_phone
from core.screens import asked, cell, form_flow, list_screen, places, record_screen
from core.submissions import once
from core.wording import moment_words

ASSISTED = "/assisted/<int(max=2147483647):assisted_id>"
CRUMB = [{"label": "帮办代办", "url": "/assisted"}]


def _row(found: AssistedHandling) -> list[Any]:
    return [
        cell(found.number, url=url_for("registry.assisted_one", assisted_id=found.id)),
        found.scope[:60],
        cell(mask_name(found.user_name), note=mask_phone(found.user_phone)),
        found.staff.name,
        cell(moment_words(found.consent_at), note=found.consent_how),
        cell(queries.STATES[found.state], tone=queries.STATE_TONES[found.state]),
    ]


@blueprint.get("/assisted")
@requires(Permission.REGISTRY_READ)
def assisted() -> Response:
    """What is done, and was done, in users' place."""
    filters = asked(queries.FILTERS)
    page = queries.assisted_page(
        chosen_enterprises(), filters, after=places("after"), before=places("before")
    )
    new = {
        "label": "登记帮办代办",
        "url": url_for("registry.new_assisted"),
        "icon": "plus-lg",
        "primary": True,
    }
    return list_screen(
        "帮办代办", ["编号", "代办范围", "用户", "经办员工", "用户同意", "状态"],
        [_row(row) for row in page.rows],
        endpoint="registry.assisted", filters=filters, clause="F3.2.3", before=page.before, after=page.after,
        controls=[
            *enterprise_control(), {"name": "number", "label": "编号"},
            {"name": "state", "label": "状态", "options": list(queries.STATES.items())},
        ],
        actions=[new] if Permission.REGISTRY_LOG in me().permissions else [],
        empty="还没有帮办代办。", hint="替用户办事要先征得同意，写明怎样同意和代办的范围。",
    )  # fmt: skip


@blueprint.route("/assisted/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def new_assisted() -> Response:
    """Take a task on for a user."""
    organization_id = own_organization()
    people, entries = staff_queries.at_work(organization_id), entries_of(organization_id)
    form = AssistedForm()
    form.offer(entries, people)

    def act() -> str:
        made = service.begin(organization_id, form.task(entries, people), by=me(), now=clock.now())
        return url_for("registry.assisted_one", assisted_id=made.id)

    return form_flow(
        "登记帮办代办", form, ASSISTED_GROUPS, act, back=url_for("registry.assisted"), breadcrumb=CRUMB,
        done="帮办代办已登记。", spans=ASSISTED_SPANS,
    )  # fmt: skip


@blueprint.get(ASSISTED)
@requires(Permission.REGISTRY_READ)
def assisted_one(assisted_id: int) -> Response:
    """One of them, with the consent."""
    found, by = row_or_404(AssistedHandling, assisted_id), me()
    mine = found.organization_id == by.organization_id
    consent = f"{found.consent_how}，{moment_words(found.consent_at)}"
    facts: list[dict[str, Any]] = [
        {"label": "代办范围", "value": found.scope, "clause": "F3.2.3", "wide": True},
        {"label": "业务", "value": found.entry.name if found.entry else "不在目录里"},
        {"label": "经办员工", "value": f"{found.staff.name}（{found.staff.badge}）", "clause": "F3.2.1"},
        {"label": "用户", "value": found.user_name if mine else mask_name(found.user_name)},
        {"label": "电话", "value": found.user_phone if mine else mask_phone(found.user_phone)},
        {"label": "用户同意", "value": consent, "clause": "F3.2.3"},
        {"label": "登记", "value": f"{found.by} {moment_words(found.at)}"},
    ]  # fmt: skip
    if found.ended_at:
        facts.append({"label": "结束", "value": moment_words(found.ended_at)})
        facts.append({"label": "结果", "value": found.outcome, "wide": True})
    actions: list[dict[str, Any]] = []
    if mine and found.state == "open" and Permission.REGISTRY_LOG in by.permissions:
        end = url_for("registry.assisted_end", assisted_id=found.id)
        actions = [{"label": "办结或终止", "url": end, "primary": True}]
    if found.consent_file_id is not None:
        file = url_for("registry.assisted_file", assisted_id=found.id)
        actions.append({"label": "同意书", "url": file, "icon": "download"})
    return record_screen(
        found.number, facts, breadcrumb=CRUMB, actions=actions, history=history(found),
        badge=(queries.STATES[found.state], queries.STATE_TONES[found.state]),
    )  # fmt: skip


@blueprint.route(f"{ASSISTED}/end", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def assisted_end(assisted_id: int) -> Response:
    """It is done, or stopped."""
    found, form = own_or_404(AssistedHandling, assisted_id), AssistedEndForm()
    back = url_for("registry.assisted_one", assisted_id=found.id)

    def act() -> str:
        service.end(found, form.state.data, form.outcome.data or "", by=me(), now=clock.now())
        return back

    groups = [("结果", "F3.2.3", ("state", "outcome"))]
    trail = [*CRUMB, {"label": found.number, "url": back}]
    return form_flow("办结或终止", form, groups, act, back=back, done="已登记。", breadcrumb=trail)


@blueprint.get(f"{ASSISTED}/consent")
@requires(Permission.REGISTRY_READ)
def assisted_file(assisted_id: int) -> Response:
    """The consent on paper; it names the user, so only the own enterprise gets it."""
    found = own_or_404(AssistedHandling, assisted_id)
    if found.consent_file is None:
        abort(404)
    return send_stored(found.consent_file, found.consent_file_name)
