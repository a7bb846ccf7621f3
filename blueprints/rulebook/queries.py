"""What is stored of local settings, law limits and the calendar, and which of it a person may see."""

from __future__ import annotations

from sqlalchemy import select

from blueprints.rulebook.models import LawLimit, LocalSetting
from core.db import db


def newest_settings(owner_id: int, ruleset_code: str) -> dict[str, LocalSetting]:
    """The rows in force of one owner: key -> newest row."""
    rows = select(LocalSetting).where(
        LocalSetting.owner_id == owner_id, LocalSetting.ruleset_code == ruleset_code
    )
    return {row.key: row for row in db.session.scalars(rows.order_by(LocalSetting.id))}


def setting_history(owner_id: int, ruleset_code: str, key: str | None = None) -> list[LocalSetting]:
    """All values ever set (of one key), newest first."""
    rows = select(LocalSetting).where(
        LocalSetting.owner_id == owner_id, LocalSetting.ruleset_code == ruleset_code
    )
    if key is not None:
        rows = rows.where(LocalSetting.key == key)
    return list(db.session.scalars(rows.order_by(LocalSetting.id.desc()).limit(200)))


def law_limits(regulator_id: int) -> list[LawLimit]:
    """All law limits that a regulator holds, in force or not."""
    rows = select(LawLimit).where(LawLimit.regulator_id == regulator_id)
    return list(db.session.scalars(rows.order_by(LawLimit.id)))
