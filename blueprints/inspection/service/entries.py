"""What devices, forms and paper bring into an on-site check: entries and photos, added once, kept as sent."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.inspection.models import CheckEntry, CheckPhoto, SiteCheck, Tablet
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.service import checking
from core.db import db
from core.files import store_exact
from domain.check_facts import LONGEST_INSTANCE, OUTCOMES, clean, lacks, plain
from domain.checklists import Checklist
from domain.errors import InvalidInput, RuleViolation
from domain.merging import PHOTO, Entry, Standing, State, entry_digest, standings, state_of

CLAUSE = checking.CLAUSE
MOST_PHOTO = 8 * 1024 * 1024
MOST_ENTRIES, MOST_PHOTOS, MOST_RESOLVES = 20_000, 500, 20
LONGEST_ITEM, LONGEST_NAME = 32, 200
FIRST_YEAR, LAST_YEAR = 2000, 2999
_ID = re.compile(r"[0-9A-Za-z-]{16,64}")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Given:
    """An entry as a device says it. `at` is the moment on its own clock: 2026-10-12T01:30:00.000Z."""

    entry: Entry
    at: str


def identifier(value: object, what: str = "编号") -> str:
    """An id that a device made. Errors: InvalidInput."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInput(f"{what}的格式不对。")
    return value


def moment(value: object) -> datetime:
    """The clock of a device. Errors: InvalidInput."""
    try:
        if isinstance(value, str) and _AT.fullmatch(value):
            found = datetime.fromisoformat(value)
            if FIRST_YEAR <= found.year <= LAST_YEAR:
                return found
    except ValueError:
        pass
    raise InvalidInput("时间的格式不对。")


