"""What anybody may read: active enterprises, their published items, regulators, issued notices."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import organizations, regulator_of
from blueprints.disclosure.models import DisclosureFile, DisclosureItem, DisclosureVersion
from blueprints.disclosure.queries.public import PublicItem, published
from blueprints.notices.models import Notice
from blueprints.notices.service.verifying import Verified, by_sha256
from core.db import db

MOST_NOTICES = 5000


@dataclass(frozen=True)
class Company:
    """An enterprise with what stands published."""

    organization: Organization
    items: tuple[PublicItem, ...]


def companies() -> list[Company]:
    """Active enterprises by sector and id."""
    rows = [row for row in organizations("enterprise") if row.active]
    return [Company(row, tuple(published(row.id))) for row in sorted(rows, key=lambda r: (r.sectors, r.id))]


def company(code: str) -> Company | None:
    """One active enterprise, or None."""
    row = db.session.scalar(
        select(Organization).where(Organization.code == code, Organization.kind == "enterprise")
    )
    return Company(row, tuple(published(row.id))) if row is not None and row.active else None


def regulators() -> list[Organization]:
    """Active regulators with their complaint hotlines (F1)."""
    return [row for row in organizations("regulator") if row.active]


def regulators_over(organization: Organization) -> list[Organization]:
    """The regulators of an enterprise's sectors."""
    over = (regulator_of(sector, organization.area) for sector in organization.sectors)
    found = {row.id: row for row in over if row is not None}
    return list(found.values())


def public_file(code: str, file_id: int) -> DisclosureFile | None:
    """An attachment of a version that stands published, or None."""
    rows = (
        select(DisclosureFile)
        .join(DisclosureVersion, DisclosureVersion.id == DisclosureFile.version_id)
        .join(DisclosureItem, DisclosureItem.current_id == DisclosureVersion.id)
        .join(Organization, Organization.id == DisclosureItem.organization_id)
        .where(DisclosureFile.id == file_id, DisclosureVersion.state == "published")
        .where(Organization.code == code, Organization.active)
    )
    return db.session.scalar(rows)


def issued_notices() -> list[Verified]:
    """Printed notices with the digests of their files, addressees masked, the newest first."""
    digests = select(Notice.pdf_sha256).where(Notice.pdf_sha256.is_not(None)).order_by(Notice.id.desc())
    found = [by_sha256(digest) for digest in db.session.scalars(digests.limit(MOST_NOTICES)) if digest]
    return [row for row in found if row.status != "unknown"]
