"""The supply area and its coverage; lists of streets and towns (F3.1.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries_reach import enterprises
from blueprints.registry.forms.outlets import AreasForm, SupplyForm
from blueprints.registry.queries import outlets as queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import me, own_organization
from blueprints.registry.routes.outlets import CRUMB
from blueprints.registry.service import areas as area_service
from blueprints.registry.service import outlets as service
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import cell, form_flow
from core.submissions import once
from core.wording import date_words
from domain.coverage import coverage as covered
from domain.coverage import expiring

SOON = timedelta(days=60)


@blueprint.get("/coverage")
@requires(Permission.REGISTRY_READ)
def coverage() -> Response:
    """Whether each supply area has an outlet, which streets have none, and which agreement ends soon."""
    by = me()
    shown = [_coverage_of(organization) for organization in enterprises(by)]
    may_edit = Permission.REGISTRY_EDIT in by.permissions and len(shown) == 1
    return render(
        "registry/coverage.html", shown=shown, may_edit=may_edit,
        breadcrumb=[*CRUMB, {"label": "覆盖情况"}],
    )  # fmt: skip


def _coverage_of(organization: Organization) -> dict[str, Any]:
    today = clock.today()
    supply = queries.supply_of(organization.id)
    points = [queries.point_of(outlet) for outlet in queries.outlets([organization.id])]
    ids = [area.id for area in supply]
    found = covered(ids, points, today)
    rows = [
        [
            cell(area.name, note=area.district),
            "、".join(found.by_street[area.id]) or cell("没有网点", tone="soon"),
        ]
        for area in sorted(supply, key=lambda area: (area.id not in found.bare, area.id))
    ]
    ending = [
        {
            "name": point.name,
            "until": date_words(point.agreed_until) if point.agreed_until else "",
            "count": count,
        }
        for point, count in expiring(ids, points, today, today + SOON)
    ]
    return {
        "name": organization.name, "met": found.met, "rows": rows, "ending": ending, "bare": len(found.bare),
        "streets": len(supply), "outlets": sum(point.counts_on(today) for point in points),
    }  # fmt: skip


@blueprint.route("/supply-area", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def supply_area() -> Response:
    """The streets that the own enterprise supplies."""
    organization_id = own_organization()
    form = SupplyForm(data={"streets": [area.id for area in queries.supply_of(organization_id)]})
    form.streets.choices = [(a.id, a.name) for a in queries.areas()]
    back = url_for("registry.coverage")

    def act() -> str:
        chosen = frozenset(form.streets.data or ())
        service.set_supply(organization_id, chosen, by=me(), now=clock.now())
        return back

    groups = [("供应区域", "F3.1.1", ("streets",))]
    trail = [*CRUMB, {"label": "覆盖情况", "url": back}]
    intro = "制度所说的“辖区”就是供应区域。列表里没有的街道、乡镇，请先导入名单。"
    done = "供应区域已保存。"
    return form_flow("供应区域", form, groups, act, back=back, done=done, breadcrumb=trail, intro=intro)


@blueprint.route("/areas", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT, Permission.REGISTRY_CHECK)
@once
def areas() -> Response:
    """Add streets and towns of a district, one a line."""
    form, back = AreasForm(), url_for("registry.coverage")

    def act() -> str:
        area_service.add_areas(form.district.data, form.names.data, by=me(), now=clock.now())
        own = me().organization
        return back if own is None or own.is_regulator else url_for("registry.supply_area")

    known = queries.areas()
    intro = f"已有 {len(known)} 个街道、乡镇。重名的不会重复添加；名称最多 64 个字，生僻字也可以。"
    groups = [("街道、乡镇名单", "", ("district", "names"))]
    trail = [*CRUMB, {"label": "覆盖情况", "url": back}]
    return form_flow(
        "导入街道、乡镇", form, groups, act, back=back, done="名单已添加。", breadcrumb=trail, intro=intro,
        submit="添加",
    )  # fmt: skip
