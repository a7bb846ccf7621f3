"""持证上岗 (F3.2.1): who may stand at a window or go to a home on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from blueprints.registry.models import Certificate, Staff
from core.db import db
from core.wording import date_words
from domain.errors import RuleViolation

CLAUSE = "F3.2.1"


def certified_on(staff_id: int, day: date) -> bool:
    """Whether a person holds a certificate that is valid on `day`, both ends included."""
    valid = select(Certificate.id).where(
        Certificate.staff_id == staff_id,
        Certificate.valid_from <= day,
        Certificate.valid_until >= day,
        (Certificate.revoked_on.is_(None)) | (Certificate.revoked_on > day),
    )
    return db.session.scalar(valid.limit(1)) is not None


def holds_on(certificates: Iterable[Certificate], day: date) -> bool:
    """Whether one of these certificates is valid on `day`."""
    return any(
        c.valid_from <= day <= c.valid_until and (c.revoked_on is None or c.revoked_on > day)
        for c in certificates
    )


def require_certified(people: Iterable[Staff], day: date, task: str) -> None:
    """RuleViolation naming the first person who may not be given `task` (上门服务、窗口值班) on `day`."""
    for person in people:
        if not person.active:
            raise RuleViolation(f"{person.name}已不在岗，不能安排{task}。", CLAUSE, "请另选在岗的持证人员。")
        if not certified_on(person.id, day):
            raise RuleViolation(
                f"{person.name}在{date_words(day)}没有有效的上岗证，不能安排{task}：直接面对用户的员工应当经培训后持证上岗。",
                CLAUSE,
                "请先登记有效的证书，或者另选持证人员。",
            )
