"""Which accounts and organizations exist, and which of them a person may see."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Select, false, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from blueprints.accounts.models import Department, Jurisdiction, LoginSession, Organization, RoleGrant, User
from core.audit import AuditEntry
from core.authz import ADMIN_ROLES, Permission, Role
from core.db import db

PAGE = 50
Row = TypeVar("Row")


def organization_by_code(code: str) -> Organization | None:
    """An organization by its short code."""
    return db.session.scalar(select(Organization).where(Organization.code == code))


def organization_or_none(organization_id: int) -> Organization | None:
    """An organization by its id."""
    return db.session.get(Organization, organization_id)


def department_or_none(department_id: int, organization_id: int) -> Department | None:
    """A department of this organization, or None."""
    department = db.session.get(Department, department_id)
    return department if department and department.organization_id == organization_id else None


def organizations(kind: str | None = None) -> list[Organization]:
    """All organizations, regulators first."""
    rows = select(Organization).order_by(Organization.kind.desc(), Organization.id)
    return list(db.session.scalars(rows.where(Organization.kind == kind) if kind else rows))


@dataclass(frozen=True)
class Districts:
    """Which regulator supervises a sector where: the rows of the jurisdictions, and all organizations."""

    everybody: list[Organization]
    placed: dict[tuple[str, str], Organization]

    def regulator_of(self, sector: str, area: str = "") -> Organization | None:
        """By the row of the area, else by that of everywhere else; without any the active regulator of the
        sector, one of the same area first."""
        for key in ((sector, area), (sector, "")):
            holder = self.placed.get(key)
            if holder is not None and holder.active:
                return holder
        free = [r for r in self.everybody if r.is_regulator and r.active and sector in r.sectors]
        return min(free, key=lambda r: (r.area not in ("", area), r.area != area, r.id), default=None)


def districts() -> Districts:
    """All organizations and who supervises whom: one statement."""
    rows = select(Organization, Jurisdiction).outerjoin(
        Jurisdiction, Jurisdiction.regulator_id == Organization.id
    )
    found = db.session.execute(rows.order_by(Organization.kind.desc(), Organization.id)).all()
    placed = {(j.sector, j.area): organization for organization, j in found if j is not None}
    return Districts(list(dict.fromkeys(row[0] for row in found)), placed)


def regulator_of(sector: str, area: str = "") -> Organization | None:
    """The active regulator that supervises a sector in an area (F1), if the deployment has one."""
    return districts().regulator_of(sector, area)


def supervised_by(regulator: Organization) -> list[Organization]:
    """Active enterprises in the sectors and the area of a regulator (F1)."""
    known = districts()
    mine = set(regulator.sectors)
    return [
        e
        for e in known.everybody
        if not e.is_regulator and e.active and mine & set(e.sectors)
        and (not known.placed or any(_same(known.regulator_of(s, e.area), regulator) for s in e.sectors))
    ]  # fmt: skip


def _same(one: Organization | None, other: Organization) -> bool:
    return one is not None and one.id == other.id


def jurisdictions() -> list[Jurisdiction]:
    """All rows, by sector and area."""
    rows = select(Jurisdiction).options(joinedload(Jurisdiction.regulator))
    return list(db.session.scalars(rows.order_by(Jurisdiction.sector, Jurisdiction.area)))


def departments_of(organization_id: int) -> list[Department]:
    """Active departments of an organization."""
    rows = select(Department).where(Department.organization_id == organization_id, Department.active)
    return list(db.session.scalars(rows.order_by(Department.id)))


def people_with_role(
    organization_id: int | None, *roles: Role, department_id: int | None = None
) -> list[User]:
    """Active people of an organization (and department) who hold one of the roles."""
    rows = (
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.active, User.organization_id == organization_id, RoleGrant.role.in_([r.value for r in roles])
        )
        .distinct()
        .order_by(User.id)
    )
    if department_id is not None:
        rows = rows.where(User.department_id == department_id)
    return list(db.session.scalars(rows))


@dataclass(frozen=True)
class RulesetChoice:
    """A rule system that an enterprise can be assigned."""

    code: str
    title: str
    sectors: tuple[str, ...]


def ruleset_choices(folder: Path) -> list[RulesetChoice]:
    """The rule systems that lie in `folder` (their rows are checked when the product starts)."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        head = tomllib.loads(path.read_text(encoding="utf-8"))
        if "code" in head:
            found.append(RulesetChoice(head["code"], head["title"], tuple(head.get("sectors", ()))))
    return found


@dataclass(frozen=True)
class PeopleFilter:
    """What a list of people is narrowed to; `organization_id` 0 means: belongs to none."""

    text: str = ""
    organization_id: int | None = None
    role: str = ""
    state: str = ""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list in a fixed order, with the keys of its neighbours (None: there is none)."""

    rows: list[Row]
    before: str | None
    after: str | None
    total: int | None = None


def _reach(by: User) -> Select[User]:
    """Accounts that this person may look after: all for the system and security administrators, those of
    the own organization for an account manager, who never meets an administrator's account."""
    rows = select(User)
    if by.permissions & {Permission.ORGANIZATION_MANAGE, Permission.ROLE_GRANT}:
        return rows
    if by.organization_id is None or Permission.STAFF_MANAGE not in by.permissions:
        return rows.where(false())
    return rows.where(User.organization_id == by.organization_id)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _narrowed(rows: Select[User], wanted: PeopleFilter) -> Select[User]:
    if wanted.text:
        like = f"%{_escaped(wanted.text.lower())}%"
        rows = rows.where(
            or_(func.lower(User.name).like(like, escape="\\"), User.login.like(like, escape="\\"))
        )
    if wanted.organization_id is not None:
        own = wanted.organization_id or None
        rows = rows.where(User.organization_id == own if own else User.organization_id.is_(None))
    if wanted.role == "none":
        rows = rows.where(~User.grants.any())
    elif wanted.role:
        rows = rows.where(User.grants.any(RoleGrant.role == wanted.role))
    if wanted.state:
        rows = rows.where(User.active.is_(wanted.state != "disabled"))
    if wanted.state == "fresh":
        rows = rows.where(User.must_change_password)
    return rows


