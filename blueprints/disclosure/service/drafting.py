"""Drafts: title, text, period, files, and what was taken from the service register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.disclosure.models import DisclosureFile, DisclosureItem, DisclosureVersion
from blueprints.disclosure.queries import items
from blueprints.disclosure.queries.duties import duties_for, duty_named, standing_claim
from blueprints.disclosure.service.engine import (
    admitted,
    item_path,
    label_of,
    log_step,
    move,
    tell_enterprise,
)
from blueprints.disclosure.service.taking import take
from blueprints.disclosure.workflow import IN_WORK
from core.authz import Permission
from core.clock import local_date
from core.db import db
from core.files import store
from core.locks import lock_name
from domain.duties import Duty, Frequency, Period, periods, running
from domain.errors import InvalidInput, RuleViolation

MOST_PERIODS = 60
MOST_FILES = 20
LONGEST_NAME = 200


def period_choices(duty: Duty, since: date, today: date) -> list[Period]:
    """Periods that can be reported now: the running one and those that ended since, the newest first."""
    found = list(periods(duty, since, today))[-MOST_PERIODS:]
    now = running(duty, today)
    return [*([now] if now else []), *reversed(found)]


def starting_point(
    organization_id: int, duty: Duty, found: list[Period]
) -> tuple[DisclosureVersion | None, str]:
    """(the version that stands, the earliest period without a publication)."""
    item = items.item_of(organization_id, duty.code)
    if item is None:
        return None, min((p.key for p in found), default="")
    done = {v.period for v in items.versions_of(item.id)}
    return items.current_of(item), min((p.key for p in found if p.key not in done), default="")


def begin(
    organization: Organization, code: str, values: Mapping[str, Any], *, by: User, now: datetime
) -> DisclosureVersion:
    """A new draft for a duty of the enterprise. `values`: title, body, period.

    Errors: RuleViolation where the duty is none of its own, is not applicable, or has a draft already.
    """
    duty = require_duty(organization, code, local_date(now))
    lock_name(f"disclosure:{organization.id}:{code}")
    item = items.item_of(organization.id, code)
    if item is None:
        item = DisclosureItem(organization_id=organization.id, duty=code, created_at=now)
        db.session.add(item)
        db.session.flush()
    _no_twin(item, values.get("period") or "", None)
    taken = take(organization, duty, local_date(now))
    version = DisclosureVersion(
        item=item, organization_id=organization.id, number=items.next_number_of(item.id),
        title=values["title"], body=values.get("body") or "", period=_period(duty, values),
        drafted_by_id=by.id, drafted_at=now, taken=taken,
        taken_at=now if duty.feed else None,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    log_step("draft", version, by=by, now=now, changes={"title": [None, version.title]})
    return version


def require_duty(organization: Organization, code: str, today: date) -> Duty:
    """The duty, if it is one of the enterprise today and applies to it. Errors: RuleViolation."""
    duty = next((d for d in duties_for(organization, on=today) if d.code == code), None)
    if duty is None:
        raise RuleViolation("这不是本单位现在的公开事项。", None, "请回到公开事项清单选择。")
    claim = standing_claim(organization.id, code)
    if claim is not None and claim.state == "agreed":
        raise RuleViolation("这一事项已经认定不适用。", None, "情况有变化的，请先终止“不适用”。")
    return duty


def _period(duty: Duty, values: Mapping[str, Any]) -> str:
    period = str(values.get("period") or "")
    if duty.frequency is Frequency.CHANGE:
        return ""
    if not period:
        raise InvalidInput("请选择公开的是哪一期。", "period")
    return period


def _no_twin(item: DisclosureItem, period: str, own_id: int | None) -> None:
    twins = [v for v in items.in_work(item.id, IN_WORK) if v.period == period and v.id != own_id]
    if twins:
        raise RuleViolation(
            f"这一事项的第{twins[0].number}版还没有公开，不能同时再起草一版。",
            None,
            "请先办完或者修改那一版。",
        )


def edit(version: DisclosureVersion, values: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Change a draft; who changed it last is its drafter and cannot approve it."""
    admitted(version, "edit", by)
    period = _period(duty_named(version.item.duty), values)
    _no_twin(version.item, period, version.id)
    wanted = {"title": values["title"], "body": values.get("body") or "", "period": period}
    changes = {k: [getattr(version, k)[:80], v[:80]] for k, v in wanted.items() if getattr(version, k) != v}
    for name, value in wanted.items():
        setattr(version, name, value)
    version.drafted_by_id, version.drafted_at = by.id, now
    log_step("edit", version, by=by, now=now, changes=changes)


def retake(version: DisclosureVersion, *, by: User, now: datetime) -> None:
    """Take the register's data anew into a draft."""
    admitted(version, "edit", by)
    duty = duty_named(version.item.duty)
    if not duty.feed:
        raise RuleViolation("这一事项的内容不取自服务登记。")
    version.taken = take(version.item.organization, duty, local_date(now))
    version.taken_at = now
    log_step("retake", version, by=by, now=now)


def add_file(
    version: DisclosureVersion, name: str, data: bytes, *, by: User, now: datetime
) -> DisclosureFile:
    """Attach a file to a draft. Errors: InvalidInput at `file`."""
    admitted(version, "edit", by)
    if len(version.files) >= MOST_FILES:
        raise InvalidInput(f"最多附 {MOST_FILES} 个文件。", "file")
    stored = store(name, data, now=now)
    row = DisclosureFile(version_id=version.id, organization_id=version.organization_id, file_id=stored.id)
    row.name, row.by, row.at = plain_name(name), by.name, now
    db.session.add(row)
    log_step("file_added", version, by=by, now=now, changes={"file": [None, row.name]})
    return row


def remove_file(row: DisclosureFile, *, by: User, now: datetime) -> None:
    """Take a file out of a draft."""
    version = row.owner
    admitted(version, "edit", by)
    log_step("file_removed", version, by=by, now=now, changes={"file": [row.name, None]})
    db.session.delete(row)


def plain_name(name: str) -> str:
    """A file name without its folder and without what no system accepts."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable() and c not in '<>:"|?*')[-LONGEST_NAME:] or "附件"


def submit(version: DisclosureVersion, *, by: User, now: datetime) -> None:
    """提交审核: from here on the content is frozen. What came from the register must still be so."""
    row = admitted(version, "submit", by)
    duty = duty_named(version.item.duty)
    if duty.feed:
        fresh = take(version.item.organization, duty, local_date(now))
        if fresh != version.taken:
            raise RuleViolation(
                "服务登记里的内容在取数之后有变化，草稿里的已经不是最新的。",
                None,
                "请点“重新取数”，看过以后再提交。",
            )
        version.taken_at = now
    if not (version.body.strip() or version.files or any(version.taken.values())):
        raise RuleViolation("还没有公开的内容。", None, "请填写正文、附上文件，或者先在服务登记里录入。")
    version.remark = ""
    move(version, row, by=by, now=now)
    tell_enterprise(
        version.organization_id, Permission.DISCLOSURE_APPROVE,
        f"信息公开待审核：{label_of(version.item)}（第{version.number}版）。",
        link=item_path(version.item), now=now, but=by.id,
    )  # fmt: skip
