"""Which of an incident's cases its closing closes, and which it leaves open, with the reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from blueprints.complaints.models import Case
from blueprints.complaints.queries import OPEN_STATES
from blueprints.hotline.models import IncidentCall


def names_more(incident_id: int) -> ColumnElement[bool]:
    """Cases that ask for more than the supply back, and are left open. Those set apart by hand are looked up
    once, not case by case."""
    call = aliased(IncidentCall)
    apart = select(call.case_id).where(
        call.incident_id == incident_id, call.detached_at.is_(None), call.apart != ""
    )
    return or_(
        Case.significant, Case.confidential, Case.level == 1, Case.supervised, Case.emergency != "",
        Case.suspended_at.is_not(None), Case.id.in_(apart),
    )  # fmt: skip


def why_left(row: Any, apart: str) -> str:
    """Why a case is left open when its incident closes."""
    reasons = [
        ("重大事项", row.significant), ("举报人保密", row.confidential), ("一级", row.level == 1),
        ("督办中", row.supervised), ("险情", row.emergency), ("已中止", row.suspended_at is not None),
    ]  # fmt: skip
    words = [text for text, holds in reasons if holds]
    return "、".join([*words, f"另行办理：{apart}"] if apart else words)


def to_close(incident_id: int) -> list[ColumnElement[bool]]:
    """Cases that the closing has still to close."""
    return [Case.incident_id == incident_id, Case.state.in_(OPEN_STATES), ~names_more(incident_id)]


def left_open(incident_id: int) -> ColumnElement[bool]:
    """Cases that it leaves open."""
    return and_(Case.incident_id == incident_id, Case.state.in_(OPEN_STATES), names_more(incident_id))
