"""The ledger (F5.2): submitted by the enterprise, opened and sampled by its regulator."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, request, url_for

from blueprints.complaints import queries_ledger
from blueprints.complaints.forms.ledger import SampleForm
from blueprints.complaints.models import Ledger
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me, show_refusal
from blueprints.complaints.service import ledger as service
from blueprints.complaints.views import ledger_page
from blueprints.rulebook.service import ruleset_for
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput

LEDGER = "/ledgers/<int(max=2147483647):ledger_id>"


@blueprint.get("/ledgers")
@requires(Permission.LEDGER_READ)
def ledgers() -> Response:
    """Ledgers submitted or received; for an enterprise the periods that are still to be submitted."""
    found = queries_ledger.ledgers_for(me())
    sampled = queries_ledger.sampled_counts([row.id for row in found])
    organization = me().organization
    own = organization is not None and not organization.is_regulator
    return render(
        "complaints/ledgers.html",
        rows=ledger_page.ledger_rows(found, sampled),
        own=_own_periods(found) if own else None,
        may_submit=own and Permission.LEDGER_SUBMIT in me().permissions,
    )


def _own_periods(found: list[Ledger]) -> dict[str, Any]:
    """What an enterprise still has to submit, to whom, how often, and under which clause."""
    enterprise = me().organization
    if enterprise is None:
        abort(404)
    rules = ruleset_for(enterprise)
    regulator = service.ledger_regulator(enterprise)
    setting, action = rules.setting("ledger_period"), rules.action("submit_ledger")
    periods = service.finished_periods(clock.today(), service.period_kind(enterprise))
    wanted = [queries_ledger.belonging(enterprise, p.starts_on, p.ends_on, found) for p in periods]
    counts = queries_ledger.counts(wanted) if regulator else [0] * len(periods)
    return {
        "regulator": regulator.name if regulator else None,
        "kind": ledger_page.KINDS[service.period_kind(enterprise)],
        "reason": setting.reason,
        "clause": action.clause,
        "periods": ledger_page.open_periods(periods, counts, found),
    }


@blueprint.post("/ledgers")
@requires(Permission.LEDGER_SUBMIT)
@once
def submit_ledger() -> Response:
    """Submit the ledger of a finished period."""
    enterprise = me().organization
    if enterprise is None or enterprise.is_regulator:
        abort(404)
    with transaction():
        made = service.submit(enterprise, request.form.get("period", "")[:16], by=me(), now=clock.now())
        target = url_for("complaints.ledger", ledger_id=made.id)
        remember(target)
    flash("台账已报送。", "success")
    return redirect_to(target)


def _ledger_or_404(ledger_id: int) -> Ledger:
    found = queries_ledger.ledger_for(ledger_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.get(LEDGER)
@requires(Permission.LEDGER_READ)
def ledger(ledger_id: int) -> Response:
    """One ledger with its rows."""
    return _page(_ledger_or_404(ledger_id), SampleForm(formdata=None))


def _page(found: Ledger, form: SampleForm, status: int = 200) -> Response:
    text = request.args.get("offset", "")
    offset = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    size, own = queries_ledger.PAGE, found.enterprise_id == me().organization_id
    rows = queries_ledger.rows_of(found, offset=offset)

    def at(place: int) -> str:
        return url_for("complaints.ledger", ledger_id=found.id, offset=place or None)

    action = ruleset_for(found.enterprise).action("sample")
    return render(
        "complaints/ledger.html",
        status=status,
        ledger=found,
        period=ledger_page.period_name(found),
        rows=ledger_page.row_views(rows, links=own and Permission.CASE_READ in me().permissions),
        form=form,
        ticked=set(form.id.data or []),
        may_sample=found.regulator_id == me().organization_id,
        clause=action.clause,
        prev_url=at(max(0, offset - size)) if offset else None,
        next_url=at(offset + size) if offset + size < found.rows else None,
        summary=f"第 {offset + 1}–{offset + len(rows)} 件，共 {found.rows} 件" if rows else None,
        breadcrumb=[
            {"label": "诉求台账", "url": url_for("complaints.ledgers")},
            {"label": ledger_page.period_name(found)},
        ],
    )


@blueprint.post(f"{LEDGER}/sample")
@requires(Permission.LEDGER_READ)
@once
def sample_ledger(ledger_id: int) -> Response:
    """抽查: the ticked rows open for the regulator, for a reason."""
    found = _ledger_or_404(ledger_id)
    form = SampleForm()
    if not form.validate():
        return _page(found, form, 422)
    target = url_for("complaints.ledger", ledger_id=found.id)
    try:
        with transaction():
            rows = service.sample(found, form.id.data, form.reason.data, by=me(), now=clock.now())
            remember(target)
    except InvalidInput as refusal:
        return _page(_ledger_or_404(ledger_id), form, show_refusal(form, refusal))
    flash(f"已抽查 {len(rows)} 件，可以打开查看办理记录。", "success")
    return redirect_to(target)
