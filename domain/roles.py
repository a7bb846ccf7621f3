"""Roles by what people do, and what each may do (three-way separation of administrators included)."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """`scope:resource:action`. Which rows a permission reaches is decided by each feature's queries."""

    SELF = "account:self:use"
    CASE_READ = "complaints:case:read"
    CASE_REGISTER = "complaints:case:register"
    CASE_ACT = "complaints:case:act"
    CASE_IMPORT = "complaints:case:import"
    CASE_EXPORT = "complaints:case:export"
    PERSONAL_REVEAL = "complaints:personal:reveal"
    LEDGER_READ = "complaints:ledger:read"
    LEDGER_SUBMIT = "complaints:ledger:submit"
    RULES_READ = "rulebook:ruleset:read"
    RULES_EDIT = "rulebook:setting:edit"
    CALENDAR_EDIT = "rulebook:calendar:edit"
    NOTICE_READ = "notices:notice:read"
    NOTICE_DRAFT = "notices:notice:draft"
    NOTICE_REVIEW = "notices:notice:review"
    NOTICE_LEGAL = "notices:notice:legal_review"
    NOTICE_SIGN = "notices:notice:sign"
    NOTICE_ISSUE = "notices:notice:issue"
    NOTICE_SERVE = "notices:notice:serve"
    NOTICE_RECEIVE = "notices:notice:receive"
    TEMPLATE_EDIT = "notices:template:edit"
    REGISTRY_READ = "registry:record:read"
    REGISTRY_EDIT = "registry:record:edit"
    REGISTRY_LOG = "registry:log:write"
    REGISTRY_CHECK = "registry:check:write"
    DISCLOSURE_READ = "disclosure:item:read"
    DISCLOSURE_EDIT = "disclosure:item:edit"
    DISCLOSURE_APPROVE = "disclosure:item:approve"
    DISCLOSURE_CHECK = "disclosure:item:check"
    DUTY_EDIT = "disclosure:duty:edit"
    DRAW_READ = "inspection:draw:read"
    DRAW_EDIT = "inspection:draw:edit"
    CHECK_READ = "inspection:check:read"
    CHECK_ACT = "inspection:check:act"
    CHECKLIST_EDIT = "inspection:checklist:edit"
    CHECKLIST_PUBLISH = "inspection:checklist:publish"
    PLAN_EDIT = "inspection:plan:edit"
    PLAN_APPROVE = "inspection:plan:approve"
    FINDING_READ = "inspection:finding:read"
    FINDING_EDIT = "inspection:finding:edit"
    FINDING_DECIDE = "inspection:finding:decide"
    FINDING_ESCALATE = "inspection:finding:escalate"
    FINDING_ANSWER = "inspection:finding:answer"
    EMERGENCY_ACT = "hotline:emergency:act"
    INCIDENT_READ = "hotline:incident:read"
    INCIDENT_EDIT = "hotline:incident:edit"
    INCIDENT_APPROVE = "hotline:incident:approve"
    SHIFT_READ = "duty:shift:read"
    SHIFT_EDIT = "duty:shift:edit"
    KNOWLEDGE_READ = "knowledge:item:read"
    KNOWLEDGE_PUBLISH = "knowledge:item:publish"
    LEGAL_EDIT = "rulebook:legal:edit"
    DELEGATE = "accounts:delegation:make"
    STAFF_MANAGE = "accounts:staff:manage"
    ORGANIZATION_MANAGE = "accounts:organization:manage"
    ROLE_GRANT = "accounts:role:grant"
    AUDIT_READ = "audit:log:read"


