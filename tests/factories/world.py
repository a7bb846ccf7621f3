"""A small district: two regulators, three enterprises, one account a role. All names are invented."""

from __future__ import annotations

from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from blueprints.accounts.models import Department, Organization, RoleGrant, User
from core import clock
from core.authz import Role
from core.db import db, transaction

PASSWORD = "Shili-2026-mima"
ORGANIZATIONS = (
    ("jxw", "regulator", "示例区经济信息委", ["power", "gas"], ""),
    ("swj", "regulator", "示例区水务局", ["water"], ""),
    ("gd", "enterprise", "示例供电公司", ["power"], "fuling"),
    ("rq", "enterprise", "示例燃气公司", ["gas"], "fuling"),
    ("gs", "enterprise", "示例供排水公司", ["water"], "qitaihe"),
)
DEPARTMENTS = ("营业厅", "抢修班", "计量班")
REGULATOR_PEOPLE = (
    ("clerk", "受理员", Role.REGULATOR_CLERK),
    ("supervisor", "督办员", Role.REGULATOR_SUPERVISOR),
    ("inspector", "检查员", Role.INSPECTOR),
    ("leader", "分管主任", Role.REGULATOR_LEADER),
)
ENTERPRISE_PEOPLE = (
    ("dispatcher", "调度员", Role.DISPATCHER, None),
    ("handler", "经办人", Role.HANDLER, 0),
    ("handler2", "抢修员", Role.HANDLER, 1),
    ("leader", "分管经理", Role.ENTERPRISE_LEADER, None),
    ("discloser", "公开员", Role.DISCLOSER, None),
    ("accounts", "账号员", Role.ACCOUNT_MANAGER, None),
)
ADMINS = (
    ("sysadmin", "系统管理员甲", Role.SYSTEM_ADMIN),
    ("secadmin", "安全管理员甲", Role.SECURITY_ADMIN),
    ("auditadmin", "审计管理员甲", Role.AUDIT_ADMIN),
)


def _person(login: str, name: str, role: Role, hashed: str, **place: int | None) -> User:
    user = User(login=login, name=name, password_hash=hashed, created_at=clock.now(), **place)
    user.password_changed_at = clock.now()
    user.must_change_password = False
    user.grants = [RoleGrant(role=role.value, granted_at=clock.now(), granted_by="安全管理员甲")]
    return user


def build_world() -> None:
    """Store the district in the database of the current app."""
    hashed = generate_password_hash(PASSWORD, method="scrypt:1024:8:1")
    with transaction() as session:
        for code, kind, name, sectors, ruleset in ORGANIZATIONS:
            org = Organization(code=code, kind=kind, name=name, short_name=name[2:], ruleset_code=ruleset)
            org.sectors = sectors
            session.add(org)
            session.flush()
            if kind == "regulator":
                session.add_all(
                    _person(f"{code}-{login}", f"{name[2:]}{title}", role, hashed, organization_id=org.id)
                    for login, title, role in REGULATOR_PEOPLE
                )
                continue
            units = [Department(organization_id=org.id, name=unit) for unit in DEPARTMENTS]
            session.add_all(units)
            session.flush()
            for login, title, role, unit in ENTERPRISE_PEOPLE:
                department = None if unit is None else units[unit].id
                place = {"organization_id": org.id, "department_id": department}
                session.add(_person(f"{code}-{login}", f"{name[2:]}{title}", role, hashed, **place))
        session.add_all(_person(login, name, role, hashed) for login, name, role in ADMINS)


class World:
    """Finds the people and organizations of the current app by their short names.

    Each look-up starts from what is stored now, so that it sees what a client has just changed.
    """

    def fresh(self) -> None:
        """Forget what this test has read before."""
        db.session.rollback()

    def org(self, code: str) -> Organization:
        """jxw, swj, gd, rq or gs."""
        self.fresh()
        return db.session.scalars(select(Organization).where(Organization.code == code)).one()

    def user(self, login: str) -> User:
        """For instance jxw-clerk, rq-dispatcher, gs-leader, sysadmin."""
        self.fresh()
        return db.session.scalars(select(User).where(User.login == login)).one()

    def department(self, code: str, name: str = "营业厅") -> Department:
        """A department of an enterprise."""
        organization = self.org(code).id
        mine = select(Department).where(Department.organization_id == organization, Department.name == name)
        return db.session.scalars(mine).one()

    def client(self, login: str, app: Flask | None = None) -> FlaskClient:
        """A browser in which this person is signed in."""
        client = (app or current_app).test_client()
        answer = client.submit("/sign-in", {"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
        return client
