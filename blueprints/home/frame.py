"""What the frame of every signed-in page shows: navigation by role with counts, person, banners."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request, url_for
from flask_login import current_user
from markupsafe import Markup

from blueprints.accounts.models import User
from blueprints.complaints.queries_bench import MOST_WAITING, waiting_and_unread
from blueprints.rulebook.queries import calendar_banner
from blueprints.rulebook.service import base_ruleset, ruleset_codes
from core import clock
from core.inbox import unread_count
from domain.roles import ROLE_NAMES, Permission, Role

P = Permission
MOST_KEPT = 2000
NAVIGATION: tuple[tuple[str, tuple[tuple[str, str, str, Permission], ...]], ...] = (
    (
        "办理",
        (
            ("工作台", "home.bench", "speedometer2", P.CASE_READ),
            ("登记诉求", "complaints.register", "telephone-plus", P.CASE_REGISTER),
            ("诉求件", "complaints.cases", "inboxes", P.CASE_READ),
            ("集中诉求", "complaints.surges", "collection", P.CASE_ACT),
            ("停供事件", "hotline.incidents", "lightning-charge", P.INCIDENT_READ),
            ("险情", "hotline.emergencies", "exclamation-triangle", P.EMERGENCY_ACT),
            ("值班表", "duty.roster", "calendar-week", P.SHIFT_READ),
            ("交接班", "duty.handovers", "arrow-left-right", P.SHIFT_READ),
            ("知识库", "knowledge.items", "chat-square-quote", P.KNOWLEDGE_READ),
            ("批量导入", "complaints.import_cases", "file-earmark-arrow-up", P.CASE_IMPORT),
            ("移送件", "complaints.transfers", "box-arrow-right", P.CASE_READ),
            ("来件派单", "complaints.outside", "envelope-paper", P.CASE_READ),
            ("诉求台账", "complaints.ledgers", "journal-text", P.LEDGER_READ),
            ("文书", "notices.notices", "file-earmark-text", P.NOTICE_READ),
            ("用印登记", "notices.seal_uses", "journal-check", P.NOTICE_ISSUE),
            ("收发文登记", "notices.mail", "mailbox", P.NOTICE_ISSUE),
            ("打印排队", "notices.print_queue", "printer", P.NOTICE_ISSUE),
            ("统计", "complaints.rates", "bar-chart", P.CASE_READ),
        ),
    ),
    (
        "服务",
        (
            ("服务目录", "registry.catalogue", "card-list", P.REGISTRY_READ),
            ("服务请求", "registry.requests", "telephone-inbound", P.REGISTRY_READ),
            ("服务网点", "registry.outlets", "shop", P.REGISTRY_READ),
            ("服务热线", "registry.hotlines", "telephone", P.REGISTRY_READ),
            ("员工持证", "registry.staff_list", "person-badge", P.REGISTRY_READ),
            ("窗口排班", "registry.roster", "calendar-week", P.REGISTRY_READ),
            ("上门服务", "registry.visits", "house-door", P.REGISTRY_READ),
            ("帮办代办", "registry.assisted", "hand-thumbs-up", P.REGISTRY_READ),
            ("管理制度", "registry.systems", "journal-check", P.REGISTRY_READ),
            ("服务承诺", "registry.commitments", "patch-check", P.REGISTRY_READ),
            ("信息公开", "disclosure.overview", "megaphone", P.DISCLOSURE_READ),
            ("公开事项", "disclosure.duties", "list-check", P.DISCLOSURE_READ),
            ("公开核查", "disclosure.check_queue", "search", P.DISCLOSURE_CHECK),
        ),
    ),
    (
        "检查",
        (
            ("检查计划", "inspection.plans", "calendar2-check", P.CHECK_READ),
            ("现场检查", "inspection.checks", "tablet", P.CHECK_READ),
            ("检查表", "inspection.checklists", "ui-checks", P.CHECK_READ),
            ("双随机抽取", "inspection.draws", "shuffle", P.DRAW_READ),
            ("原始记录抽查", "inspection.samples", "file-earmark-check", P.DRAW_READ),
            ("发现的问题", "inspection.findings", "exclamation-diamond", P.FINDING_READ),
            ("整改", "inspection.rectifications", "wrench-adjustable", P.FINDING_READ),
            ("执法证", "inspection.inspectors", "person-vcard", P.DRAW_READ),
        ),
    ),
    (
        "依据",
        (
            ("制度条款", "rulebook.rulesets", "book", P.RULES_READ),
            ("本单位设定", "rulebook.settings", "sliders", P.RULES_EDIT),
            ("依据登记", "rulebook.legal_sources", "journal-bookmark", P.RULES_READ),
            ("法定时限", "rulebook.law_limits", "bank", P.RULES_EDIT),
            ("工作日历", "rulebook.calendar", "calendar3", P.RULES_READ),
        ),
    ),
    (
        "管理",
        (
            ("人员账号", "accounts.people", "people", P.STAFF_MANAGE),
            ("机构部门", "accounts.organizations", "building", P.ORGANIZATION_MANAGE),
            ("角色授权", "accounts.roles", "person-check", P.ROLE_GRANT),
            ("文书模板", "notices.templates", "file-earmark-ruled", P.TEMPLATE_EDIT),
            ("审计日志", "accounts.audit_log", "shield-check", P.AUDIT_READ),
        ),
    ),
)


def _item(label: str, endpoint: str, icon: str, count: str | None) -> dict[str, Any]:
    active = request.endpoint == endpoint
    return {"label": label, "url": url_for(endpoint), "icon": icon, "count": count, "active": active}


def navigation(user: User, waiting: str | None) -> list[dict[str, Any]]:
    """Groups of links that this person may open."""
    groups, permissions = [], user.permissions
    for title, entries in NAVIGATION:
        items = [
            _item(label, endpoint, icon, waiting if endpoint == "home.bench" else None)
            for label, endpoint, icon, permission in entries
            if permission in permissions and _applies(endpoint, user)
        ]
        if items:
            groups.append({"title": title, "items": items})
    return groups


def _nav(user: User, waiting: str | None) -> Markup:
    """The navigation as it is printed; the same for everybody with these rights on this page."""
    regulator = bool(user.organization and user.organization.is_regulator)
    key = (user.permissions, regulator, request.endpoint, waiting, request.script_root)
    known: dict[object, Markup] = current_app.extensions.setdefault("navigation", {})
    if key not in known:
        if len(known) >= MOST_KEPT:
            known.clear()
        template = current_app.jinja_env.get_template("layouts/_nav.html")
        known[key] = Markup(template.render(nav=navigation(user, waiting)))  # noqa: S704
    return known[key]


def _applies(endpoint: str, user: User) -> bool:
    """Limits of law are a regulator's to hold."""
    return endpoint != "rulebook.law_limits" or bool(user.organization and user.organization.is_regulator)


