"""Findings and their rectification, through the services; signed checks are stored as signing leaves them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import (
    CheckInspector,
    CheckPhoto,
    Finding,
    InspectorCertificate,
    PlanTarget,
    Recheck,
    Rectification,
    SiteCheck,
)
from blueprints.inspection.queries import findings as queries
from blueprints.inspection.service import (
    checking,
    finding_sources,
    findings,
    rechecks,
    rectif_answers,
    rectifying,
    signing,
)
from blueprints.inspection.service.findings import Said
from blueprints.inspection.service.rechecks import Seen
from blueprints.inspection.service.rectif_answers import Done, Judged
from core import clock, files
from core.db import db, transaction
from domain.checklists import CheckItem, Checklist, score_of
from domain.score_rules import PerOccurrence
from tests.factories.notices import Office, empty_sheets
from tests.factories.plans import Planned
from tests.factories.record_samples import Sampling
from tests.factories.world import World

STATUTE = "《城镇燃气管理条例》第二十条"
CONTENT = Checklist(
    {"A": "服务网点"},
    (
        CheckItem("S01", "A", "标志统一明显", PerOccurrence({"缺": Decimal(1)}), Decimal(5), clause="F3.1.2"),
        CheckItem(
            "S02", "A", "停气提前公告", PerOccurrence({"次": Decimal(1)}), Decimal(5), basis=STATUTE,
            basis_kind="statute",
        ),
        CheckItem("S03", "A", "准时开门", PerOccurrence({"次": Decimal(1)}), Decimal(5), clause="F3.1.2"),
    ),
)  # fmt: skip
ANSWERS: dict[str, Any] = {
    "S01": {"": {"value": {"缺": 1}, "note": "门头标志被树木遮挡"}},
    "S02": {"": {"value": {"次": 2}, "note": "两次计划停气没有提前公告"}},
    "S03": {"": {"value": {}}},
}
VALUES = rectifying.Asked(
    demands="停止违法行为，按期改正。", consequence="逾期不改正的，依法移送。", reconsideration="示例区人民政府",
    court="示例区人民法院", hopes="逐项分析原因，完善制度。", phone="023-00000000",
)  # fmt: skip


def proof(name: str = "整改照片.txt", text: str = "整改后的照片") -> FileStorage:
    """A file, as a browser sends it."""
    return FileStorage(io.BytesIO(text.encode()), name)


class Rectifying:
    """A regulator that checks the gas company; each call is a transaction of its own."""

    def __init__(self, enterprise: str = "rq") -> None:
        self.world, self.enterprise, self.office = World(), enterprise, Office()

    def by(self, login: str) -> User:
        """A person in the current session."""
        return db.session.get_one(User, self.world.user(login).id)

    def finding(self, finding_id: int) -> Finding:
        """As it is stored now."""
        self.world.fresh()
        return db.session.get_one(Finding, finding_id)

    def row(self, rectification_id: int) -> Rectification:
        """As it is stored now."""
        self.world.fresh()
        return db.session.get_one(Rectification, rectification_id)

    # ---- sources -----------------------------------------------------------------------------------------

    def check(self, answers: dict[str, Any] | None = None) -> int:
        """Id of a signed check with two deviations, a photo of one of them."""
        planned, people = Planned(), self.certified()[:2]
        plan_id = planned.draft(CONTENT)
        target_id = planned.targeted(plan_id, people, code=self.enterprise)
        with transaction() as session:
            target, by = session.get_one(PlanTarget, target_id), self._in(session, "jxw-inspector")
            sequence = target_id
            row = SiteCheck(
                organization_id=by.organization_id, enterprise_id=target.enterprise_id, target_id=target.id,
                version_id=target.plan.version_id, year=2026, sequence=sequence,
                number=f"JXW-检查-2026-{sequence:03d}", place="示例路营业厅", state="signed", outcome="done",
                opened_by_id=by.id, opened_at=clock.now(), signed_at=clock.now(), content_sha256="c" * 64,
            )  # fmt: skip
            session.add(row)
            session.flush()
            stored = files.store("照片.txt", f"照片{row.id}".encode(), now=clock.now())
            photo = CheckPhoto(
                check_id=row.id, client_id=f"photo-{row.id}", item="S01", name="门头.txt", file_id=stored.id,
                sha256=stored.sha256, by_id=by.id, taken_at=clock.now(), received_at=clock.now(),
            )  # fmt: skip
            session.add(photo)
            for person in target.team:
                place = CheckInspector(user_id=person["id"], declared_at=clock.now())
                place.name, place.certificate = person["name"], person["certificate"]
                row.inspectors.append(place)
            given = answers or ANSWERS
            row.content = signing.content_of(row) | {
                "facts": {"outcome": "done", "arrived": "2026-10-12T09:00", "ended": "2026-10-12T11:00"},
                "answers": given, "score": signing.score_data(score_of(checking.checklist_of(row), given)),
                "photos": [{"id": photo.client_id, "item": "S01", "instance": "", "name": "门头.txt",
                            "sha256": stored.sha256}],
            }  # fmt: skip
            row.result = row.content["score"]
            session.flush()
            return row.id

    def sample(self) -> int:
        """Id of a concluded sample with one deviation."""
        one = Sampling()
        sample_id = one.drawn()
        one.answer(sample_id, 1, "deviation")
        one.answer(sample_id, 2)
        one.confirm(sample_id, 1)
        one.conclude(sample_id)
        return sample_id

    def _in(self, session: Any, login: str) -> User:
        from sqlalchemy import select

        found: User = session.scalars(select(User).where(User.login == login)).one()
        return found

    def free(self, basis_kind: str = "statute", **changed: Any) -> int:
        """Id of a finding without a check."""
        facts: dict[str, Any] = {
            "title": "计划停气没有提前公告", "facts": "10月9日停气没有提前四十八小时公告", "basis_kind": basis_kind,
            "basis": STATUTE if basis_kind == "statute" else "企业承诺第三项",
            "clause": "" if basis_kind == "statute" else "F3.1.2",
        }  # fmt: skip
        on = changed.pop("found_on", None) or clock.today()
        with transaction() as session:
            by = self._in(session, "jxw-inspector")
            of = session.get_one(Organization, self.world_org())
            said = Said(**(facts | changed))
            return findings.record(said, of, found_on=on, by=by, now=clock.now()).id

    def world_org(self) -> int:
        """Id of the enterprise, without disturbing a transaction."""
        from sqlalchemy import select

        found: int = db.session.scalars(
            select(Organization.id).where(Organization.code == self.enterprise)
        ).one()
        return found

    def of_check(self, check_id: int) -> list[int]:
        """Findings of all deviations of a check."""
        with transaction() as session:
            check, by = session.get_one(SiteCheck, check_id), self._in(session, "jxw-inspector")
            made = [
                findings.record(
                    Said(
                        title=one.title, facts=one.facts, basis_kind=one.basis_kind, basis=one.basis,
                        clause=one.clause, item=one.item, kept=one.files,
                    ),
                    check.enterprise, found_on=clock.today(), by=by, now=clock.now(), source=check,
                )
                for one in finding_sources.of_check(check)
            ]  # fmt: skip
            return [one.id for one in made]

    # ---- the way of a notice -----------------------------------------------------------------------------

    def drafted(self, finding_ids: Sequence[int], **changed: Any) -> list[int]:
        """Ids of the rectifications that were drafted."""
        from dataclasses import replace

        with transaction() as session:
            by = self._in(session, "jxw-inspector")
            rows = [session.get_one(Finding, one) for one in finding_ids]
            made = rectifying.draft(rows, replace(VALUES, **changed), by=by, now=clock.now())
            return [one.id for one in made]

    def serve_notice(self, notice_id: int) -> None:
        """Reviewed, signed, numbered and served."""
        self.office.act(notice_id, "submit", "jxw-inspector")
        self.office.act(notice_id, "review", "jxw-supervisor")
        if self.office.notice(notice_id).legal_review:
            self.office.act(notice_id, "legal_review", "jxw-leader")
        self.office.act(notice_id, "sign", "jxw-leader")
        with empty_sheets():
            assert not self.office.issue(notice_id).error
        self.office.serve(notice_id)

    def served(self, finding_ids: Sequence[int] | None = None, **changed: Any) -> int:
        """Id of a rectification whose notice has been served (one finding that breaches statute)."""
        ids = finding_ids or [self.free()]
        made = self.drafted(ids, **changed)[0]
        self.serve_notice(self.row(made).notice_id)
        return made

    def answer(self, rectification_id: int, *, send: bool = True, text: str = "已修订停气公告办法") -> None:
        """The enterprise writes all measures, and hands them in."""
        with transaction() as session:
            row, by = session.get_one(Rectification, rectification_id), self._in(session, "rq-handler")
            done = {one.id: Done(text, clock.today(), [proof()]) for one in row.findings}
            rectif_answers.keep(row, done, by=by, now=clock.now())
            if send:
                rectif_answers.submit(row, by=by, now=clock.now())

    def judge(self, rectification_id: int, verdict: str = "accepted", words: str = "", days: int = 5) -> None:
        """The supervisor says so to every measure."""
        with transaction() as session:
            row, by = session.get_one(Rectification, rectification_id), self._in(session, "jxw-supervisor")
            said = {one.id: Judged(verdict, words) for one in rectif_answers.waiting(row)}
            rectif_answers.judge(row, said, days, by=by, now=clock.now())

    def certified(self) -> list[int]:
        """People with a certificate; they are made once."""
        from sqlalchemy import select

        held = list(db.session.scalars(select(InspectorCertificate.user_id)))
        return held or Planned().certified()

    def planned(self, rectification_id: int) -> int:
        """Id of a recheck set for today."""
        people = self.certified()[:2]
        with transaction() as session:
            row, by = session.get_one(Rectification, rectification_id), self._in(session, "jxw-inspector")
            return rechecks.plan(row, clock.today(), people, by=by, now=clock.now()).id

    def seen(self, recheck_id: int, verdicts: dict[int, str] | str = "fixed") -> None:
        """What the recheck saw."""
        with transaction() as session:
            made, by = session.get_one(Recheck, recheck_id), self._in(session, "jxw-inspector")
            left = rechecks.left(made.rectification)
            said = {
                one.id: Seen(
                    verdicts if isinstance(verdicts, str) else verdicts[one.id], "现场看过，情况如实"
                )
                for one in left
            }
            rechecks.record(made, clock.today(), said, by=by, now=clock.now())

    def opinion(self, recheck_id: int) -> int:
        """Id of the drafted opinion."""
        with transaction() as session:
            made, by = session.get_one(Recheck, recheck_id), self._in(session, "jxw-inspector")
            return rechecks.opinion(made, by=by, now=clock.now())

    def rechecked(self, rectification_id: int, verdicts: dict[int, str] | str = "fixed") -> int:
        """Id of a recheck whose opinion has been served."""
        made = self.planned(rectification_id)
        self.seen(made, verdicts)
        self.serve_notice(self.opinion(made))
        return made

    def escalate(self, rectification_id: int, kind: str, login: str = "jxw-leader") -> None:
        """The leader decides."""
        with transaction() as session:
            row, by = session.get_one(Rectification, rectification_id), self._in(session, login)
            rechecks.escalate(row, kind, "复查没有整改到位", "监管制度第七条", by=by, now=clock.now())


def fill_findings() -> dict[str, int | str]:
    """Rectifications of the gas company in several states, by the names that routes use."""
    one = Rectifying()
    check_id, sample_id = one.check(), one.sample()
    statute, system = one.of_check(check_id)[::-1]
    del statute
    open_check = one.check()
    open_id = one.free()
    rectification_id = one.served([one.free("promise")])
    finding = one.row(rectification_id).findings[0].id
    objected = one.served([one.free()])
    with transaction() as session:
        row, by = session.get_one(Rectification, objected), one._in(session, "rq-handler")
        rectif_answers.objecting(row.findings[0], "当天已经公告", [proof()], by=by, now=clock.now())
        plea_id = row.pleas[0].id if row.pleas else 0
    with db.session.no_autoflush:
        one.world.fresh()
        plea_id = plea_id or one.row(objected).pleas[0].id
        file_id = one.row(objected).findings[0].files[0].id
    one.answer(rectification_id)
    judged = one.served([one.free()])
    one.answer(judged)
    one.judge(judged)
    recheck_id = one.planned(judged)
    referred = one.served([one.free()])
    with clock.frozen(clock.now() + timedelta(days=60)):
        one.escalate(referred, "referral")
    assert system
    return {
        "deviating_check": open_check, "concluded_sample": sample_id, "finding_id": finding,
        "open_finding": open_id, "rectification_id": rectification_id, "referred": referred,
        "plea_id": plea_id, "recheck_id": recheck_id, "finding_file_id": file_id,
    }  # fmt: skip


def earlier_of(finding_id: int) -> list[int]:
    """Ids of what a finding may repeat."""
    return [one.id for one in queries.earlier(db.session.get_one(Finding, finding_id))]
