"""Files of a case: kept by content, named as they were given, recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from blueprints.accounts.models import User
from blueprints.complaints.models import Attachment, Case, CaseStep
from blueprints.complaints.people import hidden_from
from core import audit
from core.db import db
from core.files import store
from domain.errors import InvalidInput, RuleViolation

LONGEST_NAME = 200


def _works_on(case: Case, by: User) -> bool:
    working = {a.organization_id for a in case.open_assignments} | {case.receiving_org_id, case.regulator_id}
    return by.organization_id in working


def may_attach(case: Case, by: User) -> bool:
    """Whether the person may add files: works on the case, and it is not archived yet."""
    return _works_on(case, by) and case.archived_at is None


def keeps_back(case: Case, by: User) -> bool:
    """Whether what this person adds may tell others who reported in confidence."""
    return case.confidential and hidden_from(case, by) is None


def check_open(case: Case, by: User) -> None:
    """Files are added by those who work on a case, until it is archived. Errors: RuleViolation."""
    if not _works_on(case, by):
        why = "这是从台账抽查的件，只能查看，不能添加附件。"
        raise RuleViolation(why, None, "需要办理的，请先提级办理。")
    if case.archived_at is not None:
        raise RuleViolation("卷宗已经归档固定，不能再添加附件。", None, "确需补充的，请先重新办理。")


def attach(
    case: Case, files: Iterable[tuple[str, bytes]], *, by: User, now: datetime, step: CaseStep | None = None,
    released: bool = False,
) -> list[Attachment]:  # fmt: skip
    """Keep `files` ((name, bytes) each) with the case, as proof of `step` where it is given.

    What somebody adds to a confidential report who knows the reporter is kept back from those who must not,
    unless they say that nothing in it tells who it is (`released`).

    Errors: InvalidInput (field "files") for a file that is refused; nothing is kept then.
    """
    made = []
    for name, data in files:
        try:
            stored = store(name, data, now=now)
        except InvalidInput as refused:
            raise InvalidInput(f"“{name[:40]}”：{refused.message}", "files") from refused
        attachment = Attachment(
            case_id=case.id, step_id=step.id if step else None, file_id=stored.id, name=_name(name),
            added_by_id=by.id, added_at=now, kept_back=keeps_back(case, by) and not released,
        )  # fmt: skip
        db.session.add(attachment)
        made.append(attachment)
        audit.record(
            "case.attach",
            subject=audit.Subject("case", case.id, case.number),
            by=by,
            now=now,
            changes={"sha256": [None, stored.sha256]}
            | ({"released": [None, released]} if keeps_back(case, by) else {}),
            personal={"name": [None, attachment.name]},
        )
    db.session.flush()
    return made


def _name(name: str) -> str:
    """The last part of a given name without what no file system takes; its extension stays."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in plain if c.isprintable() and c not in '<>:"|?*')
    stem, dot, extension = kept.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}{dot}{extension}"[-LONGEST_NAME:] or "附件"
