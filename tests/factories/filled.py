"""Filled tables for the sweeps: every kind of row that a route can name, for an owner and for a stranger."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from blueprints.complaints.models import Attachment, Case, ImportMapping, Ledger, LedgerRow
from blueprints.complaints.service.ledger import row_facts
from core import clock, clocks, files, saved_views
from core.db import db, transaction
from core.inbox import Notification
from core.jobs import DONE, Job, folder_of
from tests.factories.cases import Desk
from tests.factories.checklists import fill_checklists
from tests.factories.checks import fill_checks
from tests.factories.disclosure import fill_disclosure
from tests.factories.duty import fill_duty
from tests.factories.emergencies import fill_emergencies
from tests.factories.findings import fill_findings
from tests.factories.incidents import fill_incidents
from tests.factories.inspection import fill_inspection
from tests.factories.knowledge import fill_knowledge
from tests.factories.leaving import fill_leaving
from tests.factories.legal import fill_legal
from tests.factories.notices import RECEIPT, Office, empty_sheets
from tests.factories.paper_checks import fill_paper
from tests.factories.paper_office import fill_paper_office
from tests.factories.plans import fill_plans
from tests.factories.record_samples import fill_samples
from tests.factories.registry_people import fill_people
from tests.factories.registry_service import fill_service
from tests.factories.shared_cases import fill_shared


@dataclass(frozen=True)
class Filled:
    """Ids of rows that belong to the gas company and its regulator, and to nobody else; `rows` by the names
    that routes use, from the factories of the service register and of disclosure."""

    case_id: int
    own_case_id: int
    clock_id: int
    attachment_id: int
    ledger_id: int
    ledger_row_id: int
    mapping_id: int
    view_id: int
    job_id: int
    draft_id: int
    notice_id: int
    service_id: int
    code: str
    rows: dict[str, int | str]


def _attach(desk: Desk, case_id: int) -> int:
    with transaction() as session:
        by = desk.world.user("rq-handler")
        stored = files.store("记录.txt", io.BytesIO("停气通知记录".encode()).read(), now=clock.now())
        row = Attachment(case_id=case_id, file_id=stored.id, name="停气通知记录.txt", added_by_id=by.id)
        row.added_at = clock.now()
        session.add(row)
        session.flush()
        return row.id


def _ledger(desk: Desk, case_id: int) -> tuple[int, int]:
    with transaction() as session:
        dispatcher = desk.world.user("rq-dispatcher")
        regulator, enterprise = desk.world.org("jxw").id, desk.world.org("rq").id
        today = clock.today()
        ledger = Ledger(
            enterprise_id=enterprise, regulator_id=regulator, period="2026-09", rows=1, digest="0" * 64,
            starts_on=today - timedelta(days=40), ends_on=today, submitted_at=clock.now(),
        )  # fmt: skip
        ledger.submitted_by_id = dispatcher.id
        session.add(ledger)
        session.flush()
        facts = row_facts(session.get_one(Case, case_id), ledger.starts_on)
        row = LedgerRow(ledger_id=ledger.id, case_id=case_id, regulator_id=regulator, facts=facts)
        session.add(row)
        session.flush()
        return ledger.id, row.id


def fill(desk: Desk) -> Filled:
    """Work on cases of all three enterprises, so that lists are never empty."""
    case_id = desk.handed_over("rq")
    desk.handed_over("gd")
    desk.own_water()
    own = desk.register("rq-dispatcher", "rq", channel="gas_hotline")
    desk.do(case_id, "request_extension", "rq-dispatcher", reason="需要第三方检测", workdays=3)
    desk.do(case_id, "supervise", "jxw-supervisor", reason="久拖不决，影响恶劣", workdays=3)
    attachment = _attach(desk, case_id)
    ledger, row = _ledger(desk, own)
    with transaction() as session:
        org, mine = desk.world.org("rq").id, desk.world.user("rq-dispatcher").id
        mapping = ImportMapping(organization_id=org, name="示例模板", columns={"单号": "工单编号"})
        session.add(mapping)
        session.flush()
        mapping_id = mapping.id
        view_id = saved_views.save(mine, "complaints.cases", "在办", "state=open", now=clock.now()).id
    clock_id = clocks.of_subject("case", case_id)[0].id
    return Filled(
        case_id, own, clock_id, attachment, ledger, row, mapping_id, view_id, _job(mine), *_notices(),
        fill_paper_office() | fill_legal()
        | fill_service() | fill_disclosure() | fill_people() | fill_inspection() | fill_samples() | fill_checklists()
        | fill_plans() | fill_checks() | fill_shared(desk)
        | fill_findings()
        | fill_duty() | fill_emergencies() | fill_leaving()
        | fill_incidents() | fill_knowledge()
        | fill_paper(),
    )  # fmt: skip


def _job(user_id: int) -> int:
    """Long work of this person that has made a file."""
    with transaction() as session:
        job = Job(kind="case_export", title="导出诉求件 1 件", user_id=user_id, created_at=clock.now())
        job.state, job.ended_at, job.file, job.message = DONE, clock.now(), "诉求件.csv", "已写成文件。"
        session.add(job)
        session.flush()
        job_id = job.id
    folder_of(job_id).mkdir(parents=True)
    (folder_of(job_id) / "诉求件.csv").write_text("停供", "utf-8")
    return job_id


def _notices() -> tuple[int, int, int, str]:
    """A draft; an issued notice that was sent to the gas company, which owes an answer; its verification
    code."""
    office = Office()
    draft = office.draft()
    with empty_sheets():
        issued = office.issued(addressees=["示例燃气公司", "示例物业公司"])
    notice = office.sent(issued, receipt=RECEIPT)
    return draft, issued, notice.services[0].id, notice.code or ""


def notification_of(user_id: int) -> int:
    """Id of some notification of a person."""
    found = db.session.scalar(select(Notification.id).where(Notification.user_id == user_id))
    if found is None:
        with transaction() as session:
            row = Notification(user_id=user_id, text="示例通知", link="/", created_at=clock.now())
            session.add(row)
            session.flush()
            found = row.id
    return found


def fingerprint() -> list[tuple[str, int, int]]:
    """Count and version sum of the tables that hold cases: unchanged when nothing was changed."""
    db.session.rollback()
    out = []
    for table in db.metadata.sorted_tables:
        if table.name in ("login_session", "audit_entry", "login_throttle"):
            continue
        rows = db.session.execute(select(table)).all()
        out.append((table.name, len(rows), hash(tuple(sorted(map(str, rows))))))
    return out


def number_of(case_id: int) -> str:
    """Number of a case."""
    return db.session.get_one(Case, case_id).number