def people_page(by: User, wanted: PeopleFilter, *, after: str = "", before: str = "") -> Page[User]:
    """Up to 50 accounts in reach of `by`, by organization and id; keys look like `3.17`."""
    place = func.coalesce(User.organization_id, 0)
    matching = _narrowed(_reach(by), wanted)
    total = db.session.scalar(select(func.count()).select_from(matching.order_by(None).subquery())) or 0
    edge = after or before
    rows = matching
    if edge:
        organization, _, own = edge.partition(".")
        key = tuple_(place, User.id)
        mark = tuple_(int(organization), int(own))
        rows = rows.where(key > mark if after else key < mark)
    backwards = bool(before and not after)
    order = (place.desc(), User.id.desc()) if backwards else (place, User.id)
    found = list(db.session.scalars(rows.order_by(*order).limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    earlier, later = (more, bool(found)) if backwards else (bool(edge), more)
    keys = [f"{user.organization_id or 0}.{user.id}" for user in found]
    return Page(found, keys[0] if keys and earlier else None, keys[-1] if keys and later else None, total)


def manageable_user(user_id: int, by: User) -> User | None:
    """One account in reach of this person, or None."""
    return db.session.scalar(_reach(by).where(User.id == user_id))


def user_or_none(user_id: int | None) -> User | None:
    """An account by its id."""
    return db.session.get(User, user_id) if user_id is not None else None


def last_sign_ins(user_ids: list[int]) -> dict[int, datetime]:
    """When each of these people signed in last."""
    newest = select(LoginSession.user_id, func.max(LoginSession.created_at)).group_by(LoginSession.user_id)
    return {row[0]: row[1] for row in db.session.execute(newest.where(LoginSession.user_id.in_(user_ids)))}


def headcounts() -> dict[int, int]:
    """Open accounts of each organization."""
    counted = select(User.organization_id, func.count()).where(User.active).group_by(User.organization_id)
    return {row[0]: row[1] for row in db.session.execute(counted) if row[0] is not None}


def administrators() -> list[User]:
    """People who hold one of the three administrators' roles."""
    held = User.grants.any(RoleGrant.role.in_([role.value for role in ADMIN_ROLES]))
    return list(db.session.scalars(select(User).where(held).order_by(User.id)))


@dataclass(frozen=True)
class AuditFilter:
    """What the audit log is narrowed to; moments are aware UTC, `until` is not included."""

    person: str = ""
    actions: tuple[str, ...] | None = None
    subject_type: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit_page(
    wanted: AuditFilter, *, before: int | None = None, after: int | None = None
) -> Page[AuditEntry]:
    """Up to 50 entries of the audit log, newest first; keys are sequence numbers."""
    rows = _audit_narrowed(select(AuditEntry), wanted)
    upwards = after is not None and before is None
    if upwards:
        rows = rows.where(AuditEntry.seq > after).order_by(AuditEntry.seq)
    else:
        rows = rows.order_by(AuditEntry.seq.desc())
        rows = rows.where(AuditEntry.seq < before) if before is not None else rows
    found = list(db.session.scalars(rows.limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    if upwards:
        found.reverse()
    newer, older = (more, bool(found)) if upwards else (before is not None, more)
    first, last = (str(found[0].seq), str(found[-1].seq)) if found else (None, None)
    return Page(found, first if newer else None, last if older else None)


def _audit_narrowed(rows: Select[AuditEntry], wanted: AuditFilter) -> Select[AuditEntry]:
    if wanted.person:
        named = AuditEntry.actor_name.like(f"%{_escaped(wanted.person)}%", escape="\\")
        logins = select(User.id).where(User.login == wanted.person.lower())
        rows = rows.where(or_(named, AuditEntry.actor_id.in_(logins)))
    if wanted.actions is not None:
        rows = rows.where(AuditEntry.action.in_(wanted.actions))
    if wanted.subject_type:
        rows = rows.where(AuditEntry.subject_type == wanted.subject_type)
    if wanted.subject:
        rows = rows.where(AuditEntry.subject_label.like(f"%{_escaped(wanted.subject)}%", escape="\\"))
    if wanted.since is not None:
        rows = rows.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        rows = rows.where(AuditEntry.at < wanted.until)
    return rows


def audit_tip() -> AuditEntry | None:
    """The newest entry, whose digest stands for the whole chain."""
    return db.session.scalar(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1))


def audit_actions() -> list[str]:
    """Codes of all actions that the log holds."""
    return list(db.session.scalars(select(AuditEntry.action).distinct()))
