"""授权和AB角: a delegate acts under the own name, marked 受权, never on the own draft, only while it lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from blueprints.accounts.models import Delegation, RoleGrant
from blueprints.accounts.service import delegations as service
from blueprints.complaints.models import Case
from blueprints.complaints.service import perform
from core import audit, clock
from core.authz import Role
from core.calendar_store import load_calendar
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.cases import Desk

AT = clock.local_midnight(clock.today()) + timedelta(hours=9)


def terms(roles=(Role.REGULATOR_LEADER,), begins=AT, days=3, **more):
    return service.Terms("ab", roles, begins, begins + timedelta(days=days), "示例出差", **more)


def lent(world, principal="jxw-leader", delegate="jxw-clerk", given=None, now=AT):
    with transaction():
        row = service.make(
            world.user(principal), world.user(delegate), given or terms(), by=world.user(principal), now=now
        )
    return row.id


def as_delegate(world, login="jxw-clerk", now=AT):
    user = world.user(login)
    service.lend(user, now)
    return user


def test_a_delegate_has_the_role_while_it_lasts(each_app, each_world):
    lent(each_world)
    assert Role.REGULATOR_LEADER in as_delegate(each_world, now=AT + timedelta(days=1)).roles
    assert as_delegate(each_world, now=AT + timedelta(days=3)).roles == {Role.REGULATOR_CLERK}
    assert as_delegate(each_world, now=AT - timedelta(seconds=1)).roles == {Role.REGULATOR_CLERK}


def test_only_what_the_principal_still_holds(app, world):
    lent(world)
    with transaction() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.user_id == world.user("jxw-leader").id))
    assert as_delegate(world).roles == {Role.REGULATOR_CLERK}
    with transaction():
        world.user("jxw-leader").active = False
    assert not as_delegate(world).lent


def test_a_lent_role_is_not_lent_on(app, world):
    lent(world)
    clerk = as_delegate(world)
    assert service.lendable(clerk) == [Role.REGULATOR_CLERK]
    with pytest.raises(InvalidInput, match="别人授给的不能再授出"):
        service._check(clerk, world.user("jxw-inspector"), terms(), AT)


@pytest.mark.parametrize(
    ("delegate", "given", "field"),
    [
        ("jxw-leader", terms(), "delegate_id"), ("gd-leader", terms(), "delegate_id"),
        ("jxw-clerk", terms(roles=()), "roles"), ("jxw-clerk", terms(roles=(Role.INSPECTOR,)), "roles"),
        ("jxw-clerk", terms(days=0), "ends_at"), ("jxw-clerk", terms(days=400), "ends_at"),
        ("jxw-clerk", terms(begins=AT - timedelta(days=9)), "ends_at"),
    ],
)  # fmt: skip
def test_what_cannot_be_lent(app, world, delegate, given, field):
    with pytest.raises(InvalidInput) as odd:
        lent(world, delegate=delegate, given=given)
    assert odd.value.field == field


def test_somebody_elses_roles_are_not_lent(app, world):
    with pytest.raises(RuleViolation, match="只能授出自己的角色"), transaction():
        service.make(
            world.user("jxw-leader"), world.user("jxw-clerk"), terms(), by=world.user("jxw-supervisor"), now=AT
        )


def act(case, action, data, by):
    with transaction():
        return perform(case, action, data, by=by, now=clock.now(), calendar=load_calendar())


def test_a_step_says_for_whom(each_app, each_world):
    lent(each_world, given=terms(begins=clock.now()), now=clock.now())
    case = db.session.get_one(Case, Desk().register("jxw-clerk", "rq"))
    clerk = as_delegate(each_world, now=clock.now())
    step = act(case, "supervise", {"reason": "示例督办理由", "workdays": 5}, clerk)
    assert (step.actor_name, step.behalf, step.actor_role) == (clerk.name, "区经济信息委分管主任", "regulator_leader")
    entry = db.session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.seq.desc())).first()
    assert entry.actor_name == f"{clerk.name}（受区经济信息委分管主任授权）"
    own = act(case, "note", {"text": "示例记录"}, clerk)
    assert own.behalf == ""


def test_nobody_decides_on_what_they_handed_in(app, world):
    desk = Desk()
    case_id = desk.register("jxw-clerk", "rq")
    desk.do(case_id, "accept", "jxw-clerk", nature="internal")
    lent(world, given=terms(begins=clock.now()), now=clock.now())
    clerk = as_delegate(world, now=clock.now())
    case = db.session.get_one(Case, case_id)
    with pytest.raises(RuleViolation, match="不能再以受区经济信息委分管主任授权的身份作决定"):
        act(case, "supervise", {"reason": "示例督办理由", "workdays": 5}, clerk)


def test_the_pages(app, world):
    """The leader lends from the menu; the clerk opens what only leaders open, marked; both may end it."""
    leader, clerk = world.client("jxw-leader", app), world.client("jxw-clerk", app)
    assert clerk.get("/law-limits/new").status_code == 403
    ends = clock.to_local(clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    begins = clock.to_local(clock.now() - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    who = {"principal_id": world.user("jxw-leader").id, "delegate_id": world.user("jxw-clerk").id}
    data = who | {"kind": "ab", "roles": ["regulator_leader"], "begins_at": begins, "ends_at": ends, "reason": "出差"}
    made = leader.submit("/delegations/new", data)
    assert made.status_code == 303, made.get_data(as_text=True)
    db.session.rollback()
    assert clerk.get("/law-limits/new").status_code == 200
    page = clerk.get("/delegations").get_data(as_text=True)
    assert "生效中" in page
    assert "含受权" in page
    assert clerk.get("/delegations/new").status_code == 200  # lending needs DELEGATE, which the leader has
    row = db.session.scalars(select(Delegation)).one()
    assert clerk.submit(f"/delegations/{row.id}/end", {}).status_code == 303
    assert clerk.get("/law-limits/new").status_code == 403
    assert world.client("gd-leader", app).get(f"/delegations/{row.id}/end").status_code == 404


def test_the_b_role(app, world):
    manager = world.client("gd-accounts", app)
    dispatcher, handler = world.user("gd-dispatcher").id, world.user("gd-handler").id
    assert manager.submit(f"/people/{dispatcher}/substitute", {"substitute_id": handler}).status_code == 303
    assert world.user("gd-handler").name in manager.get(f"/people/{dispatcher}").get_data(as_text=True)
    offered = manager.get(f"/delegations/new?person={dispatcher}").get_data(as_text=True)
    assert f'<option selected value="{handler}">' in offered
