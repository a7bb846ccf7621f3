"""登记公开 with proofs, and the proofs themselves."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.disclosure.forms import proofs_of, publish_form
from blueprints.disclosure.models import DisclosureProof, DisclosureVersion
from blueprints.disclosure.queries.duties import clause_for, duty_named
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import ID, VERSION, crumbs, me, organization_of, own_or_404, row_or_404
from blueprints.disclosure.service import publishing
from blueprints.disclosure.service.engine import admitted
from core import clock
from core.authz import Permission, requires
from core.clock import local_date
from core.files import send_stored
from core.screens import form_flow
from core.submissions import once
from core.wording import date_words
from domain.duties import CHANNELS


@blueprint.route(f"{VERSION}/publish", methods=["GET", "POST"])
@requires(Permission.DISCLOSURE_EDIT)
@once
def publish_version(version_id: int) -> Response:
    """登记公开: every channel of the duty with its place, day and proof."""
    row = own_or_404(DisclosureVersion, version_id)
    admitted(row, "publish", me())
    duty = duty_named(row.item.duty)
    form = publish_form(duty)
    clause = clause_for(duty, organization_of(row))

    def act() -> str:
        publishing.publish(row, proofs_of(form, duty), by=me(), now=clock.now())
        return url_for("disclosure.item", item_id=row.item_id)

    groups: list[Any] = [
        (CHANNELS[channel], clause, [f"place_{channel}", f"day_{channel}", f"file_{channel}"])
        for channel in duty.channels
    ]
    approved = date_words(local_date(row.approved_at)) if row.approved_at else ""
    return form_flow(
        f"登记公开：{row.title}", form, groups, act,
        back=url_for("disclosure.version", version_id=row.id), submit="登记公开",
        done="已登记公开。", breadcrumb=crumbs(row.item, row),
        intro=(
            f"先在每个渠道公开，再在这里登记。{approved}审核通过；公开日期以最后一个渠道的为准。依据：{duty.source}。"
        ),
    )  # fmt: skip


@blueprint.get(f"/disclosure/proofs/<{ID}:proof_id>/file")
@requires(Permission.DISCLOSURE_READ)
def proof_file(proof_id: int) -> Response:
    """The screenshot or photo of a publication."""
    row = row_or_404(DisclosureProof, proof_id)
    if row.file is None:
        abort(404)
    return send_stored(row.file, row.file_name or "公开凭证")
