"""Closing and archiving: the dossier is frozen with its hash, personal values sealed with the case's key."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from blueprints.complaints import facts
from blueprints.complaints.models import Case, Dossier
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.engine import Act, effect
from core.db import db
from core.privacy import encrypt
from domain.errors import InvalidInput

RETENTIONS = ("永久", "30年", "10年")


@effect("close")
def close(act: Act) -> None:
    """结案. Every limit that still ran ends here; the archive limit starts."""
    act.record("remark")
    if act.case.anonymous and not facts.replied(act.case):
        act.record(unanswered=facts.UNANSWERABLE)
        act.case.completed_at = act.case.completed_at or act.now
        deadlines.stop(act, "completion")
    act.case.closed_at = act.now
    act.case.supervision_proposed = ""
    deadlines.void_own(act)
    deadlines.start_limit(act, "archive")


@effect("archive")
def archive(act: Act) -> None:
    """归档 with a retention class (永久/30年/10年); freezes the dossier."""
    retention = act.data.get("retention") or default_retention(act)
    if retention not in RETENTIONS:
        raise InvalidInput("保管期限只能是永久、30年或10年。", "retention")
    act.case.retention = retention
    act.case.archived_at = act.now
    deadlines.stop(act, "archive")
    frozen = freeze(act.case, now=act.now)
    act.record("remark", retention=retention, digest=frozen.digest)


def default_retention(act: Act) -> str:
    """The local default, longer for level 1."""
    key = "retention_level_1" if act.case.level == 1 else "retention_default"
    return act.ruleset.text(key)


def dossier_content(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what may be kept open, what is personal) of the dossier, in JSON values."""
    plain = {
        "number": case.number,
        "type": case.type,
        "category": case.category,
        "channel": case.channel,
        "received_at": case.received_at.isoformat(),
        "accepted_at": case.accepted_at.isoformat() if case.accepted_at else None,
        "completed_at": case.completed_at.isoformat() if case.completed_at else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "level": case.level,
        "conclusion": case.conclusion,
        "steps": [
            [
                s.id,
                s.action,
                s.clause,
                s.state_before,
                s.state_after,
                s.actor_name,
                s.actor_unit,
                s.at.isoformat(),
            ]
            for s in case.steps
        ],
        "files": sorted([a.name, a.file.sha256] for a in case.attachments),
    }
    personal = {
        "title": case.title,
        "content": case.content,
        "wish": case.wish,
        "place": case.place,
        "complainants": [
            [p.name, p.phone, p.address, p.account_number, p.headcount] for p in case.complainants
        ],
        "facts": [[s.id, s.facts] for s in case.steps],
    }
    return plain, personal


def freeze(case: Case, *, now: datetime) -> Dossier:
    """Store the dossier; its sha256 covers the stored text, sealed part included."""
    plain, personal = dossier_content(case)
    body = json.dumps(
        {"case": plain, "personal": encrypt("case", case.id, personal)}, ensure_ascii=False, sort_keys=True
    )
    dossier = Dossier(case_id=case.id, body=body, digest=dossier_digest(body), frozen_at=now)
    db.session.add(dossier)
    return dossier


def dossier_digest(body: str) -> str:
    """sha256 of a stored dossier."""
    return hashlib.sha256(body.encode()).hexdigest()
