"""A person's own lists: filters and order of the case list under a name; kept, renamed, ordered, deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, abort, flash, request, url_for

from blueprints.complaints.forms.files import RenameViewForm, SaveViewForm
from blueprints.complaints.queries_list import FILTERS, enterprises_of
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me, show_refusal
from blueprints.complaints.routes.listing import filters_of_url, sort_of_url
from blueprints.complaints.views import lists
from core import clock, saved_views
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.saved_views import SavedView
from core.submissions import LONGEST_LOCATION, once, remember
from domain.errors import InvalidInput

LIST = "complaints.cases"
VIEW = "/cases/views/<int(max=2147483647):view_id>"
STEPS = {"up": -1, "down": 1}


@blueprint.get("/cases/views")
@requires(Permission.CASE_READ)
def views() -> Response:
    """Keep the filters of this address under a name; the names that there are."""
    asked: dict[str, Any] = filters_of_url() | ({"sort": sort_of_url()} if sort_of_url() else {})
    return _page(SaveViewForm(formdata=None, data={"query": urlencode(asked)}))


def _page(
    form: SaveViewForm, status: int = 200, *, renamed: SavedView | None = None,
    rename_form: RenameViewForm | None = None,
) -> Response:  # fmt: skip
    start, choices = url_for(LIST), lists.filter_choices(me(), enterprises_of(me()))
    own = [
        {"id": v.id, "name": v.name, "url": f"{start}?{v.query}", "says": lists.query_words(v.query, choices)}
        for v in saved_views.views_of(me().id, LIST)
    ]
    return render(
        "complaints/views.html",
        status=status,
        form=form,
        asked=lists.query_words(form.query.data or "", choices),
        own=own,
        renamed=renamed,
        rename_form=rename_form,
        breadcrumb=[{"label": "诉求件", "url": start}, {"label": "常用清单"}],
    )


@blueprint.post("/cases/views")
@requires(Permission.CASE_READ)
@once
def save_view() -> Response:
    """Save, and go back to the list as it was; a name that is taken is given anew."""
    form = SaveViewForm()
    query = form.query.data or ""
    if not _of_the_list(query):
        abort(400)
    if not form.validate():
        return _page(form, 422)
    target = f"{url_for(LIST)}?{query}"
    try:
        with transaction():
            saved_views.save(me().id, LIST, form.name.data or "", query, now=clock.now())
            remember(target if len(target) <= LONGEST_LOCATION else url_for(LIST))
    except InvalidInput as refusal:
        return _page(form, show_refusal(form, refusal))
    flash(f"已保存为“{form.name.data}”，在清单上方的标签里。", "success")
    return redirect_to(target)


def _of_the_list(query: str) -> bool:
    """Only filters and order of the list are kept."""
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    return query.isascii() and query.isprintable() and names <= {*FILTERS, "sort"}


def _own(view_id: int) -> SavedView:
    view = saved_views.own_view(me().id, view_id)
    if view is None or view.page != LIST:
        abort(404)
    return view


def _back(message: str) -> Response:
    flash(message, "success")
    return redirect_to(url_for("complaints.views"))


@blueprint.route(f"{VIEW}/rename", methods=["GET", "POST"])
@requires(Permission.CASE_READ)
@once
def rename_view(view_id: int) -> Response:
    """The form for another name, and the new name."""
    view = _own(view_id)
    form = RenameViewForm(data={"name": view.name})
    if request.method != "POST":
        return _page(SaveViewForm(formdata=None), renamed=view, rename_form=form)
    status = 422
    if form.validate():
        try:
            with transaction():
                saved_views.rename(_own(view_id), form.name.data or "")
                remember(url_for("complaints.views"))
            return _back(f"已改名为“{form.name.data}”。")
        except InvalidInput as refusal:
            status = show_refusal(form, refusal)
    return _page(SaveViewForm(formdata=None), status, renamed=_own(view_id), rename_form=form)


@blueprint.post(f"{VIEW}/<any(up,down):step>")
@requires(Permission.CASE_READ)
@once
def move_view(view_id: int, step: str) -> Response:
    """One place towards the beginning or the end."""
    _own(view_id)
    with transaction():
        saved_views.move(_own(view_id), STEPS[step])
        remember(url_for("complaints.views"))
    return redirect_to(url_for("complaints.views"))


@blueprint.post(f"{VIEW}/remove")
@requires(Permission.CASE_READ)
def remove_view(view_id: int) -> Response:
    """Delete an own list; the cases stay as they are."""
    _own(view_id)
    with transaction():
        saved_views.remove(_own(view_id))
    return _back("已删除这个常用清单，诉求件不受影响。")
