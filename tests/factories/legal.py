"""The register of what may be cited, as it comes with the product, and sources that may not be cited."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from blueprints.rulebook import queries_legal as queries
from blueprints.rulebook.models import LegalSource
from blueprints.rulebook.service import legal_register
from core import audit, clock
from core.db import db, transaction
from tests.factories.world import World

OLD, NEW, COMING, PLAN = "示例旧条例", "示例新条例", "示例将施行办法", "示例办法草案"
STATUTE = "城镇燃气管理条例"


def load() -> int:
    """The built-in list; returns how many sources were loaded."""
    with transaction():
        return legal_register.load_sources(by=audit.SYSTEM, now=clock.now())


def source(name: str) -> LegalSource:
    """A source of the register by its name."""
    db.session.rollback()
    found = queries.source_named(name)
    assert found is not None, name
    return found


def add(name: str, status: str = "in_force", kind: str = "statute", **facts: Any) -> int:
    """One more source."""
    with transaction():
        by, now = World().user("jxw-supervisor"), clock.now()
        given = {"name": name, "kind": kind, "status": status} | facts
        return legal_register.put_source(None, given, "核对公布的原文", by=by, now=now).id


def article(name: str, number: str, *allows: str) -> int:
    """An article of a source."""
    row = source(name)
    with transaction():
        by, now = World().user("jxw-supervisor"), clock.now()
        row = db.session.get_one(LegalSource, row.id)
        facts = {"article": number, "text": "提要：示例。", "allows": list(allows)}
        made = legal_register.put_article(row, None, facts, "核对公布的原文", by=by, now=now)
        db.session.flush()
        return made.id


def uncitable(today: date) -> None:
    """A repealed statute with what replaces it, one to come, a draft."""
    add(OLD, "repealed", repealed_on=today - timedelta(days=30), replaced_by=NEW)
    add(NEW)
    add(COMING, "not_yet", effective_on=today + timedelta(days=30))
    add(PLAN, "draft")


def fill_legal() -> dict[str, int | str]:
    """Rows by the names of the parameters of routes."""
    load()
    number = article(STATUTE, "第二十条", "item", "order")
    found = source(STATUTE).id
    db.session.rollback()
    return {"legal_source_id": found, "legal_article_id": number}
