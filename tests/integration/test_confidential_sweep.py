"""A confidential case with a marked reporter: no page, list, export, file, paper or notification of the
enterprise says who it is; the regulator's clerk finds it, so that the sweep can fail."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from blueprints.complaints.forms import ACTION_FORMS
from blueprints.complaints.models import Attachment, Case
from blueprints.complaints.service import noticing
from blueprints.complaints.service.attaching import attach
from blueprints.complaints.service.intake import Person
from blueprints.inspection.queries.frames import records_of
from blueprints.notices.models import Notice
from blueprints.rulebook.service import pinned
from core import clock, clocks
from core.db import db, transaction
from core.inbox import Notification
from domain.errors import InvalidInput, RuleViolation
from tests.factories.cases import Desk
from tests.factories.filled import Filled, fill
from tests.factories.notices import Office
from tests.factories.world import World
from tests.integration.test_sweeps import DRAFTS, address, routes, values_for

NAME, PHONE, ADDRESS, ACCOUNT = "暗号甲乙", "13977776666", "暗号路77号3单元", "AH20267788"
SPELT = ("暗 号 甲 乙", "139-7777-6666", "139 7777 6666")
MARKS = (NAME, "暗号", PHONE, "139****6666", ADDRESS, ACCOUNT, "20267788", "暗***", "暗号女士", *SPELT)
WHOLE = f"{NAME}（电话139-7777-6666，户号{ACCOUNT}）住{ADDRESS}，又叫{SPELT[0]}"
PEOPLE = ("dispatcher", "handler", "handler2", "leader", "discloser", "accounts")


def docx(text: str) -> bytes:
    """A Word document with this text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", f"<w:document><w:t>{text}</w:t></w:document>")
    return out.getvalue()


@dataclass
class Marked:
    """The case, an ordinary one of the same person, a paper that was sent to the enterprise."""

    case: int
    twin: int
    notice: int
    sent: int
    files: list[int]
    filled: Filled


def files_of(desk: Desk, case_id: int, step: bool) -> list[int]:
    with transaction():
        case = db.session.get_one(Case, case_id)
        given = [(f"{NAME}的信.txt", WHOLE.encode()), (f"{PHONE}.docx", docx(WHOLE))]
        made = attach(
            case, given, by=desk.world.user("jxw-clerk"), now=clock.now(), step=case.steps[-1] if step else None
        )
        return [row.id for row in made]


def worked_on(desk: Desk) -> int:
    """A case in whose every text the reporter is named."""
    case = desk.register(
        "jxw-clerk", "rq", confidential=True, title=f"{NAME}举报私自停气", content=f"{WHOLE}反映无故停气。",
        place=f"{ADDRESS}门口", wish=f"请回{PHONE}", first_contact=f"{NAME}情绪激动",
        people=(Person(NAME, PHONE, ADDRESS, ACCOUNT), Person("第二暗号丙", "13877776666", representative=False)),
    )  # fmt: skip
    desk.do(case, "correct", "jxw-clerk", title=f"{NAME}第二次举报", reason=f"按{NAME}更正的标题")
    desk.do(case, "accept", "jxw-clerk", nature="internal", remark=WHOLE)
    desk.do(case, "note", "jxw-clerk", text=WHOLE)
    unit = [f"org:{desk.world.org('rq').id}"]
    desk.do(case, "dispatch", "jxw-clerk", units=unit, requirement=f"{WHOLE}，请核实", notice_way="电话",
            notice_text=f"{NAME}您好")  # fmt: skip
    desk.do(case, "urge", "jxw-clerk", reason=f"{WHOLE}又来电催问")
    desk.do(case, "supervise", "jxw-supervisor", reason=f"{WHOLE}多次反映", workdays=3)
    desk.do(case, "assign", "rq-dispatcher", units=desk.department("rq"), requirement="请核实")
    desk.do(case, "relay_question", "rq-dispatcher", text="哪一天停的气？")
    desk.do(case, "relay_answer", "jxw-clerk", text="十月十日下午。")
    desk.do(case, "change_people", "jxw-clerk", reason=f"{NAME}来电补充",
            person_id=desk.case(case).complainants[1].id, name="暗号改名", phone="13977778888")  # fmt: skip
    return case


@pytest.fixture
def marked(desk: Desk, app: Flask) -> Marked:
    filled = fill(desk)
    case = worked_on(desk)
    files = files_of(desk, case, True) + files_of(desk, case, False)
    twin = desk.register(
        "jxw-clerk", "rq", title="抄表有误", content="上月抄表有误。", people=(Person("示例用户乙", "13600000006"),)
    )
    unit = [f"org:{desk.world.org('rq').id}"]
    desk.do(twin, "accept", "jxw-clerk", nature="internal")
    desk.do(twin, "dispatch", "jxw-clerk", units=unit, requirement="请核实")
    number = desk.case(case).number
    desk.do(twin, "link_duplicate", "jxw-clerk", other=number, kind="follow_up", reason="同一人反映")
    notice = sent_paper(desk, case)
    sent = desk.register("jxw-clerk", "rq", confidential=True, content=WHOLE, people=(Person(NAME, PHONE, ADDRESS, ACCOUNT),))
    desk.do(sent, "accept", "jxw-clerk", nature="internal")
    desk.do(sent, "dispatch", "jxw-clerk", units=unit, requirement=f"{NAME}（{PHONE}）反映，请核实")
    return Marked(case, twin, notice, sent, files, filled)


