"""Checklists and their versions (F6.2b): draft, published by somebody else, retired; never changed after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import SECTORS, Organization, User
from blueprints.inspection.models import Checklist, ChecklistVersion
from blueprints.inspection.queries import checklists as queries
from blueprints.rulebook.service.legal import require_all_citable
from core import audit, clock
from core.db import db
from domain.checklist_library import library
from domain.checklists import Checklist as Content
from domain.checklists import checklist_from, content_of, digest
from domain.errors import InvalidInput, RuleViolation

CLAUSE = "F6.2b"
STATES = {"draft": "草稿", "published": "现行", "retired": "已停用"}
TONES = {"draft": "open", "published": "done", "retired": "stopped"}
SECTOR_WORDS = {"": "通用", **SECTORS}


def content(row: ChecklistVersion) -> Content:
    """The version as the domain reads it."""
    return checklist_from(row.content)


def draft_of(row: Checklist) -> ChecklistVersion | None:
    """Its draft, if there is one."""
    return next((one for one in row.versions if one.state == "draft"), None)


def current_of(row: Checklist) -> ChecklistVersion | None:
    """Its published version, if there is one."""
    return next((one for one in row.versions if one.state == "published"), None)


def create(
    organization: Organization, facts: Mapping[str, str], made: Content, *, by: User, now: datetime
) -> ChecklistVersion:
    """A new checklist with its first draft; `facts`: name, sector, purpose. Errors: InvalidInput (`name`)."""
    row = Checklist(organization_id=organization.id, organization=organization)
    _name(row, facts)
    db.session.add(row)
    db.session.flush()
    return _draft(row, made, "", by, now)


def rename(row: Checklist, facts: Mapping[str, str], *, by: User, now: datetime) -> None:
    """Change name, sector and purpose. Errors: InvalidInput at `name`."""
    old = row.name
    _name(row, facts)
    _log("rename", row, {"name": [old, row.name]}, by, now)


def _name(row: Checklist, facts: Mapping[str, str]) -> None:
    other = queries.checklist_named(row.organization_id, facts["name"])
    if other is not None and other is not row:
        raise InvalidInput("已经有这个名称的检查表。", "name")
    row.name, row.sector, row.purpose = facts["name"], facts["sector"], facts["purpose"]


def new_draft(row: Checklist, made: Content, *, by: User, now: datetime, note: str = "") -> ChecklistVersion:
    """The next version as a draft. Errors: RuleViolation while there is a draft already."""
    if (draft := draft_of(row)) is not None:
        text = f"已经有草稿（第{draft.number}版），同时只能有一份草稿。"
        raise RuleViolation(text, CLAUSE, "请在草稿上修改，或者先删除草稿。")
    return _draft(row, made, note, by, now)


def _draft(row: Checklist, made: Content, note: str, by: User, now: datetime) -> ChecklistVersion:
    number = max((one.number for one in row.versions), default=0) + 1
    version = ChecklistVersion(number=number, content=content_of(made), note=note, drafted_at=now)
    version.drafted_by_id = by.id
    row.versions.append(version)
    _log("draft", version, {"version": [None, version.number]}, by, now)
    return version


def change(
    row: ChecklistVersion, made: Content, changes: Mapping[str, Any], *, by: User, now: datetime
) -> None:
    """Put another content into a draft; whoever did it last cannot publish it. Errors: RuleViolation."""
    require(row, ("draft",), "修改")
    row.content = content_of(made)
    row.drafted_by_id, row.drafted_at = by.id, now
    _log("change", row, changes, by, now)


def publish(row: ChecklistVersion, *, by: User, now: datetime) -> None:
    """Put a draft into force; the version before it is retired. Errors: RuleViolation."""
    require(row, ("draft",), "公布")
    if row.drafted_by_id == by.id:
        text = "起草或者最后修改这份草稿的人不能自己公布。"
        raise RuleViolation(text, CLAUSE, "请另一位有公布权限的人员核对后公布。")
    made = content(row)
    if not made.total:
        raise RuleViolation("检查表还没有计分的项目，不能公布。", CLAUSE, "请先添加检查项目。")
    require_items_citable(made)
    if before := current_of(row.checklist):
        _retire(before, by, now)
    row.state, row.published_by_id, row.published_at = "published", by.id, now
    row.sha256 = digest(row.content)
    _log("publish", row, {"version": [None, row.number], "sha256": [None, row.sha256]}, by, now)


def require_items_citable(made: Content) -> None:
    """Errors: RuleViolation for an item whose basis is not in force any more, or not yet."""
    require_all_citable([(f"项目{one.code}", one.basis) for one in made.items], clock.today())


def retire(row: ChecklistVersion, *, by: User, now: datetime) -> None:
    """No check begins with it any more; those that began keep it. Errors: RuleViolation."""
    require(row, ("published",), "停用")
    _retire(row, by, now)


def _retire(row: ChecklistVersion, by: User, now: datetime) -> None:
    row.state, row.retired_at = "retired", now
    _log("retire", row, {"version": [row.number, None]}, by, now)


def discard(row: ChecklistVersion, *, by: User, now: datetime) -> bool:
    """Delete a draft; a checklist without any version goes with it (True). Errors: RuleViolation."""
    require(row, ("draft",), "删除")
    parent = row.checklist
    _log("discard", row, {"version": [row.number, None]}, by, now)
    parent.versions.remove(row)
    db.session.delete(row)
    if not parent.versions:
        db.session.delete(parent)
    db.session.flush()
    return not parent.versions


def adopt(organization: Organization, *, by: User, now: datetime) -> list[ChecklistVersion]:
    """Drafts of the built-in checklists that fit the sectors of the regulator and are not there yet."""
    found = []
    for one in library():
        fits = not one.sector or one.sector in organization.sectors
        if fits and queries.checklist_named(organization.id, one.name) is None:
            facts = {"name": one.name, "sector": one.sector, "purpose": one.purpose}
            found.append(create(organization, facts, one.checklist, by=by, now=now))
    return found


def require(row: ChecklistVersion, states: tuple[str, ...], step: str) -> None:
    """Errors: RuleViolation where the version is not in one of these states."""
    if row.state in states:
        return
    if row.state == "draft":
        raise RuleViolation(f"还是草稿，不能{step}。", CLAUSE, "请先由另一人公布。")
    text = f"第{row.number}版{STATES[row.state]}，公布过的版本不能{step}：已经按它开始的检查要一直用它。"
    raise RuleViolation(text, CLAUSE, "需要改动的，请以这一版新建草稿。")


def _log(
    verb: str, row: Checklist | ChecklistVersion, changes: Mapping[str, Any], by: User, now: datetime
) -> None:
    db.session.flush()
    parent = row if isinstance(row, Checklist) else row.checklist
    label = row.name if isinstance(row, Checklist) else row.label
    subject = audit.Subject("checklist", parent.id, label)
    audit.record(f"checklist.{verb}", subject=subject, by=by, now=now, changes=changes)
