"""Findings from a signed check or a concluded sample: all deviations on one page, with one action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.queries import departments_of
from blueprints.accounts.sessions import me
from blueprints.inspection.forms.findings import deviations_form, said_of
from blueprints.inspection.models import Finding, RecordSample, SiteCheck
from blueprints.inspection.queries import findings as queries
from blueprints.inspection.queries import sampling
from blueprints.inspection.routes import blueprint
from blueprints.inspection.service import finding_sources as sources
from blueprints.inspection.service import findings as service
from core import clock
from core.authz import Permission, requires
from core.forms import BaseForm
from core.htmx import render
from core.screens import submitted
from core.submissions import once
from domain.errors import InvalidInput


@blueprint.route("/samples/<int(max=2147483647):sample_id>/findings", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def findings_of_sample(sample_id: int) -> Response:
    """The criteria that records of a sample failed."""
    sample = sampling.sample_or_none(sample_id, me())
    if sample is None:
        abort(404)
    back = {"label": sample.label, "url": url_for("inspection.sample", sample_id=sample.id)}
    return _choose(sample, sources.of_sample(sample), f"抽查 {sample.label}", back, "F6.2a")


@blueprint.route("/checks/<int(max=2147483647):site_check_id>/findings", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def findings_of_check(site_check_id: int) -> Response:
    """The deviations of a signed check."""
    check = queries.check_or_none(site_check_id, me())
    if check is None:
        abort(404)
    back = {"label": check.number, "url": url_for("inspection.site_check", site_check_id=check.id)}
    return _choose(check, sources.of_check(check), f"现场检查 {check.number}　{check.place}", back, "F6.2b")


def _choose(
    source: SiteCheck | RecordSample, found: Sequence[sources.Deviation], title: str, back: dict[str, str],
    clause: str,
) -> Response:  # fmt: skip
    fresh = [one for one in found if not queries.recorded(source, one.item, one.instance)]
    on = sources.found_on(source)
    earlier = [_earlier(source, one, on) for one in fresh]
    units = [unit.name for unit in departments_of(source.enterprise_id)]
    form = deviations_form(fresh, earlier, units)
    outlets = queries.outlets_of([source.enterprise_id])
    form["outlet_id"].choices = [("", "不涉及某个网点"), *((str(id), name) for id, name in outlets)]
    if isinstance(source, SiteCheck) and not form.is_submitted():
        form["outlet_id"].data = str(source.outlet_id or "")

    def act() -> str:
        made = _record(form, fresh, earlier, source)
        if len(made) == 1:
            return url_for("inspection.finding", finding_id=made[0].id)
        return url_for("inspection.findings", enterprise=source.enterprise.code, state="open")

    def shown(**what: Any) -> Response:
        return render(
            "inspection/finding_choose.html", status=what.pop("status", 200), found=fresh, earlier=earlier,
            known=queries.of_source(source), title=title, source=source, back=back, clause=clause,
            refusal=what.get("refusal"), conflict=what.get("conflict"), form=what["form"],
            breadcrumb=[back, {"label": "登记问题"}],
        )  # fmt: skip

    return submitted(form, shown, act, done="问题已登记。")


def _earlier(source: SiteCheck | RecordSample, one: sources.Deviation, on: Any) -> list[Finding]:
    found = queries.candidates(source.organization_id, source.enterprise_id, one.repeat_key, on)
    mine = "check_id" if isinstance(source, SiteCheck) else "sample_id"
    return [row for row in found if getattr(row, mine) != source.id]


def _record(
    form: BaseForm, fresh: Sequence[sources.Deviation], earlier: Sequence[Sequence[Finding]],
    source: SiteCheck | RecordSample,
) -> list[Finding]:  # fmt: skip
    chosen = [at for at in range(len(fresh)) if form[f"take_{at}"].data]
    if not chosen:
        raise InvalidInput("请至少选择一项。", "take_0")
    outlet = str(form["outlet_id"].data or "")
    made = []
    for at in chosen:
        if earlier[at] and not form[f"repeat_{at}"].data:
            raise InvalidInput("请确认是否重复发生。", f"repeat_{at}")
        said = said_of(form, at, fresh[at], int(outlet) if outlet.isdecimal() else None)
        try:
            row = service.record(
                said, source.enterprise, found_on=sources.found_on(source), by=me(), now=clock.now(),
                source=source,
            )  # fmt: skip
        except InvalidInput as wrong:
            raise InvalidInput(wrong.message, f"{wrong.field}_{at}" if wrong.field else None) from wrong
        made.append(row)
    return made
