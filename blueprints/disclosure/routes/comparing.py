"""Two versions of an item side by side."""

from __future__ import annotations

from flask import Response, request, url_for

from blueprints.disclosure.models import DisclosureItem
from blueprints.disclosure.queries.items import versions_of
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import ITEM, crumbs, is_regulator, row_or_404
from blueprints.disclosure.views.difference import difference
from core.authz import Permission, requires
from core.htmx import render


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@blueprint.get(f"{ITEM}/compare")
@requires(Permission.DISCLOSURE_READ)
def compare(item_id: int) -> Response:
    """The difference of two versions by rows; without numbers in the URL that of the last two."""
    found = row_or_404(DisclosureItem, item_id)
    versions = versions_of(found.id)
    if is_regulator():
        versions = [v for v in versions if v.published_on is not None]
    by_number = {v.number: v for v in versions}
    newest = versions[0].number if versions else 0
    earlier = versions[1].number if len(versions) > 1 else newest
    new = by_number.get(_number("b"), by_number.get(newest))
    old = by_number.get(_number("a"), by_number.get(earlier))
    rows = difference(old, new) if old is not None and new is not None else []
    return render(
        "disclosure/compare.html", item=found, old=old, new=new, rows=rows,
        choices=[(v.number, f"第{v.number}版　{v.title}") for v in versions],
        item_url=url_for("disclosure.item", item_id=found.id),
        breadcrumb=[*crumbs(found), {"label": "对比两版"}],
    )  # fmt: skip
