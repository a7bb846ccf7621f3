"""帮办代办 (F3.2.3): done for the user, with consent and within its scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.registry.models import AssistedHandling, CatalogueEntry, Staff
from blueprints.registry.service.keeping import log
from blueprints.registry.service.qualifying import require_certified
from core.clock import local_date, to_local
from core.db import db
from core.files import store_upload
from core.sequences import next_number
from domain.errors import InvalidInput, RuleViolation

CLAUSE = "F3.2.3"


@dataclass(frozen=True)
class Task:
    """What a user asked the enterprise to do in the user's place; `consent_at` None: no consent."""

    entry: CatalogueEntry | None
    scope: str
    user_name: str
    user_phone: str
    person: Staff
    consent_how: str
    consent_at: datetime | None
    upload: FileStorage | None = None


def begin(organization_id: int, task: Task, *, by: User, now: datetime) -> AssistedHandling:
    """Take a task on. Errors: RuleViolation without consent or scope (F3.2.3) or for somebody without a
    certificate (F3.2.1), InvalidInput for a consent that lies ahead."""
    if task.consent_at is None or not task.consent_how:
        raise RuleViolation(
            "没有登记用户的同意：帮办代办应征得用户同意。", CLAUSE, "请写明用户何时、怎样表示同意后再登记。"
        )
    if not task.scope:
        raise RuleViolation("没有写明代办的范围。", CLAUSE, "请写明替用户办哪些事，不能超出用户同意的范围。")
    if task.consent_at > now:
        raise InvalidInput("用户同意的时间不能晚于现在。", "consent_at")
    require_certified([task.person], local_date(now), "帮办代办")
    year = to_local(now).year
    row = AssistedHandling(
        organization_id=organization_id,
        number=f"帮办-{year}-{next_number(f'assisted:{organization_id}', year):06d}",
        entry_id=task.entry.id if task.entry else None, user_name=task.user_name, user_phone=task.user_phone,
        scope=task.scope, consent_how=task.consent_how, consent_at=task.consent_at, staff_id=task.person.id,
        by=by.name, at=now,
    )  # fmt: skip
    if task.upload is not None and task.upload.filename:
        row.consent_file_id = store_upload(task.upload, now=now).id
        row.consent_file_name = task.upload.filename[-200:]
    db.session.add(row)
    facts = {"staff_member": [None, task.person.badge]}
    personal = {name: [None, getattr(task, name)] for name in ("scope", "user_name", "user_phone")}
    log("assisted_new", row, row.number, facts, personal=personal, by=by, now=now)
    return row


def end(row: AssistedHandling, state: str, outcome: str, *, by: User, now: datetime) -> None:
    """It is done, or stopped with the reason. Errors: RuleViolation when it has ended."""
    if row.state != "open":
        raise RuleViolation("这件帮办代办已经结束。", CLAUSE, "请刷新页面，看看现在的状态。")
    row.state, row.outcome, row.ended_at = state, outcome, now
    log("assisted_end", row, row.number, {"state": ["open", state]}, by=by, now=now)
