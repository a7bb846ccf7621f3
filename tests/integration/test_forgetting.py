"""Anonymising leaves nothing of a person: no row, no search token, no byte in the database file or its WAL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from blueprints.complaints.service.intake import Person
from core import audit, clock, saved_views
from core.db import db, transaction
from domain.tokens import tokens_of
from tests.factories.cases import Desk
from tests.factories.world import World

NAME, PHONE, ADDRESS, ACCOUNT = "钱塘示例", "13912345678", "示例路987号六单元", "0098765432"
SECRETS = (NAME, PHONE, ADDRESS, ACCOUNT)
TOLD = f"我是{NAME}，电话{PHONE}，住{ADDRESS}，户号{ACCOUNT}。"
RENAMED = "钱塘示范"
TABLES = (
    "case", "complainant", "case_step", "case_search", "assignment", "approval", "supervision_order", "notification",
    "dossier", "case_access",
)  # fmt: skip


def told_everywhere(desk: Desk) -> int:
    """An archived case whose people are named in every text that a form takes."""
    person = Person(NAME, PHONE, ADDRESS, ACCOUNT)
    case = desk.register(
        "jxw-clerk", "rq", title=f"{NAME}反映停气", content=TOLD, place=ADDRESS, people=(person,),
        first_contact=f"{NAME}很着急", wish=f"请给{NAME}回电", received_at=clock.now() - timedelta(days=3),
        late_entry_reason=f"{NAME}来得晚",
    )  # fmt: skip
    desk.do(
        case, "correct", "jxw-clerk", title=f"停气：{NAME}", content=TOLD + "补充。", reason=f"{NAME}说错了"
    )
    desk.do(case, "accept", "jxw-clerk", nature="internal", notice_way="电话", notice_text=f"{NAME}您好")
    unit = [f"org:{desk.world.org('rq').id}"]
    desk.do(case, "dispatch", "jxw-clerk", units=unit, requirement=f"请联系{NAME}{PHONE}")
    desk.do(case, "supervise", "jxw-supervisor", reason=f"{NAME}多次来电", workdays=3)
    desk.do(case, "answer_supervision", "rq-dispatcher", answer=f"已联系{NAME}")
    desk.do(case, "lift_supervision", "jxw-supervisor", reason=f"{NAME}已经满意")
    desk.do(case, "assign", "rq-dispatcher", units=desk.department("rq"), requirement=f"请上门{ADDRESS}")
    desk.do(case, "request_extension", "rq-dispatcher", reason=f"{NAME}不在家，约了周末", workdays=3)
    desk.do(case, "decide_extension", "jxw-supervisor", approve=True, remark=f"同意，告知{NAME}")
    desk.do(case, "urge", "jxw-clerk", reason=f"{NAME}又来电话{PHONE}")
    desk.do(case, "note", "rq-handler", text=f"致电{PHONE}，{NAME}接听")
    desk.verified(case, "rq", findings=f"走访{NAME}家", service_class="")
    desk.rectified(case, "rq")
    desk.reply(
        case, "rq-handler", text=f"{NAME}您好，" + "经核实您反映的情况属实，我们已经整改完毕，并将加强管理。"
    )
    desk.do(
        case, "report_back", "rq-dispatcher", verification=f"{NAME}反映属实", rectification_result="已整改"
    )
    desk.do(case, "review_accept", "jxw-supervisor")
    desk.do(case, "callback", "jxw-clerk", solved=True, satisfied="satisfied", remark=f"{NAME}满意")
    desk.do(case, "close", "jxw-clerk", remark=f"{NAME}的件办结")
    desk.do(case, "archive", "jxw-clerk", retention="10年")
    return case


def tokens() -> set[str]:
    """Whatever stands for the person in the search index."""
    common = set(tokens_of("停气反映示例路号单元我是电话住户补充"))
    spelt = set(tokens_of("qiantangshili qtsl"))
    return {t for value in SECRETS for t in tokens_of(value) if t not in common and len(t) > 6} | spelt


def rows_with(secret: str) -> list[str]:
    """table: row, for every row that holds the secret."""
    found = []
    for name in sorted(TABLES):
        for row in db.session.execute(text(f'SELECT * FROM "{name}"')):
            if secret in str(tuple(row)):
                found.append(f"{name}: {secret} in {tuple(row)}"[:300])
    return found


def bytes_with(folder: Path, secrets: set[str]) -> list[str]:
    """file: secret, for every file of the database whose bytes hold one."""
    files = sorted(folder.glob("app.db*"))
    return [f"{f.name}: {s}" for f in files for s in sorted(secrets) if s.encode() in f.read_bytes()]


def anonymise(app: Flask) -> str:
    """Three years later, from the command line."""
    db.session.remove()
    with clock.frozen(clock.now() + timedelta(days=3 * 365)):
        result = app.test_cli_runner().invoke(args=["complaints", "anonymise", "--before", "2028-10-12"])
    assert result.exit_code == 0, result.output
    return result.output


def test_nothing_of_the_person_stays(each_app: Flask, each_world: World) -> None:
    desk = Desk()
    case_id = told_everywhere(desk)
    other = desk.register("jxw-clerk", "rq", content="停气没有通知，请处理。")
    clerk = each_world.user("jxw-clerk").id
    with transaction():
        for name, asked in (("他的件", NAME), ("停气", "停气")):
            saved_views.save(clerk, "complaints.cases", name, urlencode({"q": asked}), now=clock.now())
    assert all(rows_with(secret) for secret in SECRETS)
    assert "已匿名 1 件" in anonymise(each_app)
    assert [row for secret in (*SECRETS, *tokens()) for row in rows_with(secret)] == []
    case = desk.case(case_id)
    assert case.title == "停气：〔已匿名〕"
    assert desk.case(other).complainants[0].name == "示例用户甲"
    assert audit.verify().holds
    assert [view.name for view in saved_views.views_of(clerk, "complaints.cases")] == ["停气"]


def test_nothing_stays_in_the_file_nor_in_its_log(app: Flask, desk: Desk) -> None:
    folder = Path(db.engine.url.database or "").parent
    told_everywhere(desk)
    for n in range(30):
        desk.register("jxw-clerk", "rq", title=f"第{n}件")
    db.session.remove()
    secrets = {*SECRETS, *tokens()}
    before = bytes_with(folder, secrets)
    assert {line.split(": ")[1] for line in before} == secrets
    anonymise(app)
    assert bytes_with(folder, secrets) == []
    assert (folder / "app.db-wal").stat().st_size == 0
    vocabulary = text("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, case_search, row)")
    with db.engine.connect() as connection:
        connection.execute(vocabulary)
        words = set(connection.scalars(text("SELECT term FROM temp.words")))
    assert not words & tokens()


@pytest.mark.parametrize("secret", SECRETS[:2])
def test_the_case_is_found_by_its_text_and_not_by_its_person(
    each_app: Flask, each_world: World, secret: str
) -> None:
    desk = Desk()
    case_id = told_everywhere(desk)
    clerk = each_world.client("jxw-clerk")
    link = f'href="/cases/{case_id}"'
    assert link in clerk.get(f"/cases?q={secret}").get_data(as_text=True)
    anonymise(each_app)
    with clock.frozen(clock.now() + timedelta(days=3 * 365)):
        clerk = each_world.client("jxw-clerk")
        assert link not in clerk.get(f"/cases?q={secret}").get_data(as_text=True)
        assert link in clerk.get("/cases?q=停气").get_data(as_text=True)
