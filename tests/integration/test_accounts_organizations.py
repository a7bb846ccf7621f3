"""Organizations and departments."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from blueprints.accounts import queries
from blueprints.accounts.models import Department, Organization
from core.audit import AuditEntry
from core.db import db, transaction
from tests.factories.world import PASSWORD

ENTERPRISE = {
    "kind": "enterprise",
    "code": "neu",
    "name": "示例第二燃气公司",
    "sectors": "gas",
    "ruleset_code": "fuling",
    "hotline": "96777",
}


def edit(client, found, **changes):
    data = {
        "version": found.version,
        "name": found.name,
        "short_name": found.short_name,
        "sectors": found.sectors,
        "ruleset_code": found.ruleset_code,
        "hotline": found.hotline,
        "active": "y" if found.active else None,
        **changes,
    }
    return client.submit(f"/organizations/{found.id}", {k: v for k, v in data.items() if v is not None})


def test_a_new_enterprise(each_app, each_world):
    client = each_world.client("sysadmin", each_app)
    answer = client.submit("/organizations/new", ENTERPRISE)
    made = each_world.org("neu")
    assert answer.location == f"/organizations/{made.id}"
    assert (made.kind, made.sectors, made.ruleset_code, made.hotline) == (
        "enterprise",
        ["gas"],
        "fuling",
        "96777",
    )
    assert client.get(answer.location).status_code == 200
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.action, entry.subject_label) == ("organization.created", "示例第二燃气公司")
    assert json.loads(entry.changes)["hotline"] == [None, "96777"]
    assert made in queries.supervised_by(each_world.org("jxw"))


def test_a_regulator_for_each_sector_only_once(world):
    client = world.client("sysadmin")
    data = {"kind": "regulator", "code": "b2", "name": "示例第二委", "sectors": ["power", "water"]}
    answer = client.submit("/organizations/new", data)
    assert answer.status_code == 422
    assert "供电已由示例区经济信息委主管" in answer.get_data(as_text=True)
    edit(client, world.org("jxw"), active=None)
    edit(client, world.org("swj"), sectors=["power", "water"])
    assert world.org("swj").sectors == ["power", "water"]
    assert edit(client, world.org("jxw"), active="y").status_code == 422
    page = client.get("/organizations").get_data(as_text=True)
    assert "供气行业还没有主管部门" in page


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": ""}, "请选择"),
        ({"kind": "x"}, "请从列出的选项中选择"),
        ({"code": "gd"}, "这个代号已经使用"),
        ({"code": "a-b"}, "代号用 2 至 16 位"),
        ({"code": "9a"}, "代号用 2 至 16 位"),
        ({"name": "示例供电公司"}, "已经有同名的单位"),
        ({"name": " "}, "请填写这一项"),
        ({"sectors": []}, "请选择行业"),
        ({"sectors": ["gas", "power"]}, "只属于一个行业"),
        ({"sectors": "water"}, "只适用于供电、供气"),
        ({"ruleset_code": ""}, "请选择这个单位执行的制度"),
        ({"ruleset_code": "x"}, "请从列出的选项中选择"),
        ({"kind": "regulator", "sectors": "water"}, "主管部门不选用制度"),
    ],
)
def test_refused_organizations(world, changes, reason):
    answer = world.client("sysadmin").submit("/organizations/new", {**ENTERPRISE, **changes})
    assert answer.status_code == 422
    assert reason in answer.get_data(as_text=True)
    assert db.session.scalar(select(Organization).where(Organization.hotline == "96777")) is None


def test_changes_are_on_record_and_code_and_kind_stay(world):
    client = world.client("sysadmin")
    answer = edit(client, world.org("gd"), hotline="95598", code="xx", kind="regulator")
    assert answer.status_code == 303
    assert (world.org("gd").hotline, world.org("gd").kind) == ("95598", "enterprise")
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert json.loads(entry.changes) == {"hotline": ["", "95598"]}
    assert edit(client, world.org("gd")).status_code == 303
    latest = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert latest.action == "account.sign_in" or latest.seq == entry.seq


def test_a_closed_organization_locks_its_people_out(each_app, each_world):
    person = each_world.client("gd-handler", each_app)
    client = each_world.client("sysadmin", each_app)
    assert edit(client, each_world.org("gd"), active=None).status_code == 303
    assert person.get("/password").status_code == 303
    again = each_app.test_client()
    data = {"login": "gd-handler", "password": PASSWORD}
    assert again.submit("/sign-in", data).status_code == 422
    assert "单位停用" in client.get("/people?q=gd-handler").get_data(as_text=True)
    edit(client, each_world.org("gd"), active="y")
    assert person.get("/password").status_code == 303, "the old session stays closed"
    assert again.submit("/sign-in", data).status_code == 303


def test_two_editors_the_second_sees_the_difference(world):
    client = world.client("sysadmin")
    found = world.org("gd")
    stale = found.version
    edit(client, found, hotline="95598", sectors="power")
    late = edit(client, world.org("gd"), hotline="12345", version=stale)
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    for text in ("刚刚改过", "95598", 'value="12345"'):
        assert text in page
    assert world.org("gd").hotline == "95598"
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    assert edit(client, world.org("gd"), hotline="12345", version=version).status_code == 303
    assert world.org("gd").hotline == "12345"


def test_departments(each_app, each_world):
    client = each_world.client("sysadmin", each_app)
    org = each_world.org("gd")
    path = f"/organizations/{org.id}/departments"
    assert client.submit(path, {"name": "稽查班"}).status_code == 303
    made = each_world.department("gd", "稽查班")
    assert client.submit(path, {"name": "稽查班"}).status_code == 422
    assert client.submit(path, {"name": ""}).status_code == 422
    assert client.submit(f"{path}/{made.id}", {"name": "营业厅", "active": "y"}).status_code == 422
    assert client.submit(f"{path}/{made.id}", {"name": "稽查队"}).status_code == 303
    each_world.fresh()
    assert (db.session.get(Department, made.id).name, db.session.get(Department, made.id).active) == (
        "稽查队",
        False,
    )
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert {"department.created", "department.changed"} <= set(actions)


def test_a_department_with_people_stays_open(world):
    client = world.client("sysadmin")
    unit = world.department("gd")
    path = f"/organizations/{unit.organization_id}/departments/{unit.id}"
    answer = client.submit(path, {"name": unit.name})
    assert answer.status_code == 409
    assert "还有 1 人" in answer.get_data(as_text=True)
    with transaction():
        world.user("gd-handler").department_id = None
    assert client.submit(path, {"name": unit.name}).status_code == 303


def test_a_department_belongs_to_its_organization(world):
    client = world.client("sysadmin")
    strange = world.department("rq").id
    path = f"/organizations/{world.org('gd').id}/departments/{strange}"
    assert client.get(path).status_code == 404
    assert client.submit(path, {"name": "x"}).status_code == 404
    for number in ("999999", "9" * 30):
        assert client.get(f"/organizations/{number}").status_code == 404
        assert client.submit(f"/organizations/{number}/departments", {"name": "x"}).status_code == 404


def test_a_double_submit_makes_one_organization(world):
    client = world.client("sysadmin")
    data = {**ENTERPRISE, "submission_key": "o" * 32}
    first = client.submit("/organizations/new", data)
    second = client.submit("/organizations/new", data)
    assert first.location == second.location
