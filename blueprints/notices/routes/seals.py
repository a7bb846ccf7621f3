"""印章图样 of a regulator, for the administrator: versions with their approval, whether they are printed."""

from __future__ import annotations

import base64

from flask import Response, abort, flash, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import organization_or_none
from blueprints.notices import queries
from blueprints.notices.forms import SealForm, SealUseForm, show_refusal
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import me
from blueprints.notices.service import sealing
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.files import path_of
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput

SEAL = "/organ-seals/<int(max=2147483647):organization_id>"


def _organ_or_404(organization_id: int) -> Organization:
    organ = organization_or_none(organization_id)
    if organ is None or organ.kind != "regulator":
        abort(404)
    return organ


@blueprint.get(SEAL)
@requires(Permission.TEMPLATE_EDIT)
def seal(organization_id: int) -> Response:
    """The versions, the switch, the form for a new one."""
    return _page(_organ_or_404(organization_id))


@blueprint.post(SEAL)
@requires(Permission.TEMPLATE_EDIT)
@once
def upload_seal(organization_id: int) -> Response:
    """A new version of the picture."""
    organ, form = _organ_or_404(organization_id), SealForm()
    if not form.validate():
        return _page(organ, form, status=422)
    target = url_for("notices.seal", organization_id=organ.id)
    try:
        with transaction():
            made = sealing.upload(organ, form.content(), form.approval.data or "", by=me(), now=clock.now())
            version, used = made.version, made.in_use
            remember(target)
    except InvalidInput as refusal:
        return _page(_organ_or_404(organization_id), form, status=show_refusal(form, refusal))
    how = "新印制的文书从现在起使用" if used else "现在仍不印章，要使用请在下面选择"
    flash(f"印章图样第 {version} 版已保存，{how}。", "success")
    return redirect_to(target)


@blueprint.post(f"{SEAL}/use")
@requires(Permission.TEMPLATE_EDIT)
@once
def use_seal(organization_id: int) -> Response:
    """不印章, or the newest picture."""
    organ, form = _organ_or_404(organization_id), SealUseForm()
    if not form.validate():
        return _page(organ, use=form, status=422)
    target = url_for("notices.seal", organization_id=organ.id)
    on = form.use.data == "picture"
    try:
        with transaction():
            sealing.switch(organ, on, form.reason.data or "", by=me(), now=clock.now())
            remember(target)
    except InvalidInput as refusal:
        return _page(_organ_or_404(organization_id), use=form, status=show_refusal(form, refusal))
    how = "印上传的印章图样" if on else "不印章，留盖章位置"
    flash(f"新印制的文书从现在起{how}。", "success")
    return redirect_to(target)


def _page(
    organ: Organization, form: SealForm | None = None, *, use: SealUseForm | None = None, status: int = 200
) -> Response:
    versions = queries.seals_of(organ.id)
    used = next((row for row in versions if row.in_use), None)
    rows = [
        {
            "version": row.version, "approval": row.approval, "by": row.by, "at": row.at,
            "in_use": row.in_use, "sha256": row.file.sha256, "picture": _picture(row.file.sha256),
        }
        for row in versions
    ]  # fmt: skip
    return render(
        "notices/seal.html", status=status, organ=organ, rows=rows, used=used,
        form=form or SealForm(formdata=None),
        use=use or SealUseForm(formdata=None, data={"use": "picture" if used else "none"}),
        breadcrumb=[{"label": "文书模板", "url": url_for("notices.templates")}, {"label": "印章图样"}],
    )  # fmt: skip


def _picture(sha256: str) -> str:
    path = path_of(sha256)
    data = base64.b64encode(path.read_bytes()).decode() if path.is_file() else ""
    return f"data:image/png;base64,{data}" if data else ""
