"""How the register of what may be cited is kept: what comes with the product, what a regulator changes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from blueprints.rulebook import queries_legal as queries
from blueprints.rulebook.models import LegalArticle, LegalSource
from blueprints.rulebook.service.legal import ALLOWS, DRAFT, KINDS, NOT_YET, REPEALED, STATUSES
from blueprints.rulebook.service.texts import base_ruleset, ruleset_codes
from core import audit
from core.db import db
from core.locks import lock_name
from domain.errors import InvalidInput, RuleViolation
from domain.legal_text import article_words, plain_name

FILE = Path(__file__).resolve().parents[3] / "rulesets" / "legal" / "sources.toml"
BUILT_IN = "内置清单"
SHORTEST_REASON = 4
WORDS = STATUSES | KINDS | ALLOWS
FACTS = ("name", "kind", "issuer", "document_number", "sectors", "note")
_NUMBER = re.compile(
    r"^第?\s*([一二三四五六七八九十百千零〇两\d]{1,9})\s*条?(?:之([一二三四五六七八九十]))?$"
)


@dataclass(frozen=True)
class BuiltIn:
    """The list that comes with the product."""

    version: str
    rows: Sequence[Mapping[str, Any]]

    @property
    def label(self) -> str:
        """内置清单 2026.1"""
        return f"{BUILT_IN} {self.version}"


def built_in() -> BuiltIn:
    """The list as its file has it; a 制度 is named after its rule system."""
    data = tomllib.loads(FILE.read_text("utf-8"))
    rows = []
    for row in data["sources"]:
        code = row.get("ruleset", "")
        if code and code not in ruleset_codes():
            continue
        about = base_ruleset(code) if code else None
        rows.append(row | {"name": about.title, "sectors": list(about.sectors)} if about else row)
    return BuiltIn(data["version"], rows)


def load_sources(*, by: audit.Actor, now: datetime) -> int:
    """Load the built-in sources that the register lacks, renew those that nobody has changed since; returns
    how many. What a regulator has entered or changed stays as it is."""
    lock_name("legal_source")
    given, touched = built_in(), 0
    for row in given.rows:
        held = queries.source_named(row["name"])
        if held is not None and (held.set_by == given.label or not held.set_by.startswith(BUILT_IN)):
            continue
        source = held or LegalSource(name=row["name"], articles=[])
        _put_built_in(source, row, given.label, now)
        touched += 1
    if touched:
        changes = {"count": [None, touched], "version": [None, given.version]}
        subject = audit.Subject("legal_source", None, given.label)
        audit.record("rulebook.legal.load", subject=subject, by=by, now=now, changes=changes)
    return touched


def _put_built_in(source: LegalSource, row: Mapping[str, Any], label: str, now: datetime) -> None:
    source.kind, source.status = row["kind"], row["status"]
    source.issuer, source.document_number = row.get("issuer", ""), row.get("document_number", "")
    source.sectors, source.note = list(row.get("sectors", [])), row.get("note", "")
    source.ruleset_code, source.set_by, source.set_at = row.get("ruleset", ""), label, now
    db.session.add(source)
    held = {one.article for one in source.articles}
    for place, one in enumerate(row.get("articles", []), start=len(source.articles) + 1):
        if one["article"] not in held:
            made = LegalArticle(position=place, article=one["article"], text=one["text"])
            made.allows = list(one["allows"])
            source.articles.append(made)
    db.session.flush()


def missing() -> int:
    """How many of the built-in sources the register does not have."""
    known = {row.name for row in queries.sources()}
    return sum(row["name"] not in known for row in built_in().rows)


def _log(verb: str, row: LegalSource, changes: Mapping[str, Any], by: audit.Actor, now: datetime) -> None:
    db.session.flush()
    subject = audit.Subject("legal_source", row.id, row.name[:128])
    audit.record(f"rulebook.legal.{verb}", subject=subject, by=by, now=now, changes=dict(changes))


def _reason(text: str) -> str:
    if len(text.strip()) < SHORTEST_REASON:
        raise InvalidInput(f"请写明理由或者来源（不少于 {SHORTEST_REASON} 个字）。", "reason")
    return text.strip()[:300]


def put_source(
    row: LegalSource | None, facts: Mapping[str, Any], reason: str, *, by: audit.Actor, now: datetime
) -> LegalSource:
    """Enter a source, or change what it is called and whose it is. Errors: InvalidInput at the field."""
    reason = _reason(reason)
    name = str(facts["name"]).strip("《》")
    held = {plain_name(one.name): one.id for one in queries.sources()}
    if held.get(plain_name(name), row.id if row else None) != (row.id if row else None):
        raise InvalidInput("登记里已经有这个名称的依据。", "name")
    if facts["kind"] not in KINDS:
        raise InvalidInput("请选择依据的种类。", "kind")
    verb = "change" if row else "add"
    row = row or LegalSource(name="", kind="", status=str(facts.get("status") or DRAFT), articles=[])
    changes: dict[str, Any] = {"reason": [None, reason]}
    for field in FACTS:
        new = name if field == "name" else facts.get(field) or ([] if field == "sectors" else "")
        old = getattr(row, field)
        if old != new:
            changes[field] = [_plain(old), _plain(new)]
            setattr(row, field, new)
    if verb == "add":
        set_days(row, facts)
        changes["status"] = [None, _plain(row.status)]
    row.set_by, row.set_at = by.audit_name, now
    db.session.add(row)
    _log(verb, row, changes, by, now)
    return row


def set_days(row: LegalSource, facts: Mapping[str, Any]) -> None:
    """Status with its days and what replaces it. Errors: InvalidInput at the field that lacks."""
    status = str(facts["status"])
    begins: date | None = facts.get("effective_on")
    ends: date | None = facts.get("repealed_on")
    if status not in STATUSES:
        raise InvalidInput("请选择状态。", "status")
    if status == NOT_YET and begins is None:
        raise InvalidInput("尚未施行的，请填写施行日期。", "effective_on")
    if status == REPEALED and ends is None:
        raise InvalidInput("已经废止的，请填写废止日期。", "repealed_on")
    if begins and ends and ends <= begins:
        raise InvalidInput("废止日期应晚于施行日期。", "repealed_on")
    row.status, row.effective_on, row.repealed_on = status, begins, ends
    row.replaced_by = str(facts.get("replaced_by") or "").strip("《》")[:128]


def change_status(
    row: LegalSource, facts: Mapping[str, Any], reason: str, *, by: audit.Actor, now: datetime
) -> None:
    """In force, draft, not yet in force, repealed: with the day, what replaces it, and why.

    Errors: InvalidInput at the field; RuleViolation where nothing changes.
    """
    reason = _reason(reason)
    fields = ("status", "effective_on", "repealed_on", "replaced_by")
    before = {name: getattr(row, name) for name in fields}
    set_days(row, facts)
    after = {name: getattr(row, name) for name in fields}
    if before == after:
        raise RuleViolation("状态和日期都没有变化。", None, "请填写变化以后的状态和日期。")
    changes: dict[str, Any] = {
        name: [_plain(before[name]), _plain(after[name])] for name in fields if before[name] != after[name]
    }
    row.set_by, row.set_at = by.audit_name, now
    _log("status", row, changes | {"reason": [None, reason]}, by, now)


def _plain(value: Any) -> Any:
    """A value as the log keeps it: days as text, codes in words."""
    if isinstance(value, list):
        return [_plain(one) for one in value] or None
    if isinstance(value, date):
        return value.isoformat()
    return WORDS.get(value, value) or None


def put_article(
    source: LegalSource, row: LegalArticle | None, facts: Mapping[str, Any], reason: str, *, by: audit.Actor,
    now: datetime,
) -> LegalArticle:  # fmt: skip
    """Enter or change an article: its number, words, and what it allows. Errors: InvalidInput."""
    reason = _reason(reason)
    read = _NUMBER.match(str(facts["article"]).strip())
    if read is None:
        raise InvalidInput("请写条号，例如 第三十二条。", "article")
    name = article_words(read[1], read[2] or "")
    if any(one.article == name and one is not row for one in source.articles):
        raise InvalidInput(f"{name}已经登记过。", "article")
    allows = [code for code in ALLOWS if code in (facts.get("allows") or [])]
    if {"order", "penalty"} & set(allows) and source.kind in ("system", "promise"):
        why = "制度和承诺不能作为责令改正、处罚的依据。"
        raise RuleViolation(why, "F7.3", "责令改正、处罚只能依据法律、法规、规章。")
    if row is None:
        place = max((one.position for one in source.articles), default=0) + 1
        row = LegalArticle(position=place, article="", text="", allows=[])
        source.articles.append(row)
    old = [row.article or None, _plain(list(row.allows))]
    row.article, row.text, row.allows = name, str(facts.get("text") or "")[:5000], allows
    source.set_by, source.set_at = by.audit_name, now
    changes = {"article": [old[0], name], "allows": [old[1], _plain(allows)], "reason": [None, reason]}
    _log("article", source, changes, by, now)
    return row
