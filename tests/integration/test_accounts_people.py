"""Accounts of people: who may create, change, disable, reset; whose accounts an account manager meets."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select

from blueprints.accounts.models import Department, User
from blueprints.accounts.service import people
from blueprints.accounts.service.signing_in import PasswordPolicy
from core import clock
from core.audit import AuditEntry
from core.authz import Role
from core.db import db, transaction
from core.privacy import decrypt
from domain.errors import InvalidInput, RuleViolation
from tests.factories.world import PASSWORD


def given_password(response):
    """The one-time password that a page shows."""
    found = re.search(r'<strong><code class="fs-5">([^<]+)</code>', response.get_data(as_text=True))
    assert found
    return found.group(1)


def last_entry():
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()


def user_count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(User))


def test_account_manager_gives_an_account_with_roles(each_app, each_world):
    client = each_world.client("gd-accounts", each_app)
    unit = each_world.department("gd")
    answer = client.submit(
        "/people/new",
        {
            "login": "ZhangSan",
            "name": "示例用户甲",
            "department_id": unit.id,
            "phone": "023-72220000",
            "roles": ["handler", "discloser"],
        },
    )
    assert answer.status_code == 200
    user = each_world.user("gd-zhangsan")
    assert user.roles == {Role.HANDLER, Role.DISCLOSER}
    assert (user.organization.code, user.department_id) == ("gd", unit.id)
    fresh = each_app.test_client()
    data = {"login": "gd-zhangsan", "password": given_password(answer)}
    assert fresh.submit("/sign-in", data).status_code == 303
    assert fresh.get("/people").location == "/password"


def test_personal_values_are_sealed_in_the_log(each_app, each_world):
    client = each_world.client("gd-accounts", each_app)
    client.submit("/people/new", {"login": "a1", "name": "示例用户甲", "phone": "13800001234"})
    each_world.fresh()
    entry = last_entry()
    assert entry.action == "account.created"
    assert "13800001234" not in entry.changes + entry.personal
    assert decrypt("user", entry.subject_id, entry.personal) == {"phone": [None, "13800001234"]}
    user = each_world.user("gd-a1")
    data = {"version": user.version, "name": "示例用户乙", "phone": "", "email": "a@example.com"}
    client.submit(f"/people/{user.id}", data)
    each_world.fresh()
    entry = last_entry()
    assert json.loads(entry.changes) == {"name": ["示例用户甲", "示例用户乙"]}
    sealed = decrypt("user", entry.subject_id, entry.personal)
    assert sealed == {"phone": ["13800001234", ""], "email": ["", "a@example.com"]}


def test_a_double_submit_makes_one_account(world):
    client = world.client("gd-accounts")
    before = user_count()
    data = {"login": "b1", "name": "示例用户甲", "submission_key": "k" * 32}
    assert client.submit("/people/new", data).status_code == 200
    again = client.submit("/people/new", data)
    assert again.location == f"/people/{world.user('gd-b1').id}"
    assert user_count() == before + 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"login": "", "name": "甲"}, "请填写这一项"),
        ({"login": "handler", "name": "甲"}, "gd-handler 已经有人使用"),
        ({"login": "gd-handler", "name": "甲"}, "gd-handler 已经有人使用"),
        ({"login": "王五", "name": "甲"}, "用户名只能用小写字母"),
        ({"login": "x", "name": ""}, "请填写这一项"),
        ({"login": "x", "name": "甲", "phone": "abc"}, "电话只能是数字"),
        ({"login": "x", "name": "甲", "email": "abc"}, "电子邮箱格式不对"),
        ({"login": "x", "name": "甲", "department_id": "999999999999999999999"}, "请从列出的选项中选择"),
        ({"login": "x", "name": "甲", "roles": "system_admin"}, "不在选项中"),
        ({"login": "x", "name": "甲", "roles": "regulator_clerk"}, "不在选项中"),
    ],
)
def test_refused_accounts(world, data, reason):
    before = user_count()
    answer = world.client("gd-accounts").submit("/people/new", data)
    assert answer.status_code == 422
    assert reason in answer.get_data(as_text=True)
    assert user_count() == before


def test_account_manager_meets_the_own_enterprise_only(each_app, each_world):
    client = each_world.client("gd-accounts", each_app)
    page = client.get("/people").get_data(as_text=True)
    assert "gd-handler" in page
    assert not re.search("rq-|gs-|jxw-|swj-|sysadmin", page)
    for query in ("q=rq", f"organization={each_world.org('rq').id}", "organization=0", "role=system_admin"):
        assert not re.search("rq-|sysadmin", client.get(f"/people?{query}").get_data(as_text=True))
    for login in ("rq-handler", "jxw-clerk", "sysadmin"):
        stranger = each_world.user(login)
        paths = ("", "/disable", "/enable", "/reset-password", "/roles")
        assert client.get(f"/people/{stranger.id}").status_code == 404
        before = (stranger.version, stranger.password_hash, stranger.roles)
        for path in paths:
            answer = client.submit(f"/people/{stranger.id}{path}", {"name": "坏", "roles": "account_manager"})
            assert answer.status_code == 404
        after = each_world.user(login)
        assert (after.version, after.password_hash, after.roles) == before


def test_an_account_stays_in_the_managers_enterprise(world):
    client = world.client("gd-accounts")
    strange = world.department("rq")
    data = {"login": "c1", "name": "示例用户甲", "organization_id": world.org("rq").id}
    assert client.submit("/people/new", {**data, "department_id": strange.id}).status_code == 422
    assert client.submit("/people/new", data).status_code == 200
    assert world.user("gd-c1").organization.code == "gd"
    own = world.user("gd-handler")
    data = {"version": own.version, "name": own.name, "department_id": strange.id}
    assert client.submit(f"/people/{own.id}", data).status_code == 422


def test_the_same_short_name_may_stand_in_two_enterprises(world):
    for code in ("gd", "rq"):
        client = world.client(f"{code}-accounts")
        assert client.submit("/people/new", {"login": "d1", "name": "示例用户甲"}).status_code == 200
    assert world.user("rq-d1").organization.code == "rq"
    client = world.client("gd-accounts")
    assert client.submit("/people/new", {"login": "rq-handler", "name": "示例用户甲"}).status_code == 200
    assert world.user("gd-rq-handler").organization.code == "gd"


def test_system_administrator_creates_for_all_but_gives_no_role(each_app, each_world):
    client = each_world.client("sysadmin", each_app)
    assert "roles" not in client.get("/people/new").get_data(as_text=True)
    regulator = each_world.org("jxw")
    data = {"login": "neu", "name": "示例用户甲", "organization_id": regulator.id, "roles": "regulator_clerk"}
    assert client.submit("/people/new", data).status_code == 200
    assert each_world.user("jxw-neu").roles == frozenset()
    assert client.submit("/people/new", {"login": "auditor2", "name": "示例用户乙"}).status_code == 200
    assert each_world.user("auditor2").organization is None
    answer = client.submit("/people/new", {"login": "gd-x", "name": "示例用户乙"})
    assert answer.status_code == 422, "a name that looks like an enterprise's"
    answer = client.submit(f"/people/{regulator.id}/roles", {"roles": "regulator_leader"})
    assert answer.status_code != 200
    user = each_world.user("jxw-clerk")
    answer = client.submit(
        f"/people/{user.id}/roles", {"roles": "regulator_leader", "seen": "regulator_clerk"}
    )
    assert answer.status_code == 409
    assert each_world.user("jxw-clerk").roles == {Role.REGULATOR_CLERK}


def test_disabling_ends_all_sessions_at_once(each_app, each_world):
    manager, victim = each_world.client("gd-accounts", each_app), each_world.client("gd-handler", each_app)
    user = each_world.user("gd-handler")
    assert manager.submit(f"/people/{user.id}/disable").status_code == 303
    assert victim.get("/password").status_code == 303
    again = each_app.test_client()
    data = {"login": "gd-handler", "password": PASSWORD}
    assert again.submit("/sign-in", data).status_code == 422
    assert manager.submit(f"/people/{user.id}/enable").status_code == 303
    assert victim.get("/password").status_code == 303, "the old session stays closed"
    assert again.submit("/sign-in", data).status_code == 303
    each_world.fresh()
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_label == "gd-handler"))
    assert {"account.disabled", "account.enabled"} <= set(actions)


def test_resetting_a_password_shows_it_once_lifts_the_lock_and_ends_sessions(each_app, each_world):
    manager, victim = each_world.client("gd-accounts", each_app), each_world.client("gd-handler", each_app)
    locked = each_app.test_client()
    for _ in range(5):
        locked.submit("/sign-in", {"login": "gd-handler", "password": "falsch"})
    user = each_world.user("gd-handler")
    answer = manager.submit(f"/people/{user.id}/reset-password", {"submission_key": "r" * 32})
    password = given_password(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert password not in manager.get(f"/people/{user.id}").get_data(as_text=True)
    again = manager.submit(f"/people/{user.id}/reset-password", {"submission_key": "r" * 32})
    assert again.status_code == 303
    assert victim.get("/password").status_code == 303
    assert locked.submit("/sign-in", {"login": "gd-handler", "password": PASSWORD}).status_code == 422
    assert locked.submit("/sign-in", {"login": "gd-handler", "password": password}).status_code == 303
    assert locked.get("/people").location == "/password"
    assert last_entry().personal == ""
    kept = [row for row in db.session.scalars(select(AuditEntry)) if password in row.changes]
    assert kept == []


def test_nobody_disables_or_resets_the_own_account(world):
    client = world.client("gd-accounts")
    own = world.user("gd-accounts")
    for verb in ("disable", "reset-password"):
        assert client.submit(f"/people/{own.id}/{verb}").status_code == 409
    assert world.user("gd-accounts").active


@pytest.mark.parametrize("login", ["secadmin", "auditadmin"])
def test_system_administrator_cannot_take_over_the_other_two(world, login):
    client = world.client("sysadmin")
    other = world.user(login)
    before = other.password_hash
    for verb in ("disable", "reset-password"):
        answer = client.submit(f"/people/{other.id}/{verb}")
        assert answer.status_code == 409
        assert "三员分立" in answer.get_data(as_text=True)
    assert (world.user(login).password_hash, world.user(login).active) == (before, True)
    assert "重置密码</button>" not in client.get(f"/people/{other.id}").get_data(as_text=True)


def test_two_editors_the_second_sees_the_difference(each_app, each_world):
    client = each_world.client("gd-accounts", each_app)
    user = each_world.user("gd-handler")
    first = {"version": user.version, "name": "示例用户甲", "phone": "1234567"}
    second = {"version": user.version, "name": "示例用户乙"}
    path = f"/people/{user.id}"
    assert client.submit(path, first).status_code == 303
    late = client.submit(path, second)
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    for text in ("刚刚改过", "示例用户甲", 'value="示例用户乙"', "1234567"):
        assert text in page
    assert each_world.user("gd-handler").name == "示例用户甲"
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    assert client.submit(path, {**second, "version": version}).status_code == 303
    assert each_world.user("gd-handler").name == "示例用户乙"


def test_paging_by_key_shows_each_account_once(each_app, each_world):
    rq = each_world.org("rq").id
    with transaction() as session:
        session.add_all(
            User(
                login=f"rq-n{i}",
                name=f"示例{i}",
                password_hash="",
                organization_id=rq,
                created_at=clock.now(),
            )
            for i in range(120)
        )
    client = each_world.client("rq-accounts", each_app)
    seen, path, pages = [], "/people?q=rq", []
    while path:
        pages.append(path)
        html = client.get(path).get_data(as_text=True)
        seen += re.findall(r'href="/people/(\d+)" data-open', html)
        follow = re.search(r'href="([^"]+)" rel="next"', html)
        path = follow.group(1).replace("&amp;", "&") if follow else None
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 126
    back = re.search(r'href="([^"]+)" rel="prev"', html).group(1).replace("&amp;", "&")
    assert (
        re.findall(r'href="/people/(\d+)" data-open', client.get(back).get_data(as_text=True)) == seen[50:100]
    )


def test_odd_addresses(each_app, each_world):
    client = each_world.client("sysadmin", each_app)
    queries = (
        "after=x", "after=99999999999.1", "before=-1", "organization=1e9", "state=x",
        "role=x", "organization=99999999999", "q=%25", "q=_", "q=" + "a" * 500, "q=%ff",
    )  # fmt: skip
    assert {query: client.get(f"/people?{query}").status_code for query in queries} == dict.fromkeys(
        queries, 200
    )
    assert client.get("/people?q=%00").status_code == 400
    for number in ("0", "999999", "2147483648", "9" * 30, "-1", "x"):
        assert client.get(f"/people/{number}").status_code == 404
        assert client.submit(f"/people/{number}/disable").status_code == 404


def test_the_service_itself_keeps_to_the_office(app, world):
    manager, stranger = world.user("gd-accounts"), world.user("rq-handler")
    manager = world.user("gd-accounts")
    stranger = db.session.scalars(select(User).where(User.login == "rq-handler")).one()
    details = people.Details("坏")
    for act in (
        lambda: people.update(stranger, details, by=manager, now=clock.now()),
        lambda: people.disable(stranger, by=manager, now=clock.now()),
        lambda: people.reset_password(stranger, policy=PasswordPolicy(), by=manager, now=clock.now()),
        lambda: people.create(
            "x", details, stranger.organization, policy=PasswordPolicy(), by=manager, now=clock.now()
        ),
    ):
        with pytest.raises(RuleViolation):
            act()
    with pytest.raises(InvalidInput):
        people.update(
            world.user("gd-handler"), people.Details(""), by=world.user("gd-accounts"), now=clock.now()
        )


def test_people_of_a_closed_department_can_still_be_changed(world):
    with transaction() as session:
        session.get(Department, world.department("gd").id).active = False
    user = world.user("gd-handler")
    client = world.client("gd-accounts")
    data = {"version": user.version, "name": "示例用户甲", "department_id": user.department_id}
    assert client.submit(f"/people/{user.id}", data).status_code == 303
    other = world.user("gd-dispatcher")
    data = {"version": other.version, "name": other.name, "department_id": world.department("gd").id}
    assert client.submit(f"/people/{other.id}", data).status_code == 422