def sent_paper(desk: Desk, case_id: int) -> int:
    """A supervision notice, printed for real and sent to the enterprise; a dispatch slip is drafted too."""
    office = Office()
    with transaction():
        case, by = db.session.get_one(Case, case_id), desk.world.user("jxw-clerk")
        rules = pinned(case.ruleset_version_id)
        made = [noticing.draft_about(case, k, rules, by=by, now=clock.now()).id for k in ("dispatch_slip", "supervision")]
    for notice_id in made:
        row = office.notice(notice_id)
        assert not hits(repr({c.key: getattr(row, c.key) for c in Notice.__table__.columns}), "notice"), row.kind
    with transaction():
        row = db.session.get_one(Notice, made[1])
        row.values = dict(row.values) | {"contact_phone": "023-00000000", "report_to": "示例科室"}
    office.act(made[1], "submit", "jxw-clerk")
    office.act(made[1], "review", "jxw-supervisor")
    office.act(made[1], "sign", "jxw-leader")
    assert not office.issue(made[1]).error
    office.sent(made[1])
    return made[1]


def text_of(answer: TestResponse) -> str:
    """Everything an answer says: its bytes as text, with headers; files unpacked, PDFs read."""
    data = answer.get_data()
    said = [data.decode("utf-8", "replace"), "\n".join(f"{k}: {v}" for k, v in answer.headers)]
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            said += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    if data[:4] == b"%PDF":
        document = pypdfium2.PdfDocument(data)
        said += [document[i].get_textpage().get_text_range() for i in range(len(document))]
    return "\n".join(said)


def hits(text: str, where: str) -> list[str]:
    """Marks that stand in a text (not in tokens and digests)."""
    plain = re.sub(r'[0-9a-f]{16,}|csrf-token" content="[^"]*"|value="Ij[^"]*"', "", text)
    return [f"{where}: {mark}" for mark in MARKS if mark in plain]


def addresses(app: Flask, marked: Marked, world: World) -> Iterator[str]:
    """Every route that can be read, with every parameter that reaches the case; lists with searches."""
    limits = [c.id for c in clocks.of_subject("case", marked.case)]
    for rule in routes(app):
        if "GET" not in (rule.methods or ()):
            continue
        try:
            known = values_for(rule, marked.filled, world)
        except AssertionError:  # a parameter that the sweeps do not know fails there, by its name
            continue
        variants: list[dict[str, Any]] = [known]
        if "case_id" in known:
            for case_id in (marked.case, marked.twin, marked.sent):
                mine = known | {"case_id": case_id}
                variants.append(mine)
                if "clock_id" in known:
                    variants += [mine | {"clock_id": i} for i in limits]
                if "attachment_id" in known:
                    variants += [mine | {"attachment_id": i} for i in marked.files]
                if "action" in known:
                    variants += [mine | {"action": action} for action in ACTION_FORMS]
        if "notice_id" in known and rule.endpoint not in DRAFTS:
            variants.append(known | {"notice_id": marked.notice})
        for values in variants:
            yield address(app, rule, values)
    for query in (*SPELT, NAME, PHONE, ADDRESS, ACCOUNT, "暗号女士", "举报", "停气"):
        yield f"/cases?q={query}"
    number = db.session.get_one(Case, marked.case).number
    for suffix in ("csv", "xlsx"):
        yield f"/cases/export.{suffix}?reveal=1&reason=核对全部诉求人信息"
        yield f"/cases/export.{suffix}?q={number}"
    yield f"/cases/{marked.case}/data.json?reveal=1&reason=核对全部诉求人信息"
    yield f"/cases/bulk?action=note&id={marked.case}"


def searched(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, follow_redirects=False)


