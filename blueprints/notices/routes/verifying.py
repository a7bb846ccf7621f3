"""真伪查询, for everybody: by the printed code, or by a file whose digest is looked up. Nothing is kept."""

from __future__ import annotations

import hashlib

from flask import Response, request, url_for

from blueprints.notices.forms import VerifyForm
from blueprints.notices.routes import blueprint
from blueprints.notices.service import verifying
from blueprints.notices.service.composing import shown_code
from blueprints.notices.service.verifying import Verified
from core.authz import public
from core.htmx import redirect_to, render

PIECE = 1024 * 1024


@blueprint.get("/v")
@public
def verify() -> Response:
    """The form alone."""
    return _page(VerifyForm(), None)


@blueprint.get("/v/<verify_code>")
@public
def verify_code(verify_code: str) -> Response:
    """What the QR code of a printed notice leads to."""
    code = verifying.clean_code(verify_code[:64])
    return _page(VerifyForm(data={"code": shown_code(code)}), verifying.by_code(code))


@blueprint.post("/v")
@public
def verify_file() -> Response:
    """A code, or a file: its digest comes from the browser, or is made here from the upload."""
    form = VerifyForm()
    if not form.validate():
        return _page(form, None, status=422)
    upload = form.file.data
    if getattr(upload, "filename", ""):
        return _page(form, verifying.by_sha256(_digest(upload.stream)), by_file=True)
    if form.sha256.data:
        return _page(form, verifying.by_sha256(form.sha256.data), by_file=True)
    code = verifying.clean_code(form.code.data or "")
    if not code:
        form.code.errors = ["请输入 12 位查询码，或者选择文件。"]
        return _page(form, None, status=422)
    return redirect_to(url_for("notices.verify_code", verify_code=code), saved=False)


def _digest(stream: object) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(PIECE):  # type: ignore[attr-defined]
        digest.update(piece)
    return digest.hexdigest()


def _page(form: VerifyForm, found: Verified | None, *, by_file: bool = False, status: int = 200) -> Response:
    form.sha256.data = ""  # the next question is a new one
    return render(
        "notices/verify.html", "result", status=status, form=form, found=found, by_file=by_file,
        asked=request.method == "POST",
    )  # fmt: skip
