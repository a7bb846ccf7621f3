"""Disclosure as its people do it, through the services: draft, approve, publish, check; rows of the register."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image
from sqlalchemy import select

from blueprints.accounts.models import Organization, User
from blueprints.disclosure.models import DisclosureItem, DisclosureProfile, DisclosureVersion, UpdateDuty
from blueprints.disclosure.queries import items
from blueprints.disclosure.queries.duties import duty_named
from blueprints.disclosure.service import checking, deciding, drafting, duties, publishing, updating
from blueprints.disclosure.service.publishing import Proof
from core import clock
from core.db import db, transaction
from tests.factories.registry_service import fill_service
from tests.factories.world import World

HOTLINE = "023-12345000"


def picture(colour: str = "white") -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


class Column:
    """The disclosure of one enterprise of the world: `drafter` writes, `leader` approves, `checker` checks."""

    def __init__(self, code: str = "rq", regulator: str = "jxw") -> None:
        self.world = World()
        self.code, self.regulator = code, regulator

    @property
    def organization(self) -> Organization:
        """The enterprise."""
        return self.world.org(self.code)

    def by(self, role: str) -> User:
        """discloser or leader of the enterprise; jxw-… for the regulator."""
        return self.world.user(role if "-" in role else f"{self.code}-{role}")

    def profile(self, since: date = date(2026, 6, 1)) -> DisclosureProfile:
        """Since when it discloses, and its guide."""
        own, by = self.organization, self.by("discloser")
        values = {"since": since, "office": "示例综合部", "phone": "023-00000001", "address": "示例路1号"}
        with transaction():
            return duties.save_profile(own, values, by=by, now=clock.now())

    def draft(self, duty: str = "laws", title: str = "", body: str = "示例正文", period: str = "") -> int:
        """Id of a new draft."""
        own, by = self.organization, self.by("discloser")
        values = {"title": title or duty_named(duty).item, "body": body, "period": period}
        with transaction():
            return drafting.begin(own, duty, values, by=by, now=clock.now()).id

    def version(self, version_id: int) -> DisclosureVersion:
        """A version as it is stored now."""
        self.world.fresh()
        return db.session.get_one(DisclosureVersion, version_id)

    def submit(self, version_id: int) -> None:
        """提交审核 by the drafter."""
        by = self.by("discloser")
        with transaction():
            drafting.submit(self.version(version_id), by=by, now=clock.now())

    def approve(self, version_id: int) -> None:
        """审核通过 by the leader."""
        by = self.by("leader")
        with transaction():
            deciding.approve(self.version(version_id), by=by, now=clock.now())

    def proofs(self, duty: str, day: date | None = None) -> list[Proof]:
        """A proof for each channel of a duty."""
        return [
            Proof(channel, f"https://example.com/{channel}", day or clock.today(), ("截图.png", picture()))
            for channel in duty_named(duty).channels
        ]

    def publish(self, version_id: int, day: date | None = None) -> None:
        """登记公开 in every channel of the duty."""
        by = self.by("discloser")
        version = self.version(version_id)
        proofs = self.proofs(version.item.duty, day)
        with transaction():
            publishing.publish(self.version(version_id), proofs, by=by, now=clock.now())

    def published(self, duty: str = "laws", **content: str) -> int:
        """Id of a version that has gone the whole way today."""
        version_id = self.draft(duty, **content)
        self.submit(version_id)
        self.approve(version_id)
        self.publish(version_id)
        return version_id

    def check(self, version_id: int, points: list[str] | None = None, workdays: int = 10) -> None:
        """In order, or deficient in these points."""
        by, now = self.by(f"{self.regulator}-inspector"), clock.now()
        with transaction():
            version = self.version(version_id)
            if points:
                checking.find_deficient(version, points, "", workdays, by=by, now=now)
            else:
                checking.verify(version, "", by=by, now=now)

    def item(self, duty: str) -> DisclosureItem:
        """The item of a duty."""
        found = items.item_of(self.organization.id, duty)
        assert found is not None
        return found

    def updates(self, duty: str) -> list[UpdateDuty]:
        """Update duties of a duty, the newest first."""
        return items.updates_of(self.organization.id, duty)


def fill_register(code: str = "rq") -> dict[str, int]:
    """The service register of an enterprise, and the complaint number of its regulator (F1)."""
    found = fill_service(code)
    with transaction() as session:
        regulator = "swj" if code == "gs" else "jxw"
        session.scalars(select(Organization).where(Organization.code == regulator)).one().hotline = HOTLINE
    return found


def fill_disclosure() -> dict[str, int | str]:
    """Rows of the gas company and its regulator by the names that routes use: versions in every state, an
    update duty, a claim, an added duty."""
    column, now = Column(), clock.now()
    column.profile()
    published = column.draft("prices")
    by = column.by("discloser")
    with transaction():
        public = drafting.add_file(column.version(published), "价格.txt", b"list", by=by, now=now).id
    column.submit(published)
    column.approve(published)
    column.publish(published)
    draft, submitted, approved = (column.draft(duty) for duty in ("laws", "outlets", "phones"))
    for version_id in (submitted, approved):
        column.submit(version_id)
    column.approve(approved)
    own, item, row = column.organization, column.item("prices"), column.version(draft)
    by, regulator, supervisor = column.by("discloser"), column.world.org("jxw"), column.by("jxw-supervisor")
    content = {"class_": 5, "item": "示例增加事项", "contains": ["示例内容"], "frequency": "change", "within": 20,
               "channels": ["online"], "source": "示例文件"}  # fmt: skip
    with transaction():
        file = drafting.add_file(row, "目录.txt", b"list", by=by, now=now)
        update = updating.declare_change(item, "示例调价", clock.today(), by=by, now=now)
        claim = duties.claim(own, "gas_safety", "示例理由", by=by, now=now)
        added = duties.add_duty(regulator, content, clock.today(), by=supervisor, now=now)
        db.session.flush()
        found: dict[str, int | str] = {"disclosure_file_id": file.id, "claim_id": claim.id,
            "added_id": added.id, "update_id": update.id, "public_file_id": public, "company_code": "rq"}  # fmt: skip
    return found | {
        "version_id": published, "draft_version": draft, "submitted_version": submitted,
        "approved_version": approved, "item_id": column.item("prices").id, "duty_code": "prices",
        "proof_id": column.version(published).proofs[0].id,
    }  # fmt: skip
