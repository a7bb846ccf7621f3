"""登记公开: where, when and with which proof; the digest of what stands; the earlier version steps back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.disclosure.models import DisclosureProof, DisclosureVersion
from blueprints.disclosure.queries import items
from blueprints.disclosure.queries.duties import clause_for, duty_named
from blueprints.disclosure.service import updating
from blueprints.disclosure.service.drafting import plain_name
from blueprints.disclosure.service.engine import (
    admitted,
    item_path,
    label_of,
    log_step,
    move,
    tell_regulators,
)
from blueprints.disclosure.workflow import STATE_NAMES, State
from core.authz import Permission
from core.clock import local_date
from core.db import db
from core.files import store
from core.wording import date_words
from domain.duties import CHANNELS, Duty
from domain.errors import InvalidInput, RuleViolation

PROOF_TYPES = (".jpg", ".jpeg", ".png", ".pdf")


@dataclass(frozen=True)
class Proof:
    """A channel with its place (address or wall), the day, and the screenshot or photo (name, bytes)."""

    channel: str
    place: str
    day: date | None
    upload: tuple[str, bytes] | None


def content_digest(version: DisclosureVersion) -> str:
    """sha256 over the canonical JSON of what citizens see: title, period, text, register lines, files."""
    content: dict[str, Any] = {
        "title": version.title,
        "period": version.period,
        "body": version.body,
        "taken": version.taken,
        "files": [[row.name, row.file.sha256] for row in version.files],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def publish(version: DisclosureVersion, proofs: Iterable[Proof], *, by: User, now: datetime) -> None:
    """Record the publication in every channel of the duty; it counts from the day of the last one.

    Errors: InvalidInput at `place_<channel>`, `day_<channel>`, `file_<channel>`; RuleViolation where
    a channel that the duty asks for is missing.
    """
    row = admitted(version, "publish", by)
    duty = duty_named(version.item.duty)
    given = {proof.channel: proof for proof in proofs}
    _complete(duty, given, version)
    for proof in given.values():
        _check(proof, version, now)
    for channel in duty.channels:
        _keep(version, given[channel], by=by, now=now)
    before = items.last_published(version.item_id, version.period)
    day = max(proof.day for proof in given.values() if proof.day)
    version.published_on, version.published_at = day, now
    version.content_sha256 = content_digest(version)
    if before is not None and before.checked == "deficient":
        version.checked = "corrected"
    move(
        version, row, by=by, now=now,
        published_on=[None, day.isoformat()], content_sha256=[None, version.content_sha256],
    )  # fmt: skip
    _step_back(version, before, by=by, now=now)
    updating.answer(version, by=by, now=now)
    if version.checked == "corrected":
        text = f"缺陷已改正并重新公开，请复核：{label_of(version.item)}（第{version.number}版）。"
        place = version.item.organization
        tell_regulators(place, Permission.DISCLOSURE_CHECK, text, link=item_path(version.item), now=now)


def _complete(duty: Duty, given: dict[str, Proof], version: DisclosureVersion) -> None:
    missing = [
        CHANNELS[channel]
        for channel in duty.channels
        if channel not in given or not (given[channel].place or given[channel].upload)
    ]
    if missing:
        clause = clause_for(duty, version.item.organization) or None
        raise RuleViolation(
            f"“{duty.item}”应当通过{'、'.join(CHANNELS[c] for c in duty.channels)}公开，"
            f"还没有登记：{'、'.join(missing)}。依据：{duty.source}。",
            clause,
            "请先在这些渠道公开，再一并登记。",
        )


def _check(proof: Proof, version: DisclosureVersion, now: datetime) -> None:
    channel, approved = proof.channel, version.approved_at
    if not proof.place.strip():
        raise InvalidInput(f"请填写{CHANNELS[channel]}公开的位置（网址或者张贴的地方）。", f"place_{channel}")
    if proof.day is None:
        raise InvalidInput(f"请填写{CHANNELS[channel]}公开的日期。", f"day_{channel}")
    if proof.day > local_date(now):
        raise InvalidInput("公开日期不能晚于今天。", f"day_{channel}")
    if approved is not None and proof.day < local_date(approved):
        raise InvalidInput(
            f"公开日期不能早于审核通过的日期（{date_words(local_date(approved))}）。", f"day_{channel}"
        )
    if proof.upload is None:
        raise InvalidInput(f"请附上{CHANNELS[channel]}公开的截图或者照片。", f"file_{channel}")
    if not proof.upload[0].lower().endswith(PROOF_TYPES):
        raise InvalidInput("凭证应当是截图或者照片：JPG、PNG 或 PDF。", f"file_{channel}")


def _keep(version: DisclosureVersion, proof: Proof, *, by: User, now: datetime) -> None:
    name, data = proof.upload or ("", b"")
    day = proof.day or local_date(now)
    try:
        stored = store(name, data, now=now)
    except InvalidInput as refused:
        raise InvalidInput(refused.message, f"file_{proof.channel}") from refused
    row = DisclosureProof(version_id=version.id, organization_id=version.organization_id, file_id=stored.id)
    row.channel, row.place, row.day = proof.channel, proof.place.strip(), day
    row.file_name, row.by, row.at = plain_name(name), by.name, now
    db.session.add(row)


def _step_back(
    version: DisclosureVersion, before: DisclosureVersion | None, *, by: User, now: datetime
) -> None:
    """The version of the same period that stood until now is replaced; reports on other periods stay public.
    What stands for the item is the newest period."""
    item, current = version.item, items.current_of(version.item)
    if current is None or version.period >= current.period:
        item.current_id = version.id
    if before is None or before.state != State.PUBLISHED:
        return
    before.state, before.ended_on = State.REPLACED.value, version.published_on
    states = [STATE_NAMES[State.PUBLISHED], STATE_NAMES[State.REPLACED]]
    log_step("replace", before, by=by, now=now, changes={"state": states})
