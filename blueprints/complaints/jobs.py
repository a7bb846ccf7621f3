"""Long work on cases, done in the background."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.accounts.models import User
from blueprints.complaints import queries_list
from blueprints.complaints.service import exporting
from blueprints.complaints.views.export_rows import HEADERS, export_rows
from core import clock
from core.authz import Permission
from core.calendar_store import load_calendar
from core.db import db
from core.jobs import Outcome, Work
from core.sheets import csv_pieces, write_workbook
from domain.errors import RuleViolation

EXPORT = "case_export"


def export_cases(work: Work, *, filters: dict[str, str], sort: str, suffix: str) -> Outcome:
    """The case list as a file, persons masked, with the rights that the person has when it is written."""
    by, now = db.session.get(User, work.user_id), clock.now()
    if by is None or not by.active or Permission.CASE_EXPORT not in by.permissions:
        raise RuleViolation("您的账号现在不能导出诉求件。")
    calendar = load_calendar()
    count = queries_list.count_cases(by, filters, now=now, calendar=calendar)
    work.progress(0, count)
    name = f"诉求件-{clock.to_local(now):%Y%m%d-%H%M}.{suffix}"
    path, written = work.folder() / name, 0
    cases = exporting.export_cases(by, filters, now=now, calendar=calendar, sort=sort)

    def counted() -> Iterator[list[str]]:
        nonlocal written
        for row in export_rows(cases, by, in_full=False):
            written += 1
            if written % 500 == 0:
                work.progress(written, count)
            yield row

    if suffix == "xlsx":
        write_workbook(path, "诉求件", HEADERS, counted(), wide="诉求内容")
    else:
        with path.open("wb") as out:
            out.writelines(csv_pieces(HEADERS, counted()))
    work.progress(written, written)
    return Outcome(f"共 {written} 件，已写成文件。", file=name)
