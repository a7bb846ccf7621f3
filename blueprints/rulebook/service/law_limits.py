"""Limits that statute sets beside a ruleset: a regulator adopts, edits and shelves them for its sectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm.exc import StaleDataError

from blueprints.accounts.models import Organization
from blueprints.rulebook import queries
from blueprints.rulebook.models import LawLimit
from blueprints.rulebook.service.texts import default_laws
from core import audit
from core.db import db
from core.locks import lock_name
from domain.deadlines import MAX_AMOUNT, Unit
from domain.errors import InvalidInput

DAY_UNITS = (Unit.WORKDAY, Unit.DAY)


@dataclass(frozen=True)
class LawTerms:
    """What can be edited: amounts in `unit` from receipt, `complex_amount` for complex cases."""

    law: str
    article: str
    text: str
    sectors: tuple[str, ...]
    amount: int
    unit: Unit
    complex_amount: int | None = None


def law_limits_for(regulator_id: int, sector: str) -> list[LawLimit]:
    """The active law limits that a regulator holds for a sector."""
    return [row for row in queries.law_limits(regulator_id) if row.active and sector in row.sectors]


def _record(row: LawLimit, action: str, changes: dict[str, object], by: audit.Actor, now: datetime) -> None:
    subject = audit.Subject("law_limit", row.id, f"{row.law}{row.article}"[:128])
    audit.record(action, subject=subject, by=by, now=now, changes=changes)


def adopt_laws(
    regulator: Organization, codes: Iterable[str], *, by: audit.Actor, now: datetime
) -> list[LawLimit]:
    """Take over law limits of laws.toml by their codes; those already held stay as they are.

    InvalidInput for an unknown code or a law that serves none of the regulator's sectors.
    """
    lock_name(f"law-limits:{regulator.id}")
    held = {row.code for row in queries.law_limits(regulator.id)}
    known = {law.code: law for law in default_laws()}
    adopted = []
    for code in dict.fromkeys(codes):
        law = known.get(code)
        if law is None or not set(law.sectors) & set(regulator.sectors):
            raise InvalidInput("没有这部法规的时限，或者它不适用于本单位监管的行业。", "codes")
        if code in held:
            continue
        row = LawLimit(regulator_id=regulator.id, code=code, obligation=law.obligation, active=True)
        facts = (law.law, law.article, law.text, tuple(law.sectors), law.amount, law.unit, law.complex_amount)
        _fill(row, LawTerms(*facts))
        db.session.add(row)
        db.session.flush()
        _record(row, "rulebook.law.adopt", {"amount": [None, f"{row.amount} {row.unit}"]}, by, now)
        adopted.append(row)
    return adopted


def add_law(regulator: Organization, terms: LawTerms, *, by: audit.Actor, now: datetime) -> LawLimit:
    """Hold a completion limit that laws.toml does not list. InvalidInput for terms that cannot be meant."""
    _check(terms, regulator)
    lock_name(f"law-limits:{regulator.id}")
    taken = {row.code for row in queries.law_limits(regulator.id)}
    number = next(n for n in range(1, len(taken) + 2) if f"own_{n}" not in taken)
    row = LawLimit(regulator_id=regulator.id, code=f"own_{number}", obligation="completion", active=True)
    _fill(row, terms)
    db.session.add(row)
    db.session.flush()
    _record(row, "rulebook.law.add", {"amount": [None, f"{row.amount} {row.unit}"]}, by, now)
    return row


def change_law(
    row: LawLimit, terms: LawTerms, *, regulator: Organization, version: int, by: audit.Actor, now: datetime
) -> None:
    """Edit a law limit; it holds for cases registered from now on. StaleDataError for an older `version`."""
    _check(terms, regulator)
    _check_version(row, version)
    before = _facts(row)
    _fill(row, terms)
    after = _facts(row)
    changes: dict[str, object] = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
    if not changes:
        raise InvalidInput("内容没有变化，不需要保存。")
    _record(row, "rulebook.law.change", changes, by, now)


def set_law_active(row: LawLimit, active: bool, *, version: int, by: audit.Actor, now: datetime) -> None:
    """Put a law limit into force or shelve it. StaleDataError for an older `version`."""
    _check_version(row, version)
    if row.active != active:
        row.active = active
        _record(row, "rulebook.law.active", {"active": [not active, active]}, by, now)


def _check_version(row: LawLimit, version: int) -> None:
    if row.version != version:
        raise StaleDataError(f"law limit {row.id}")


def _facts(row: LawLimit) -> dict[str, object]:
    names = ("law", "article", "text", "sectors", "amount", "unit", "complex_amount")
    return {name: getattr(row, name) for name in names}


def _fill(row: LawLimit, terms: LawTerms) -> None:
    row.law, row.article, row.text = terms.law, terms.article, terms.text
    row.sectors = [str(sector) for sector in terms.sectors]
    row.amount, row.unit, row.complex_amount = terms.amount, terms.unit.value, terms.complex_amount


def _check(terms: LawTerms, regulator: Organization) -> None:
    words = ((terms.law, "law", 128), (terms.article, "article", 32), (terms.text, "text", 500))
    for value, name, longest in words:
        if not value.strip() or len(value) > longest:
            raise InvalidInput(f"这一项须填写，不超过{longest}个字。", name)
    if not terms.sectors or not set(terms.sectors) <= set(regulator.sectors):
        raise InvalidInput("请选择本单位监管的行业。", "sectors")
    if terms.unit not in DAY_UNITS:
        raise InvalidInput("法规时限按工作日或者自然日计算。", "unit")
    if not 1 <= terms.amount <= MAX_AMOUNT:
        raise InvalidInput(f"时限的数目须是1至{MAX_AMOUNT}的整数。", "amount")
    longer = terms.complex_amount
    if longer is not None and not terms.amount < longer <= MAX_AMOUNT:
        raise InvalidInput("复杂事项的时限须比一般时限长。", "complex_amount")
