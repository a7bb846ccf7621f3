"""The rule systems with every clause in its own words, and what the product draws from each."""

from __future__ import annotations

from flask import Response, abort, request, url_for

from blueprints.accounts.models import SECTORS
from blueprints.accounts.sessions import me
from blueprints.rulebook.routes import blueprint
from blueprints.rulebook.service import base_ruleset, clause_of, ruleset_codes
from blueprints.rulebook.service.citations import citations
from blueprints.rulebook.service.in_force import local_rules
from blueprints.rulebook.service.scopes import Scope, scopes_of
from core.authz import Permission, requires
from core.htmx import render
from domain.rulesets import Governor, Ruleset, Status

STATUS_WORDS = {Status.IN_FORCE: "施行中", Status.DRAFT: "征求意见稿"}
STATUS_TONES = {Status.IN_FORCE: "done", Status.DRAFT: "wait"}


def _status(ruleset: Ruleset) -> dict[str, str]:
    return {"text": STATUS_WORDS[ruleset.status], "tone": STATUS_TONES[ruleset.status]}


def _sectors(ruleset: Ruleset) -> str:
    return "、".join(SECTORS[sector] for sector in ruleset.sectors)


def _governor(ruleset: Ruleset) -> str:
    if ruleset.governed_by is Governor.REGULATOR:
        return "主管部门统一设定"
    return "各单位自行设定"


def _local_count(ruleset: Ruleset) -> int:
    return sum(row.local for row in (*ruleset.settings, *ruleset.limits))


@blueprint.get("/rules")
@requires(Permission.RULES_READ)
def rulesets() -> Response:
    """Every rule system, those of the own work first."""
    scopes = scopes_of(me())
    mine = {scope.code: [member.name for member in scope.members] for scope in scopes}
    for scope in scopes:
        names = (member.name for member in scope.members)
        mine[scope.code] = list(dict.fromkeys((*mine[scope.code], *names)))
    cards = [
        {
            "ruleset": ruleset,
            "status": _status(ruleset),
            "sectors": _sectors(ruleset),
            "governor": _governor(ruleset),
            "clauses": sum(not clause.heading for clause in ruleset.clauses),
            "local": _local_count(ruleset),
            "holds_for": mine.get(ruleset.code),
        }
        for ruleset in sorted(map(base_ruleset, ruleset_codes()), key=lambda r: r.code not in mine)
    ]
    return render("rulebook/rulesets.html", cards=cards)


def _scope_of(code: str) -> Scope | None:
    """The scope named in the address, or the only one: several would need a choice first."""
    scopes = [scope for scope in scopes_of(me()) if scope.code == code]
    wanted = request.args.get("owner")
    if wanted:
        scope = next((scope for scope in scopes if scope.owner.code == wanted), None)
        if scope is None:
            abort(404)
        return scope
    return scopes[0] if len(scopes) == 1 else None


def _shown(code: str) -> tuple[Ruleset, Scope | None]:
    scope = _scope_of(code)
    return (local_rules(scope.owner.id, code).ruleset if scope else base_ruleset(code)), scope


@blueprint.get("/rules/<code>")
@requires(Permission.RULES_READ)
def ruleset(code: str) -> Response:
    """One rule system: all clauses with their text and what rests on them."""
    if code not in ruleset_codes():
        abort(404)
    shown, scope = _shown(code)
    cited = citations(shown)
    return render(
        "rulebook/ruleset.html",
        ruleset=shown,
        standing=_status(shown),
        sectors=_sectors(shown),
        governor=_governor(shown),
        scope=scope,
        cited=cited,
        used=len(cited),
        uncited=[row for row in (*shown.limits, *shown.settings) if row.clause is None],
        breadcrumb=[{"label": "制度条款", "url": url_for("rulebook.rulesets")}, {"label": shown.title}],
    )


@blueprint.get("/clauses/<clause_id>")
@requires(Permission.RULES_READ)
def clause(clause_id: str) -> Response:
    """One clause in its own words, where it comes from and what rests on it."""
    found = clause_of(clause_id)
    if found is None:
        abort(404)
    shown, scope = _shown(found[0].code)
    return render(
        "rulebook/clause.html",
        clause=found[1],
        ruleset=shown,
        standing=_status(shown),
        scope=scope,
        cited=citations(shown).get(clause_id, []),
        parts=[c for c in shown.clauses if c.part_of == clause_id],
        breadcrumb=[
            {"label": "制度条款", "url": url_for("rulebook.rulesets")},
            {"label": shown.title, "url": url_for("rulebook.ruleset", code=shown.code)},
            {"label": clause_id},
        ],
    )
