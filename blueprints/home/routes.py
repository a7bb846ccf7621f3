"""The first page of each role: the work bench, and the notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from blueprints.complaints import queries_bench
from blueprints.complaints.views import bench_view
from blueprints.disclosure.queries.work import waiting
from blueprints.home.duty_now import duty_view
from blueprints.inspection.queries import checks, plans
from blueprints.inspection.queries.rectifications import waiting as rectifications_waiting
from blueprints.notices.queries import waiting_count
from core import clock
from core.authz import Permission, Role, public, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import redirect_to, render
from core.inbox import latest, mark_read, one_of

blueprint = Blueprint("home", __name__)
FIRST_PAGES = (
    (Permission.CASE_READ, "home.bench"),
    (Permission.ORGANIZATION_MANAGE, "accounts.organizations"),
    (Permission.STAFF_MANAGE, "accounts.people"),
    (Permission.ROLE_GRANT, "accounts.roles"),
    (Permission.AUDIT_READ, "accounts.audit_log"),
    (Permission.DISCLOSURE_READ, "disclosure.overview"),
    (Permission.RULES_READ, "rulebook.rulesets"),
)


@blueprint.get("/")
@public
def index() -> AnyResponse:
    """Each role's first page; the sign-in page for everybody else."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    for permission, endpoint in FIRST_PAGES:
        if permission in current_user.permissions:
            return redirect(url_for(endpoint))
    return redirect(url_for("home.notifications"))


@blueprint.get("/bench")
@requires(Permission.CASE_READ)
def bench() -> Response:
    """What waits for this person, by urgency."""
    now, calendar = clock.now(), load_calendar()
    groups = queries_bench.bench(current_user, now=now, calendar=calendar)
    view = bench_view(groups, current_user, now=now, calendar=calendar)
    if Permission.NOTICE_READ in current_user.permissions:
        url, count = url_for("notices.notices", mine=1), waiting_count(current_user)
        view["stats"].append({"label": "文书待办", "count": count, "url": url, "tone": None, "unit": "份"})
    if Permission.FINDING_READ in current_user.permissions:
        view["stats"].append(_rectifications(now))
    view["stats"].extend(_inspection())
    may_disclose = Permission.DISCLOSURE_READ in current_user.permissions
    return render("home/bench.html", may_disclose=may_disclose, **view)


def _inspection() -> list[dict[str, Any]]:
    """Plans that wait for the leader, checks that this inspector has to begin or has begun."""
    held, found = current_user.permissions, []
    if Permission.PLAN_APPROVE in held and (count := plans.to_approve(current_user)):
        found.append(("待批计划", count, url_for("inspection.plans", state="submitted")))
    if Role.INSPECTOR in current_user.roles and (count := len(plans.targets_of(current_user, "approved"))):
        found.append(("待开始检查", count, url_for("inspection.plans", state="approved")))
    if Permission.CHECK_ACT in held and (count := checks.unfinished(current_user)):
        found.append(("现场检查", count, url_for("inspection.checks", state=checks.DOING, mine=1)))
    return [
        {"label": label, "count": count, "url": url, "tone": None, "unit": "件"}
        for label, count, url in found
    ]


def _rectifications(now: datetime) -> dict[str, Any]:
    """What waits for this person in rectification: to be answered, judged, rechecked."""
    rows = rectifications_waiting(current_user)
    late = any(row.due_at is not None and row.due_at <= now and row.state == "served" for row in rows)
    url, tone = url_for("inspection.rectifications"), "overdue" if late else None
    return {"label": "整改待办", "count": len(rows), "url": url, "tone": tone, "unit": "份"}


@blueprint.get("/bench/disclosure")
@requires(Permission.DISCLOSURE_READ)
def disclosure_tasks() -> Response:
    """What waits in self-disclosure; the bench asks for it after its own page is there."""
    rows = waiting(current_user, clock.today())
    return render("home/disclosure_tasks.html", "tasks", rows=rows, url=url_for("disclosure.overview"))


@blueprint.get("/bench/duty")
@requires(Permission.SHIFT_READ)
def duty_now() -> Response:
    """Who is on duty, what has to be handed over, which emergencies run; the bench asks for it afterwards."""
    return render("home/duty_now.html", "now", **duty_view(current_user, clock.now()))


@blueprint.get("/notifications")
@requires(Permission.SELF)
def notifications() -> Response:
    """Everything this person was told, unread first on sight."""
    return render("home/notifications.html", rows=latest(current_user.id))


@blueprint.post("/notifications/read")
@requires(Permission.SELF)
def read_all() -> AnyResponse:
    """Mark all as read."""
    with transaction():
        mark_read(current_user.id, None, clock.now())
    return redirect_to(url_for("home.notifications"))


@blueprint.post("/notifications/<int(max=2147483647):notification_id>/open")
@requires(Permission.SELF)
def open_one(notification_id: int) -> AnyResponse:
    """Mark one as read and go where it leads."""
    found = one_of(current_user.id, notification_id)
    if found is None:
        abort(404)
    link = found.link
    with transaction():
        mark_read(current_user.id, notification_id, clock.now())
    return redirect_to(link or url_for("home.notifications"))
