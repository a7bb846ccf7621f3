"""Many notices numbered at the same moment, on both databases: 1 to 200 without a gap, whatever fails."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm.exc import StaleDataError

from blueprints.notices import queries, service
from blueprints.notices.models import Notice, NoticeStep
from core import audit, clock
from core.db import db, transaction
from domain.documents import Document
from domain.errors import RuleViolation
from tests.factories.notices import SITE, Office, Paper, QuickPrinter
from tests.factories.world import World

MANY = 200


class Undone(Exception):
    """A transaction that fails after it has taken its number."""


def many_signed(office: Office, count: int) -> list[int]:
    """So many notices that wait for their number, all alike."""
    first = office.signed()
    row = db.session.execute(select(Notice.__table__).where(Notice.id == first)).mappings().one()
    with transaction() as session:
        session.execute(
            insert(Notice), [{k: v for k, v in row.items() if k != "id"} for _ in range(count - 1)]
        )
    return list(db.session.scalars(select(Notice.id).order_by(Notice.id)))


def issue(app: Flask, notice_id: int) -> str:
    """Number and print one notice in a thread of its own; the error of the printer, or who was faster."""
    with app.app_context():
        try:
            with transaction():
                by = World().user("jxw-clerk")
                printing = service.issue(queries.locked(notice_id), site=SITE, by=by, now=clock.now())
            return service.print_out(printing, by=by, now=clock.now()).error
        except (StaleDataError, RuleViolation):
            return "too late"
        finally:
            db.session.remove()


def numbers() -> list[tuple[int, str]]:
    db.session.rollback()
    return [(row.number or 0, row.state) for row in queries.every_numbered(2026)]


def test_two_hundred_at_once(each_app: Flask, each_office: Office) -> None:
    ids = many_signed(each_office, MANY)
    db.session.remove()
    with ThreadPoolExecutor(MANY) as pool:
        errors = list(pool.map(lambda n: issue(each_app, n), ids))
    assert errors == [""] * MANY
    assert numbers() == [(n, "issued") for n in range(1, MANY + 1)]
    assert len({row.pdf_sha256 for row in queries.every_numbered(2026)}) == MANY
    assert len({row.code for row in queries.every_numbered(2026)}) == MANY
    assert audit.verify().holds


def test_a_failure_in_the_middle_leaves_no_silent_gap(
    each_app: Flask, each_office: Office, printer: QuickPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = many_signed(each_office, 20)
    whole = printer.draw

    def sometimes(document: Document, pictures: object = None) -> Paper:
        if document.number.endswith("〕7号"):
            raise OSError("no room on the disk")
        return whole(document, pictures)

    monkeypatch.setattr("blueprints.notices.service.printing.draw", sometimes)
    db.session.remove()
    with ThreadPoolExecutor(10) as pool:
        errors = list(pool.map(lambda n: issue(each_app, n), ids))
    assert Counter(errors) == {"": 19, "no room on the disk": 1}
    assert numbers() == [(n, "numbered" if n == 7 else "issued") for n in range(1, 21)]
    stuck = next(row for row in queries.every_numbered(2026) if row.number == 7)
    failed = select(NoticeStep.remark).where(NoticeStep.notice_id == stuck.id)
    assert db.session.scalar(failed.where(NoticeStep.action == "print_failed")) == "no room on the disk"
    monkeypatch.setattr("blueprints.notices.service.printing.draw", whole)
    each_office.void(stuck.id)
    assert numbers()[6] == (7, "void")


def test_of_twenty_who_number_the_same_notice_one_does(each_app: Flask, each_office: Office) -> None:
    notice_id = each_office.signed()
    db.session.remove()
    with ThreadPoolExecutor(20) as pool:
        errors = list(pool.map(lambda _: issue(each_app, notice_id), range(20)))
    assert Counter(errors) == {"": 1, "too late": 19}
    assert numbers() == [(1, "issued")]


def test_a_number_of_an_undone_transaction_is_given_again(each_office: Office) -> None:
    first, second = each_office.signed(), each_office.signed()

    def undone() -> None:
        with each_office.acting("jxw-clerk", first) as (notice, act):
            assert service.issue(notice, site=SITE, **act).content["number"].endswith("〕1号")
            raise Undone

    with pytest.raises(Undone):
        undone()
    each_office.issue(second)
    assert each_office.notice(second).number == 1
    assert each_office.notice(first).state == "signed"
