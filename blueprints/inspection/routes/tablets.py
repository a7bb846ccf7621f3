"""检查平板: the devices of the own regulator; a lost one is revoked."""

from __future__ import annotations

from flask import Response, abort, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.checks import ReasonForm
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import own_regulator
from blueprints.inspection.service import tablets as service
from core import clock
from core.authz import Permission, requires
from core.screens import cell, form_flow, list_screen
from core.submissions import once
from core.wording import moment_words


@blueprint.get("/tablets")
@requires(Permission.CHECK_ACT)
def tablets() -> Response:
    """Devices that opened a check."""
    rows = []
    for row in queries.tablets(own_regulator().id):
        state = cell("使用中", tone="done")
        if row.revoked_at:
            state = cell("已停用", tone="stopped", note=f"{row.revoked_by}：{row.revoke_reason}")
        slow = abs(row.skew) > service.MOST_SKEW_SECONDS
        apart = f"{'快' if row.skew > 0 else '慢'} {abs(row.skew) // 60} 分钟"
        skew = cell(apart, tone="soon") if slow else "准"
        revoke = "" if row.revoked_at else url_for("inspection.revoke_tablet", tablet_id=row.id)
        rows.append([
            cell(row.label or f"设备 {row.key[:6]}", note=row.key[:12]), row.user.name,
            moment_words(row.first_seen_at), moment_words(row.last_seen_at), skew, state,
            cell("停用", url=revoke) if revoke else "",
        ])  # fmt: skip
    return list_screen(
        "检查平板", ["设备", "使用人", "首次使用", "最近联系", "时钟", "状态", "操作"], rows,
        endpoint="inspection.tablets", clause=service.CLAUSE, empty="还没有设备打开过检查。",
        hint="检查人员第一次在平板上打开检查时自动登记；丢失的平板在这里停用，就不能再收发检查内容。",
    )  # fmt: skip


@blueprint.route("/tablets/<int(max=2147483647):tablet_id>/revoke", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def revoke_tablet(tablet_id: int) -> Response:
    """A device is lost or given away."""
    row, form = queries.tablet_or_none(tablet_id, me()), ReasonForm()
    if row is None:
        abort(404)
    back = url_for("inspection.tablets")

    def act() -> str:
        service.revoke(row, form.reason.data, by=me(), now=clock.now())
        return back

    return form_flow(
        "停用平板", form, [("停用", service.CLAUSE, ("reason",))], act, back=back, submit="停用",
        done="已停用，这台设备不能再收发检查内容。", breadcrumb=[{"label": "检查平板", "url": back}],
        intro=f"{row.label}（{row.user.name}）。停用以后，设备上还没有发送的内容不会再收下。",
    )  # fmt: skip
