"""People who face users: kept, certified, taught, tested, gone (F3.2.1, F3.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.registry.models import Certificate, KnowledgeTest, Staff, Training
from blueprints.registry.queries import staff as queries
from blueprints.registry.service.keeping import log, set_values
from core.db import db
from core.files import store_upload
from core.locks import lock_name
from domain.errors import InvalidInput, RuleViolation

CLAUSE = "F3.2.1"
PERSONAL = ("name", "phone")
OTHERS_NUMBER = "这个证号已登记在另一名员工名下，一个证号只能属于一个人；请核对证书。"
OWN_NUMBER = "这个证号已登记在这名员工名下，不用重复登记。"


def split(changes: Mapping[str, Any], personal: tuple[str, ...] = PERSONAL) -> tuple[dict[str, Any], ...]:
    """(what the log keeps in the open, what it keeps sealed) of changes."""
    return (
        {name: value for name, value in changes.items() if name not in personal},
        {name: value for name, value in changes.items() if name in personal},
    )


def label_of(person: Staff) -> str:
    """How the log names a person: by badge, which outlives the name."""
    return f"工号 {person.badge}"


def _check_badge(organization_id: int, badge: str, but: int | None) -> None:
    other = queries.person_with_badge(organization_id, badge)
    if other is not None and other.id != but:
        gone = "（已离岗）" if not other.active else ""
        raise InvalidInput(f"工号“{badge}”已经是{other.name}{gone}的，请核对。", "badge")


def create(organization_id: int, values: Mapping[str, Any], *, by: User, now: datetime) -> Staff:
    """A new person. Errors: InvalidInput for a badge number that is taken."""
    lock_name(f"staff:{organization_id}")
    _check_badge(organization_id, values["badge"], None)
    person = Staff(organization_id=organization_id, created_at=now)
    opened, sealed = split(set_values(person, values))
    db.session.add(person)
    log("staff_add", person, label_of(person), opened, personal=sealed, by=by, now=now)
    return person


def change(person: Staff, values: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Put new values. Errors: InvalidInput for a badge number that is taken."""
    lock_name(f"staff:{person.organization_id}")
    _check_badge(person.organization_id, values["badge"], person.id)
    opened, sealed = split(set_values(person, values))
    if opened or sealed:
        log("staff_change", person, label_of(person), opened, personal=sealed, by=by, now=now)


def leave(person: Staff, day: date, *, by: User, now: datetime) -> None:
    """The person no longer faces users from `day` on. Errors: RuleViolation while visits or shifts are
    still theirs."""
    visits = queries.coming_visits(person.id, now)
    shifts = queries.coming_shifts(person.id, day)
    if visits or shifts:
        told = [f"{len(visits)} 次上门" if visits else "", f"{len(shifts)} 个窗口班次" if shifts else ""]
        raise RuleViolation(
            f"{person.name}名下还有 {'、'.join(part for part in told if part)}，不能离岗。",
            CLAUSE,
            "请先把这些上门和班次改派给其他持证人员。",
        )
    changes = set_values(person, {"active": False, "left_on": day})
    log("staff_leave", person, label_of(person), changes, by=by, now=now)


def come_back(person: Staff, *, by: User, now: datetime) -> None:
    """The person is at work again."""
    changes = set_values(person, {"active": True, "left_on": None})
    log("staff_return", person, label_of(person), changes, by=by, now=now)


def refresh_end(person: Staff) -> None:
    """Keep `valid_until`: the latest end of certificates that were not revoked."""
    db.session.flush()
    person.valid_until = queries.latest_end(person.id)


def certify(
    person: Staff, values: Mapping[str, Any], *, upload: FileStorage | None, by: User, now: datetime
) -> Certificate:
    """Record a certificate. Errors: InvalidInput for a number that is taken, RuleViolation for somebody
    who has left."""
    if not person.active:
        raise RuleViolation(f"{person.name}已经离岗，不能再登记上岗证。", CLAUSE, "请先恢复在岗。")
    lock_name("certificate-number")
    check_number(values["number"], person.id)
    certificate = Certificate(staff_id=person.id, organization_id=person.organization_id, **values)
    certificate.by, certificate.at = by.name, now
    if upload is not None and upload.filename:
        certificate.file_id = store_upload(upload, now=now).id
        certificate.file_name = upload.filename[-200:]
    db.session.add(certificate)
    refresh_end(person)
    facts = {name: [None, str(values[name])] for name in ("number", "issuer", "valid_from", "valid_until")}
    log("certificate_add", person, label_of(person), facts, by=by, now=now)
    return certificate


def check_number(number: str, staff_id: int) -> None:
    """A number belongs to one person of the deployment. Errors: InvalidInput, which never names another."""
    known = queries.certificate_numbered(number)
    if known is not None:
        raise InvalidInput(OWN_NUMBER if known.staff_id == staff_id else OTHERS_NUMBER, "number")


def revoke(certificate: Certificate, day: date, reason: str, *, by: User, now: datetime) -> None:
    """The certificate no longer holds from `day` on (吊销、注销)."""
    if certificate.revoked_on is not None:
        raise RuleViolation("这份证书已经注销。", CLAUSE)
    certificate.revoked_on, certificate.revoked_reason = day, reason
    refresh_end(certificate.staff)
    facts = {"number": [None, certificate.number], "revoked_on": [None, day], "reason": [None, reason]}
    log("certificate_revoke", certificate.staff, label_of(certificate.staff), facts, by=by, now=now)


def train(person: Staff, values: Mapping[str, Any], *, by: User, now: datetime) -> Training:
    """Record a training."""
    row = Training(staff_id=person.id, organization_id=person.organization_id, **values)
    row.by, row.at = by.name, now
    db.session.add(row)
    facts = {"day": [None, values["day"]], "subject": [None, values["subject"]]}
    log("training_add", person, label_of(person), facts, by=by, now=now)
    return row


def test(person: Staff, values: Mapping[str, Any], *, by: User, now: datetime) -> KnowledgeTest:
    """Record a knowledge test, in points of 100."""
    row = KnowledgeTest(staff_id=person.id, organization_id=person.organization_id, **values)
    row.by, row.at = by.name, now
    db.session.add(row)
    points: Decimal = values["points"]
    facts = {
        "day": [None, values["day"]],
        "subject": [None, values["subject"]],
        "points": [None, str(points)],
    }
    log("test_add", person, label_of(person), facts, by=by, now=now)
    return row
