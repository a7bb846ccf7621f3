"""What waits for a person in self-disclosure, for the work bench."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.accounts.queries_reach import enterprises
from blueprints.disclosure.models import DisclosureItem, DisclosureVersion, DutyClaim
from blueprints.disclosure.queries.board import board
from blueprints.disclosure.queries.duties import all_held
from core.authz import Permission
from core.calendar_store import load_calendar
from core.db import db
from domain.deadlines import remaining
from domain.standing import KIND_NAMES, SOON, Standing
from domain.workdays import Calendar

MOST = 200
URGENT = (Standing.OVERDUE, Standing.DEFICIENT, Standing.SOON)


@dataclass(frozen=True)
class Waiting:
    """To do: `kind` owed | approve | publish | rework | recheck | claim; `tone` overdue | soon | ok."""

    kind: str
    text: str
    organization: str
    url: str
    due_on: date | None
    tone: str


def waiting(by: User, today: date) -> list[Waiting]:
    """What is overdue, due soon, deficient, awaits approval or a check: the most urgent first."""
    may, calendar = by.permissions, load_calendar()
    if by.organization is None or Permission.DISCLOSURE_READ not in may:
        return []
    found: list[Waiting] = []
    if not by.organization.is_regulator and Permission.DISCLOSURE_EDIT in may:
        found += _owed(by, today, calendar)
    found += _versions(by)
    if by.organization.is_regulator and Permission.DUTY_EDIT in may:
        found += _claims(by)
    tones = {"overdue": 0, "soon": 1}
    return sorted(found, key=lambda w: (tones.get(w.tone, 2), w.due_on or date.max, w.text))[:MOST]


def _owed(by: User, today: date, calendar: Calendar) -> list[Waiting]:
    found = []
    for row in board(enterprises(by), today, calendar).rows:
        for cell in row.cells.values():
            for one in cell.owed:
                left = remaining(today, one.due_on, calendar)
                urgent = one.due_on < today or left <= SOON or one.kind == "correction"
                if not urgent and cell.state not in URGENT:
                    continue
                tone = "overdue" if one.due_on < today else "soon" if left <= SOON else "ok"
                words = f"{cell.held.duty.item}：{KIND_NAMES[one.kind]}（{one.label}）"
                url = f"/disclosure/duties/{cell.held.duty.code}/write"
                url = f"/disclosure/items/{cell.item_id}" if cell.item_id else url
                found.append(Waiting("owed", words, row.organization.name, url, one.due_on, tone))
    return found


def _versions(by: User) -> list[Waiting]:
    """Versions in a state that waits for this person."""
    may, own = by.permissions, by.organization
    v, item = DisclosureVersion, DisclosureItem
    names = {organization.id: organization.name for organization in enterprises(by)}
    rows = select(v, item.duty).join(item, item.id == v.item_id).where(v.organization_id.in_(list(names)))
    if own is not None and own.is_regulator:
        if Permission.DISCLOSURE_CHECK not in may:
            return []
        rows = rows.where(v.state == "published", v.checked == "corrected")
    else:
        rows = rows.where(v.state.in_(("draft", "submitted", "approved")))
    duties = {held.duty.code: held.duty.item for held in all_held()}
    found = []
    for version, code in db.session.execute(rows.order_by(v.id).limit(MOST)):
        kind = _kind(version, by)
        if kind:
            text = f"{duties.get(code, version.title)}：{_WORDS[kind]}（第{version.number}版）"
            url = f"/disclosure/versions/{version.id}"
            found.append(Waiting(kind, text, names[version.organization_id], url, None, "ok"))
    return found


_WORDS = {"approve": "等待审核", "publish": "等待公开", "rework": "退回修改", "recheck": "等待复核"}


def _kind(version: DisclosureVersion, by: User) -> str:
    may = by.permissions
    if version.state == "published":
        return "recheck"
    if version.state == "submitted":
        fit = Permission.DISCLOSURE_APPROVE in may and version.drafted_by_id != by.id
        return "approve" if fit else ""
    if Permission.DISCLOSURE_EDIT not in may:
        return ""
    if version.state == "approved":
        return "publish"
    return "rework" if version.remark else ""


def _claims(by: User) -> list[Waiting]:
    names = {organization.id: organization.name for organization in enterprises(by)}
    rows = select(DutyClaim).where(DutyClaim.organization_id.in_(list(names)), DutyClaim.state == "asked")
    duties = {held.duty.code: held.duty.item for held in all_held()}
    return [
        Waiting(
            "claim", f"{duties.get(row.duty, row.duty)}：申请不适用，等待答复", names[row.organization_id],
            f"/disclosure/claims/{row.id}", None, "ok",
        )
        for row in db.session.scalars(rows.order_by(DutyClaim.id).limit(MOST))
    ]  # fmt: skip
