"""The audit log, for the audit administrator: read, narrow, verify."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, flash, request, url_for

from blueprints.accounts import queries
from blueprints.accounts.forms import AuditFilterForm
from blueprints.accounts.routes import blueprint
from blueprints.accounts.service import audit_words
from blueprints.accounts.sessions import me
from core import audit, clock
from core.authz import Permission, requires
from core.db import db, transaction
from core.forms import select_choices
from core.htmx import redirect_to, render

SEQ = re.compile(r"[0-9]{1,9}")


def _entry(row: audit.AuditEntry) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": clock.to_local(row.at).strftime("%Y-%m-%d %H:%M:%S"),
        "who": row.actor_name,
        "organization": row.organization,
        "action": audit_words.action_name(row.action),
        "subject_type": audit_words.subject_name(row.subject_type),
        "subject": row.subject_label or (f"#{row.subject_id}" if row.subject_id is not None else ""),
        "changes": audit_words.changes_of(row.changes),
        "sealed": bool(row.personal),
        "digest": row.digest,
    }


def _actions(text: str) -> tuple[str, ...] | None:
    """Codes in the log whose name contains `text` or whose code begins with it."""
    if not text:
        return None
    found = (c for c in queries.audit_actions() if text in audit_words.action_name(c) or c.startswith(text))
    return tuple(found)


def _filter(form: AuditFilterForm) -> queries.AuditFilter:
    since, until = form.since.data, form.until.data
    return queries.AuditFilter(
        person=form.person.data or "",
        actions=_actions(form.action.data or ""),
        subject_type=form.kind.data or "",
        subject=form.subject.data or "",
        since=clock.local_midnight(since) if since else None,
        until=clock.end_of_day(until) if until else None,
    )


@blueprint.get("/audit-log")
@requires(Permission.AUDIT_READ)
def audit_log() -> Response:
    """The log, newest first, 50 a page."""
    form = AuditFilterForm(formdata=request.args)
    form.kind.choices = select_choices(sorted(audit_words.SUBJECTS.items()), "全部")
    valid = form.validate()
    edges = {name: request.args.get(name, "") for name in ("before", "after")}
    marks = {name: int(edge) for name, edge in edges.items() if SEQ.fullmatch(edge)}
    wanted = _filter(form) if valid else queries.AuditFilter()
    page = queries.audit_page(wanted, **marks)
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k in form._fields and v}
    return render(
        "accounts/audit_log.html",
        status=200 if valid else 422,
        form=form,
        entries=[_entry(row) for row in page.rows],
        filtered=bool(kept),
        tip=queries.audit_tip(),
        action_names=sorted(set(audit_words.ACTIONS.values())),
        prev_url=url_for("accounts.audit_log", **kept, after=page.before) if page.before else None,
        next_url=url_for("accounts.audit_log", **kept, before=page.after) if page.after else None,
        first_url=url_for("accounts.audit_log", **kept) if page.before else None,
    )


@blueprint.post("/audit-log/verify")
@requires(Permission.AUDIT_READ)
def verify_audit_log() -> Response:
    """Walk the chain from its first entry; that somebody did is an entry itself."""
    db.session.rollback()
    db.session.connection(execution_options={"immediate": False})  # reading must not hold the write lock
    result = audit.verify()
    db.session.rollback()
    with transaction():
        audit.record(
            "audit.verified",
            subject=audit.Subject("audit", None, "全部记录"),
            by=me(),
            now=clock.now(),
            changes={
                "rows": [None, result.rows],
                "holds": [None, result.holds],
                **({} if result.holds else {"first_bad": [None, result.first_bad]}),
            },
        )
    if result.holds:
        flash(f"核验通过：共 {result.rows} 条，链条完整，没有被改动、调换或删去的记录。", "success")
    else:
        flash(
            f"核验不通过：第 {result.first_bad} 条起对不上（{result.why}），请保护现场并报告单位负责人。",
            "danger",
        )
    return redirect_to(url_for("accounts.audit_log"))
