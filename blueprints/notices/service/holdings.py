"""Notices that somebody drafts, handed to a successor when the account is closed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.accounts.service.holdings import Holding, Keeper, Transition
from blueprints.notices.models import Notice
from blueprints.notices.service.engine import subject_of
from blueprints.notices.workflow import State
from core import audit
from core.authz import ROLE_PERMISSIONS, Permission
from core.db import db
from domain.errors import InvalidInput

UNDER_WAY = (State.DRAFT, State.IN_REVIEW, State.LEGAL_REVIEW, State.TO_SIGN, State.SIGNED)


def drafts(user: User) -> list[Holding]:
    """Notices that this person drafted and that are not numbered yet."""
    rows = select(Notice).where(
        Notice.drafted_by_id == user.id, Notice.state.in_([state.value for state in UNDER_WAY])
    )  # fmt: skip
    return [
        Holding("draft", row.id, row.plain_title, f"/notices/{row.id}")
        for row in db.session.scalars(rows.order_by(Notice.id))
    ]


def give(ids: Sequence[int], change: Transition) -> None:
    """The successor becomes the drafter, and so may change it and never review or sign it.

    Errors: InvalidInput.
    """
    successor = change.successor
    if not any(Permission.NOTICE_DRAFT in ROLE_PERMISSIONS[role] for role in successor.own_roles):
        raise InvalidInput(f"{successor.name}的角色不拟制文书，不能接手。", "everything")
    for row in db.session.scalars(select(Notice).where(Notice.id.in_(ids)).order_by(Notice.id)):
        if successor.id in (row.reviewed_by_id, row.legal_by_id, row.signed_by_id):
            why = f"{successor.name}审核或者签发了《{row.plain_title}》，不能再作拟稿人。"
            raise InvalidInput(why, "everything")
        row.drafted_by_id = successor.id
        row.writers = sorted({*row.writers, successor.id})
        changes = {"drafter": [change.leaving.name, successor.name], "reason": [None, change.reason]}
        audit.record(
            "notice.handed_over", subject=subject_of(row), by=change.by, now=change.now, changes=changes
        )


KEEPER = Keeper("draft", "拟制中的文书", drafts, give)
