"""What the page of one case reads besides the case itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from blueprints.accounts.models import Department, Organization, User
from blueprints.complaints.models import (
    Approval,
    Assignment,
    Attachment,
    Case,
    CaseLink,
    CaseStep,
    Complainant,
    Consultation,
    Dossier,
    OutsideDispatch,
    OutsideRequest,
    SupervisionOrder,
    Transfer,
)
from blueprints.complaints.queries import ListRow, likely_duplicates
from blueprints.complaints.queries_access import scopes_of, visible_in
from core.clocks import Clock, ClockChange
from core.db import db
from core.files import StoredFile
from core.loading import Together
from domain.rulesets import Ruleset


@dataclass(frozen=True)
class CaseFile:
    """A case with all that its page shows; the rows of its relationships are read already."""

    case: Case
    changes: list[ClockChange]
    links: list[tuple[CaseLink, Case]]
    names: dict[int, str]


CASE_ID = bindparam("case_id", type_=Integer)
OWN_CLOCK = and_(Clock.subject_type == "case", Clock.subject_id == CASE_ID)
BELONGINGS = Together(
    (Complainant, Complainant.case_id == CASE_ID),
    (Assignment, Assignment.case_id == CASE_ID),
    (CaseStep, CaseStep.case_id.in_(bindparam("ours", expanding=True))),
    (Attachment, Attachment.case_id == CASE_ID),
    (SupervisionOrder, SupervisionOrder.case_id == CASE_ID),
    (Approval, Approval.case_id == CASE_ID),
    (Dossier, Dossier.case_id == CASE_ID),
    (Clock, OWN_CLOCK),
    (ClockChange, ClockChange.clock_id.in_(select(Clock.id).where(OWN_CLOCK))),
    (CaseLink, or_(CaseLink.case_id == CASE_ID, CaseLink.other_id == CASE_ID)),
    (OutsideDispatch, OutsideDispatch.case_id == CASE_ID),
    (
        OutsideRequest,
        OutsideRequest.dispatch_id.in_(select(OutsideDispatch.id).where(OutsideDispatch.case_id == CASE_ID)),
    ),
    (Consultation, Consultation.case_id == CASE_ID),
    (Transfer, Transfer.case_id == CASE_ID),
)
NAMED = Together(
    (User, User.id.in_(bindparam("people", expanding=True))),
    (Organization, Organization.id.in_(bindparam("places", expanding=True))),
    (Department, Department.id.in_(bindparam("departments", expanding=True))),
    (StoredFile, StoredFile.id.in_(bindparam("files", expanding=True))),
    (
        Case,
        or_(
            Case.id == bindparam("into", type_=Integer),
            and_(
                Case.id.in_(bindparam("others", expanding=True)),
                visible_in(bindparam("scopes", expanding=True)),
            ),
        ),
    ),
)


SEEN = select(Case).where(Case.id == CASE_ID, visible_in(bindparam("scopes", expanding=True)))


def case_file(case_id: int, by: User) -> CaseFile | None:
    """One visible case with everything that belongs to it, or None: three statements, however much it is."""
    case = db.session.scalar(SEEN, {"case_id": case_id, "scopes": scopes_of(by)})
    if case is None:
        return None
    people, units, steps, files, orders, approvals, dossiers, running, changes, links, *beyond = (
        BELONGINGS.read(case_id=case.id, ours=[case.id, case.merged_into_id or case.id])
    )
    _set(case, complainants=people, assignments=units, attachments=files, approvals=approvals)
    _set(case, supervision_orders=orders, dossiers=dossiers, steps=[s for s in steps if s.case_id == case.id])
    _set(case, clocks=sorted(running, key=lambda c: (c.due_at, c.id)))
    staff = _beyond(case, *beyond)
    named = _name(case, steps, links, by, staff)
    return CaseFile(case, changes, *named)


def _beyond(
    case: Case, dispatches: list[OutsideDispatch], requests: list[OutsideRequest],
    consultations: list[Consultation], transfers: list[Transfer],
) -> set[int | None]:  # fmt: skip
    """Set what other bodies have to do with the case; returns the people whom it names."""
    _set(case, dispatches=sorted(dispatches, key=lambda d: d.round))
    _set(case, consultations=consultations, transfers=transfers)
    for dispatch in dispatches:
        _set(dispatch, requests=[r for r in requests if r.dispatch_id == dispatch.id])
    return {
        *(d.signed_by_id for d in dispatches), *(d.filled_by_id for d in dispatches),
        *(r.asked_by_id for r in requests), *(c.recorded_by_id for c in consultations),
        *(t.sent_by_id for t in transfers),
    }  # fmt: skip


def case_for(case_id: int, by: User) -> Case | None:
    """One visible case with everything that belongs to it, or None."""
    found = case_file(case_id, by)
    return found.case if found else None


def _name(
    case: Case, steps: list[CaseStep], links: list[CaseLink], by: User, staff: set[int | None]
) -> tuple[list[tuple[CaseLink, Case]], dict[int, str]]:
    """Read whom and what the rows name, and set it; the linked cases as far as the person may see them, and
    the names of people by id."""
    units, files = case.assignments, case.attachments
    named = {case.first_receiver_id, *(a.investigator_id for a in units), *(f.added_by_id for f in files)}
    named |= staff
    places = {case.enterprise_id, case.regulator_id, case.receiving_org_id, case.next_org_id}
    places |= {a.organization_id for a in units}
    others = {n for k in links for n in (k.case_id, k.other_id)} - {case.id}
    into = case.merged_into_id
    found = NAMED.read(
        people=named - {None}, places=places - {None}, departments={a.department_id for a in units} - {None},
        files={f.file_id for f in files}, into=into, others=others, scopes=scopes_of(by),
    )  # fmt: skip
    people, orgs, departments, stored, cases = ({row.id: row for row in rows} for rows in found)
    main = cases.get(into)
    _set(case, first_receiver=people[case.first_receiver_id], enterprise=orgs[case.enterprise_id])
    _set(
        case,
        receiving_org=orgs[case.receiving_org_id],
        regulator=orgs.get(case.regulator_id),
        merged_into=main,
    )
    if main is not None:
        _set(main, steps=[s for s in steps if s.case_id == main.id])
    for unit in units:
        _set(unit, organization=orgs[unit.organization_id], department=departments.get(unit.department_id))
        _set(unit, investigator=people.get(unit.investigator_id))
    for file in files:
        _set(file, added_by=people[file.added_by_id], file=stored[file.file_id])
    ours = [(k, cases[n]) for k in links if (n := k.other_id if k.case_id == case.id else k.case_id) in cases]
    return ours, {person.id: person.name for person in people.values()}


def _set(row: Any, **values: Any) -> None:
    for name, value in values.items():
        set_committed_value(row, name, value)


def alike(case: Case, by: User, ruleset: Ruleset, *, now: datetime) -> list[tuple[ListRow, str]]:
    """Visible cases that may be about the same thing, each with the reason (window: local setting)."""
    person = case.complainants[0] if case.complainants else None
    return likely_duplicates(
        by,
        phone=person.phone if person else "",
        account=person.account_number if person else "",
        text=case.content,
        enterprise_id=case.enterprise_id,
        now=now,
        days=ruleset.number("duplicate_window_days"),
        without=case.id,
    )


def clock_of(case: Case, clock_id: int) -> Clock | None:
    """A limit of this case, or None."""
    return next((c for c in case.clocks if c.id == clock_id), None)


def attachment_of(case: Case, attachment_id: int) -> Attachment | None:
    """A file of this case, or None."""
    return next((a for a in case.attachments if a.id == attachment_id), None)
