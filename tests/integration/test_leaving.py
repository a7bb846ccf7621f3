"""离岗交接: an account with open work is closed only once each piece has a successor; the list is printed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from blueprints.accounts.service import people
from blueprints.accounts.service.holdings import holdings_of
from blueprints.complaints.models import Assignment, Case
from blueprints.duty.models import AccountHandover
from blueprints.duty.service import leaving as service
from core import clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.cases import Desk
from tests.factories.papers import text_of


def investigated(desk, count, login="gd-handler"):
    """So many cases that this person investigates."""
    ids = []
    for at in range(count):
        case_id = desk.register("gd-dispatcher", "gd", title=f"示例事项{at}", content=f"示例内容第{at}件，请核实。")
        desk.do(case_id, "accept", "gd-dispatcher", nature="internal")
        desk.do(case_id, "dispatch", "gd-dispatcher", units=desk.department("gd"), requirement="请核实办理")
        investigator = str(desk.world.user(login).id)
        desk.do(case_id, "investigate", login, investigator_id=investigator, text="入户核实")
        ids.append(case_id)
    return ids


def test_forty_open_items(each_app, each_world):
    """Refused while anything is open; then one successor for all but one, who gets another; all of it stands
    in the cases, in the inbox, in the audit log and on paper."""
    desk = Desk()
    ids = investigated(desk, 40)
    manager = each_world.client("gd-accounts", each_app)
    handler, second, boss = (each_world.user(n).id for n in ("gd-handler", "gd-handler2", "gd-leader"))
    with pytest.raises(RuleViolation, match="手里还有 40 件没有办完"), transaction():
        people.disable(each_world.user("gd-handler"), by=each_world.user("gd-accounts"), now=clock.now())
    answer = manager.submit(f"/people/{handler}/disable", {})
    assert answer.location == f"/people/{handler}/leaving"
    page = manager.get(answer.location).get_data(as_text=True)
    assert page.count('name="to_investigation_') == 40
    nobody = manager.submit(answer.location, {"reason": "调离", "everything": ""})
    assert nobody.status_code == 422
    assert each_world.user("gd-handler").active
    last = max(holdings_of(each_world.user("gd-handler")), key=lambda one: one.id)
    given = {"reason": "调离", "everything": str(second), f"to_investigation_{last.id}": str(boss)}
    done = manager.submit(answer.location, given)
    assert done.status_code == 303, done.get_data(as_text=True)
    each_world.fresh()
    assert not each_world.user("gd-handler").active
    holders = db.session.scalars(select(Assignment.investigator_id).where(Assignment.case_id.in_(ids))).all()
    assert sorted(holders) == sorted([second] * 39 + [boss])
    case = db.session.get_one(Case, ids[0])
    assert "调查人由" in case.steps[-1].facts["text"]
    row = db.session.scalars(select(AccountHandover)).one()
    assert done.location == f"/leaving/{row.id}/list"
    assert len(row.items) == 40
    assert each_world.client("gd-handler2", each_app).get(done.location).status_code == 200
    assert each_world.client("rq-accounts", each_app).get(done.location).status_code == 404
    file = manager.get(f"/leaving/{row.id}/list.pdf")
    text = text_of(file.data)
    assert "40件" in text.replace(" ", "")
    assert db.session.get_one(Case, ids[39]).number in text.replace("\n", "")


def test_who_cannot_take_it(app, world):
    """Somebody of another enterprise is not offered; an account manager handles no cases."""
    investigated(Desk(), 1)
    user = world.user("gd-handler")
    one = holdings_of(user)[0]
    for login, words in (("gd-accounts", "不办理诉求件"), ("rq-handler", "还没有接手人")):
        chosen = {(one.kind, one.id): world.user(login)}
        with pytest.raises(InvalidInput, match=words), transaction():
            service.leave(user, chosen, "调离", by=world.user("gd-accounts"), now=clock.now())
    assert world.user("gd-handler").active


def test_nothing_open_is_closed_at_once(app, world):
    manager, user = world.client("gd-accounts", app), world.user("gd-handler2").id
    assert manager.submit(f"/people/{user}/disable", {}).location == f"/people/{user}"
    assert manager.get(f"/people/{user}/leaving").status_code == 404
