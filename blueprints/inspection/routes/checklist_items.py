"""The editor of a draft: items one by one, their order, the live sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.checklists import ItemForm, item_form, item_row
from blueprints.inspection.models import ChecklistVersion
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.checklists import CLAUSE, VERSION, crumbs, version_or_404
from blueprints.inspection.service import checklist_items as items
from blueprints.inspection.service import checklists as service
from blueprints.inspection.views import checklist_page as pages
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import asked, pressed, submitted
from core.submissions import once
from domain.checklist_texts import item_of_texts
from domain.checklists import CheckItem

ITEM = f"{VERSION}/items/<item_code>"


def _flow(row: ChecklistVersion, one: CheckItem | None, code: str, form: ItemForm) -> Response:
    """The editor of an item; `one` None: a new one, or one that was removed meanwhile."""
    made = service.content(row)

    def act() -> str:
        items.put_item(row, code, item_of_texts(form.texts()), by=me(), now=clock.now())
        again = url_for("inspection.new_checklist_item", list_version_id=row.id, part=form.part.data)
        return again if request.form.get("next") else f"{pages.version_url(row)}#i-{form.code.data}"

    def shown(form: ItemForm, **what: Any) -> Response:
        typed = form.texts()
        return render(
            "inspection/checklist_item.html", status=what.get("status", 200), version=row, form=form,
            title=f"修改 {code}" if code else "添加检查项目", sums=pages.sums(made, code, typed), code=code,
            refusal=what.get("refusal"), conflict=what.get("conflict"), clause=CLAUSE,
            breadcrumb=[*crumbs(row), {"label": code or "添加检查项目"}],
        )  # fmt: skip

    if request.method == "GET":
        service.require(row, ("draft",), "修改")
    stored = item_row(one) if code else None
    return submitted(form, shown, act, done="已保存。", row=stored)


@blueprint.route(f"{VERSION}/items/new", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_EDIT)
@once
def new_checklist_item(list_version_id: int) -> Response:
    """A new item at the end of its part."""
    row = version_or_404(list_version_id)
    made = service.content(row)
    part = asked(("part",)).get("part", "")
    return _flow(row, None, "", item_form(made, None, part if part in made.parts else ""))


@blueprint.route(ITEM, methods=["GET", "POST"])
@requires(Permission.CHECKLIST_EDIT)
@once
def checklist_item(list_version_id: int, item_code: str) -> Response:
    """Change an item; what somebody else changed meanwhile is shown, what was typed stays."""
    row = version_or_404(list_version_id)
    made = service.content(row)
    one = made.item(item_code)
    if one is None and request.method == "GET":
        abort(404)
    return _flow(row, one, item_code, item_form(made, one))


@blueprint.get(f"{VERSION}/sums")
@requires(Permission.CHECKLIST_EDIT)
def checklist_sums(list_version_id: int) -> Response:
    """The sums with what stands in the form."""
    row = version_or_404(list_version_id)
    typed = asked(("code", "part", "maximum", "rule"))
    found = pages.sums(service.content(row), typed.pop("code", ""), typed)
    return render(
        "inspection/checklist_sums.html", block="sums", sums=found, version=row, breadcrumb=crumbs(row)
    )


def _pressed(row: ChecklistVersion, act: Callable[[], object], code: str, done: str) -> Response:
    return pressed(lambda: _only(act), f"{pages.version_url(row)}#i-{code}", done)


def _only(act: Callable[[], object]) -> None:
    act()


@blueprint.post(f"{ITEM}/up")
@requires(Permission.CHECKLIST_EDIT)
@once
def move_item_up(list_version_id: int, item_code: str) -> Response:
    """One place up within its part."""
    row = version_or_404(list_version_id)
    return _pressed(
        row, lambda: items.move_item(row, item_code, True, by=me(), now=clock.now()), item_code, "已上移。"
    )


@blueprint.post(f"{ITEM}/down")
@requires(Permission.CHECKLIST_EDIT)
@once
def move_item_down(list_version_id: int, item_code: str) -> Response:
    """One place down within its part."""
    row = version_or_404(list_version_id)
    return _pressed(
        row, lambda: items.move_item(row, item_code, False, by=me(), now=clock.now()), item_code, "已下移。"
    )


@blueprint.post(f"{ITEM}/copy")
@requires(Permission.CHECKLIST_EDIT)
@once
def copy_item(list_version_id: int, item_code: str) -> Response:
    """A copy behind it, with a code of its own."""
    row = version_or_404(list_version_id)
    return _pressed(
        row, lambda: items.copy_item(row, item_code, by=me(), now=clock.now()), item_code, "已复制在后面。"
    )


@blueprint.post(f"{ITEM}/remove")
@requires(Permission.CHECKLIST_EDIT)
@once
def remove_item(list_version_id: int, item_code: str) -> Response:
    """Take it out."""
    row = version_or_404(list_version_id)
    return _pressed(
        row, lambda: items.remove_item(row, item_code, by=me(), now=clock.now()), item_code, "已删除。"
    )
