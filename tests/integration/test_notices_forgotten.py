"""A person is forgotten with the case: no table and no file holds the name, the number stays and is verified."""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from sqlalchemy import select

from blueprints.notices.service import verifying
from blueprints.notices.service.forgetting import forget
from core import audit, clock
from core.db import db, transaction
from core.files import StoredFile
from domain.notice_kinds import kind
from domain.notice_samples import sample_values
from tests.factories.notices import RECEIPT, Office

NAME, PHONE = "示例用户甲", "13800000001"


def holding(word: str) -> list[str]:
    """Tables in which the word stands somewhere."""
    found = []
    for table in db.metadata.sorted_tables:
        if any(word in str(row) for row in db.session.execute(select(table))):
            found.append(table.name)
    return found


def test_a_forgotten_person_stands_nowhere(each_office: Office) -> None:
    office = each_office
    values = {"matter": f"{NAME}（{PHONE}）反映停气"}
    about = sample_values(kind("reply")) | values
    notice_id = office.issued("reply", values=about)
    office.serve(notice_id, receiver=NAME, remark=f"电话{PHONE}")
    void = office.void(notice_id, f"{NAME}的地址写错")
    code, original = void.code or "", void.pdf_sha256 or ""
    other = office.issued("supervision")
    office.serve(other, receipt=RECEIPT)
    assert {"notice", "notice_service", "notice_step"} <= set(holding(NAME))
    with transaction():
        forget("case", 1, [NAME, PHONE], now=clock.now())
    db.session.rollback()
    assert holding(NAME) == holding(PHONE) == []
    notice = office.notice(notice_id)
    assert (notice.number_text, notice.pdf_sha256, notice.pdf_id) == ("涪经信答〔2026〕1号", original, None)
    assert verifying.by_code(code).status == "void"
    assert verifying.by_sha256(original).status == "void"
    assert audit.verify().holds
    folder = Path(current_app.config["FILES_DIR"])
    stored = set(db.session.scalars(select(StoredFile.sha256)))
    assert stored == {path.name for path in folder.rglob("*") if path.is_file()}
    assert original not in stored
    client = office.world.client("jxw-clerk")
    assert client.get(f"/notices/{notice_id}").status_code == 200
    assert client.get(f"/notices/{notice_id}/file.pdf").status_code == 404
    assert client.get("/notices/register").status_code == 200
