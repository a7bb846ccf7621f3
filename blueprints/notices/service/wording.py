"""Templates of the kinds with their versions, and the organ codes (机关代字) of an organization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from blueprints.accounts.models import Organization
from blueprints.notices import queries
from blueprints.notices.models import NoticeTemplate, OrganCode
from blueprints.rulebook.service import base_ruleset, ruleset_codes, ruleset_for
from core import audit
from core.db import db
from core.locks import lock_name
from domain.documents import Document, Form, Watermark
from domain.errors import InvalidInput
from domain.notice_kinds import Kind, Wording, compose, fill, kind, template_problems, wording
from domain.notice_samples import sample_frame, sample_values

LONGEST_CODE = 12
SERIES_MARKS = {
    "acceptance": "告", "dispatch": "转", "reply": "答", "supervision": "督", "dossier": "卷",
    "service_proof": "送", "inspection": "检", "recheck": "复", "rectification_order": "责改",
    "rectification_notice": "改",
}  # fmt: skip
LONGEST_TITLE, LONGEST_BODY = 200, 50_000
SHORTEST_REASON = 5


def wording_of(kind_code: str, form: Form) -> tuple[Wording, int]:
    """The wording in force of a kind, and its version; version 0 is the one that comes with the kind."""
    own = next((row for row in queries.templates_of(kind_code) if row.active), None)
    if own is not None:
        return Wording(own.title, own.body, own.annex_title, own.annex_body), own.version
    return wording(kind(kind_code), form), 0


def builtin(about: Kind) -> Wording:
    """The wording that comes with the kind."""
    return wording(about, about.form)


def save_template(
    kind_code: str, said: Wording, reason: str, *, by: audit.Actor, now: datetime
) -> NoticeTemplate:
    """A new version of the wording, in force from now on; drafts that exist keep theirs.

    Errors: InvalidInput naming the unknown placeholder or the character that cannot be printed.
    """
    about = kind(kind_code)
    if problems := template_problems(about, said):
        raise InvalidInput("；".join(p.rstrip("。") for p in problems[:5]) + "。", "body")
    if len(said.title) > LONGEST_TITLE or len(said.body) + len(said.annex_body) > LONGEST_BODY:
        raise InvalidInput("模板太长。", "body")
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput(f"请写明为什么修改（不少于 {SHORTEST_REASON} 个字）。", "reason")
    lock_name(f"notice_template:{kind_code}")
    current, before = wording_of(kind_code, about.form)
    if current == said:
        raise InvalidInput("和现在的文字一样，不需要保存。", "body")
    earlier = queries.templates_of(kind_code)
    for row in earlier:
        row.active = False
    version = earlier[0].version + 1 if earlier else 1
    made = NoticeTemplate(
        kind=kind_code, version=version, title=said.title, body=said.body, annex_title=said.annex_title,
        annex_body=said.annex_body, reason=reason.strip(), active=True, by=by.audit_name, at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    changes: dict[str, list[object]] = {"version": [before, version], "reason": [None, made.reason]}
    for name in ("title", "body", "annex_title", "annex_body"):
        if getattr(current, name) != getattr(said, name):
            changes[name] = [getattr(current, name), getattr(said, name)]
    subject = audit.Subject("notice_template", made.id, about.name)
    audit.record("notice.template", subject=subject, by=by, now=now, changes=changes)
    return made


def restore_builtin(kind_code: str, reason: str, *, by: audit.Actor, now: datetime) -> None:
    """Go back to the built-in wording; the versions stay in the history."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput(f"请写明为什么恢复（不少于 {SHORTEST_REASON} 个字）。", "reason")
    lock_name(f"notice_template:{kind_code}")
    active = [row for row in queries.templates_of(kind_code) if row.active]
    if not active:
        raise InvalidInput("现在用的就是内置文字，不需要恢复。", "reason")
    for row in active:
        row.active = False
    subject = audit.Subject("notice_template", active[0].id, kind(kind_code).name)
    changes = {"version": [active[0].version, 0], "reason": [None, reason.strip()]}
    audit.record("notice.template", subject=subject, by=by, now=now, changes=changes)


def default_organ_code(organ: Organization, key: str, enterprise: Organization | None = None) -> str:
    """机关代字 by the ruleset of the enterprise concerned, else of the organ's sectors, else its name: the
    ruleset's own word for the series, or the stem of its 督办 code with the mark of the series."""
    for codes in _codes(organ, enterprise):
        if codes.get(key):
            return codes[key]
        if stem := codes.get("supervision", "").removesuffix(SERIES_MARKS["supervision"]):
            return stem + SERIES_MARKS.get(key, "")
    return (organ.short_name or organ.name)[:LONGEST_CODE] + SERIES_MARKS.get(key, "")


def _codes(organ: Organization, enterprise: Organization | None) -> Iterator[Mapping[str, str]]:
    if enterprise is not None and enterprise.ruleset_code in ruleset_codes():
        yield ruleset_for(enterprise).organ_codes
    for code in ruleset_codes():
        rules = base_ruleset(code)
        if code == organ.ruleset_code or set(rules.sectors) & set(organ.sectors):
            yield rules.organ_codes


def organ_code_for(organ: Organization, key: str, enterprise: Organization | None = None) -> str:
    """机关代字 of a series: what the administrator set, else the default."""
    own = queries.organ_codes_of(organ.id).get(key)
    return own.code if own else default_organ_code(organ, key, enterprise)


def set_organ_code(organ: Organization, key: str, code: str, *, by: audit.Actor, now: datetime) -> None:
    """Give the series `key` of an organization its own 机关代字; numbers given so far stay as they are."""
    code = "".join(code.split())
    if not code or len(code) > LONGEST_CODE or not all(c.isalnum() for c in code):
        raise InvalidInput(f"机关代字请用 1 到 {LONGEST_CODE} 个汉字、字母或数字，例如“涪经信督”。", "code")
    row = queries.organ_codes_of(organ.id).get(key)
    old = row.code if row else default_organ_code(organ, key)
    if row is None:
        row = OrganCode(organization_id=organ.id, key=key)
        db.session.add(row)
    row.code, row.by, row.at = code, by.audit_name, now
    db.session.flush()
    subject = audit.Subject("organization", organ.id, organ.name)
    audit.record("notice.organ_code", subject=subject, by=by, now=now, changes={key: [old, code]})


def markers(about: Kind) -> list[str]:
    """Labels that stand for tables, forms and signatures of a kind when they stand alone on a line."""
    tables = [row.label for row in about.fields if row.kind == "table"]
    forms = [row.label for row in about.grids] + [row.label for row in about.signs]
    return tables + forms + [row.label for row in about.ticks]


def tried(about: Kind, said: Wording) -> Document:
    """A wording on sample data, marked as a draft. Errors: InvalidInput."""
    values = sample_values(about)
    frame = replace(sample_frame(about, about.form, plain=True), watermark=Watermark.DRAFT)
    return compose(about, about.form, fill(about, values, frame, said), values, frame)
