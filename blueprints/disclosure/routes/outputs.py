"""信息公开目录 and 信息公开指南 of an enterprise: pages to read and print, and PDF."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask import Response, send_file, url_for

from blueprints.accounts.models import Organization
from blueprints.disclosure.queries.public import published
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import ENTERPRISE, crumbs, enterprise_or_404
from blueprints.disclosure.service import papers
from blueprints.notices.service.printing import PrintFailed, draw
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from domain.documents import Document
from domain.errors import InvalidInput, RuleViolation


def _pdf(organization: Organization, make: Callable[..., Document], name: str) -> Response:
    try:
        printed = draw(make(organization, clock.today()))
    except InvalidInput as refused:
        raise RuleViolation(f"现在印不出{name}：{refused.message}") from refused
    except (PrintFailed, OSError) as failure:
        raise RuleViolation(f"现在印不出{name}：{failure}", None, "请稍后再试。") from failure
    answer = send_file(
        io.BytesIO(printed.pdf), mimetype="application/pdf", as_attachment=True,
        download_name=f"{organization.name}{name}.pdf",
    )  # fmt: skip
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.get(f"{ENTERPRISE}/directory")
@requires(Permission.DISCLOSURE_READ)
def directory(organization_id: int) -> Response:
    """信息公开目录 as a page."""
    organization = enterprise_or_404(organization_id)
    return render(
        "disclosure/directory.html", organization=organization, heads=papers.DIRECTORY_HEADS,
        rows=papers.directory_rows(organization, clock.today()),
        pdf_url=url_for("disclosure.directory_pdf", organization_id=organization.id),
        breadcrumb=[*crumbs(), {"label": "信息公开目录"}],
    )  # fmt: skip


@blueprint.get(f"{ENTERPRISE}/directory.pdf")
@requires(Permission.DISCLOSURE_READ)
def directory_pdf(organization_id: int) -> Response:
    """信息公开目录 as PDF."""
    return _pdf(enterprise_or_404(organization_id), papers.directory, "信息公开目录")


@blueprint.get(f"{ENTERPRISE}/guide")
@requires(Permission.DISCLOSURE_READ)
def guide(organization_id: int) -> Response:
    """信息公开指南 as a page."""
    organization = enterprise_or_404(organization_id)
    return render(
        "disclosure/guide.html", organization=organization,
        sections=papers.guide_sections(organization, clock.today()), items=published(organization.id),
        pdf_url=url_for("disclosure.guide_pdf", organization_id=organization.id),
        breadcrumb=[*crumbs(), {"label": "信息公开指南"}],
    )  # fmt: skip


@blueprint.get(f"{ENTERPRISE}/guide.pdf")
@requires(Permission.DISCLOSURE_READ)
def guide_pdf(organization_id: int) -> Response:
    """信息公开指南 as PDF."""
    return _pdf(enterprise_or_404(organization_id), papers.guide, "信息公开指南")
