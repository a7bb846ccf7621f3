"""Wordings: proposed by anybody at work, published or turned down by somebody else, then never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.knowledge import queries
from blueprints.knowledge.models import (
    DANGERS,
    KINDS,
    PROPOSED,
    PUBLISHED,
    REJECTED,
    REPLACED,
    KnowledgeItem,
    KnowledgeVersion,
    found_in_knowledge,
)
from core import audit
from core.db import db
from core.inbox import tell
from core.search import Entry
from domain.errors import InvalidInput, RuleViolation
from domain.placeholders import PLACEHOLDERS, faults, names_in, tidied

LEAST_REASON = 5
LONGEST_TEXT = 3000


@dataclass(frozen=True)
class Subject:
    """What a wording was proposed from, by opaque type and id."""

    type: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Place:
    """Where an item stands: what it is for."""

    kind: str
    title: str
    category: str = ""
    emergency: str = ""
    sectors: tuple[str, ...] = ()
    clause: str = ""


def log(
    action: str, item: KnowledgeItem, changes: Mapping[str, Any], *, by: audit.Actor, now: datetime
) -> None:
    """One entry of the audit log about an item."""
    db.session.flush()
    subject = audit.Subject("knowledge_item", item.id, item.title)
    audit.record(f"knowledge.{action}", subject=subject, by=by, now=now, changes=changes)


def checked_text(text: str, kind: str) -> str:
    """The wording with tidy braces. Errors: InvalidInput for placeholders that nothing can fill."""
    text = tidied(text.strip())
    if not text:
        raise InvalidInput("请写内容。", "text")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"最多 {LONGEST_TEXT} 个字。", "text")
    wrong = faults(text)
    if wrong:
        offered = "".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise InvalidInput(f"{'；'.join(wrong)}。可以用的占位：{offered}。", "text")
    if kind != "reply" and names_in(text):
        raise InvalidInput("口径和安全提示是照着念的，不能有占位。", "text")
    return text


def _check(place: Place) -> None:
    if place.kind not in KINDS:
        raise InvalidInput("请选择种类。", "kind")
    if place.kind == "safety" and place.emergency not in DANGERS:
        raise InvalidInput("安全提示要写明用于哪种险情。", "emergency")
    if place.kind != "safety" and place.emergency:
        raise InvalidInput("只有安全提示才按险情分。", "emergency")


def propose_item(
    organization_id: int, place: Place, text: str, reason: str, *, by: User, now: datetime,
    subject: Subject = Subject(),
) -> KnowledgeVersion:  # fmt: skip
    """A new item with its first wording, which waits for somebody to publish it. Errors: InvalidInput."""
    _check(place)
    text = checked_text(text, place.kind)
    item = made(organization_id, place)
    return _propose(item, text, reason, subject, by=by, now=now)


def made(organization_id: int, place: Place) -> KnowledgeItem:
    """An item without any wording yet."""
    item = KnowledgeItem(
        organization_id=organization_id, kind=place.kind, title=place.title, category=place.category,
        emergency=place.emergency, sectors=list(place.sectors), clause=place.clause, text="", published=0,
        uses=0, active=True,
    )  # fmt: skip
    db.session.add(item)
    db.session.flush()
    return item


def propose_version(
    item: KnowledgeItem, text: str, reason: str, *, by: User, now: datetime
) -> KnowledgeVersion:
    """Another wording of an item. Errors: InvalidInput, RuleViolation while one is waiting."""
    text = checked_text(text, item.kind)
    if text == item.text:
        raise InvalidInput("和在用的一字不差，没有要改的。", "text")
    return _propose(item, text, reason, Subject(), by=by, now=now)


def _propose(
    item: KnowledgeItem, text: str, reason: str, subject: Subject, *, by: User, now: datetime
) -> KnowledgeVersion:
    if any(version.state == PROPOSED for version in item.versions):
        raise RuleViolation("已经有一稿在等审定。", None, "请先审定那一稿，再提新的。")
    version = KnowledgeVersion(
        number=max((v.number for v in item.versions), default=0) + 1, text=text, state=PROPOSED,
        reason=reason.strip(), subject_type=subject.type, subject_id=subject.id, proposed_by_id=by.id,
        proposed_at=now, remark="",
    )  # fmt: skip
    item.versions.append(version)
    indexed(item)
    log("proposed", item, {"edition": [None, version.number]}, by=by, now=now)
    others = [person.id for person in queries.publishers(item.organization_id) if person.id != by.id]
    words = f"{KINDS[item.kind]}“{item.title}”第 {version.number} 版待审定。"
    tell(others, words, link=f"/knowledge/versions/{version.id}/decide", now=now)
    return version


def indexed(item: KnowledgeItem) -> None:
    """What the search finds: the title and the wording in use, the newest one where none is."""
    db.session.flush()
    words = item.text or (item.versions[-1].text if item.versions else "")
    found_in_knowledge.put(db.session(), [Entry(item.id, f"{item.title}\n{item.clause}\n{words}")])


def _require_open(version: KnowledgeVersion) -> None:
    if version.state != PROPOSED:
        raise RuleViolation("这一稿已经审定过了。", None, "要改内容的，请提新的一版。")


def _require_not_own(version: KnowledgeVersion, by: User, remark: str) -> None:
    """Nobody publishes their own proposal, unless alone in it, and then with a reason."""
    if version.proposed_by_id != by.id:
        return
    if any(person.id != by.id for person in queries.publishers(version.item.organization_id)):
        raise RuleViolation("这一稿是您自己提的，不能由您发布。", None, "请本单位其他有审定权限的人发布。")
    if len(remark.strip()) < LEAST_REASON:
        raise InvalidInput("本单位只有您一人能审定；发布自己提的，请写明理由（不少于 5 个字）。", "remark")


def publish(version: KnowledgeVersion, remark: str, *, by: User, now: datetime) -> None:
    """Put a wording into use; the one before stays as an old version. Errors: RuleViolation, InvalidInput."""
    _require_open(version)
    _require_not_own(version, by, remark)
    item = version.item
    put_in_use(item, version, now=now)
    _decided(version, PUBLISHED, remark, by=by, now=now)


def put_in_use(item: KnowledgeItem, version: KnowledgeVersion, *, now: datetime) -> None:
    """The text of the item is the one of this version from now on."""
    for other in item.versions:
        if other.state == PUBLISHED:
            other.state = REPLACED
    version.state, version.decided_at = PUBLISHED, now
    item.text, item.published = version.text, version.number
    indexed(item)


def reject(version: KnowledgeVersion, remark: str, *, by: User, now: datetime) -> None:
    """Turn a wording down, with the reason. Errors: RuleViolation, InvalidInput."""
    _require_open(version)
    if len(remark.strip()) < LEAST_REASON:
        raise InvalidInput("请写明为什么不采用（不少于 5 个字）。", "remark")
    _decided(version, REJECTED, remark, by=by, now=now)


def _decided(version: KnowledgeVersion, state: str, remark: str, *, by: User, now: datetime) -> None:
    version.state, version.remark = state, remark.strip()
    version.decided_by_id, version.decided_at = by.id, now
    item, published = version.item, state == PUBLISHED
    changes = {"edition": [None, version.number], "remark": [None, version.remark]}
    log("published" if published else "rejected", item, changes, by=by, now=now)
    if version.proposed_by_id not in (None, by.id):
        words = "已发布" if published else f"没有采用：{version.remark}"
        text = f"您提的{KINDS[item.kind]}“{item.title}”第 {version.number} 版{words}。"
        tell([version.proposed_by_id or 0], text[:500], link=f"/knowledge/{item.id}", now=now)


def change_place(item: KnowledgeItem, place: Place, *, by: User, now: datetime) -> None:
    """Where the item stands, not what it says. Errors: InvalidInput."""
    _check(place)
    wanted = {
        "title": place.title, "category": place.category, "emergency": place.emergency,
        "sectors": list(place.sectors), "clause": place.clause,
    }  # fmt: skip
    changes = {}
    for name, new in wanted.items():
        old = getattr(item, name)
        if old != new:
            changes[name] = [old, new]
            setattr(item, name, new)
    if changes:
        indexed(item)
        log("changed", item, changes, by=by, now=now)


def set_active(item: KnowledgeItem, active: bool, *, by: User, now: datetime) -> None:
    """Retire an item, or take it up again. Errors: RuleViolation where it is so already."""
    if item.active == active:
        raise RuleViolation("已经是这样了。", None, "请刷新页面看最新情况。")
    item.active = active
    log("reactivated" if active else "retired", item, {"active": [not active, active]}, by=by, now=now)
