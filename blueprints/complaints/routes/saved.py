"""A person's own lists: filters and order of the case list under a name."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, flash, url_for

from blueprints.complaints.forms.files import SaveViewForm
from blueprints.complaints.queries_list import FILTERS
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me, show_refusal
from blueprints.complaints.routes.listing import filters_of_url, sort_of_url
from core import clock, saved_views
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput

LIST = "complaints.cases"


@blueprint.get("/cases/views")
@requires(Permission.CASE_READ)
def views() -> Response:
    """Keep the filters of this address under a name; the names that there are."""
    asked: dict[str, Any] = filters_of_url() | ({"sort": sort_of_url()} if sort_of_url() else {})
    return _page(SaveViewForm(formdata=None, data={"query": urlencode(asked)}))


def _page(form: SaveViewForm, status: int = 200) -> Response:
    start = url_for(LIST)
    own = [(v.id, v.name, f"{start}?{v.query}") for v in saved_views.views_of(me().id, LIST)]
    crumbs = [{"label": "诉求件", "url": start}, {"label": "常用清单"}]
    return render("complaints/views.html", status=status, form=form, own=own, breadcrumb=crumbs)


@blueprint.post("/cases/views")
@requires(Permission.CASE_READ)
@once
def save_view() -> Response:
    """Save, and go back to the list as it was; a name that is taken is given anew."""
    form = SaveViewForm()
    if not form.validate():
        return _page(form, 422)
    query = form.query.data or ""
    if not _of_the_list(query):
        abort(400)
    target = f"{url_for(LIST)}?{query}"
    try:
        with transaction():
            saved_views.save(me().id, LIST, form.name.data or "", query, now=clock.now())
            remember(target)
    except InvalidInput as refusal:
        return _page(form, show_refusal(form, refusal))
    flash(f"已保存为“{form.name.data}”，在清单上方的标签里。", "success")
    return redirect_to(target)


def _of_the_list(query: str) -> bool:
    """Only filters and order of the list are kept."""
    names = {part.partition("=")[0] for part in query.split("&") if part}
    return query.isprintable() and names <= {*FILTERS, "sort"}


@blueprint.post("/cases/views/<int(max=2147483647):view_id>/remove")
@requires(Permission.CASE_READ)
def remove_view(view_id: int) -> Response:
    """Delete an own list; the cases stay as they are."""
    with transaction():
        gone = saved_views.remove(me().id, view_id)
    if not gone:
        abort(404)
    flash("已删除这个常用清单，诉求件不受影响。", "success")
    return redirect_to(url_for("complaints.views"))
