"""The tablet's page (F6.2b), its shell and service worker; the same as forms where there are no scripts."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, abort, current_app, make_response, render_template, request, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.check_items import ItemForm, answer_data, item_form
from blueprints.inspection.forms.checks import VisitForm, upload_bytes
from blueprints.inspection.models import SiteCheck
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.checks import crumbs, url_of
from blueprints.inspection.routes.sync import CHECK, own_or_404
from blueprints.inspection.service import checking, entries
from blueprints.inspection.views import check_page as pages
from core import clock
from core.authz import Permission, public, requires
from core.forms import BaseForm
from core.htmx import render
from core.screens import form_flow, submitted
from core.submissions import once
from domain.check_facts import answers_of
from domain.checklists import CheckItem, overall
from domain.errors import InvalidInput

SCRIPTS = ("ground", "rules", "store", "sync", "cards", "visit", "main")
CLAUSE = checking.CLAUSE


def scripts() -> list[str]:
    """Addresses of the tablet's scripts, in the order in which they are read."""
    return [url_for("static", filename=f"js/tablet/{name}.js") for name in SCRIPTS]


@blueprint.get("/checks/shell")
@public
def tablet_shell() -> Response:
    """The page without anything about anybody: the service worker keeps it for work without network."""
    return make_response(render_template("inspection/tablet.html", scripts=scripts(), plain=None))


@blueprint.get("/checks/worker.js")
@public
def tablet_worker() -> Response:
    """The service worker; it names the files that make up the page, so that a new version brings new ones."""
    kept = [
        url_for("inspection.tablet_shell"), url_for("static", filename="css/tablet.css"), *scripts(),
        url_for("static", filename="img/mark.svg"),
    ]  # fmt: skip
    path = "js/tablet/worker.js"
    source = (current_app.static_folder or "") + f"/{path}"
    with open(source, encoding="utf-8") as file:
        text = file.read()
    body = text.replace('"KEPT"', current_app.json.dumps(kept, ensure_ascii=True))
    response = make_response(body)
    response.mimetype = "text/javascript"
    return response


@blueprint.get(f"{CHECK}/tablet")
@requires(Permission.CHECK_ACT)
def check_tablet(site_check_id: int) -> Response:
    """The check on a tablet; without scripts the next item as a form."""
    check = own_or_404(site_check_id)
    code, instance = request.args.get("item", "")[:32], request.args.get("instance", "")[:64]
    return _page(check, *_chosen(check, code, instance))


def _chosen(check: SiteCheck, code: str, instance: str) -> tuple[CheckItem | None, str]:
    """The item that was asked for, else the first that still lacks something."""
    checklist = checking.checklist_of(check)
    if found := checklist.item(code):
        return found, instance if found.repeat else ""
    for lack in pages.progress(check)["lacks"]:
        if one := checklist.item(lack.item):
            return one, lack.instance
    return None, ""


def _form_of(check: SiteCheck, one: CheckItem, instance: str) -> ItemForm:
    found, _ = entries.standing_of(check)
    standing = found.get((one.code, instance))
    current = standing.current if standing else None
    base = current.client_id if current else ""
    return item_form(one, dict(current.data) if current else {}, base=base, instance=instance)


def _page(
    check: SiteCheck, one: CheckItem | None, instance: str, form: BaseForm | None = None, status: int = 200,
    **what: Any,
) -> Response:  # fmt: skip
    checklist = checking.checklist_of(check)
    found, state = entries.standing_of(check)
    answers = answers_of(checklist, state)
    plain = {
        "check": check, "one": one, "instance": instance, "progress": pages.progress(check),
        "form": form or (_form_of(check, one, instance) if one else None), "refusal": what.get("refusal"),
        "items": [
            {"code": item.code, "text": item.text, "names": list(answers[item.code]),
             "verdict": pages.check_records.VERDICTS[overall(item, answers[item.code])]}
            for item in checklist.items
        ],
        "heads": _heads(found, one, instance) if one else [],
        "state": checking.STATES[check.state], "open": check.state == "open",
        "kinds": sorted({item.repeat for item in checklist.items if item.repeat}),
    }  # fmt: skip
    return render("inspection/tablet.html", status=status, scripts=scripts(), plain=plain)


