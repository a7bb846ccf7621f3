"""Organizations with their departments, people with their roles, sign-in sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.authz import ROLE_PERMISSIONS, Permission, Role
from core.db import Base, UTCDateTime

SECTORS = {"power": "供电", "gas": "供气", "water": "供水"}
LONGEST_NAME = 64
KINDS = {"regulator": "主管部门", "enterprise": "经营单位"}


class Organization(Base):
    """A regulator with the sectors it supervises, or an enterprise of one sector under one ruleset."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    short_name: Mapped[str] = mapped_column(String(32), default="")
    sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    ruleset_code: Mapped[str] = mapped_column(String(32), default="")
    hotline: Mapped[str] = mapped_column(String(64), default="")
    repair_phone: Mapped[str] = mapped_column(String(64), default="")
    area: Mapped[str] = mapped_column(String(64), default="")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    departments: Mapped[list[Department]] = relationship(
        back_populates="organization", order_by="Department.id"
    )

    @property
    def is_regulator(self) -> bool:
        """True for a regulator, False for an enterprise."""
        return self.kind == "regulator"

    @property
    def sector_names(self) -> str:
        """供电、供气"""
        return "、".join(SECTORS[s] for s in self.sectors)


class Department(Base):
    """A responsible unit inside an organization."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(default=True)

    organization: Mapped[Organization] = relationship(back_populates="departments")


class User(Base):
    """A person with an account. The three administrators belong to no organization.

    `acting_until` is the end of the last delegation to this person, so that nobody else's are looked up;
    `substitute_id` is the B role.
    """

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(128), default="")
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    password_hash: Mapped[str] = mapped_column(String(256))
    password_changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    must_change_password: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    acting_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization | None] = relationship(lazy="joined")
    department: Mapped[Department | None] = relationship(lazy="joined")
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", lazy="selectin", cascade="all, delete-orphan", foreign_keys="RoleGrant.user_id"
    )

    @property
    def enabled(self) -> bool:
        """False for a disabled account and for everybody of an organization that is no longer active."""
        return self.active and (self.organization is None or self.organization.active)

    @property
    def own_roles(self) -> frozenset[Role]:
        """Roles granted to this person."""
        return frozenset(Role(g.role) for g in self.grants)

    @property
    def lent(self) -> dict[Role, str]:
        """Roles that others lent to this person at the moment, each with whose it is; read at sign-in and at
        every request of a delegate (service.delegations.lend)."""
        found: dict[Role, str] = self.__dict__.get("lent_roles", {})
        return found

    @property
    def roles(self) -> frozenset[Role]:
        """Roles granted to this person, and those lent at the moment."""
        return self.own_roles.union(self.lent)

    def principal_for(self, roles: frozenset[Role]) -> str:
        """For whom the person acts when one of these roles is needed: empty where an own role will do."""
        if not self.lent or roles & self.own_roles:
            return ""
        return next((name for role, name in self.lent.items() if role in roles), "")

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that the person's roles allow; only changing the password while that is due."""
        if not self.enabled:
            return frozenset()
        return frozenset({Permission.SELF}).union(*(ROLE_PERMISSIONS[r] for r in self.roles))

    @property
    def audit_id(self) -> int | None:
        """See core.audit.Actor."""
        return self.id

    @property
    def audit_name(self) -> str:
        """See core.audit.Actor; a delegate's says for whom."""
        principal = self.__dict__.get("acting_for", "")
        return f"{self.name}（受{principal}授权）"[:LONGEST_NAME] if principal else self.name

    def act_for(self, principal: str) -> None:
        """From here on, in this request, the person acts for `principal`; empty: for nobody."""
        self.__dict__["acting_for"] = principal

    @property
    def audit_organization(self) -> str:
        """See core.audit.Actor."""
        return self.organization.name if self.organization else ""

    # what flask-login asks of a user
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """False once the account is disabled."""
        return self.enabled

    def get_id(self) -> str:
        """Kept in the browser's session; what counts is the token of the server-side session."""
        return str(self.id)


class RoleGrant(Base):
    """A role given to a person by the security administrator."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str] = mapped_column(String(32))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    granted_by: Mapped[str] = mapped_column(String(64))

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])


class Delegation(Base):
    """授权: what one person may do for another, from when to when. `kind`: ab (the B role) or delegation.

    `roles` are the principal's roles that are lent; the delegate acts under the own name, and every act says
    for whom. `ended_at` ends it early.
    """

    __tablename__ = "delegation"
    __table_args__ = (Index("ix_delegation_delegate", "delegate_id", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str] = mapped_column(String(16))
    roles: Mapped[list[str]] = mapped_column(JSON)
    begins_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(300))
    document: Mapped[str] = mapped_column(String(128), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    principal: Mapped[User] = relationship(foreign_keys=[principal_id])
    delegate: Mapped[User] = relationship(foreign_keys=[delegate_id])


class Jurisdiction(Base):
    """管辖: which regulator supervises a sector in an area; an empty area is everywhere else. Without a row
    the only active regulator of the sector does."""

    __tablename__ = "jurisdiction"
    __table_args__ = (UniqueConstraint("sector", "area"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    regulator_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    sector: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(64), default="")
    basis: Mapped[str] = mapped_column(String(300), default="")
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)

    regulator: Mapped[Organization] = relationship()


class LoginSession(Base):
    """A signed-in browser; ended by logout, password change, disabling or 30 idle minutes."""

    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_user_open", "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(64), default="")

    user: Mapped[User] = relationship(lazy="joined")


class LoginThrottle(Base):
    """Wrong passwords for a login name, whether or not such an account exists."""

    __tablename__ = "login_throttle"

    login: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failure_at: Mapped[datetime] = mapped_column(UTCDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
