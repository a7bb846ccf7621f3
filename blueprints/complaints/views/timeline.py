"""Steps as a person can read them aloud: who, when, under which clause, what was recorded, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.complaints.labels import FIELD_LABELS, sentences
from blueprints.complaints.models import Attachment, Case, CaseStep
from blueprints.complaints.parties import actor_of, steps_for
from blueprints.complaints.people import may_have
from blueprints.complaints.views.people import people_hidden, readable
from core.authz import ROLE_NAMES, Permission, Role
from core.clock import to_local
from core.wording import behalf_words, moment_words
from domain.rulesets import Ruleset

CORRECTED = {"title": "标题", "content": "诉求内容", "place": "地点", "wish": "愿望", "type": "类型",
             "enterprise": "被诉单位", "category": "内容类别", "channel": "渠道"}  # fmt: skip
TONES = {"close": "done", "archive": "done", "supervise": "danger", "urge": "soon", "review_return": "soon",
         "decline": "soon", "return_assignment": "soon", "reopen": "soon"}  # fmt: skip
LINKING = frozenset({"link_duplicate", "merge", "request_no_more"})
REPLIES = frozenset({"reply", "answer_now"})
WITH_NOTICE = frozenset({"accept", "dispatch", "assign", "investigate"})


def file_size(size: int) -> str:
    """1.2 MB, 340 KB."""
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, round(size / 1024))} KB"


def file_view(attachment: Attachment) -> dict[str, Any]:
    """A file card."""
    kind = attachment.name.rpartition(".")[2].upper()[:4] or "文件"
    return {
        "name": attachment.name + ("（仅本单位）" if attachment.kept_back else ""),
        "kind": kind,
        "size": file_size(attachment.file.size),
        "hash_tail": attachment.file.sha256[-6:],
        "who": attachment.added_by.name,
        "at": moment_words(attachment.added_at),
        "url": url_for("complaints.file", case_id=attachment.case_id, attachment_id=attachment.id),
    }


def code_names(ruleset: Ruleset) -> dict[str, dict[str, str]]:
    """Names of the codes that a correction can change."""
    return {
        "type": {t.code: t.name for t in ruleset.types},
        "category": {c.code: c.name for c in ruleset.categories},
        "channel": {c.code: c.name for c in ruleset.channels},
    }


def role_name(role: str, ruleset: Ruleset) -> str:
    """The rule system's own word for a role."""
    return ruleset.term(role, ROLE_NAMES[Role(role)]) if role else ""


def said(step: CaseStep, case: Case, by: User) -> list[tuple[str, str]]:
    """(label, words) of what a step recorded, with the complainants masked or left out."""
    left_out = {"changes"}
    if step.action in LINKING and people_hidden(case, by) is not None:
        left_out |= {"other", "kind"}
    pairs = sentences({name: value for name, value in step.facts.items() if name not in left_out})
    return [(label, readable(words, case, by)) for label, words in pairs]


def changes_view(
    step: CaseStep, case: Case, by: User, names: Mapping[str, Mapping[str, str]]
) -> list[dict[str, str]]:
    """Corrected fields, old and new, with the complainants masked or left out."""
    rows = []
    for field, old, new in step.facts.get("changes", []):
        known = names.get(field, {})
        rows.append(
            {
                "field": CORRECTED.get(field, FIELD_LABELS.get(field, field)),
                "old": readable(known.get(str(old), str(old or "")), case, by),
                "new": readable(known.get(str(new), str(new or "")), case, by),
            }
        )
    return rows


def timeline_view(case: Case, by: User, ruleset: Ruleset) -> list[dict[str, Any]]:
    """All steps, oldest first."""
    names = code_names(ruleset)
    files: dict[int | None, list[dict[str, Any]]] = {}
    for attachment in (a for a in case.attachments if may_have(a, case, by)):
        files.setdefault(attachment.step_id, []).append(file_view(attachment))
    steps = _as_done(steps_for(case, by))
    return [_entry(step, case, by, ruleset, names, files.get(step.id, [])) for step in steps]


def _as_done(steps: Iterable[CaseStep]) -> list[CaseStep]:
    """A notice that went with a step stands after the step, not before it."""
    ordered = list(steps)
    for i in range(len(ordered) - 1):
        first, second = ordered[i], ordered[i + 1]
        together = (first.at, first.actor_id) == (second.at, second.actor_id)
        if together and first.action == "progress_notice" and second.action in WITH_NOTICE:
            ordered[i], ordered[i + 1] = second, first
    return ordered


def _entry(
    step: CaseStep, case: Case, by: User, ruleset: Ruleset, names: Mapping[str, Mapping[str, str]],
    files: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    role = behalf_words(role_name(step.actor_role, ruleset), step.behalf)
    who = {"name": actor_of(step, case, by), "unit": step.actor_unit, "role": role}
    return {
        "id": f"step-{step.id}",
        "at": moment_words(step.at),
        "datetime": to_local(step.at).isoformat(timespec="minutes"),
        "title": step.name,
        "who": who,
        "clause": step.clause or None,
        "text": "\n".join(f"{label}：{words}" for label, words in said(step, case, by)) or None,
        "changes": changes_view(step, case, by, names),
        "files": files,
        "tone": TONES.get(step.action),
        "link": _as_template(step, case, by),
    }


def _as_template(step: CaseStep, case: Case, by: User) -> dict[str, str] | None:
    """Where a reply is proposed as template, for those who may."""
    if step.action not in REPLIES or Permission.KNOWLEDGE_READ not in by.permissions:
        return None
    if people_hidden(case, by) is not None:
        return None
    return {"label": "提为模板", "url": url_for("complaints.propose_template", case_id=case.id)}


def meanwhile(case: Case, after: int, by: User) -> list[dict[str, Any]]:
    """Steps that were taken after step `after`, in short."""
    return [
        {
            "at": moment_words(step.at),
            "who": f"{step.actor_unit} {actor_of(step, case, by)}",
            "name": step.name,
            "text": "；".join(f"{label}：{words}" for label, words in said(step, case, by))[:200],
        }
        for step in steps_for(case, by)
        if step.id > after
    ]
