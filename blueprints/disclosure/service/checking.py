"""The regulator looks at what is published: it is in order, or must be corrected by a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from blueprints.accounts.models import User
from blueprints.disclosure.models import DisclosureCheck, DisclosureVersion
from blueprints.disclosure.service.engine import admitted, item_path, label_of, move, tell_enterprise
from blueprints.disclosure.service.updating import open_correction
from core.authz import Permission
from core.db import db
from domain.errors import InvalidInput, RuleViolation

MOST_POINTS = 20
LONGEST_POINT = 200


def verify(version: DisclosureVersion, remark: str, *, by: User, now: datetime) -> DisclosureCheck:
    """核实: what is published is in order; also the recheck of a correction."""
    row = admitted(version, "verify", by)
    if version.checked == "deficient":
        raise RuleViolation(
            "这一版已经指出缺陷，要等企业改正并重新公开。", None, "改正后的新版公开以后再复核。"
        )
    old, version.checked = version.checked, "verified"
    found = _record(version, "verified", [], remark, by=by, now=now)
    move(version, row, by=by, now=now, checked=[old or None, "verified"], remark=remark.strip())
    text = f"主管部门核实了公开的内容：{label_of(version.item)}（第{version.number}版）。"
    tell_enterprise(
        version.organization_id, Permission.DISCLOSURE_EDIT, text, link=item_path(version.item), now=now
    )
    return found


def find_deficient(
    version: DisclosureVersion, points: Sequence[str], remark: str, workdays: int, *, by: User, now: datetime
) -> DisclosureCheck:
    """指出缺陷: each point in words, and a limit in workdays for the correction.

    Errors: InvalidInput at `points` and `workdays`, RuleViolation where one is open already.
    """
    row = admitted(version, "find_deficient", by)
    if version.checked == "deficient":
        raise RuleViolation("这一版已经指出缺陷，正在改正。", None, "改正后的新版公开以后再核查。")
    wanted = [point.strip()[:LONGEST_POINT] for point in points if point.strip()]
    if not wanted or len(wanted) > MOST_POINTS:
        raise InvalidInput(f"请写明缺陷，一行一条，最多 {MOST_POINTS} 条。", "points")
    old, version.checked = version.checked, "deficient"
    found = _record(version, "deficient", wanted, remark, by=by, now=now)
    move(
        version,
        row,
        by=by,
        now=now,
        checked=[old or None, "deficient"],
        deficiencies=[None, "；".join(wanted)],
    )
    update = open_correction(version.item, "；".join(wanted), workdays, by=by, now=now)
    tell_enterprise(
        version.organization_id, Permission.DISCLOSURE_APPROVE,
        f"核查发现信息公开有缺陷：{label_of(version.item)}，请督促在{update.due_on}前改正。",
        link=item_path(version.item), now=now,
    )  # fmt: skip
    return found


def _record(
    version: DisclosureVersion, result: str, points: list[str], remark: str, *, by: User, now: datetime
) -> DisclosureCheck:
    found = DisclosureCheck(
        owner=version, organization_id=version.organization_id, result=result, points=points,
        remark=remark.strip()[:1000], by_id=by.id, at=now,
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    return found