def test_nobody_of_the_enterprise_learns_who_reported(app: Flask, marked: Marked, world: World) -> None:
    paths = list(dict.fromkeys(addresses(app, marked, world)))
    leaks, responses, opened = [], 0, 0
    for login in PEOPLE:
        client = world.client(f"rq-{login}")
        for path in paths:
            answer = searched(client, path)
            responses += 1
            opened += answer.status_code == 200
            shown = re.sub(r'(name="q"[^>]*value=")[^"]*|\?[^"<]*q=[^"<]*', r"\1", text_of(answer))
            if "q=" in path:  # what was typed into the box comes back; what was found does not
                shown = shown.split("<tbody", 1)[-1] if "<tbody" in shown else ""
            leaks += hits(shown, f"rq-{login} {answer.status_code} {path}")
        for given in ({"phone": PHONE}, {"account_number": ACCOUNT}, {"content": f"{WHOLE}反映无故停气。"}):
            answer = client.submit("/cases/duplicates", given, headers={"HX-Request": "true"})
            responses += 1
            number = db.session.get_one(Case, marked.case).number
            leaks += [f"rq-{login} duplicates {given}"] if number in answer.get_data(as_text=True) else []
        assert all(client.get(f"/cases/{marked.case}/files/{i}").status_code in (403, 404) for i in marked.files)
    inbox = db.session.scalars(select(Notification.text)).all()
    leaks += [hit for text in inbox for hit in hits(text, "inbox")]
    assert not leaks, "\n".join(leaks[:40])
    assert opened > 400
    print(f"\nconfidential: routes {len(paths)}, responses {responses} (200: {opened}), hits {len(leaks)}")


def test_the_twin_does_not_give_the_reporter_away(marked: Marked, desk: Desk, world: World) -> None:
    number = db.session.get_one(Case, marked.case).number
    person = desk.case(marked.twin).complainants[0].id
    desk.do(marked.twin, "change_people", "jxw-clerk", person_id=person, phone=PHONE, reason="更正电话号码")
    for login in ("rq-dispatcher", "rq-leader"):
        client = world.client(login)
        for path in (f"/cases/{marked.twin}", f"/cases/{marked.twin}/alike", f"/cases/{marked.twin}/data.json"):
            answer = client.get(path)
            if answer.status_code == 200:
                assert number not in answer.get_data(as_text=True), f"{login} {path}"
    clerk = world.client("jxw-clerk")
    assert number in clerk.get(f"/cases/{marked.twin}").get_data(as_text=True)
    assert number in clerk.get(f"/cases/{marked.twin}/alike").get_data(as_text=True)


def test_the_regulator_finds_everything(app: Flask, marked: Marked, world: World) -> None:
    clerk = world.client("jxw-clerk")
    page = clerk.get(f"/cases/{marked.case}").get_data(as_text=True)
    assert f"{NAME}的信.txt" in page
    assert "暗***" in page
    assert "139****6666" in page
    shown = clerk.submit(f"/cases/{marked.case}/reveal", {"reason": "回复举报人"}).get_data(as_text=True)
    assert all(mark in shown for mark in (NAME, PHONE, ADDRESS, ACCOUNT))
    for file in marked.files:
        assert hits(text_of(clerk.get(f"/cases/{marked.case}/files/{file}")), "file")
    full = clerk.get("/cases/export.csv?reveal=1&reason=核对全部诉求人信息").get_data(as_text=True)
    assert NAME in full
    audit = world.client("auditadmin").get("/audit-log").get_data(as_text=True)
    assert not hits(audit, "audit")


def test_a_file_is_released_by_a_deliberate_tick(marked: Marked, world: World) -> None:
    clerk, handler = world.client("jxw-clerk"), world.client("rq-handler")
    sent = clerk.submit(
        f"/cases/{marked.case}/files",
        {"files": (io.BytesIO("停气通知单".encode()), "停气通知单.txt"), "released": "y"},
    )
    assert sent.status_code == 303
    world.fresh()
    file = db.session.scalars(select(Attachment).order_by(Attachment.id.desc()).limit(1)).one()
    assert not file.kept_back
    assert "停气通知单.txt" in handler.get(f"/cases/{marked.case}").get_data(as_text=True)
    assert handler.get(f"/cases/{marked.case}/files/{file.id}").status_code == 200


def test_sampling_frames_do_not_name_the_reporter(marked: Marked, world: World) -> None:
    today = clock.today()
    told = repr(records_of("cases", world.org("rq").id, today.replace(day=1), today, ""))
    assert not hits(told, "frame")
    assert "（保密件）" in told


@pytest.mark.parametrize("text", ["暗号甲乙说的", "电话 139 7777 6666", "住暗号路77号3单元", f"户号{ACCOUNT}"])
def test_an_answer_that_names_the_reporter_is_not_passed_on(marked: Marked, desk: Desk, text: str) -> None:
    desk.do(marked.case, "relay_question", "rq-handler", text="还有别的情况吗？")
    with pytest.raises(InvalidInput, match="请改写"):
        desk.do(marked.case, "relay_answer", "jxw-clerk", text=text)


def test_the_enterprise_does_not_speak_to_the_reporter(marked: Marked, desk: Desk) -> None:
    for action in ("progress_notice", "talk", "apologise"):
        with pytest.raises(RuleViolation):
            desk.do(marked.case, action, "rq-dispatcher", text="您好", way="电话", told_at=clock.now())


def test_a_confidential_case_is_not_merged_with_an_open_one(marked: Marked, desk: Desk) -> None:
    with pytest.raises(RuleViolation, match="保密件不能"):
        desk.do(marked.case, "merge", "jxw-clerk", other=desk.case(marked.twin).number, reason="同一人")
