"""管辖: regulators by sector and area, for the system administrator."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts import queries
from blueprints.accounts.forms import JurisdictionForm
from blueprints.accounts.models import SECTORS, Jurisdiction
from blueprints.accounts.routes import blueprint
from blueprints.accounts.service import jurisdictions as service
from blueprints.accounts.sessions import me
from core import clock
from core.authz import Permission, requires
from core.forms import select_choices
from core.screens import cell, form_flow, list_screen, pressed
from core.submissions import once
from core.wording import moment_words

ID = "/organizations/jurisdictions/<int(max=2147483647):jurisdiction_id>"
HOME = [{"label": "机构部门", "url": "/organizations"}]
INTRO = (
    "一个行业分几个片区、由几家主管部门各管一片的，在这里写明。企业按它的“所在片区”归主管部门；"
    "没有写到的片区归“其他各处”的主管部门，一条也没有写的，归该行业唯一的主管部门。"
)


def _row_or_404(jurisdiction_id: int) -> Jurisdiction:
    row = next((r for r in queries.jurisdictions() if r.id == jurisdiction_id), None)
    if row is None:
        abort(404)
    return row


def _cells(row: Jurisdiction) -> list[Any]:
    url = url_for("accounts.jurisdiction", jurisdiction_id=row.id)
    drop = url_for("accounts.jurisdiction_drop", jurisdiction_id=row.id)
    place = row.area or service.EVERYWHERE
    return [
        cell(SECTORS.get(row.sector, row.sector), url=url), place, row.regulator.name,
        cell(row.basis or "—", note=f"{row.set_by} {moment_words(row.set_at)}"), cell("删除", url=drop),
    ]  # fmt: skip


@blueprint.get("/organizations/jurisdictions")
@requires(Permission.ORGANIZATION_MANAGE)
def jurisdictions() -> Response:
    """Who supervises which sector where."""
    action = {"label": "添加管辖", "url": url_for("accounts.new_jurisdiction"), "icon": "plus-lg"}
    return list_screen(
        "管辖", ["行业", "片区", "主管部门", "依据", "办理"],
        [_cells(row) for row in queries.jurisdictions()], endpoint="accounts.jurisdictions", intro=INTRO,
        actions=[action | {"primary": True}], breadcrumb=[*HOME, {"label": "管辖"}],
        empty="还没有按片区划分管辖，每个行业由唯一的主管部门主管。",
    )  # fmt: skip


@blueprint.route("/organizations/jurisdictions/new", methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_MANAGE)
@once
def new_jurisdiction() -> Response:
    """Say who supervises a sector in an area."""
    return _edit("添加管辖", {})


@blueprint.route(ID, methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_MANAGE)
@once
def jurisdiction(jurisdiction_id: int) -> Response:
    """Change who does."""
    row = _row_or_404(jurisdiction_id)
    given = {
        "sector": row.sector, "area": row.area, "regulator_id": str(row.regulator_id), "basis": row.basis,
    }  # fmt: skip
    return _edit(f"修改管辖：{service.words_of(row)}", given)


def _edit(title: str, given: dict[str, str]) -> Response:
    back, form = url_for("accounts.jurisdictions"), JurisdictionForm(data=given)
    regulators = {str(r.id): r for r in queries.organizations("regulator") if r.active}
    form.regulator_id.choices = select_choices([(key, r.name) for key, r in regulators.items()], "请选择")

    def act() -> str:
        service.set_regulator(
            regulators.get(form.regulator_id.data or ""), form.sector.data, form.area.data or "",
            form.basis.data or "", by=me(), now=clock.now(),
        )  # fmt: skip
        return back

    groups = [("", "", ("sector", "area", "regulator_id", "basis"))]
    trail = [*HOME, {"label": "管辖", "url": back}]
    return form_flow(title, form, groups, act, back=back, done="管辖已保存。", breadcrumb=trail, intro=INTRO)


@blueprint.route(f"{ID}/drop", methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_MANAGE)
@once
def jurisdiction_drop(jurisdiction_id: int) -> Response:
    """Take a row out, after asking."""
    row, back = _row_or_404(jurisdiction_id), url_for("accounts.jurisdictions")
    if request.method == "POST":
        return pressed(lambda: service.drop(row, by=me(), now=clock.now()), back, "管辖已删除。")
    return form_flow(
        f"删除管辖：{service.words_of(row)}", JurisdictionForm(formdata=None), [], lambda: back, back=back,
        done="", submit="删除", breadcrumb=[*HOME, {"label": "管辖", "url": back}],
        intro="删除后这个片区归该行业“其他各处”的主管部门；已经登记的件不变。",
    )  # fmt: skip
