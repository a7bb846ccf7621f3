"""The two rates of Q2 and the table channel x type, as a page and as files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, request, send_file, url_for

from blueprints.complaints import queries_rates
from blueprints.complaints.forms import rates as forms
from blueprints.complaints.queries_rates import Split
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.routes.exporting import XLSX
from blueprints.complaints.service import exporting, rating
from blueprints.complaints.spreadsheets.tables import csv_of, write_tables
from blueprints.complaints.views import rates_page, satisfaction_page
from blueprints.complaints.views.rates_tables import tables
from blueprints.complaints.views.words import Words, rulesets_of
from blueprints.rulebook.service.in_force import local_rules
from blueprints.rulebook.service.scopes import scopes_of
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render
from domain.rulesets import Ruleset

LISTED = 20
REACH = "只统计您在诉求件清单里看得到的件；点开数字，就是这个数字背后的清单。"


def _asked() -> forms.Asked:
    """The question in the URL; an enterprise's own people see their departments first."""
    names = ("from", "to", "split", "enterprise")
    given = {name: request.args.get(name, "").strip()[:40] for name in names}
    if not all(value.isprintable() for value in given.values()):
        abort(400)
    split = Split.ENTERPRISE if _supervises() else Split.DEPARTMENT
    return forms.read(given, today=clock.today(), split=split)


def _supervises() -> bool:
    home = me().organization
    return home is not None and home.is_regulator


def _rulesets() -> dict[str, Ruleset]:
    """The rule systems of this person's cases with the local values that hold for them, by a title."""
    scopes = scopes_of(me())
    found = {scope: local_rules(scope.owner.id, scope.code).ruleset for scope in scopes}
    if not found:
        return {ruleset.title: ruleset for ruleset in rulesets_of(me().organization)}
    return {f"{ruleset.title}（{scope.owner.name}）": ruleset for scope, ruleset in found.items()}


def _page(asked: forms.Asked) -> dict[str, Any]:
    """Everything that the page shows, and so the files."""
    now, titled = clock.now(), _rulesets()
    rulesets = list(titled.values())
    scope = rating.scope_of(
        me(), asked.period, now=now, calendar=load_calendar(), enterprise_id=asked.enterprise_id
    )
    found = rating.statistics(scope, asked.period, asked.split, rulesets, now=now)
    left_out = queries_rates.listed(scope, now=now, ended=True, limit=LISTED)
    naming = _naming(found, asked, rulesets)
    links, rules = rates_page.Links(asked), rates_page.rate_rules(rulesets)
    return {
        "asked": asked,
        "splits": rates_page.SPLITS,
        "period": rates_page.period_words(asked.period),
        "place": naming.enterprises.get(asked.enterprise_id or 0, ""),
        "as_of": rates_page.as_of(now),
        "reach": REACH,
        "cards": [
            rates_page.rate_card(rules[code], found.whole.rates[code], links) for code in queries_rates.RATES
        ],
        "lines": rates_page.lines(found, asked, naming, links),
        "whole": rates_page.line_view(found.whole, "合计", links, {}),
        "exclusions": rates_page.exclusions(found.whole, rulesets, links),
        "excluded_cases": rates_page.excluded_cases(left_out, rulesets, naming.words),
        "satisfaction": satisfaction_page.satisfaction_view(found.satisfaction, rulesets, links),
        "cross": rates_page.cross_view(found.cross, naming.words, links),
        "definitions": [
            {"title": title, "rows": rates_page.definitions(ruleset)} for title, ruleset in titled.items()
        ],
        "choices": naming.enterprises if len(naming.enterprises) > 1 else {},
    }


def _naming(found: rating.Statistics, asked: forms.Asked, rulesets: Sequence[Ruleset]) -> rates_page.Naming:
    units = [line.key for line in found.lines if isinstance(line.key, int)]
    departments = queries_rates.department_names(units, me()) if asked.split is Split.DEPARTMENT else {}
    return rates_page.Naming(Words(rulesets), queries_rates.enterprises_of(me()), departments)


@blueprint.get("/rates")
@requires(Permission.CASE_READ)
def rates() -> Response:
    """Both rates of a period, each number with the list behind it."""
    asked = _asked()
    return render(
        "complaints/rates.html",
        status=422 if asked.error else 200,
        presets=rates_page.preset_tabs(asked, clock.today()),
        may_export=Permission.CASE_EXPORT in me().permissions,
        xlsx_url=_export_url(asked, "xlsx"),
        csv_url=_export_url(asked, "csv"),
        **_page(asked),
    )


def _export_url(asked: forms.Asked, suffix: str) -> str:
    return f"{url_for('complaints.export_rates', suffix=suffix)}?{urlencode(asked.query())}"


@blueprint.get("/rates/export.<any(xlsx,csv):suffix>")
@requires(Permission.CASE_EXPORT)
def export_rates(suffix: str) -> Response:
    """Exactly what the page shows, as a file; every export stands in the audit log."""
    asked, now = _asked(), clock.now()
    if asked.error:
        abort(422, description=asked.error)
    page = _page(asked)
    count = page["whole"]["received"]["number"]
    exporting.record_export(me(), asked.query(), kind=f"统计 {suffix}", count=count, reason="", now=now)
    file = io.BytesIO()
    if suffix == "xlsx":
        write_tables(file, tables(page))
    else:
        file.write(csv_of(tables(page)))
    file.seek(0)
    name = f"办理统计-{asked.period.first:%Y%m%d}-{asked.period.last:%Y%m%d}.{suffix}"
    kind = XLSX if suffix == "xlsx" else "text/csv"
    return send_file(file, mimetype=kind, as_attachment=True, download_name=name)
