"""Organizations, departments and one account a role. All of them invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from flask import current_app
from sqlalchemy import exists, select

from blueprints.accounts.models import Department, Organization, RoleGrant, User
from blueprints.accounts.queries import ruleset_choices
from blueprints.accounts.service import administrators, organizations
from blueprints.accounts.service.delegations import subject_of
from blueprints.accounts.service.signing_in import check_policy, hash_password
from blueprints.accounts.sessions import policy
from blueprints.rulebook.service import adopt_laws, default_laws
from blueprints.rulebook.service.texts import rules_folder
from core import audit
from core.authz import ROLE_NAMES, Role
from core.db import db
from domain.errors import RuleViolation

Details = organizations.Details
REGULATORS = (
    ("jxw", "经信委", Details("示例区经济信息委", "经信委", ("power", "gas"), hotline="000-80000001")),
    ("swj", "水务局", Details("示例区水务局", "水务局", ("water",), hotline="000-80000002")),
)
ENTERPRISES = (
    (
        "gd", "供电", Details("示例供电公司", "供电公司", ("power",), "fuling", "000-80000011"),
        ("营业部", "运检抢修班", "计量班"),
    ),
    (
        "rq", "燃气", Details("示例燃气公司", "燃气公司", ("gas",), "fuling", "000-80000012"),
        ("客户服务部", "抢险维修队", "安全检查队"),
    ),
    (
        "gs", "供排水", Details("示例供排水公司", "供排水公司", ("water",), "qitaihe", "000-80000013"),
        ("营业处", "管网维修队", "水质检测中心"),
    ),
)  # fmt: skip
REGULATOR_STAFF = (
    ("clerk", "受理员", Role.REGULATOR_CLERK),
    ("supervisor", "督办员", Role.REGULATOR_SUPERVISOR),
    ("inspector", "检查员", Role.INSPECTOR),
    ("leader", "分管主任", Role.REGULATOR_LEADER),
)
ENTERPRISE_STAFF = (
    ("dispatcher", "调度员", Role.DISPATCHER, None),
    ("handler", "经办人", Role.HANDLER, 0),
    ("handler2", "抢修班长", Role.HANDLER, 1),
    ("leader", "分管经理", Role.ENTERPRISE_LEADER, None),
    ("discloser", "信息公开员", Role.DISCLOSER, None),
    ("accounts", "账号管理员", Role.ACCOUNT_MANAGER, None),
)


@dataclass(frozen=True)
class Account:
    """A demo account as it is printed."""

    login: str
    person: str
    role: Role
    password: str


@dataclass
class Cast:
    """Everybody and everything of the district, by the short names used in courses."""

    organizations: dict[str, Organization]
    departments: dict[str, list[Department]]
    users: dict[str, User]

    def user(self, login: str) -> User:
        """For instance jxw-clerk, rq-dispatcher."""
        return self.users[login]

    def unit(self, code: str, desk: int | None) -> str:
        """The unit value of an enterprise, or of one of its departments."""
        if desk is None:
            return f"org:{self.organizations[code].id}"
        return f"dep:{self.departments[code][desk].id}"


def anybody_there() -> bool:
    """Whether organizations exist already."""
    return bool(db.session.scalar(select(exists().select_from(Organization))))


def demo_password(seed: int) -> str:
    """The one password of all demo accounts: the same for a seed, long enough for the policy."""
    rng = Random(f"password {seed}")  # noqa: S311 -- printed for everybody to try; never a secret
    digits = "".join(rng.choice("23456789") for _ in range(max(6, policy().min_length - 7)))
    return f"Shili-{digits}"


class Settling:
    """Makes the district at the moment `since`; passwords count as changed `now`."""

    def __init__(self, seed: int, since: datetime, now: datetime) -> None:
        self.since, self.now = since, now
        self.password = demo_password(seed)
        self.hashed = hash_password(self.password)
        self.choices = ruleset_choices(rules_folder(current_app))
        self.cast = Cast({}, {}, {})
        self.accounts: list[Account] = []

    def settle(self) -> Cast:
        """Administrators where there are none, regulators with their law limits, enterprises, accounts."""
        self._administrators()
        for code, short, details in REGULATORS:
            organization = self._organization("regulator", code, details)
            for name, title, role in REGULATOR_STAFF:
                self._person(organization, f"{code}-{name}", f"{short}{title}", role)
        for code, short, details, units in ENTERPRISES:
            organization = self._organization("enterprise", code, details)
            self.cast.departments[code] = [
                organizations.add_department(organization, unit, by=audit.SYSTEM, now=self.since)
                for unit in units
            ]
            for name, title, role, desk in ENTERPRISE_STAFF:
                department = None if desk is None else self.cast.departments[code][desk].id
                self._person(organization, f"{code}-{name}", f"{short}{title}", role, department)
        self._laws("jxw")
        return self.cast

    def _administrators(self) -> None:
        try:
            made = administrators.create_administrators(policy=policy(), now=self.since)
        except RuleViolation:
            return
        for user, _ in made:
            self._open(user, next(iter(user.roles)))

    def _organization(self, kind: str, code: str, details: Details) -> Organization:
        by, now = audit.SYSTEM, self.since
        made = organizations.create(kind, code, details, choices=self.choices, by=by, now=now)
        self.cast.organizations[code] = made
        return made

    def _person(
        self, organization: Organization, login: str, name: str, role: Role, department: int | None = None
    ) -> None:
        user = User(login=login, name=name, organization=organization, department_id=department)
        user.created_at = self.since
        user.grants = [RoleGrant(role=role.value, granted_at=self.since, granted_by=audit.SYSTEM.audit_name)]
        self._open(user, role)
        db.session.add(user)
        db.session.flush()
        changes = {
            "name": [None, name],
            "organization": [None, organization.name],
            "roles": [[], [ROLE_NAMES[role]]],
        }
        subject = subject_of(user)
        audit.record("account.created", subject=subject, by=audit.SYSTEM, now=self.since, changes=changes)
        self.cast.users[login] = user

    def _open(self, user: User, role: Role) -> None:
        """Demo accounts keep the printed password, so that trying is easy."""
        check_policy(self.password, user.login, policy())
        user.password_hash, user.password_changed_at = self.hashed, self.now
        user.must_change_password = False
        self.accounts.append(Account(user.login, user.name, role, self.password))

    def _laws(self, code: str) -> None:
        regulator = self.cast.organizations[code]
        fitting = [law.code for law in default_laws() if set(law.sectors) & set(regulator.sectors)]
        adopt_laws(regulator, fitting, by=self.cast.user(f"{code}-leader"), now=self.since)
