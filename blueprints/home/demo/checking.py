"""A plan of the invented regulator, an on-site check with its signatures, the findings of it."""

from __future__ import annotations

import io
import math
import secrets
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw

from blueprints.accounts.models import User
from blueprints.home.demo.people import Cast
from blueprints.inspection.models import ChecklistVersion, Draw, InspectionPlan, PlanTarget, SiteCheck
from blueprints.inspection.service import (
    checking,
    checklists,
    entries,
    finding_sources,
    findings,
    planning,
    rectifying,
    signing,
)
from core import clock
from core.db import db
from domain.checklists import CheckItem, full_answer
from domain.score_rules import Rate

COMMON = "供电供气供水服务检查（通用）"
DEVIATIONS = {
    "S05": ({"缺一项": 1}, "饮水机缺水，没有老花镜。"),
    "S06": ({"缺一项": 1}, "公示栏缺少收费依据的文号。"),
}
RULE = "《区供电供气服务与投诉监管制度》第六条"


def inspect(cast: Cast, draw: Draw, now: datetime) -> None:
    """Checklists published, a plan from the draw, one check signed and reviewed, its findings noticed."""
    version = _checklists(cast, now - timedelta(days=39))
    plan = _plan(cast, draw, version, now - timedelta(days=38))
    target = next(t for t in plan.targets if t.enterprise.code == "rq")
    morning = clock.local_midnight(clock.local_date(now)) + timedelta(hours=9, minutes=30)
    check = _checked(target, cast, morning - timedelta(days=25))
    _found(check, cast, morning - timedelta(days=24))


def _checklists(cast: Cast, at: datetime) -> ChecklistVersion:
    published: dict[str, ChecklistVersion] = {}
    for regulator in ("jxw", "swj"):
        drafter, publisher = cast.user(f"{regulator}-inspector"), cast.user(f"{regulator}-supervisor")
        for row in checklists.adopt(cast.organizations[regulator], by=drafter, now=at):
            checklists.publish(row, by=publisher, now=at + timedelta(hours=2))
            published.setdefault(row.checklist.name, row)
    return published[COMMON]


def _plan(cast: Cast, draw: Draw, version: ChecklistVersion, at: datetime) -> InspectionPlan:
    by, day = cast.user("jxw-inspector"), clock.local_date(at)
    facts = planning.Facts(
        year=day.year, quarter=0, title="年度服务检查", purpose="按照年度安排检查服务网点、人员持证和公示。",
        basis=RULE, methods=("record", "site"), version_id=version.id, begins_on=day.replace(month=1, day=1),
        ends_on=day.replace(month=12, day=31),
    )  # fmt: skip
    plan = planning.create(cast.organizations["jxw"], facts, by=by, now=at)
    planning.take_draw(plan, draw, by=by, now=at)
    for target in plan.targets:
        people = [person["id"] for person in target.team]
        planning.set_target(target, people, announced=False, by=by, now=at)
    planning.submit(plan, by=by, now=at + timedelta(hours=1))
    planning.approve(plan, "同意。", by=cast.user("jxw-leader"), now=at + timedelta(hours=3))
    return plan


def _checked(target: PlanTarget, cast: Cast, at: datetime) -> SiteCheck:
    team = [db.session.get_one(User, person["id"]) for person in target.team]
    first = team[0]
    check = checking.open_check(target, by=first, now=at)
    for person in team:
        checking.declare(check, "", by=person, now=at)
    _visit(check, first, at)
    for one in checking.checklist_of(check).items:
        _answer(check, one, first, at)
    ended = at + timedelta(hours=2)
    signing.begin(check, by=first, now=ended)
    for person in team:
        signing.sign(check, _scribble(person.id), by=person, now=ended)
    company = signing.Signing("示例营业厅主任", "营业厅主任", _scribble(7))
    signing.sign_for_enterprise(check, company, by=first, now=ended)
    checking.review(check, "程序完整，结果有据。", by=cast.user("jxw-leader"), now=ended + timedelta(days=1))
    return check


def _visit(check: SiteCheck, by: User, at: datetime) -> None:
    local = clock.to_local(at)

    def moment(minutes: int) -> str:
        return f"{local + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"

    facts: dict[str, Any] = {
        "@arrived": moment(0), "@certificates_shown": moment(2), "@rights_told": moment(3),
        "@present": {"name": "示例营业厅主任", "post": "营业厅主任", "phone": "000-10000001"},
        "@statement": "饮水机当天补水，公示栏当周更换。", "@outcome": "done", "@ended": moment(100),
    }  # fmt: skip
    for item, value in facts.items():
        entries.record(check, item=item, data={"value": value}, by=by, now=at)


def _answer(check: SiteCheck, one: CheckItem, by: User, at: datetime) -> None:
    value, note = DEVIATIONS.get(one.code, (_fully(one), ""))
    data: dict[str, Any] = {"value": value} | ({"note": note} if note else {})
    instance = f"1号{one.repeat}" if one.repeat else ""
    if instance:
        named = f"@instance:{one.repeat}"
        entries.record(check, item=named, instance=instance, data={"value": 1}, by=by, now=at)
    entries.record(check, item=one.code, instance=instance, data=data, by=by, now=at)
    for _ in [kind for kind, when in one.evidence.items() if kind == "photo" and (note or when == "always")]:
        shot = entries.Shot(
            secrets.token_hex(16), one.code, instance, "现场.png", "", entries.written(at), _scribble(3)
        )
        entries.keep_photo(check, shot, checking.checklist_of(check), by=by, tablet=None, now=at)


def _fully(one: CheckItem) -> Any:
    if isinstance(one.rule, Rate):
        return str(one.rule.target)
    return full_answer(one.rule)


def _scribble(seed: int) -> bytes:
    """A line that looks like a signature."""
    picture = Image.new("RGB", (420, 160), "white")
    points = [
        (40 + 3 * x, 80 + 40 * math.sin(x / (5 + seed % 4)) * math.cos(x / (11 + seed % 3)))
        for x in range(115)
    ]
    ImageDraw.Draw(picture).line(points, fill="#10243e", width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _found(check: SiteCheck, cast: Cast, at: datetime) -> None:
    """The deviations as findings; a 整改通知书 about them is drafted."""
    by = cast.user("jxw-inspector")
    rows = [
        findings.record(
            findings.Said(
                one.title, one.facts, one.basis_kind, basis=one.basis, clause=one.clause, item=one.item,
                instance=one.instance, kept=one.files, outlet_id=check.outlet_id,
            ),
            check.enterprise, found_on=finding_sources.found_on(check), by=by, now=at, source=check,
        )
        for one in finding_sources.of_check(check)
    ]  # fmt: skip
    rectifying.draft(rows, rectifying.Asked(contact=by.name, phone="000-80000001"), by=by, now=at)
