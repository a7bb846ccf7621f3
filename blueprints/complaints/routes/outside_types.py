"""类型对应: what the sender's words for types and categories mean here; every import asks it first."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.models import Organization
from blueprints.complaints import queries_outside as queries
from blueprints.complaints.forms.outside import OutsideTypeForm
from blueprints.complaints.models import OutsideType
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.routes.outside import CRUMB
from blueprints.complaints.service import rounds
from blueprints.complaints.views.words import words_for
from core import clock
from core.authz import Permission, requires
from core.forms import select_choices
from core.screens import cell, form_flow, list_screen, pressed
from core.submissions import once
from core.wording import moment_words

ID = "/outside/types/<int(max=2147483647):outside_type_id>"
INTRO = "导入时先按这里的对应认类型和类别，没有写的再按系统已知的词。列里写的叫法要和这里一字不差。"


def _own() -> Organization:
    organization = me().organization
    if organization is None:
        abort(404)
    return organization


def _row_or_404(outside_type_id: int) -> OutsideType:
    row = next((r for r in queries.types_of(_own().id) if r.id == outside_type_id), None)
    if row is None:
        abort(404)
    return row


def _cells(row: OutsideType) -> list[Any]:
    words = words_for(me())
    url = url_for("complaints.outside_type", outside_type_id=row.id)
    return [
        cell(row.word, url=url, note=row.source),
        words.types.get(row.type, "—"),
        words.categories.get(row.category, "—"),
        cell(row.set_by, note=moment_words(row.set_at)),
        cell("删除", url=url_for("complaints.outside_type_drop", outside_type_id=row.id)),
    ]


@blueprint.get("/outside/types")
@requires(Permission.CASE_IMPORT)
def outside_types() -> Response:
    """The mapped words of the own organization."""
    action = {"label": "添加对应", "url": url_for("complaints.new_outside_type"), "icon": "plus-lg"}
    return list_screen(
        "类型对应", ["来件单位的叫法", "我们的类型", "我们的内容类别", "谁设定的", "办理"],
        [_cells(row) for row in queries.types_of(_own().id)], endpoint="complaints.outside_types",
        empty="还没有对应。来件单位的叫法系统不认识时，在这里说明一次即可。", intro=INTRO,
        actions=[action | {"primary": True}], breadcrumb=CRUMB,
    )  # fmt: skip


@blueprint.route("/outside/types/new", methods=["GET", "POST"])
@requires(Permission.CASE_IMPORT)
@once
def new_outside_type() -> Response:
    """Map a word."""
    return _edit("添加对应", {"source": "12345", "word": request.args.get("word", "")[:64]})


@blueprint.route(ID, methods=["GET", "POST"])
@requires(Permission.CASE_IMPORT)
@once
def outside_type(outside_type_id: int) -> Response:
    """Change what a word means."""
    row = _row_or_404(outside_type_id)
    given = {"source": row.source, "word": row.word, "type": row.type, "category": row.category}
    return _edit(f"修改“{row.word}”", given)


def _edit(title: str, given: dict[str, str]) -> Response:
    back, words = url_for("complaints.outside_types"), words_for(me())
    form = OutsideTypeForm(data=given)
    form.type.choices = select_choices(words.types.items(), "不对应类型")
    form.category.choices = select_choices(words.categories.items(), "不对应类别")

    def act() -> str:
        rounds.set_type(
            _own(), form.source.data, form.word.data or "", form.type.data or "", form.category.data or "",
            by=me(), now=clock.now(),
        )  # fmt: skip
        return back

    groups = [("", "", ("source", "word", "type", "category"))]
    trail = [*CRUMB, {"label": "类型对应", "url": back}]
    return form_flow(title, form, groups, act, back=back, done="对应已保存。", breadcrumb=trail, intro=INTRO)


@blueprint.route(f"{ID}/drop", methods=["GET", "POST"])
@requires(Permission.CASE_IMPORT)
@once
def outside_type_drop(outside_type_id: int) -> Response:
    """Forget a word, after asking."""
    row, back = _row_or_404(outside_type_id), url_for("complaints.outside_types")
    if request.method == "POST":
        return pressed(lambda: rounds.drop_type(row, by=me(), now=clock.now()), back, "对应已删除。")
    form = OutsideTypeForm(formdata=None)
    return form_flow(
        f"删除“{row.word}”的对应", form, [], lambda: back, back=back, done="", submit="删除",
        breadcrumb=[*CRUMB, {"label": "类型对应", "url": back}], intro="删除后按系统已知的词认类型。",
    )  # fmt: skip