def written(at: datetime) -> str:
    """A moment as devices write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse(raw: object) -> Given:
    """An entry of a batch. Errors: InvalidInput."""
    if not isinstance(raw, Mapping):
        raise InvalidInput("答案的格式不对。")
    resolves = raw.get("resolves", [])
    if not isinstance(resolves, list) or len(resolves) > MOST_RESOLVES:
        raise InvalidInput("答案的格式不对。")
    base, at, data = raw.get("base", ""), raw.get("at"), raw.get("data")
    moment(at)
    if not isinstance(data, Mapping):
        raise InvalidInput("答案的格式不对。")
    entry = Entry(
        identifier(raw.get("client_id")), plain(raw.get("item"), LONGEST_ITEM, "项目"),
        plain(raw.get("instance", ""), LONGEST_INSTANCE, "名称"), data,
        identifier(base) if base != "" else "", tuple(identifier(old) for old in resolves),
    )  # fmt: skip
    return Given(entry, str(at))


def hold(check: SiteCheck, *, alone: bool = False) -> None:
    """Read the check anew and keep it as it is until the end of the transaction: nothing comes in while it is
    frozen (`alone`), and it is not frozen while something comes in. SQLite has one writer at a time, who sees
    what was there when the transaction began: nothing to read anew."""
    if db.engine.dialect.name == "sqlite":
        return
    held = select(SiteCheck).where(SiteCheck.id == check.id).with_for_update(read=not alone, of=SiteCheck)
    db.session.scalars(held.execution_options(populate_existing=True)).one()


def require_open(check: SiteCheck) -> None:
    """Whether the check still takes answers. Errors: RuleViolation."""
    if check.state == "signing":
        raise RuleViolation(
            "已经开始签字，不再收新的答案。", CLAUSE, "没有人签字以前，检查人员可以退回修改，然后再发送。"
        )
    checking.require(check, ("open",), "再作答")


Kept = dict[str, Any]  # by client id: what is kept already, see queries.entries_kept


def known(batch: Iterable[Given]) -> Kept:
    """What is kept of these entries, and of those that they name."""
    named = [(one.entry.client_id, one.entry.base, *one.entry.resolves) for one in batch]
    return queries.entries_kept({name for names in named for name in names if name})


def again(check: SiteCheck, given: Given, kept: Kept, *, by: User) -> Any | None:
    """The entry as it was kept before; None where it is new.

    Errors: InvalidInput for an id that was used for something else.
    """
    row = kept.get(given.entry.client_id)
    if row is None:
        return None
    if row.check_id != check.id or row.by_id != by.id:
        raise InvalidInput("这个编号已经用过。")
    if row.sha256 != entry_digest(check.id, given.entry, given.at):
        raise InvalidInput("同一个编号有两种内容，没有收下后来的。")
    return row


def add(
    check: SiteCheck, given: Given, kept: Kept, checklist: Checklist, *, by: User, tablet: Tablet | None,
    now: datetime,
) -> CheckEntry:  # fmt: skip
    """Keep an entry that is new; from now on it is among those kept. Errors: InvalidInput for what cannot be
    recorded."""
    entry = given.entry
    data = clean(checklist, entry.item, entry.instance, entry.data)
    _require_known(check, entry, kept)
    row = CheckEntry(
        check_id=check.id, client_id=entry.client_id, item=entry.item, instance=entry.instance, data=data,
        base=entry.base, resolves=list(entry.resolves), sha256=entry_digest(check.id, entry, given.at),
        by_id=by.id, tablet_id=tablet.id if tablet else None, at_device=moment(given.at), received_at=now,
    )  # fmt: skip
    db.session.add(row)
    kept[entry.client_id] = row
    if entry.item == PHOTO:
        _mark_photo(check, entry, now)
    return row


def _require_known(check: SiteCheck, entry: Entry, kept: Kept) -> None:
    place = (check.id, entry.item, entry.instance)
    for name in filter(None, (entry.base, *entry.resolves)):
        row = kept.get(name)
        if row is None or (row.check_id, row.item, row.instance) != place:
            raise InvalidInput("这一条以前的答案还没有收到，请按顺序再发送。")


def _mark_photo(check: SiteCheck, entry: Entry, now: datetime) -> None:
    photo = queries.photo_of(entry.instance)
    if photo is not None and photo.check_id == check.id:
        photo.removed_at = now if entry.data.get("value") == "removed" else None


def record(
    check: SiteCheck, *, item: str, data: Mapping[str, Any], by: User, now: datetime, instance: str = "",
    base: str | None = None, of_team: bool = True,
) -> CheckEntry:  # fmt: skip
    """Keep an answer that comes from a form or from paper; without `base` it replaces whatever stands.

    Errors: RuleViolation where the check takes no answers (of this person), InvalidInput.
    """
    hold(check)
    require_open(check)
    if of_team:
        checking.require_inspector(check, by)
    found = standings(queries.entries_of(check.id)).get((item, instance))
    heads = tuple(head.client_id for head in found.heads) if found and base is None else ()
    entry = Entry(
        secrets.token_hex(16), item, instance, data, base if base is not None else (heads or ("",))[0],
        heads if len(heads) > 1 else (),
    )  # fmt: skip
    given = Given(entry, written(now))
    row = add(check, given, known([given]), checking.checklist_of(check), by=by, tablet=None, now=now)
    db.session.flush()
    return row


@dataclass(frozen=True)
class Shot:
    """A photo as a device sends it; `sha256` is empty where it cannot compute one."""

    client_id: str
    item: str
    instance: str
    name: str
    sha256: str
    at: str
    data: bytes


def keep_photo(
    check: SiteCheck, shot: Shot, checklist: Checklist, *, by: User, tablet: Tablet | None, now: datetime
) -> CheckPhoto:
    """Keep a photo byte for byte; the same one again gives the first receipt.

    Errors: InvalidInput where the bytes are not those that were sent, or no picture.
    """
    digest = hashlib.sha256(shot.data).hexdigest()
    if shot.sha256 and shot.sha256 != digest:
        raise InvalidInput("收到的照片和设备上的不一样（校验值不符），请再发送一次。", "sha256")
    if (known := queries.photo_of(identifier(shot.client_id))) is not None:
        if (known.check_id, known.sha256, known.by_id) != (check.id, digest, by.id):
            raise InvalidInput("这个编号已经用于另一张照片。")
        return known
    if len(queries.photos_of(check.id)) >= MOST_PHOTOS:
        raise InvalidInput(f"一次检查最多 {MOST_PHOTOS} 张照片。")
    if not (shot.item == "@outcome" or checklist.item(shot.item)):
        raise InvalidInput("检查表里没有这个项目。", "item")
    plain(shot.instance, LONGEST_INSTANCE, "名称")
    row = CheckPhoto(
        check_id=check.id, client_id=shot.client_id, item=shot.item, instance=shot.instance,
        name=plain(shot.name, LONGEST_NAME, "文件名"), sha256=digest, by_id=by.id,
        tablet_id=tablet.id if tablet else None, taken_at=moment(shot.at), received_at=now,
    )  # fmt: skip
    row.file = store_exact(shot.data, now=now, most=MOST_PHOTO)
    db.session.add(row)
    db.session.flush()
    return row


# ---- what stands -----------------------------------------------------------------------------------------


def standing_of(check: SiteCheck) -> tuple[dict[tuple[str, str], Standing], State]:
    """What stands for each item, and the check as it stands."""
    found = standings(queries.entries_of(check.id))
    return found, state_of(found)


def missing(check: SiteCheck) -> list[str]:
    """What still keeps the check from being signed, in words; devices that have not sent everything first."""
    waiting = [
        f"{one.name}的平板上还有 {one.waiting} 项没有发送。" for one in check.inspectors if one.waiting
    ]
    undeclared = [
        f"{one.name}还没有声明有没有利害关系。" for one in check.inspectors if one.declared_at is None
    ]
    conflicted = [f"{one.name}应当回避，还没有更换。" for one in check.inspectors if one.conflict]
    unread = check.paper_scan_id is not None and check.paper_checked_at is None
    paper = ["纸质检查表的录入还没有由另一人对照扫描件核对。"] if unread else []
    _, state = standing_of(check)
    found = lacks(checking.checklist_of(check), state, queries.photos_of(check.id))
    return [*waiting, *undeclared, *conflicted, *paper, *(lack.words for lack in found)]


def outcome_words(facts: Mapping[str, Any]) -> str:
    """完成检查, 受到阻挠 or 关门停业, from the facts of a check."""
    return OUTCOMES.get(str(facts.get("outcome", "")), "")


def names_of(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Entries as a device reads them."""
    return [
        {
            "id": row.id, "client_id": row.client_id, "item": row.item, "instance": row.instance,
            "data": row.data, "base": row.base, "resolves": row.resolves, "sha256": row.sha256,
            "by": row.by_name, "by_id": row.by_id, "at": written(row.at_device),
            "received_at": written(row.received_at),
        }
        for row in rows
    ]  # fmt: skip