def role_words(user: User) -> str:
    """The person's roles, in the words of the ruleset of an enterprise (Q says 调度指挥中心)."""
    code = user.organization.ruleset_code if user.organization else ""
    names = base_ruleset(code).terms if code in ruleset_codes() else {}
    held = user.roles
    words = "、".join(names.get(r.value, ROLE_NAMES[r]) for r in Role if r in held)
    return f"{words}（含受权）" if user.lent else words


def frame_context() -> dict[str, Any]:
    """Context of layouts/app.html; empty for people who are not signed in."""
    if not current_user or not current_user.is_authenticated:
        return {}
    if "frame" not in g:
        g.frame = _frame(current_user)
    return dict(g.frame)


def _emergency_url(user: User) -> str | None:
    """报险, one tap away from every page."""
    may = user.organization is not None and Permission.EMERGENCY_ACT in user.permissions
    return url_for("hotline.emergency") if may else None


def _few(waiting: int) -> str | None:
    """A count in the frame; more than are counted are only said to be more."""
    return f"{MOST_WAITING - 1}+" if waiting >= MOST_WAITING else str(waiting) if waiting else None


def _frame(user: User) -> dict[str, Any]:
    reads_cases = Permission.CASE_READ in user.permissions
    banner = calendar_banner(clock.today()) if Permission.RULES_READ in user.permissions else None
    waiting, unread = waiting_and_unread(user) if reads_cases else (0, unread_count(user.id))
    menu = [{"label": "修改密码", "url": url_for("accounts.password")}]
    if user.organization is not None:
        menu.append({"label": "授权和AB角", "url": url_for("accounts.delegations")})
    return {
        "nav": _nav(user, _few(waiting)),
        "frame": {
            "home_url": url_for("home.index"),
            "organization": user.organization.name if user.organization else "平台管理",
            "search_url": url_for("complaints.cases") if reads_cases else None,
            "search_value": request.args.get("q", "") if request.endpoint == "complaints.cases" else "",
            "search_placeholder": "编号、标题或内容",
            "emergency_url": _emergency_url(user),
            "notifications_url": url_for("home.notifications"),
            "notifications_count": unread,
            "person": {"name": user.name, "role": role_words(user), "id": user.id, "menu": menu},
            "logout_url": url_for("accounts.sign_out"),
            "banners": [banner] if banner else [],
        },
    }
