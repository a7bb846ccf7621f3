"""The only reader of htmx's request headers: one template answers with the page or with one of its blocks."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, current_app, g, make_response, message_flashed, render_template, request

MESSAGES_TARGET = "#messages"
SAVED_COOKIE = "saved"
_KEY = re.compile(r"[0-9A-Za-z-]{8,48}")


def is_htmx() -> bool:
    """True when htmx asked for a fragment: not for plain, boosted and history-restore requests."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render(template: str, block: str | None = None, status: int = 200, **ctx: Any) -> Response:
    """Answer htmx with the Jinja block `block` of `template`, everything else with the page.

    Without `block` everybody gets the page. Messages flashed in this very request travel with a fragment, out
    of band; earlier ones wait for the next page: a fragment asked for in the background must not eat them.
    Raises LookupError when the template has no such block of its own.
    """
    fragment = block is not None and is_htmx()
    if fragment and block is not None:
        html = _render_block(template, block, ctx) + _own_messages()
    else:
        html = render_template(template, **ctx)
    return varying(make_response(html, status))


def render_fragment(template: str, **ctx: Any) -> Response:
    """Answer with a whole template that is itself a fragment (for an element that is no screen)."""
    return varying(make_response(render_template(template, **ctx) + _own_messages()))


def redirect_to(url: str, *, saved: bool = True) -> Response:
    """Send the browser to `url`: 303 for plain and boosted requests, 204 with `HX-Redirect` for htmx.

    After a POST it also tells the page scripts to drop the drafts of the form that was sent; pass
    `saved=False` when nothing was stored (a redirect to sign-in, for example).
    """
    response = make_response("", 204 if is_htmx() else 303)
    response.headers["HX-Redirect" if is_htmx() else "Location"] = url
    if saved:
        _mark_saved(response)
    return varying(response)


def varying(response: Response) -> Response:
    """Keep caches from giving a fragment to somebody who asked for the page."""
    response.vary.add("HX-Request")
    return response


def to_messages(response: Response) -> Response:
    """Make htmx put the answer into the page's message area, so that the form and its text stay."""
    response.headers["HX-Retarget"] = MESSAGES_TARGET
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Reselect"] = "unset"
    return response


def _render_block(template: str, block: str, ctx: dict[str, Any]) -> str:
    source = current_app.jinja_env.get_template(template)
    if block not in source.blocks:
        raise LookupError(f"{template} has no block {block!r}; it has {', '.join(sorted(source.blocks))}")
    current_app.update_template_context(ctx)
    return "".join(source.blocks[block](source.new_context(ctx)))


@message_flashed.connect
def _note_said(*_: Any, **__: Any) -> None:
    g.said = True


def _own_messages() -> str:
    if not is_htmx() or "said" not in g:
        return ""
    return render_template("components/messages_oob.html")


def _mark_saved(response: Response) -> None:
    key = request.form.get("submission_key", "") if request.method == "POST" else ""
    if _KEY.fullmatch(key):
        response.set_cookie(
            SAVED_COOKIE,
            key,
            max_age=120,
            path=request.script_root or "/",
            secure=request.is_secure,
            samesite="Lax",
        )
