"""Roles: 三员分立, the security administrator's office, roles that suit the organization, who sees what."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from blueprints.accounts.models import RoleGrant, User
from blueprints.accounts.service.roles import set_roles
from core import clock
from core.audit import AuditEntry
from core.authz import Role
from core.db import db, transaction
from domain.errors import RuleViolation

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


def grant(client, user, *roles, seen=None):
    shown = ",".join(sorted(r.value for r in user.roles)) if seen is None else seen
    return client.submit(f"/roles/{user.id}", {"roles": list(roles), "seen": shown})


def newcomer(login="neu", organization_id=None, **more):
    with transaction() as session:
        user = User(login=login, name="示例用户甲", password_hash="", created_at=clock.now(), **more)
        user.organization_id = organization_id
        session.add(user)


def test_granting_and_revoking_is_on_record(each_app, each_world):
    client = each_world.client("secadmin", each_app)
    answer = grant(client, each_world.user("gd-handler"), "handler", "dispatcher")
    assert answer.location == "/roles"
    assert each_world.user("gd-handler").roles == {Role.HANDLER, Role.DISPATCHER}
    kept = next(g for g in each_world.user("gd-handler").grants if g.role == "handler")
    assert kept.granted_by == "安全管理员甲"
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry.action == "role.changed"
    assert json.loads(entry.changes) == {"roles": [["经办人"], ["客服调度员", "经办人"]]}
    grant(client, each_world.user("gd-handler"))
    assert each_world.user("gd-handler").roles == frozenset()


def test_a_role_counts_at_once(world):
    person = world.client("gd-handler")
    assert person.get("/people").status_code == 403
    grant(world.client("secadmin"), world.user("gd-handler"), "account_manager")
    assert person.get("/people").status_code == 200


@pytest.mark.parametrize("first", ADMINISTRATORS)
def test_nobody_holds_two_of_the_three(world, first):
    newcomer()
    client = world.client("secadmin")
    for second in ADMINISTRATORS:
        if second != first:
            answer = grant(client, world.user("neu"), first, second)
            assert answer.status_code == 409
            assert "三员分立" in answer.get_data(as_text=True)
            assert world.user("neu").roles == frozenset()
    assert grant(client, world.user("neu"), first).status_code == 303


def find(login):
    return db.session.scalars(select(User).where(User.login == login)).one()


@pytest.mark.parametrize(
    ("login", "role"),
    [
        ("gd-handler", "regulator_clerk"),
        ("gd-handler", "system_admin"),
        ("jxw-clerk", "handler"),
        ("jxw-clerk", "account_manager"),
        ("jxw-clerk", "audit_admin"),
        ("neu", "handler"),
        ("neu", "regulator_leader"),
    ],
)
def test_a_role_suits_the_organization(app, world, login, role):
    newcomer()
    before = world.user(login).roles
    answer = grant(world.client("secadmin"), world.user(login), role)
    assert answer.status_code == 422
    by, user = find("secadmin"), find(login)
    with pytest.raises(RuleViolation, match="不能任"):
        set_roles(user, frozenset({Role(role)}), by=by, now=clock.now())
    assert world.user(login).roles == before


def test_nobody_grants_to_himself(each_app, each_world):
    client = each_world.client("secadmin", each_app)
    answer = grant(client, each_world.user("secadmin"), "security_admin", "audit_admin")
    assert answer.status_code == 409
    assert grant(client, each_world.user("secadmin")).status_code == 409
    assert each_world.user("secadmin").roles == {Role.SECURITY_ADMIN}
    manager = each_world.client("gd-accounts", each_app)
    own = each_world.user("gd-accounts")
    data = {"roles": ["account_manager", "dispatcher"], "seen": "account_manager"}
    assert manager.submit(f"/people/{own.id}/roles", data).status_code == 409
    assert each_world.user("gd-accounts").roles == {Role.ACCOUNT_MANAGER}


def test_the_last_of_the_three_stays_until_there_is_another(world):
    client = world.client("secadmin")
    assert grant(client, world.user("auditadmin")).status_code == 409
    assert grant(client, world.user("sysadmin"), "audit_admin").status_code == 409
    newcomer("disabled", active=False)
    assert grant(client, world.user("disabled"), "audit_admin").status_code == 409
    newcomer()
    assert grant(client, world.user("neu"), "audit_admin").status_code == 303
    assert grant(client, world.user("auditadmin")).status_code == 303
    assert world.user("auditadmin").roles == frozenset()
    sysadmin = world.client("sysadmin")
    assert sysadmin.submit(f"/people/{world.user('auditadmin').id}/disable").status_code == 303


def test_account_manager_gives_enterprise_roles_in_the_own_enterprise(world):
    client = world.client("gd-accounts")
    user = world.user("gd-handler")
    path = f"/people/{user.id}/roles"
    assert client.submit(path, {"roles": ["discloser"], "seen": "handler"}).status_code == 303
    assert world.user("gd-handler").roles == {Role.DISCLOSER}
    for role in ("regulator_clerk", "system_admin", "x"):
        assert client.submit(path, {"roles": [role], "seen": "discloser"}).status_code == 422
    assert world.user("gd-handler").roles == {Role.DISCLOSER}


def test_somebody_elses_change_is_noticed(world):
    client = world.client("secadmin")
    user = world.user("gd-handler")
    grant(client, user, "dispatcher")
    late = grant(client, user, "discloser", seen="handler")
    assert late.status_code == 409
    assert "现在是客服调度员" in late.get_data(as_text=True)
    assert world.user("gd-handler").roles == {Role.DISPATCHER}
    assert grant(client, world.user("gd-handler"), "discloser").status_code == 303


def test_only_one_grant_a_role(world):
    client = world.client("secadmin")
    grant(client, world.user("gd-handler"), "handler", "handler", seen="handler")
    rows = select(RoleGrant).where(RoleGrant.user_id == world.user("gd-handler").id)
    assert len(db.session.scalars(rows).all()) == 1


def test_list_shows_the_three_and_narrows_by_role(world):
    client = world.client("secadmin")
    page = client.get("/roles").get_data(as_text=True).partition("<main")[2]
    assert page.index("系统管理员甲") < page.index("安全管理员甲") < page.index("审计管理员甲")
    narrowed = client.get("/roles?role=discloser").get_data(as_text=True)
    assert "gd-discloser" in narrowed
    assert "gd-handler" not in narrowed
    newcomer()
    assert ">neu<" in client.get("/roles?role=none").get_data(as_text=True)


# ---- role x page -------------------------------------------------------------------------------------------

PAGES = {
    "/people": {"sysadmin", "gd-accounts"},
    "/people/new": {"sysadmin", "gd-accounts"},
    "/people/{gd-handler}": {"sysadmin", "gd-accounts"},
    "/roles": {"secadmin"},
    "/roles/{gd-handler}": {"secadmin"},
    "/organizations": {"sysadmin"},
    "/organizations/new": {"sysadmin"},
    "/organizations/{org}": {"sysadmin"},
    "/organizations/{org}/departments/{dep}": {"sysadmin"},
    "/audit-log": {"auditadmin"},
}
EVERY_ROLE = (
    "jxw-clerk", "jxw-supervisor", "jxw-inspector", "jxw-leader", "gd-dispatcher", "gd-handler", "gd-leader",
    "gd-discloser", "gd-accounts", "sysadmin", "secadmin", "auditadmin",
)  # fmt: skip


def addresses(world):
    keys = {
        "gd-handler": world.user("gd-handler").id,
        "org": world.org("gd").id,
        "dep": world.department("gd").id,
    }
    return {pattern.format(**keys): allowed for pattern, allowed in PAGES.items()}


@pytest.mark.parametrize("login", EVERY_ROLE)
def test_who_sees_which_page(world, login):
    client = world.client(login)
    pages = addresses(world)
    found = {path: client.get(path).status_code for path in pages}
    assert found == {path: 200 if login in allowed else 403 for path, allowed in pages.items()}


@pytest.mark.parametrize("login", EVERY_ROLE)
def test_who_may_post_where(world, login):
    client = world.client(login)
    user, org = world.user("gd-handler").id, world.org("gd").id
    posts = {
        f"/people/{user}/disable": {"sysadmin", "gd-accounts"},
        f"/people/{user}/enable": {"sysadmin", "gd-accounts"},
        f"/people/{user}/reset-password": {"sysadmin", "gd-accounts"},
        f"/organizations/{org}/departments": {"sysadmin"},
        "/audit-log/verify": {"auditadmin"},
    }
    for path, allowed in posts.items():
        if login == "gd-handler" and path.startswith("/people"):
            continue
        refused = client.submit(path, {"name": "新部门"}).status_code == 403
        assert refused == (login not in allowed), path


def test_nobody_without_signing_in(app, world):
    for path in [*addresses(world), "/password"]:
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")
