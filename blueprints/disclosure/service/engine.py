"""What every step shares: the table is asked, the step is logged at the item, people are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import people_with_role, regulator_of
from blueprints.disclosure.models import DisclosureItem, DisclosureVersion
from blueprints.disclosure.queries.duties import duty_named
from blueprints.disclosure.workflow import ACTION_NAMES, STATE_NAMES, Row, State, roles_with, row_of
from core import audit
from core.authz import Permission
from core.db import db
from core.inbox import tell
from domain.errors import RuleViolation


def admitted(version: DisclosureVersion, action: str, by: User) -> Row:
    """The row of the table that lets `by` do this now. Errors: RuleViolation."""
    row = row_of(version.state, action)
    if row is None:
        name = STATE_NAMES[State(version.state)]
        raise RuleViolation(
            f"这一版现在是“{name}”，不能{ACTION_NAMES[action]}。", None, "请回到公开事项页面看下一步。"
        )
    if row.permission is not None and row.permission not in by.permissions:
        raise RuleViolation(f"您的岗位不能{ACTION_NAMES[action]}。", None, "请由有这项职责的人员办理。")
    return row


def label_of(item: DisclosureItem) -> str:
    """示例燃气公司：价格和收费标准及其依据"""
    return f"{item.organization.name}：{duty_named(item.duty).item}"


def item_path(item: DisclosureItem) -> str:
    """Where an item can be acted on."""
    return f"/disclosure/items/{item.id}"


def log(
    action: str, subject: Any, label: str, *, by: audit.Actor, now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """One entry of the log about a row of this feature."""
    db.session.flush()
    audit.record(
        f"disclosure.{action}",
        subject=audit.Subject(subject.__tablename__, subject.id, label[:128]),
        by=by,
        now=now,
        changes=changes or {},
    )


def log_step(
    action: str, version: DisclosureVersion, *, by: audit.Actor, now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """One entry about a version, kept at its item, so that the item tells its whole story."""
    told = {"edition": [None, f"第{version.number}版"], **(changes or {})}
    log(action, version.item, label_of(version.item), by=by, now=now, changes=told)


def move(version: DisclosureVersion, row: Row, *, by: User, now: datetime, **changes: Any) -> None:
    """Take a version to the state of the row and log it; `changes` are {field: [old, new]}."""
    old = version.state
    if row.target is not None:
        version.state = row.target.value
        changes["state"] = [STATE_NAMES[State(old)], STATE_NAMES[row.target]]
    log_step(row.action, version, by=by, now=now, changes=changes)


def with_permission(organization_id: int, permission: Permission) -> list[int]:
    """Ids of the people of an organization who hold a permission."""
    return [p.id for p in people_with_role(organization_id, *roles_with(permission))]


def regulators_of(organization: Organization) -> list[Organization]:
    """The regulators that supervise the sectors of an enterprise."""
    found = [regulator_of(sector, organization.area) for sector in organization.sectors]
    return list({one.id: one for one in found if one is not None}.values())


def tell_enterprise(
    organization_id: int, permission: Permission, text: str, *, link: str, now: datetime,
    clause: str = "", but: int | None = None,
) -> None:  # fmt: skip
    """Tell those of an enterprise who can act on it."""
    people = [one for one in with_permission(organization_id, permission) if one != but]
    tell(people, text, link=link, now=now, clause=clause)


def tell_regulators(
    organization: Organization, permission: Permission, text: str, *, link: str, now: datetime
) -> None:
    """Tell those of the regulators who can act on it."""
    people: list[int] = []
    for regulator in regulators_of(organization):
        people += with_permission(regulator.id, permission)
    tell(people, text, link=link, now=now)
