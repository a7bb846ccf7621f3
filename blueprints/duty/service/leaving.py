"""离岗交接: an account is closed once everything open has a successor; the list of it is printed and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from blueprints.accounts.models import User
from blueprints.accounts.service import people
from blueprints.accounts.service.delegations import subject_of
from blueprints.accounts.service.holdings import KEEPERS, Holding, Transition, holdings_of
from blueprints.duty.models import AccountHandover
from blueprints.notices.service.papers import Paper, print_paper
from core import audit
from core.authz import ROLE_NAMES, Role
from core.clock import to_local
from core.db import db, transaction
from core.files import store
from core.inbox import tell
from domain.errors import InvalidInput

Key = tuple[str, int]


def successors_for(user: User, people_there: Sequence[User]) -> list[User]:
    """Who may take over: others of the organization with at least one of the same roles first."""
    others = [one for one in people_there if one.id != user.id and one.enabled]
    return sorted(others, key=lambda one: (not one.own_roles & user.own_roles, one.name))


def leave(
    user: User, choices: Mapping[Key, User], reason: str, *, by: User, now: datetime
) -> AccountHandover:  # fmt: skip
    """Hand everything over, close the account, keep the list; one transaction of the caller.

    Errors: InvalidInput for an item without a successor (field `to_<kind>_<id>`), RuleViolation where a
    successor cannot take it.
    """
    found = holdings_of(user)
    _require_successors(user, found, choices)
    items = []
    for kind, keeper in KEEPERS.items():
        takers: dict[int, list[int]] = {}
        for one in (each for each in found if each.kind == kind):
            successor = choices[kind, one.id]
            takers.setdefault(successor.id, []).append(one.id)
            items.append(_item(keeper.name, one, successor))
        for successor_id, ids in takers.items():
            successor = db.session.get_one(User, successor_id)
            keeper.give(ids, Transition(user, successor, reason, by, now))
    db.session.flush()
    people.disable(user, by=by, now=now)
    row = AccountHandover(
        user_id=user.id, organization_id=user.organization_id, reason=reason, items=items, made_by_id=by.id,
        made_at=now,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _tell(user, items, by, now, row)
    return row


def _require_successors(user: User, found: Sequence[Holding], choices: Mapping[Key, User]) -> None:
    takers = {key: one for key, one in choices.items() if one.enabled and one.id != user.id}
    missing = [
        one for one in found
        if (taker := takers.get((one.kind, one.id))) is None or taker.organization_id != user.organization_id
    ]  # fmt: skip
    if len(missing) == 1:
        raise InvalidInput(f"“{missing[0].label}”还没有接手人。", f"to_{missing[0].kind}_{missing[0].id}")
    if missing:
        why = f"还有 {len(missing)} 件没有接手人，请选择“全部交给”，或者逐件选择。"
        raise InvalidInput(why, "everything")


def _item(name: str, one: Holding, successor: User) -> dict[str, object]:
    return {
        "kind": name, "id": one.id, "label": one.label, "url": one.url, "due": one.due,
        "successor_id": successor.id, "successor": successor.name,
    }  # fmt: skip


def _tell(
    user: User, items: list[dict[str, object]], by: User, now: datetime, row: AccountHandover
) -> None:  # fmt: skip
    counts = Counter(int(str(item["successor_id"])) for item in items)
    for successor_id, count in counts.items():
        text = f"{user.name}离岗，{count} 件交由您接手（{row.reason}）。"
        tell([successor_id], text, link=f"/leaving/{row.id}/list", now=now)
    names = "、".join(sorted({str(item["successor"]) for item in items}))
    changes = {"rows": [None, len(items)], "successors": [None, names], "reason": [None, row.reason]}
    audit.record("account.handed_over", subject=subject_of(user), by=by, now=now, changes=changes)


def roles_words(user: User) -> str:
    """What the person did here."""
    return "、".join(ROLE_NAMES[role] for role in Role if role in user.own_roles) or "没有角色"


def print_list(row: AccountHandover, *, now: datetime) -> None:
    """Print the list and keep it; outside of a transaction. Errors: InvalidInput, PrintFailed, OSError."""
    organ = row.user.organization.name if row.user.organization else "平台管理"
    values = {
        "leaver": f"{row.user.name}（{roles_words(row.user)}）", "leave_reason": row.reason,
        "leave_at": f"{to_local(row.made_at):%Y年%-m月%-d日 %H:%M}", "leave_by": row.made_by.name,
        "leave_count": f"{len(row.items)} 件",
        "leave_items": [
            [str(at), str(i["kind"]), str(i["label"]), str(i["due"] or "—"), str(i["successor"])]
            for at, i in enumerate(row.items, 1)
        ],
    }  # fmt: skip
    row_id = row.id
    db.session.rollback()
    made = print_paper(Paper("handover_list", organ, values), now=now)
    with transaction() as session:
        kept = session.get_one(AccountHandover, row_id)
        if kept.file_id is None:
            kept.file = store("交接清单.pdf", made.pdf, now=now)
