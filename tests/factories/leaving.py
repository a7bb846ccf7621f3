"""A delegation that runs and a list of what somebody handed over, for whoever visits every route."""

from __future__ import annotations

from datetime import timedelta

from blueprints.accounts.service import delegations
from blueprints.duty.models import AccountHandover
from core import clock
from core.authz import Role
from core.db import transaction
from core.files import store
from tests.factories.papers import empty_pdf
from tests.factories.world import World


def fill_leaving() -> dict[str, int]:
    """Of the gas company: the leader lends to a handler; another one took over from somebody who left."""
    world, now = World(), clock.now()
    names = ("rq-leader", "rq-handler", "rq-handler2", "rq-accounts")
    with transaction() as session:
        leader, handler, gone, manager = (world.user(name) for name in names)
        terms = delegations.Terms("ab", (Role.ENTERPRISE_LEADER,), now, now + timedelta(days=2), "示例出差")
        row = delegations.make(leader, gone, terms, by=leader, now=now)
        item = {
            "kind": "调查中的诉求件", "id": 1, "label": "气诉2026-000001", "url": "/cases/1", "due": "",
            "successor_id": handler.id, "successor": handler.name,
        }  # fmt: skip
        left = AccountHandover(
            user_id=gone.id, organization_id=gone.organization_id, reason="调离", items=[item],
            made_by_id=manager.id, made_at=now, file=store("清单.pdf", empty_pdf(), now=now),
        )  # fmt: skip
        session.add(left)
        session.flush()
        return {"delegation_id": row.id, "leaving_id": left.id}
