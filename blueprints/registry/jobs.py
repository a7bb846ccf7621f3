"""Long work on the register, done in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app

from blueprints.accounts.models import User
from blueprints.registry.service import staffing_import as importing
from core import clock
from core.authz import Permission
from core.db import db, transaction
from core.jobs import Outcome, Work
from core.spreadsheets import holding
from core.spreadsheets.holding import Held
from domain.errors import RuleViolation

STAFF_IMPORT = "staff_import"
MOST_KEPT = 1000


def import_root() -> Path:
    """Where sheets of staff wait."""
    return Path(current_app.config["FILES_DIR"]) / "staff-imports"


def finish(held: Held, outcome: importing.Outcome) -> None:
    """Keep what became of a file; the file itself goes once its rows are in."""
    if outcome.rejected:
        importing.write_rejects(held.path, held.rejects, outcome.rejected)
    held.facts = {"result": facts_of(outcome)}
    held.save()
    held.drop_upload()


def facts_of(outcome: importing.Outcome) -> dict[str, Any]:
    """The figures of an outcome and its first problems, as they wait between two steps."""
    return {
        "rows": outcome.rows,
        "added": outcome.added,
        "changed": outcome.changed,
        "same": outcome.same,
        "rejected": outcome.rejected_lines,
        "problems": [[p.line, p.column, p.message] for p in outcome.rejected[:MOST_KEPT]],
        "more": max(0, len(outcome.rejected) - MOST_KEPT),
    }


def import_staff(work: Work, *, token: str, on_error: str) -> Outcome:
    """Take in a large sheet of staff that was looked at before. Done twice, it finds everything the same."""
    by, now = db.session.get(User, work.user_id), clock.now()
    if by is None or Permission.REGISTRY_EDIT not in by.permissions or by.organization_id is None:
        raise RuleViolation("您的账号现在不能导入员工。")
    held = holding.held_for(import_root(), by.id, token)
    if held is None or not held.path.exists():
        raise RuleViolation("这份表格已经不在了，请重新上传。")
    organization_id = by.organization_id
    found = importing.understand(held.path, held.name, organization_id, today=clock.today())
    work.progress(0, found.rows)
    db.session.rollback()  # what was read so far is old by now
    with transaction():
        person = db.session.get_one(User, work.user_id)
        wanted = importing.OnError(on_error)
        outcome = importing.carry_out(found, organization_id, by=person, on_error=wanted, now=now)
    work.progress(found.rows, found.rows)
    links = {"links": [{"label": "查看导入结果", "url": f"/staff/import/{token}"}]}
    if outcome.blocked:
        return Outcome("有问题的行还在，按您的选择整个文件没有导入。", links)
    finish(held, outcome)
    bad = f"，退回 {outcome.rejected_lines} 行" if outcome.rejected else ""
    return Outcome(f"新增 {outcome.added} 人，更新 {outcome.changed} 人{bad}。", links)
