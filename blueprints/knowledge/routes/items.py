"""知识库: the list, one item, a new one, where it stands, in use or retired."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from blueprints.accounts.models import SECTORS, Organization
from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history
from blueprints.knowledge import queries
from blueprints.knowledge.forms import ItemForm, PlaceForm
from blueprints.knowledge.models import DANGERS, KINDS
from blueprints.knowledge.routes import blueprint
from blueprints.knowledge.routes.desk import CRUMB, ITEM, item_or_404, own_or_404, own_organization
from blueprints.knowledge.service import writing
from blueprints.knowledge.views import pages
from blueprints.knowledge.views.words import categories_of
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import asked, form_flow, list_screen, places, pressed
from core.submissions import once

STATES = {"": "在用", "waiting": "待审定", "retired": "已停用"}
FILTERS = ("kind", "category", "emergency", "sector", "clause", "q")
PLACE = ("种类和类别", "", ("kind", "title", "category", "emergency", "sectors", "clause"))
SPANS = {"title": 12, "category": 6, "emergency": 6, "sectors": 6, "clause": 6}


def _controls(organization: Organization, categories: dict[str, str]) -> list[dict[str, Any]]:
    sectors = [(code, SECTORS[code]) for code in organization.sectors]
    controls: list[dict[str, Any]] = [
        {"name": "q", "label": "找", "placeholder": "名称、内容里的词"},
        {"name": "kind", "label": "种类", "options": list(KINDS.items())},
        {"name": "category", "label": "类别", "options": list(categories.items())},
        {"name": "emergency", "label": "险情", "options": list(DANGERS.items())},
        {"name": "clause", "label": "条款", "placeholder": "如 F5.2"},
    ]
    if len(sectors) > 1:
        controls.insert(4, {"name": "sector", "label": "行业", "options": sectors})
    return controls


def _at(filters: dict[str, str], state: str) -> str:
    values: dict[str, Any] = filters | ({"state": state} if state else {})
    return url_for("knowledge.items", **values)


@blueprint.get("/knowledge")
@requires(Permission.KNOWLEDGE_READ)
def items() -> Response:
    """The items of the own organization and of its regulators, the most used first."""
    by, organization = me(), own_organization()
    filters, categories = asked(FILTERS), categories_of(organization)
    state = asked(("state",)).get("state", "")
    state = state if state in STATES else ""
    rows, before, after = queries.listing(by, filters, state, before=places("before"), after=places("after"))
    tabs = [
        {"label": label, "url": _at(filters, name), "active": name == state} for name, label in STATES.items()
    ]
    new = {"label": "提一条新的", "url": url_for("knowledge.new"), "icon": "plus-lg", "primary": True}
    return list_screen(
        "知识库", pages.COLUMNS, pages.list_rows(rows, by, categories), endpoint="knowledge.items",
        filters=filters, controls=_controls(organization, categories), before=before, after=after,
        empty=f"没有{STATES[state]}的模板和口径。", actions=[new], tabs=tabs,
        url_values={"state": state} if state else {},
        intro="答复模板、热线口径和安全提示，按用得多少排列；主管部门的也在这里。",
    )  # fmt: skip


@blueprint.get(ITEM)
@requires(Permission.KNOWLEDGE_READ)
def item(knowledge_item_id: int) -> Response:
    """The text in use, versions, uses."""
    found, by = item_or_404(knowledge_item_id), me()
    own = found.organization_id == by.organization_id
    figures = pages.use_figures(found, clock.now())
    return render(
        "knowledge/item.html", title=found.title, item=found, badge=pages.badge(found), clause="",
        facts=pages.facts(found, categories_of(found.organization)), actions=pages.actions(found, by),
        version_heads=pages.VERSION_HEADS, versions=pages.version_rows(found, by, figures["by_version"]),
        figures=figures, history=history("knowledge_item", found.id) if own else [], notices=[], panels=[],
        breadcrumb=[*CRUMB, {"label": found.title}],
    )  # fmt: skip


@blueprint.route("/knowledge/new", methods=["GET", "POST"])
@requires(Permission.KNOWLEDGE_READ)
@once
def new() -> Response:
    """Propose a new item."""
    organization = own_organization()
    form = ItemForm()
    form.offer(organization, categories_of(organization))

    def act() -> str:
        made = writing.propose_item(
            organization.id, form.place(), form.text.data, form.reason.data or "", by=me(), now=clock.now()
        )
        return url_for("knowledge.item", knowledge_item_id=made.item_id)

    return form_flow(
        "提一条新的", form, [PLACE, ("内容", "", ("text", "reason"))], act, back=url_for("knowledge.items"),
        done="已提交，等本单位有审定权限的人发布。", breadcrumb=CRUMB, spans=SPANS, submit="提交审定",
    )  # fmt: skip


@blueprint.route(f"{ITEM}/edit", methods=["GET", "POST"])
@requires(Permission.KNOWLEDGE_PUBLISH)
@once
def edit(knowledge_item_id: int) -> Response:
    """Where the item stands; what it says only changes by a new version."""
    found = own_or_404(knowledge_item_id)
    form = PlaceForm()
    form.offer(found.organization, categories_of(found.organization))
    del form.kind
    back = url_for("knowledge.item", knowledge_item_id=found.id)
    if not form.is_submitted():
        form.fill(found)

    def act() -> str:
        writing.change_place(found, form.place(found.kind), by=me(), now=clock.now())
        return back

    crumbs = [*CRUMB, {"label": found.title, "url": back}]
    return form_flow(
        "改类别、条款", form, [PLACE], act, back=back, done="已保存。", row=found, breadcrumb=crumbs,
        spans=SPANS,
    )  # fmt: skip


@blueprint.post(f"{ITEM}/active")
@requires(Permission.KNOWLEDGE_PUBLISH)
@once
def toggle(knowledge_item_id: int) -> Response:
    """Retire an item, or take it up again."""
    found = own_or_404(knowledge_item_id)
    active = not found.active
    back = url_for("knowledge.item", knowledge_item_id=found.id)
    done = "已重新启用。" if active else "已停用，办件时不再出现。"

    def act() -> None:
        writing.set_active(found, active, by=me(), now=clock.now())

    return pressed(act, back, done)
