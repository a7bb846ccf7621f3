"""The paper beside a notice and the books, as pages and files show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.notices.models import MailEntry, Notice, NoticeScan, PrintJob, SealUse
from blueprints.notices.queries_paper import Paper
from blueprints.notices.service.books import DIRECTIONS, SEALED, WAYS, seal_number
from blueprints.notices.service.print_queue import QUEUED, STATES, TONES
from blueprints.notices.workflow import GIVEN_OUT, WITH_NUMBER
from core.authz import Permission
from core.screens import cell
from core.wording import date_words, moment_words

SEAL_HEADS = ("编号", "用印日期", "事由", "份数", "批准人", "申请用印人", "监印人", "登记时间", "备注")
MAIL_HEADS = (
    "编号",
    "收发",
    "日期",
    "来文或者受文单位",
    "来文文号",
    "事由",
    "份数",
    "方式",
    "承办人",
    "办理结果",
    "登记人",
)


def acts(by: User, notice: Notice) -> bool:
    """Whether this person keeps the paper of the notice."""
    return notice.organization_id == by.organization_id and Permission.NOTICE_ISSUE in by.permissions


def panels(paper: Paper, by: User) -> dict[str, Any]:
    """What templates/notices/paper.html shows."""
    notice = paper.notice
    own, write = notice.organization_id == by.organization_id, acts(by, notice)
    numbered, out = notice.state in WITH_NUMBER, notice.state in GIVEN_OUT

    def at(endpoint: str, **more: Any) -> str:
        return url_for(f"notices.{endpoint}", notice_id=notice.id, **more)

    return {
        "own": own,
        "write": write,
        "numbered": numbered,
        "oa": {"value": notice.oa_number, "url": at("oa_number") if write and numbered else None},
        "copies": _copies(paper, at, write),
        "copies_total": sum(row.copies for row in paper.copies),
        "prepare_url": at("prepare_copies") if write and numbered and not paper.copies else None,
        "new_copy_url": at("new_copy") if write and numbered and paper.copies else None,
        "seals": [_seal_line(row) for row in paper.seals],
        "seal_url": at("notice_seal_use") if write and notice.state in SEALED else None,
        "scans": [_scan(row, notice) for row in paper.scans],
        "scan_url": at("new_scan") if write and out else None,
        "mail": _mail_line(paper.mail) if paper.mail else None,
        "mail_url": at("notice_mail") if write and paper.mail is None and paper.went_out else None,
        "job": _job_line(paper.job) if paper.job else None,
        "print_url": at("queue_print") if write and out and not _waits(paper.job) else None,
    }


def _waits(job: PrintJob | None) -> bool:
    return job is not None and job.state == QUEUED


def _copies(paper: Paper, at: Any, write: bool) -> list[list[Any]]:
    rows = []
    for row in paper.copies:
        taken = f"{date_words(row.handed_on)} {row.taken_by}" if row.handed_on else "还没有领取"
        url = at("copy", copy_id=row.id) if write else ""
        rows.append(
            [
                f"第{row.position}联",
                row.recipient,
                row.purpose or "—",
                str(row.copies),
                cell(taken if row.handed_on else "登记领取" if url else taken, url=url),
            ]
        )
    return rows


def _seal_line(row: SealUse) -> list[Any]:
    url = url_for("notices.seal_use", seal_use_id=row.id)
    return [
        cell(seal_number(row), url=url, note=row.remark),
        date_words(row.used_on),
        str(row.copies),
        row.approved_by,
        row.recorded_by.name,
    ]


def _scan(row: NoticeScan, notice: Notice) -> list[Any]:
    url = url_for("notices.scan_file", notice_id=notice.id, scan_id=row.id)
    same = row.pdf_sha256 == notice.pdf_sha256 and not notice.voided_at
    words = (
        "对应现在存储的 PDF" if same else "文书已经作废" if notice.voided_at else "对应的不是现在存储的 PDF"
    )
    return [
        cell(row.name, url=url, note=row.remark),
        cell(words, tone="done" if same else "danger"),
        cell(f"{row.pdf_sha256[:16]}……"),
        cell(row.added_by.name, note=moment_words(row.added_at)),
    ]


def _mail_line(entry: MailEntry) -> dict[str, str]:
    words = (
        f"{date_words(entry.day)}，{WAYS.get(entry.way, entry.way)}，{entry.correspondent}，{entry.copies} 份"
    )
    return {
        "number": entry.number_text,
        "words": words,
        "url": url_for("notices.mail_entry", mail_id=entry.id),
    }


def _job_line(job: PrintJob) -> dict[str, str]:
    who = f"{job.printed_by.name} {moment_words(job.printed_at)}" if job.printed_by and job.printed_at else ""
    words = who or f"{job.queued_by.name} {moment_words(job.queued_at)}排队"
    return {"state": STATES[job.state], "tone": TONES[job.state], "words": f"{job.copies} 份，{words}"}


def seal_rows(found: Iterable[Any]) -> list[list[Any]]:
    """The lines of 用印登记; one that has been corrected says by which."""
    rows = []
    for use, later in found:
        note = f"已由{seal_number(later)}更正" if later else ""
        rows.append(
            [
                cell(seal_number(use), url=url_for("notices.seal_use", seal_use_id=use.id), note=note),
                date_words(use.used_on),
                cell(use.subject, note=use.remark),
                str(use.copies),
                use.approved_by,
                use.asked_by,
                use.recorded_by.name,
            ]
        )
    return rows


def seal_cells(found: Iterable[Any]) -> list[list[str]]:
    """The same as a file has them."""
    rows = []
    for use, later in found:
        remark = "；".join(
            part for part in (use.remark, f"已由{seal_number(later)}更正" if later else "") if part
        )
        rows.append(
            [
                seal_number(use),
                use.used_on.isoformat(),
                use.subject,
                str(use.copies),
                use.approved_by,
                use.asked_by,
                use.recorded_by.name,
                moment_words(use.recorded_at),
                remark,
            ]
        )
    return rows


def mail_rows(found: Iterable[Any]) -> list[list[Any]]:
    """The lines of the mail book."""
    return [
        [
            cell(entry.number_text, url=url_for("notices.mail_entry", mail_id=entry.id)),
            cell(DIRECTIONS[entry.direction], tone="open" if entry.direction == "in" else "done"),
            date_words(entry.day),
            cell(entry.correspondent, note=entry.their_number),
            entry.subject,
            str(entry.copies),
            WAYS.get(entry.way, entry.way),
            entry.handler or "—",
            entry.result or "—",
        ]
        for (entry,) in found
    ]


def mail_cells(found: Iterable[Any]) -> list[list[str]]:
    """The same as a file has them."""
    return [
        [
            entry.number_text,
            DIRECTIONS[entry.direction],
            entry.day.isoformat(),
            entry.correspondent,
            entry.their_number,
            entry.subject,
            str(entry.copies),
            WAYS.get(entry.way, entry.way),
            entry.handler,
            entry.result,
            entry.recorded_by.name,
        ]
        for (entry,) in found
    ]


def job_rows(jobs: Iterable[PrintJob], write: bool) -> list[list[Any]]:
    """The lines of the print queue."""
    rows = []
    for job in jobs:
        who = (
            f"{job.printed_by.name} {moment_words(job.printed_at)}"
            if job.printed_by and job.printed_at
            else ""
        )
        void = job.state == QUEUED and job.notice.voided_at is not None
        state = (
            cell("文书已经作废", tone="danger")
            if void
            else cell(STATES[job.state], tone=TONES[job.state], note="")
        )
        cancel = url_for("notices.cancel_print", print_job_id=job.id) if write and job.state == QUEUED else ""
        rows.append(
            [
                cell(job.notice.label, url=url_for("notices.notice", notice_id=job.notice_id)),
                f"{job.copies} 份",
                str(job.notice.pages or "—"),
                cell(job.queued_by.name, note=moment_words(job.queued_at)),
                state,
                who or cell("取消", url=cancel) if who or cancel else job.remark or "—",
            ]
        )
    return rows