class Role(StrEnum):
    """Roles by what people do; display names may come from the ruleset of their organization."""

    REGULATOR_CLERK = "regulator_clerk"
    REGULATOR_SUPERVISOR = "regulator_supervisor"
    INSPECTOR = "inspector"
    REGULATOR_LEADER = "regulator_leader"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    ENTERPRISE_LEADER = "enterprise_leader"
    DISCLOSER = "discloser"
    ACCOUNT_MANAGER = "account_manager"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_NAMES: dict[Role, str] = {
    Role.REGULATOR_CLERK: "受理员",
    Role.REGULATOR_SUPERVISOR: "督办员",
    Role.INSPECTOR: "检查员",
    Role.REGULATOR_LEADER: "主管部门领导",
    Role.DISPATCHER: "客服调度员",
    Role.HANDLER: "经办人",
    Role.ENTERPRISE_LEADER: "分管领导／部门负责人",
    Role.DISCLOSER: "信息公开员",
    Role.ACCOUNT_MANAGER: "账号管理员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}
REGULATOR_ROLES = frozenset(
    {Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR, Role.INSPECTOR, Role.REGULATOR_LEADER}
)
ENTERPRISE_ROLES = frozenset(
    {Role.DISPATCHER, Role.HANDLER, Role.ENTERPRISE_LEADER, Role.DISCLOSER, Role.ACCOUNT_MANAGER}
)
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

_P = Permission
_HOTLINE = {_P.EMERGENCY_ACT, _P.INCIDENT_READ, _P.SHIFT_READ, _P.KNOWLEDGE_READ}
_HOTLINE_KEEP = {_P.INCIDENT_EDIT, _P.SHIFT_EDIT}
_HOTLINE_DECIDE = _HOTLINE_KEEP | {_P.INCIDENT_APPROVE, _P.KNOWLEDGE_PUBLISH, _P.DELEGATE}
_CASEWORK = {_P.SELF, _P.CASE_READ, _P.CASE_ACT, _P.PERSONAL_REVEAL, _P.RULES_READ} | _HOTLINE
_NOTICES_READ = {_P.NOTICE_READ}
_NOTICES_WRITE = _NOTICES_READ | {_P.NOTICE_DRAFT, _P.NOTICE_ISSUE, _P.NOTICE_SERVE}
_NOTICES_SIGN = _NOTICES_READ | {_P.NOTICE_LEGAL, _P.NOTICE_SIGN, _P.NOTICE_ISSUE}
_NOTICES_RECEIVE = _NOTICES_READ | {_P.NOTICE_RECEIVE}
_SERVICE_READ = {_P.REGISTRY_READ, _P.DISCLOSURE_READ}
_SERVICE_LOG = _SERVICE_READ | {_P.REGISTRY_LOG}
_SERVICE_KEEP = _SERVICE_LOG | {_P.REGISTRY_EDIT, _P.DISCLOSURE_EDIT}
_INSPECT_READ = {_P.DRAW_READ, _P.CHECK_READ, _P.CHECK_ACT, _P.FINDING_READ}  # who acts is on the team
_INSPECT = {_P.DRAW_EDIT, _P.CHECKLIST_EDIT, _P.PLAN_EDIT, _P.FINDING_EDIT}
_INSPECT_DECIDE = {_P.CHECKLIST_PUBLISH, _P.FINDING_DECIDE}
_RECTIFY = {_P.FINDING_READ, _P.FINDING_ANSWER}
_SERVICE_CHECK = _SERVICE_READ | _INSPECT_READ | {_P.REGISTRY_CHECK, _P.DISCLOSURE_CHECK}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.REGULATOR_CLERK: frozenset(
        _CASEWORK
        | _NOTICES_WRITE
        | _SERVICE_CHECK
        | _HOTLINE_KEEP
        | {_P.CASE_REGISTER, _P.CASE_IMPORT, _P.CASE_EXPORT, _P.LEDGER_READ}
    ),
    Role.REGULATOR_SUPERVISOR: frozenset(
        _CASEWORK
        | _HOTLINE_DECIDE
        | _NOTICES_WRITE
        | _SERVICE_CHECK
        | _INSPECT
        | _INSPECT_DECIDE
        | {_P.NOTICE_REVIEW, _P.NOTICE_LEGAL, _P.CASE_EXPORT, _P.LEDGER_READ, _P.DUTY_EDIT, _P.LEGAL_EDIT}
    ),
    Role.INSPECTOR: frozenset(
        {_P.SELF, _P.CASE_READ, _P.RULES_READ, _P.LEDGER_READ}
        | _HOTLINE
        | _NOTICES_WRITE
        | _SERVICE_CHECK
        | _INSPECT
    ),
    Role.REGULATOR_LEADER: frozenset(
        _CASEWORK
        | _NOTICES_SIGN
        | _SERVICE_CHECK
        | _INSPECT_DECIDE
        | {_P.CASE_EXPORT, _P.LEDGER_READ, _P.RULES_EDIT, _P.DUTY_EDIT, _P.PLAN_APPROVE}
        | _HOTLINE_DECIDE
        | {_P.FINDING_ESCALATE, _P.LEGAL_EDIT}
    ),
    Role.DISPATCHER: frozenset(
        _CASEWORK
        | _NOTICES_RECEIVE
        | _SERVICE_LOG
        | {_P.CASE_REGISTER, _P.CASE_IMPORT, _P.CASE_EXPORT, _P.LEDGER_READ, _P.LEDGER_SUBMIT}
        | _HOTLINE_KEEP
        | {_P.FINDING_READ}
    ),
    Role.HANDLER: frozenset(_CASEWORK | _SERVICE_LOG | _RECTIFY),
    Role.ENTERPRISE_LEADER: frozenset(
        _CASEWORK
        | _NOTICES_RECEIVE
        | _SERVICE_KEEP
        | _RECTIFY
        | _HOTLINE_DECIDE
        | {_P.CASE_EXPORT, _P.LEDGER_READ, _P.LEDGER_SUBMIT, _P.RULES_EDIT, _P.DISCLOSURE_APPROVE}
    ),
    Role.DISCLOSER: frozenset({_P.SELF, _P.RULES_READ} | _SERVICE_KEEP),
    Role.ACCOUNT_MANAGER: frozenset({_P.SELF, _P.STAFF_MANAGE, _P.DELEGATE}),
    Role.SYSTEM_ADMIN: frozenset(
        {_P.SELF, _P.STAFF_MANAGE, _P.ORGANIZATION_MANAGE, _P.CALENDAR_EDIT, _P.RULES_READ, _P.TEMPLATE_EDIT}
    ),
    Role.SECURITY_ADMIN: frozenset({_P.SELF, _P.ROLE_GRANT}),
    Role.AUDIT_ADMIN: frozenset({_P.SELF, _P.AUDIT_READ}),
}
