"""What comes with the product: neutral templates and scripts, loaded for an organization that asks."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import Organization
from blueprints.knowledge.models import KnowledgeItem, KnowledgeVersion
from blueprints.knowledge.service.writing import Place, checked_text, log, made, put_in_use
from core import audit
from core.db import db

BUILT_IN = Path(__file__).resolve().parents[3] / "rulesets" / "knowledge" / "items.toml"
REMARK = "随系统提供的内容，由系统管理员载入"


def built_in() -> list[dict[str, Any]]:
    """The rows of items.toml: kind, title, text, and where given category, emergency, sectors, clauses."""
    rows: list[dict[str, Any]] = tomllib.loads(BUILT_IN.read_text("utf-8"))["items"]
    return rows


def clause_for(row: dict[str, Any], organization: Organization) -> str:
    """The clause of the rule system by which the organization works: water works by Q, the others by F."""
    clauses: dict[str, str] = row.get("clauses", {})
    if organization.ruleset_code:
        return clauses.get(organization.ruleset_code, "")
    code = "qitaihe" if "water" in organization.sectors else "fuling"
    return clauses.get("regulator" if code == "fuling" else code) or clauses.get(code, "")


def sectors_for(row: dict[str, Any], organization: Organization) -> tuple[str, ...] | None:
    """For which of its sectors the organization takes a row: empty for all of them, None for none."""
    wanted = row.get("sectors", [])
    shared = tuple(sector for sector in organization.sectors if sector in wanted)
    if wanted and not shared:
        return None
    return shared if len(shared) < len(organization.sectors) else ()


def load_for(organization: Organization, *, by: audit.Actor, now: datetime) -> int:
    """Load what the organization does not have yet (by kind and title); returns how many that were."""
    rows = select(KnowledgeItem.kind, KnowledgeItem.title)
    held = {
        (kind, title)
        for kind, title in db.session.execute(rows.where(KnowledgeItem.organization_id == organization.id))
    }
    loaded = 0
    for row in built_in():
        sectors = sectors_for(row, organization)
        if sectors is None or (row["kind"], row["title"]) in held:
            continue
        place = Place(
            row["kind"], row["title"], row.get("category", ""), row.get("emergency", ""), sectors,
            clause_for(row, organization),
        )  # fmt: skip
        _load(organization, place, checked_text(row["text"], place.kind), by=by, now=now)
        loaded += 1
    return loaded


def _load(organization: Organization, place: Place, text: str, *, by: audit.Actor, now: datetime) -> None:
    item = made(organization.id, place)
    version = KnowledgeVersion(
        number=1, text=text, reason="", subject_type="", proposed_at=now, remark=REMARK
    )
    item.versions.append(version)
    put_in_use(item, version, now=now)
    log("loaded", item, {"edition": [None, 1]}, by=by, now=now)
