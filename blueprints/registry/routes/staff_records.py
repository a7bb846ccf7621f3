"""Certificates, trainings and knowledge tests of a person (F3.2.1, F3.2.2)."""

from __future__ import annotations

from flask import Response, abort, url_for

from blueprints.registry.forms.staff import (
    CERTIFICATE_GROUPS,
    CERTIFICATE_SPANS,
    CertificateForm,
    KnowledgeForm,
    RevokeForm,
    TrainingForm,
)
from blueprints.registry.models import Certificate, Staff
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import me, own_or_404, row_or_404
from blueprints.registry.routes.staff import STAFF, crumbs
from blueprints.registry.service import staff as service
from core import clock
from core.authz import Permission, requires
from core.files import send_stored
from core.forms import the
from core.screens import form_flow
from core.submissions import once

CERTIFICATE = "/certificates/<int(max=2147483647):certificate_id>"


@blueprint.route(f"{STAFF}/certificates/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_certificate(staff_id: int) -> Response:
    """Record a certificate, with a scan of it."""
    found = own_or_404(Staff, staff_id)
    form, back = CertificateForm(), url_for("registry.staff", staff_id=found.id)

    def act() -> str:
        service.certify(found, form.values(), upload=form.file.data or None, by=me(), now=clock.now())
        return back

    return form_flow(
        f"登记{found.name}的上岗证", form, CERTIFICATE_GROUPS, act, back=back, done="上岗证已登记。",
        breadcrumb=crumbs(found), spans=CERTIFICATE_SPANS,
    )  # fmt: skip


@blueprint.route(f"{CERTIFICATE}/revoke", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def revoke_certificate(certificate_id: int) -> Response:
    """A certificate no longer holds."""
    found = own_or_404(Certificate, certificate_id)
    form = RevokeForm(data={"revoked_on": clock.today()})
    back = url_for("registry.staff", staff_id=found.staff_id)

    def act() -> str:
        service.revoke(found, the(form.revoked_on.data), form.reason.data, by=me(), now=clock.now())
        return back

    return form_flow(
        f"注销证书 {found.number}", form, [("注销", "F3.2.1", ("revoked_on", "reason"))], act, back=back,
        done="证书已注销。", submit="注销", breadcrumb=crumbs(found.staff),
        intro="注销后，这名员工没有其他有效证书的，不能再安排窗口和上门服务；已经排好的会在员工页标红。",
    )  # fmt: skip


@blueprint.get(f"{CERTIFICATE}/file")
@requires(Permission.REGISTRY_READ)
def certificate_file(certificate_id: int) -> Response:
    """The scan of a certificate."""
    found = row_or_404(Certificate, certificate_id)
    if found.file is None:
        abort(404)
    return send_stored(found.file, found.file_name)


@blueprint.route(f"{STAFF}/trainings/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_training(staff_id: int) -> Response:
    """Record a training."""
    found = own_or_404(Staff, staff_id)
    form, back = TrainingForm(data={"day": clock.today()}), url_for("registry.staff", staff_id=found.id)

    def act() -> str:
        service.train(found, form.values(), by=me(), now=clock.now())
        return back

    groups = [("培训", "F3.2.1", ("day", "subject", "hours", "trainer", "result"))]
    return form_flow(
        f"登记{found.name}的培训", form, groups, act, back=back, done="培训已登记。",
        breadcrumb=crumbs(found), spans={"day": 6, "hours": 6, "trainer": 6, "result": 6},
    )  # fmt: skip


@blueprint.route(f"{STAFF}/tests/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_test(staff_id: int) -> Response:
    """Record a knowledge test."""
    found = own_or_404(Staff, staff_id)
    form, back = KnowledgeForm(data={"day": clock.today()}), url_for("registry.staff", staff_id=found.id)

    def act() -> str:
        service.test(found, form.values(), by=me(), now=clock.now())
        return back

    groups = [("业务知识考核", "F3.2.2", ("day", "subject", "points", "pass_mark"))]
    return form_flow(
        f"登记{found.name}的考核", form, groups, act, back=back, done="考核已登记。",
        breadcrumb=crumbs(found), spans={"points": 6, "pass_mark": 6},
    )  # fmt: skip
