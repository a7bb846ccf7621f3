"""Certificates that end: leaders and disclosers are told 60 and 30 days before, and on the day (F3.2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from blueprints.accounts.queries import people_with_role
from blueprints.registry.models import Certificate
from blueprints.registry.queries.staff import ending
from core.authz import Role
from core.inbox import tell
from core.wording import date_words

STEPS = (0, 30, 60)
MOST_NAMED = 3


def step_of(until: date, today: date) -> int | None:
    """The alert that is due for a certificate: 60, 30 or 0 days before its end; None before all of them."""
    left = (until - today).days
    return next((step for step in STEPS if left <= step), None)


def alert_expiring(today: date, *, now: datetime) -> int:
    """Tell about every certificate that has come to a step of which nobody was told yet; one message an
    enterprise and step. Returns how many certificates were told of. In the caller's transaction."""
    due = [c for c in ending(today) if _new(c, today)]
    by_place = sorted(due, key=lambda c: (c.organization_id, step_of(c.valid_until, today) or 0))
    for (organization_id, step), rows in groupby(
        by_place, key=lambda c: (c.organization_id, step_of(c.valid_until, today) or 0)
    ):
        told = list(rows)
        people = people_with_role(organization_id, Role.ENTERPRISE_LEADER, Role.DISCLOSER)
        link = f"/staff?state={'expired' if step == 0 else 'soon' if step == 30 else 'expiring'}"
        tell([p.id for p in people], _words(told, step), link=link, now=now, clause="F3.2.1")
        for certificate in told:
            certificate.told = step
    return len(due)


def _new(certificate: Certificate, today: date) -> bool:
    step = step_of(certificate.valid_until, today)
    return step is not None and (certificate.told is None or step < certificate.told)


def _words(rows: Iterable[Certificate], step: int) -> str:
    told = sorted(rows, key=lambda c: c.valid_until)
    names = "、".join(f"{c.staff.name}（{date_words(c.valid_until)}）" for c in told[:MOST_NAMED])
    more = f" 等 {len(told)} 人" if len(told) > MOST_NAMED else ""
    if step == 0:
        return f"上岗证今天到期或者已经过期：{names}{more}。过期后不能安排窗口和上门服务。"
    return f"上岗证 {step} 天内到期：{names}{more}，请安排复训换证。"
