"""Every route, asked by everybody: tenancy, roles, CSRF, nobody signed in, odd parameters.

The routes come from the url map; a route with a parameter that these sweeps cannot fill fails, so that a new
one cannot slip by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from core.authz import ROLE_PERMISSIONS, Role
from tests.factories.cases import Desk
from tests.factories.filled import Filled, fill, fingerprint, notification_of
from tests.factories.world import World

OWNERS = {
    Role.REGULATOR_CLERK: "jxw-clerk",
    Role.REGULATOR_SUPERVISOR: "jxw-supervisor",
    Role.INSPECTOR: "jxw-inspector",
    Role.REGULATOR_LEADER: "jxw-leader",
    Role.DISPATCHER: "rq-dispatcher",
    Role.HANDLER: "rq-handler",
    Role.ENTERPRISE_LEADER: "rq-leader",
    Role.DISCLOSER: "rq-discloser",
    Role.ACCOUNT_MANAGER: "rq-accounts",
    Role.SYSTEM_ADMIN: "sysadmin",
    Role.SECURITY_ADMIN: "secadmin",
    Role.AUDIT_ADMIN: "auditadmin",
}
STRANGERS = (
    "gd-dispatcher",
    "gd-leader",
    "gd-handler",
    "gs-dispatcher",
    "gs-leader",
    "swj-clerk",
    "swj-leader",
)
ODD = (
    "99999999999999999999",
    "-1",
    "0",
    "\x00",
    "a\nb",
    "' OR 1=1--",
    "\udcff",
    "𬭸䶮",
    "%",
    "../../etc/passwd",
    "A" * 5000,
)
QUERY_NAMES = (
    "q", "state", "type", "category", "channel", "level", "enterprise", "due", "received_from", "received_to",
    "sort", "page", "offset", "after", "before", "next", "group", "person", "action", "subject", "from", "to",
    "day", "n", "unit", "owner", "place", "received", "year", "kind", "service", "mine", "id", "series", "cursor", "split", "by", "seed", "on", "a", "b", "rate", "part", "types", "month", "late", "entry", "view", "organization",
)  # fmt: skip


@pytest.fixture
def filled(desk: Desk) -> Filled:
    """Rows of the gas company and its regulator."""
    return fill(desk)


def values_for(rule: Rule, filled: Filled, world: World) -> dict[str, Any]:
    """A value for each parameter of a route, naming rows of the gas company."""
    known: dict[str, Any] = {
        "case_id": filled.case_id, "clock_id": filled.clock_id, "attachment_id": filled.attachment_id,
        "ledger_id": filled.ledger_id, "row_id": filled.ledger_row_id, "mapping_id": filled.mapping_id,
        "action": "note", "clause_id": "F5.2", "code": "fuling", "key": "callback_required", "owner": "jxw",
        "day": "2026-10-15", "year": 2026, "filename": "css/app.css", "user_id": world.user("rq-handler").id,
        "view_id": filled.view_id, "job_id": filled.job_id, "step": "up", "service_id": filled.service_id, "verb": "void",
        "notice_id": filled.draft_id if rule.endpoint in DRAFTS else filled.notice_id,
        "verify_code": filled.code, "kind_code": "supervision", "series": "supervision",
        "organization_id": world.org("rq").id, "department_id": world.department("rq").id,
        "notification_id": notification_of(world.user("rq-handler").id), "limit_id": 1, "ext": "csv",
        "system_code": "service", **filled.rows,
        "suffix": "csv", "format": "csv", "upload_id": "0" * 32, "job": "0" * 32, "token": "0" * 32,
    }  # fmt: skip
    known["draw_id"] = known[DRAWS.get(rule.endpoint, "draw_id")]
    known["sample_id"] = known[SAMPLES.get(rule.endpoint, "sample_id")]
    for name in ("finding_id", "rectification_id"):
        known[name] = known[FINDINGS.get(rule.endpoint, name)]
    known["site_check_id"] = known[(PAPERS | CHECKS).get(rule.endpoint, "site_check_id")]
    known["case_id"] = known["replied_case"] if rule.endpoint == "complaints.propose_template" else known["case_id"]
    known["version_id"] = known[VERSIONS.get(rule.endpoint, "version_id")]
    if rule.endpoint == "notices.notice_mail":
        known["notice_id"] = known["posted_notice"]
    known["list_version_id"] = known["draft_list" if rule.endpoint in DRAFT_LISTS else "list_version_id"]
    missing = rule.arguments - known.keys()
    assert not missing, f"{rule.rule}: the sweeps do not know {sorted(missing)}"
    return {name: known[name] for name in rule.arguments}


def routes(app: Flask) -> list[Rule]:
    """All routes but static files."""
    return [r for r in app.url_map.iter_rules() if not r.endpoint.endswith("static")]


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    """The path of a route."""
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def access(app: Flask, rule: Rule) -> tuple[Any, ...]:
    """Permissions of a route; empty for public ones."""
    return getattr(app.view_functions[rule.endpoint], "access")  # noqa: B009


VERSIONS = {
    "disclosure.edit_version": "draft_version",
    "disclosure.add_version_file": "draft_version",
    "disclosure.send_back_version": "submitted_version",
    "disclosure.publish_version": "approved_version",
}
CHECKS = {"inspection.sign_check": "signing_check", "inspection.check_record_pdf": "signed_check", "inspection.findings_of_check": "deviating_check"}
CHECKS |= dict.fromkeys(("inspection.check_data_json", "inspection.check_tablet", "inspection.answer_item"), "open_check")
DRAWS = {"inspection.edit_draw": "draft_draw", "inspection.open_draw": "frozen_draw"}
SAMPLES = {
    "inspection.edit_sample": "draft_sample", "inspection.draw_sample": "frozen_sample",
    "inspection.findings_of_sample": "concluded_sample",
}  # fmt: skip
FINDINGS = {"inspection.edit_finding": "open_finding", "inspection.rectification_referral": "referred"}
PAPERS = {
    "inspection.paper_scan": "paper_check",
    "inspection.paper_picture": "paper_check",
    "inspection.compare_paper": "paper_check",
    "inspection.filled_checklist": "scored_check",
}
DRAFT_LISTS = {"inspection.edit_checklist_frame", "inspection.new_checklist_item", "inspection.checklist_item"}
DRAFTS = {"notices.edit", "notices.typed_preview", "notices.rewrite_text"}
MOVED = {"hotline.emergency_of_case"}
PARAMETER = re.compile(r"<(?:[^<>]*:)?(\w+)>")
TENANT = {
    "incident_id", "incident_update_id", "checklist_id", "list_version_id", "item_id", "version_id",
    "update_id", "claim_id", "added_id", "disclosure_file_id", "proof_id", "case_id", "clock_id",
    "attachment_id", "ledger_id", "row_id", "mapping_id", "user_id", "notification_id", "view_id",
    "outside_type_id", "jurisdiction_id", "job_id", "notice_id", "service_id", "copy_id", "scan_id",
    "seal_use_id", "mail_id", "print_job_id", "draw_id", "plan_id", "target_id", "sample_id", "sampled_id",
    "evidence_id", "check_photo_id", "signature_id", "tablet_id", "site_check_id", "finding_id",
    "finding_file_id", "rectification_id", "recheck_id", "plea_id", "duty_shift_id", "handover_id",
    "alarm_id", "alarm_case_id", "outlet_id", "photo_id", "check_id", "hotline_id", "entry_id",
    "request_id", "system_id", "commitment_id", "staff_id", "certificate_id", "shift_id", "visit_id",
    "assisted_id", "knowledge_item_id", "knowledge_version_id", "delegation_id", "leaving_id",
}  # fmt: skip


def tenant_routes(app: Flask, filled: Filled, world: World) -> Iterator[tuple[Rule, str]]:
    """Routes that name a row of somebody, with their address."""
    for rule in routes(app):
        ours = rule.endpoint.startswith("disclosure.") and "organization_id" in rule.arguments
        if ours or rule.arguments & TENANT:
            yield rule, address(app, rule, values_for(rule, filled, world))


def test_strangers_get_404_and_change_nothing(app: Flask, filled: Filled, world: World) -> None:
    owners = {login: world.client(login) for login in dict.fromkeys(OWNERS.values())}
    strangers = {login: world.client(login) for login in STRANGERS}
    tokens = {login: client.token() for login, client in strangers.items()}
    tried, opened = 0, 0
    before = fingerprint()
    for rule, path in tenant_routes(app, filled, world):
        if "GET" in (rule.methods or ()):
            answers = [c.get(path).status_code for c in owners.values()]
            good = 302 if rule.endpoint in MOVED else 200
            assert good in answers, f"{path}: no owner gets {good} ({answers})"
            opened += 1
        for login, client in strangers.items():
            if "GET" in (rule.methods or ()):
                assert client.get(path).status_code in (403, 404), f"{login} GET {path}"
                tried += 1
            if "POST" in (rule.methods or ()):
                answer = client.post(path, data={"csrf_token": tokens[login], "reason": "试探一下别人的"})
                assert answer.status_code in (403, 404), f"{login} POST {path}: {answer.status_code}"
                tried += 1
    after = fingerprint()
    changed = [a[0] for a, b in zip(after, before, strict=True) if a != b]
    assert set(changed) <= {"submission"}, changed
    print(f"\ntenancy: {opened} routes answered their owner, {tried} requests of strangers, 0 leaks")


LISTS = (
    *("/cases", "/incidents", "/emergencies", "/duty/roster", "/duty/handovers", "/bench/duty"),
    "/bench",
    "/cases/surges",
    "/ledgers",
    "/notifications",
    "/people",
    "/cases?q=停供",
    "/cases/export.csv",
    *("/outside", "/outside?state=unsigned", "/outside/types", "/transfers"),
    "/rates",
    "/cases?rate=acceptance&part=denominator",
    "/rates/export.csv",
    "/notices",
    "/notices/register",
    "/notices/register.csv",
    *("/seal-uses", "/mail", "/print-queue"),
    "/disclosure",
    "/disclosure/duties",
    "/disclosure/claims",
    "/disclosure/check-queue",
    "/draws",
    "/plans",
    "/samples",
    "/checklists",
    *("/checks", "/checks?mine=1", "/tablets", "/findings", "/findings/statistics", "/findings/export.csv", "/rectifications?tab=all"),
    "/inspectors",
    "/outlets",
    "/opening",
    "/coverage",
    "/catalogue?q=开户",
    "/requests",
    "/hotlines",
    "/systems",
    "/commitments",
    "/staff",
    "/staff?state=expiring",
    "/staff/export.csv",
    "/roster",
    "/visits?tab=all",
    "/visits/breaches",
    "/visits/week",
    "/assisted",
    "/knowledge",
)


def test_lists_and_searches_show_strangers_nothing(
    app: Flask, filled: Filled, world: World, desk: Desk
) -> None:
    number = desk.case(filled.case_id).number
    for login in STRANGERS:
        client = world.client(login)
        for path in (*LISTS, f"/cases?q={number}"):
            html = client.get(path, follow_redirects=True).get_data(as_text=True)
            assert f'href="/cases/{filled.case_id}' not in html, f"{login} {path}"
            assert "停气通知记录" not in html
            if number not in path:
                assert number not in html, f"{login} {path}"


def test_each_role_opens_exactly_its_routes(app: Flask, filled: Filled, world: World) -> None:
    tried = 0
    for role, login in OWNERS.items():
        client = world.client(login)
        allowed = ROLE_PERMISSIONS[role]
        for rule in routes(app):
            if "GET" not in (rule.methods or ()):
                continue
            needed = access(app, rule)
            path = address(app, rule, values_for(rule, filled, world))
            status = client.get(path).status_code
            tried += 1
            if needed and not allowed & set(needed):
                assert status == 403, f"{role} GET {path}: {status}"
            else:
                assert status in (200, 302, 303, 403, 404, 409, 400), f"{role} GET {path}: {status}"
    print(f"\nroles: {len(OWNERS)} roles, {tried} requests")


def test_no_post_without_its_token(app: Flask, filled: Filled, world: World) -> None:
    client = world.client("rq-dispatcher")
    before = fingerprint()
    posts = [r for r in routes(app) if "POST" in (r.methods or ())]
    for rule in posts:
        path = address(app, rule, values_for(rule, filled, world))
        assert client.post(path, data={"reason": "没有令牌的提交"}).status_code == 400, path
    assert fingerprint() == before
    print(f"\ncsrf: {len(posts)} routes")


def test_nobody_gets_in_without_signing_in(app: Flask, filled: Filled, world: World) -> None:
    tried = 0
    for rule in routes(app):
        if not access(app, rule):
            continue
        path = address(app, rule, values_for(rule, filled, world))
        client = app.test_client()
        if "GET" in (rule.methods or ()):
            answer = client.get(path)
            assert answer.status_code == 303, f"{path}: {answer.status_code}"
            assert "/sign-in" in answer.headers["Location"]
            fragment = client.get(path, headers={"HX-Request": "true"})
            assert "/sign-in" in fragment.headers.get("HX-Redirect", ""), path
            tried += 2
    print(f"\nunauthenticated: {tried} requests")


def encoded(names: tuple[str, ...], value: str) -> str:
    """Every name with this value, as a browser gone wild would send it (lone surrogates included)."""
    return "&".join(f"{name}={quote(value, safe='', errors='surrogatepass')}" for name in names)


def test_odd_parameters_never_break_a_page(app: Flask, filled: Filled, world: World) -> None:
    clients = [
        world.client(login) for login in ("jxw-leader", "rq-dispatcher", "sysadmin", "secadmin", "auditadmin")
    ]
    tried = 0
    for rule in routes(app):
        if "GET" not in (rule.methods or ()) or rule.endpoint == "htmx_local":
            continue
        path = address(app, rule, values_for(rule, filled, world))
        for client in clients:
            if client.get(path).status_code != 200:
                continue
            for odd in ODD:
                answer = client.get(f"{path}?{encoded(QUERY_NAMES, odd)}")
                assert answer.status_code < 500, f"{path} {odd!r}: {answer.status_code}"
                tried += 1
            break
    print(f"\nodd parameters: {tried} requests, 0 five-hundreds")


def test_odd_paths_never_break_a_page(app: Flask, filled: Filled, world: World) -> None:
    client = world.client("jxw-leader")
    tried = 0
    for rule in routes(app):
        for argument in rule.arguments:
            values = {name: quote(str(v)) for name, v in values_for(rule, filled, world).items()}
            for odd in ("99999999999999999999", "-1", "%00", "%ED%B3%BF", "x", "0"):
                path = PARAMETER.sub(lambda m, o=odd, v=values, a=argument: (v | {a: o})[m[1]], rule.rule)
                status = client.get(path).status_code
                assert status < 500, f"{path}: {status}"
                tried += 1
    print(f"\nodd paths: {tried} requests, 0 five-hundreds")


def test_odd_form_values_never_break_a_post(app: Flask, filled: Filled, world: World) -> None:
    tried = 0
    for login in ("rq-dispatcher", "jxw-leader", "jxw-clerk"):
        client = world.client(login)
        token = client.token()
        for rule in routes(app):
            if "POST" not in (rule.methods or ()) or rule.endpoint in (
                "accounts.sign_out",
                "accounts.password",
            ):
                continue
            path = address(app, rule, values_for(rule, filled, world))
            for odd in ODD:
                body = f"{encoded((*FORM_NAMES, *QUERY_NAMES), odd)}&csrf_token={quote(token)}"
                headers = {"HX-Request": "true"} if rule.endpoint in FRAGMENTS else {}
                answer = client.post(path, data=body, content_type=FORM, headers=headers)
                assert answer.status_code < 500, f"{login} {path} {odd!r}: {answer.status_code}"
                tried += 1
    print(f"\nodd form values: {tried} requests, 0 five-hundreds")


FORM = "application/x-www-form-urlencoded"
FRAGMENTS = {"complaints.duplicates"}
FORM_NAMES = (
    "submission_key", "version", "units", "requirement", "reason", "text", "title", "content", "received_at",
    "enterprise_id", "name", "phone", "told_at", "due_on", "workdays", "investigator_id", "assignment_id",
    "value", "source", "amount", "ids", "id", "rows", "period", "columns", "upload", "file", "other", "trigger",
    "district", "names", "streets", "every_day", "hours_0", "first_day", "last_day", "opens", "closes",
    "announced_on", "opened", "closed", "safe", "tidy", "findings", "mended_on", "limit_amount", "limit_unit",
    "position", "number", "called_at", "answered", "wait_seconds", "entry_id", "user_phone", "told_how",
    "handler_id", "effective_on", "repealed_on", "sense", "unit", "began_at", "done_at", "agreement_until",
    "opened_on", "shows", "conditions", "steps", "outcome", "confirmed",
    "place_online", "day_online", "file_online", "result", "points", "answer", "what", "since", "ended_on",
    "class_", "item", "contains", "sectors", "frequency", "within", "first_half", "channels", "local", "office",
    "lines", "quotas", "total", "exclusions", "per_target", "inspectors", "recusals", "source_on", "who",
    "number_0", "code_0", "public_value", "user_id", "valid_from", "valid_until",
    "remark", "method", "served_at", "addressees", "body", "answer_within", "code", "sha256", "step",
    "badge", "post", "starts", "ends", "at", "agreed_at", "consent_at", "people", "staff_id", "left_on", "hours",
    "issuer", "document_number", "replaced_by", "article", "allows", "note", "status",
    "recipient", "purpose", "copies", "handed_on", "taken_by", "oa_number", "subject", "used_on", "approved_by",
    "asked_by", "to", "basis", "kind", "asked_until", "decision", "decided_on", "new_due_on", "levels", "round",
    "city_due", "district_due", "held_at", "chair", "attendees", "word", "type", "category", "area", "sector",
    "regulator_id", "received_on", "assisting", "asked_by", "direction", "correspondent", "way", "handler",
    "points", "on_error", "insist", "side", "decision", "wordings", "template", "phrase", "clause", "emergency", "begins_at", "ends_at", "leader_id", "kinds", "groups", "leaders",
    "until", "which", "phones", "taken_name", "taken_phone", "how", "words", "enterprise",
)  # fmt: skip
