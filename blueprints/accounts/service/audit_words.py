"""Chinese words for what the audit log stores as codes; higher features add theirs when they register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.accounts.models import KINDS, SECTORS

ACTIONS = {
    "account.sign_in": "登录",
    "account.sign_in_refused": "登录被拒",
    "account.sign_out": "退出登录",
    "account.password_changed": "修改密码",
    "account.password_reset": "重置密码",
    "account.created": "新建账号",
    "account.changed": "修改账号",
    "account.disabled": "停用账号",
    "account.enabled": "启用账号",
    "account.delegated": "登记授权",
    "account.delegation_ended": "结束授权",
    "account.handed_over": "离岗交接",
    "role.changed": "调整角色",
    "organization.created": "新建单位",
    "organization.changed": "修改单位",
    "jurisdiction.set": "设定管辖",
    "jurisdiction.dropped": "删除管辖",
    "department.created": "新建部门",
    "department.changed": "修改部门",
    "audit.verified": "核验日志",
}
SUBJECTS = {
    "user": "账号",
    "organization": "单位",
    "department": "部门",
    "audit": "审计日志",
    "jurisdiction": "管辖",
}
FIELDS = {
    "name": "名称",
    "short_name": "简称",
    "code": "代号",
    "kind": "类别",
    "sectors": "行业",
    "ruleset_code": "执行制度",
    "hotline": "服务热线",
    "repair_phone": "24小时抢修电话",
    "active": "启用",
    "roles": "角色",
    "organization": "单位",
    "department": "部门",
    "rows": "条数",
    "holds": "链条完整",
    "first_bad": "第一处异常",
    "delegate": "被授权人",
    "span": "期间",
    "substitute": "B角",
    "area": "所在片区",
    "successors": "接手人",
}
_VALUES = {**KINDS, **SECTORS}


@dataclass(frozen=True)
class Change:
    """One field of an entry as a person reads it; `old` is None for something new."""

    field: str
    old: str | None
    new: str


def add_words(
    actions: Mapping[str, str],
    subjects: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> None:
    """Name actions, subjects, fields and values of another feature; a code already named keeps its name."""
    for known, added in ((ACTIONS, actions), (SUBJECTS, subjects), (FIELDS, fields), (_VALUES, values)):
        known.update({code: name for code, name in (added or {}).items() if code not in known})


def action_name(code: str) -> str:
    """The name of an action, or its code."""
    return ACTIONS.get(code, code)


def subject_name(code: str) -> str:
    """The name of a subject type, or its code."""
    return SUBJECTS.get(code, code)


def changes_of(stored: str) -> list[Change]:
    """The `changes` of an entry in words; values that are no [old, new] pair are shown as new ones."""
    found = []
    for field, value in json.loads(stored).items():
        pair = isinstance(value, list) and len(value) == 2
        old, new = value if pair else (None, value)
        if old in (None, "", []) and new in (None, "", []):
            continue
        found.append(Change(FIELDS.get(field, field), None if old is None else _text(old), _text(new)))
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_text(item) for item in value) or "（无）"
    if value is None or value == "":
        return "（空）"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return _VALUES.get(value, str(value)) if isinstance(value, str) else str(value)