def _heads(found: Any, one: CheckItem, instance: str) -> list[dict[str, str]]:
    """The answers that stand for an item, in words; more than one contradict each other."""
    standing = found.get((one.code, instance))
    heads = standing.heads if standing else ()
    return [{"words": pages.answer_words(one, head.data), "id": head.client_id} for head in heads]


@blueprint.post(f"{CHECK}/items/<item_code>")
@requires(Permission.CHECK_ACT)
@once
def answer_item(site_check_id: int, item_code: str) -> Response:
    """One item answered by a form; then on to the next."""
    check = own_or_404(site_check_id)
    one = checking.checklist_of(check).item(item_code)
    if one is None:
        abort(404)
    form = item_form(one)
    instance = str(form.instance.data or "") if one.repeat else ""

    def act() -> str:
        data = answer_data(one, form)
        entries.record(
            check, item=one.code, instance=instance, data=data, by=me(), now=clock.now(),
            base=None if request.form.get("decides") else str(form.base.data or ""),
        )  # fmt: skip
        keep_upload(check, one.code, instance, form.photo.data)
        return url_for("inspection.check_tablet", site_check_id=check.id)

    def shown(**what: Any) -> Response:
        return _page(check, one, instance, **what)

    return submitted(form, shown, act, done="")


def keep_upload(check: SiteCheck, item: str, instance: str, upload: Any) -> None:
    """Keep a photo that came with a form, in the transaction of its answer."""
    data = upload_bytes(upload, entries.MOST_PHOTO)
    if not data:
        return
    now = clock.now()
    shot = entries.Shot(
        secrets.token_hex(16), item, instance, (upload.filename or "")[-100:], "", entries.written(now), data
    )
    entries.keep_photo(check, shot, checking.checklist_of(check), by=me(), tablet=None, now=now)


@blueprint.route(f"{CHECK}/visit", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def check_visit(site_check_id: int) -> Response:
    """Times, people and outcome of the visit as a form."""
    check = own_or_404(site_check_id)
    _, state = entries.standing_of(check)
    form = VisitForm(data=pages.visit_values(state.facts))

    def act() -> str:
        entries.require_open(check)
        for name, data in form.given().items():
            if data != dict(state.facts.get(name, {})):
                entries.record(check, item=name, data=data, by=me(), now=clock.now())
        keep_upload(check, "@outcome", "", form.photo.data)
        return url_of(check)

    groups = [
        ("时间", CLAUSE, ("arrived", "certificates_shown", "rights_told", "ended")),
        ("在场人员", "", ("present_name", "present_post", "present_phone", "statement")),
        ("检查情况", "", ("outcome", "outcome_reason", "photo")),
    ]
    spans = dict.fromkeys(("arrived", "certificates_shown", "rights_told", "ended"), 6)
    spans |= dict.fromkeys(("present_name", "present_post", "present_phone"), 4)
    return form_flow(
        "检查经过", form, groups, act, back=url_of(check), done="已保存。", breadcrumb=crumbs(check),
        spans=spans,
    )  # fmt: skip


@blueprint.post(f"{CHECK}/instances")
@requires(Permission.CHECK_ACT)
@once
def name_instance(site_check_id: int) -> Response:
    """Name a counter or a person, by a form."""
    check = own_or_404(site_check_id)
    form = BaseForm()

    def act() -> str:
        kind, name = request.form.get("kind", "")[:20], " ".join(request.form.get("name", "").split())[:64]
        if not kind or not name:
            raise InvalidInput("请写明名称。")
        entries.record(
            check, item=f"@instance:{kind}", instance=name, data={"value": True}, by=me(), now=clock.now()
        )
        return url_for("inspection.check_tablet", site_check_id=check.id)

    def shown(**what: Any) -> Response:
        what.pop("form", None)
        return _page(check, *_chosen(check, "", ""), **what)

    return submitted(form, shown, act, done="")
