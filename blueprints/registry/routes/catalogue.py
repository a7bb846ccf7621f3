"""The service catalogue, searched in one page while the person is on the phone (F3.3.2, F3.4.1)."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from blueprints.accounts.queries_reach import enterprises
from blueprints.registry.forms.services import EntryForm
from blueprints.registry.models import CatalogueEntry
from blueprints.registry.queries import services as queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import (
    chosen_enterprises,
    history,
    me,
    own_or_404,
    own_organization,
    row_or_404,
)
from blueprints.registry.service import catalogue as service
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import asked, form_flow, record_screen
from core.submissions import once

CRUMB = [{"label": "服务目录", "url": "/catalogue"}]
FIELDS = (
    "name", "conditions", "materials", "steps", "limit_amount", "limit_unit", "limit_source", "limit_basis",
    "fee", "fee_basis", "place", "phone", "position", "active",
)  # fmt: skip
GROUPS = (
    ("业务", "F3.3.2", ("name", "conditions", "materials", "steps")),
    ("时限", "F3.3.2", ("limit_amount", "limit_unit", "limit_source", "limit_basis")),
    ("收费", "F3.3.5", ("fee", "fee_basis")),
    ("办理和咨询", "F3.4.1", ("place", "phone", "position", "active")),
)
SPANS = {"limit_amount": 4, "limit_unit": 4, "limit_source": 4, "phone": 6, "position": 6, "place": 12}


@blueprint.get("/catalogue")
@requires(Permission.REGISTRY_READ)
def catalogue() -> Response:
    """All businesses with everything a caller asks; `q` finds by any word."""
    by, filters = me(), asked(("q", "enterprise"))
    reach = enterprises(by)
    words = filters.get("q", "")
    found = queries.entries(chosen_enterprises(), words)
    own = by.organization_id if len(reach) == 1 else None
    return render(
        "registry/catalogue.html", "results", words=words, rows=found, several=len(reach) > 1,
        lines=queries.hotlines(chosen_enterprises(), active=True), limit_words=queries.limit_words,
        sources=queries.LIMIT_SOURCES, reach=reach, chosen=filters.get("enterprise", ""),
        may_edit=Permission.REGISTRY_EDIT in by.permissions and own is not None,
        may_log=Permission.REGISTRY_LOG in by.permissions and own is not None,
    )  # fmt: skip


@blueprint.get("/catalogue/<int(max=2147483647):entry_id>")
@requires(Permission.REGISTRY_READ)
def entry(entry_id: int) -> Response:
    """One business."""
    found = row_or_404(CatalogueEntry, entry_id)
    by = me()
    edits = found.organization_id == by.organization_id and Permission.REGISTRY_EDIT in by.permissions
    edit = {"label": "修改", "url": url_for("registry.edit_entry", entry_id=found.id), "primary": True}
    limit = queries.limit_words(found)
    if found.limit_amount is not None:
        limit += f"（{queries.LIMIT_SOURCES[found.limit_source]}：{found.limit_basis}）"
    facts: list[dict[str, Any]] = [
        {"label": "办理时限", "value": limit, "clause": "F3.3.2", "wide": True},
        {"label": "收费标准", "value": found.fee},
        {"label": "收费依据", "value": found.fee_basis},
        {"label": "在哪里办", "value": found.place},
        {"label": "咨询电话", "value": found.phone},
    ]
    panels: list[dict[str, Any]] = [
        {"title": "办理条件", "text": found.conditions or "—"},
        {"title": "需要的材料", "text": found.materials or "—"},
        {"title": "办理流程", "text": found.steps or "—"},
    ]
    return record_screen(
        found.name, facts, panels=panels, breadcrumb=CRUMB, history=history(found),
        badge=("在办", "done") if found.active else ("已停办", "stopped"), actions=[edit] if edits else [],
    )  # fmt: skip


def _saved(form: EntryForm, found: CatalogueEntry | None, organization_id: int) -> str:
    values: dict[str, Any] = {name: form[name].data for name in FIELDS}
    made = service.save_entry(organization_id, found, values, by=me(), now=clock.now())
    return url_for("registry.entry", entry_id=made.id)


@blueprint.route("/catalogue/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_entry() -> Response:
    """A new business."""
    organization_id, form = own_organization(), EntryForm()
    return form_flow(
        "新增业务", form, GROUPS, lambda: _saved(form, None, organization_id),
        back=url_for("registry.catalogue"),
        done="业务已登记。", breadcrumb=CRUMB, spans=SPANS,
    )  # fmt: skip


@blueprint.route("/catalogue/<int(max=2147483647):entry_id>/edit", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def edit_entry(entry_id: int) -> Response:
    """Change a business; a changed fee opens the duty to publish it anew."""
    found = own_or_404(CatalogueEntry, entry_id)
    form, back = EntryForm(obj=found), url_for("registry.entry", entry_id=found.id)
    return form_flow(
        "修改业务", form, GROUPS, lambda: _saved(form, found, found.organization_id), back=back, row=found,
        done="业务已保存。", breadcrumb=[*CRUMB, {"label": found.name, "url": back}], spans=SPANS,
    )  # fmt: skip
