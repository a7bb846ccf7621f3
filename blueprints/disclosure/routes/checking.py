"""公开核查: the queue of the regulator, and one check."""

from __future__ import annotations

from flask import Response, url_for

from blueprints.accounts import queries_reach as reach
from blueprints.disclosure.forms import CheckForm
from blueprints.disclosure.models import DisclosureVersion
from blueprints.disclosure.queries import queue
from blueprints.disclosure.queries.duties import all_held, clause_for, duty_named
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import (
    VERSION,
    crumbs,
    me,
    organization_of,
    own_regulator,
    row_or_404,
)
from blueprints.disclosure.service import checking
from blueprints.disclosure.service.engine import admitted
from blueprints.disclosure.service.updating import correction_workdays
from blueprints.disclosure.workflow import CHECKED_NAMES, CHECKED_TONES
from core import clock
from core.authz import Permission, requires
from core.screens import asked, cell, form_flow, list_screen
from core.submissions import once

MOST = 100


@blueprint.get("/disclosure/check-queue")
@requires(Permission.DISCLOSURE_CHECK)
def check_queue() -> Response:
    """Published versions to be looked at: by risk, or in a random order that anybody can compute again."""
    own_regulator()
    today, given = clock.today(), asked(("by", "seed", "enterprise"))
    by_chance = given.get("by") == "random"
    places = reach.enterprises(me())
    chosen = [one for one in places if one.code == given.get("enterprise")] or places
    found = queue.candidates(chosen, today)
    seed = "".join(c for c in given.get("seed", "") if c.isalnum() or c in "-_.") or today.isoformat()
    ordered = queue.by_chance(found, seed) if by_chance else queue.by_risk(found)
    names = {held.duty.code: held.duty.item for held in all_held()}
    rows = [_row(number, one, names) for number, one in enumerate(ordered[:MOST], start=1)]
    tabs = [
        {
            "label": "按风险",
            "url": url_for("disclosure.check_queue"),
            "active": not by_chance,
            "count": len(found),
        },
        {"label": "随机", "url": url_for("disclosure.check_queue", by="random"), "active": by_chance},
    ]
    options = [(one.code, one.name) for one in places]
    controls = [{"name": "enterprise", "label": "企业", "options": options}]
    if by_chance:
        controls += [{"name": "seed", "label": "种子", "placeholder": today.isoformat()}]
    intro = (
        f"种子：{seed}。次序是 sha256(种子|版本编号) 从小到大，知道种子的人都能重算，"
        f"例如第一行：printf '%s' '{seed}|{ordered[0].version_id if ordered else 1}' | sha256sum。"
        if by_chance
        else "次序：待复核的、更新逾期的、以前有缺陷的、从未核查和久未核查的在前；每一行写明为什么。"
    )
    return list_screen(
        "公开核查", ["公开的内容", ("次序", "num"), "企业", "公开日期", "核查情况", "为什么"], rows,
        endpoint="disclosure.check_queue", filters=given, controls=controls, tabs=tabs, intro=intro,
        empty="没有等待核查的公开内容。", hint="企业公开以后就会出现在这里。", before=None, after=None,
    )  # fmt: skip


def _row(number: int, one: queue.Candidate, names: dict[str, str]) -> list[object]:
    url = url_for("disclosure.version", version_id=one.version_id)
    note = f"{one.ticket[:16]}…" if one.ticket else ""
    edition = f"第{one.number}版" + (f"，版本编号 {one.version_id}" if one.ticket else "")
    return [
        cell(names.get(one.duty, one.duty), url=url, note=edition),
        cell(str(number), note=note),
        one.organization,
        f"{one.published_on:%Y-%m-%d}",
        cell(CHECKED_NAMES[one.checked], tone=CHECKED_TONES[one.checked]),
        "；".join(one.reasons),
    ]


@blueprint.route(f"{VERSION}/check", methods=["GET", "POST"])
@requires(Permission.DISCLOSURE_CHECK)
@once
def check_version(version_id: int) -> Response:
    """核查: in order, or deficient with points and a limit."""
    own_regulator()
    row = row_or_404(DisclosureVersion, version_id)
    admitted(row, "verify", me())
    form = CheckForm(workdays=correction_workdays(organization_of(row)))
    back = url_for("disclosure.version", version_id=row.id)
    duty = duty_named(row.item.duty)

    def act() -> str:
        by, now, remark = me(), clock.now(), form.remark.data or ""
        if form.result.data == "verified":
            checking.verify(row, remark, by=by, now=now)
        else:
            days = form.workdays.data or 0
            checking.find_deficient(row, form.point_lines(), remark, days, by=by, now=now)
        return back

    clause = clause_for(duty, organization_of(row))
    return form_flow(
        f"核查：{row.title}", form, [("核查", clause, ["result", "points", "workdays", "remark"])], act,
        back=back, done="核查结果已记录，企业已收到通知。", submit="记录核查结果",
        breadcrumb=crumbs(row.item, row),
        intro=f"应当包含：{'、'.join(duty.contains)}。公开时限：{duty.limit_words}。",
    )  # fmt: skip
