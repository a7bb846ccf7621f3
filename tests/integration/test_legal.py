"""依据登记: loaded once, kept by the regulator, asked wherever an act names what it rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.inspection.models import ChecklistVersion, Finding
from blueprints.inspection.service import checklists, findings, rectifying
from blueprints.notices.models import Notice
from blueprints.rulebook.models import LegalArticle, LegalSource
from blueprints.rulebook.service import legal, legal_register
from core import audit, clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories import legal as register
from tests.factories.legal import COMING, NEW, OLD, PLAN, STATUTE
from tests.factories.notices import Office
from tests.factories.plans import Planned
from tests.factories.world import World

FULING = "《示例区供电供气服务与投诉监管制度》第六条"


# ---- the register ------------------------------------------------------------------------------------------


def test_the_built_in_list_is_loaded_once_and_changes_of_people_stay(
    each_app: Flask, each_world: World
) -> None:
    count = register.load()
    assert count == len(legal_register.built_in().rows)
    assert register.load() == 0
    row = register.source("城市供水条例")
    assert (row.status, [one.article for one in row.articles]) == ("in_force", ["第二十二条"])
    assert row.set_by == legal_register.built_in().label
    with transaction():
        by = each_world.user("jxw-supervisor")
        held = db.session.get_one(LegalSource, row.id)
        facts = {"status": "repealed", "repealed_on": clock.today(), "replaced_by": "新条例"}
        legal_register.change_status(held, facts, "依据公报", by=by, now=clock.now())
    assert register.load() == 0
    assert register.source("城市供水条例").status == "repealed"
    assert audit.verify().holds


def test_an_older_built_in_row_is_renewed(app: Flask, world: World) -> None:
    register.load()
    with transaction():
        row = db.session.scalars(select(LegalSource).where(LegalSource.name == STATUTE)).one()
        row.set_by, row.note = f"{legal_register.BUILT_IN} 2020.1", "旧的说明"
    assert register.load() == 1
    assert register.source(STATUTE).note != "旧的说明"
    assert (
        db.session.scalar(select(LegalArticle.id).group_by(LegalArticle.source_id, LegalArticle.article)) != 0
    )


def test_the_command_loads_and_says_so(app: Flask, world: World) -> None:
    runner = app.test_cli_runner()
    assert '"loaded": 0' not in runner.invoke(args=["legal", "load", "--json"]).output
    again = runner.invoke(args=["legal", "load", "--json"])
    assert again.exit_code == 0
    assert '"loaded": 0' in again.output


def test_both_rule_systems_stand_in_the_register_with_their_status(app: Flask, world: World) -> None:
    register.load()
    rows = {row.ruleset_code: row for row in db.session.scalars(select(LegalSource)) if row.ruleset_code}
    assert {code: row.status for code, row in rows.items()} == {"fuling": "draft", "qitaihe": "in_force"}
    assert {row.kind for row in rows.values()} == {"system"}


# ---- what may be cited -------------------------------------------------------------------------------------


def test_what_is_not_in_force_is_refused_with_what_replaces_it(app: Flask, world: World) -> None:
    today = clock.today()
    legal.require_citable(f"《{OLD}》第一条", today)  # an empty register refuses nothing
    register.uncitable(today)
    with pytest.raises(RuleViolation, match="已经废止") as refused:
        legal.require_citable(f"依据《{NEW}》和《{OLD}（2001年修订）》第一条", today)
    assert refused.value.next_step == f"请改引《{NEW}》。"
    legal.require_citable(f"《{OLD}》第一条", today - timedelta(days=31))
    with pytest.raises(RuleViolation, match="还没有施行"):
        legal.require_citable(f"《{COMING}》", today)
    legal.require_citable(f"《{COMING}》", today + timedelta(days=30))
    with pytest.raises(RuleViolation, match="征求意见稿"):
        legal.require_citable(f"《{PLAN}》", today)
    legal.require_citable(f"《{NEW}》第三条，《没有登记的办法》", today)
    assert legal.unknown_sources("《没有登记的办法》") == ["没有登记的办法"]


def test_a_draft_system_is_cited_with_its_status_until_it_is_issued(app: Flask, world: World) -> None:
    register.load()
    legal.require_citable(FULING, clock.today())
    assert "还是征求意见稿" in legal.ground_of(FULING).draft
    assert "还是征求意见稿" in legal.ground_of("", ["F6.2"]).draft
    assert legal.ground_of("", ["Q5"]).draft == ""
    row = db.session.scalars(select(LegalSource).where(LegalSource.ruleset_code == "fuling")).one()
    with transaction():
        facts = {"status": "in_force", "effective_on": clock.today()}
        held = db.session.get_one(LegalSource, row.id)
        legal_register.change_status(held, facts, "正式印发", by=world.user("jxw-leader"), now=clock.now())
    assert legal.ground_of(FULING, ["F6.2"]).draft == ""


@pytest.mark.rule("F7.3")
def test_an_order_needs_an_article_that_carries_it(app: Flask, world: World) -> None:
    register.load()
    legal.require_order("问题1", f"《{STATUTE}》第二十条")  # no articles in the register: as before
    register.article(STATUTE, "第二十条", "item", "order")
    register.article(STATUTE, "21", "item")
    legal.require_order("问题1", f"《{STATUTE}》第20条")
    legal.require_order("问题1", f"《{STATUTE}》第二十一条，《没有登记的办法》")
    for basis in (f"《{STATUTE}》第二十一条", f"《{STATUTE}》", f"《{STATUTE}》第三十条"):
        with pytest.raises(RuleViolation, match="没有登记为可以责令改正") as refused:
            legal.require_order("问题1", basis)
        assert refused.value.clause == "F7.3"


@pytest.mark.rule("F7.3")
def test_a_referral_needs_an_article_that_carries_a_penalty(app: Flask, world: World) -> None:
    register.load()
    register.article(STATUTE, "第二十条", "item", "order")
    register.article(STATUTE, "第四十六条", "penalty")
    legal.require_carried("penalty", "移送处罚", f"《{STATUTE}》第二十条、第四十六条")
    with pytest.raises(RuleViolation, match="没有登记为可以处罚"):
        legal.require_carried("penalty", "移送处罚", f"《{STATUTE}》第二十条")


@pytest.mark.rule("F7.3")
def test_a_system_carries_no_order_and_no_penalty(app: Flask, world: World) -> None:
    register.load()
    name = db.session.scalars(select(LegalSource.name).where(LegalSource.ruleset_code == "fuling")).one()
    for allows in ("order", "penalty"):
        with pytest.raises(RuleViolation, match="不能作为责令改正、处罚的依据"):
            register.article(name, "第一条", allows)
    with pytest.raises(InvalidInput, match="已经登记过"):
        register.article("城市供水条例", "第22条", "item")


# ---- acts --------------------------------------------------------------------------------------------------


def said(basis: str) -> findings.Said:
    return findings.Said("停气没有提前公告", "检查记录和公告不一致", "statute", basis)


@pytest.mark.rule("F7.3")
def test_a_finding_cites_only_what_is_in_force(app: Flask, world: World) -> None:
    register.uncitable(clock.today())
    with transaction():
        act = {"by": world.user("jxw-inspector"), "now": clock.now()}
        enterprise = world.org("rq")
        row = findings.record(said(f"《{NEW}》第一条"), enterprise, found_on=clock.today(), **act)
        with pytest.raises(RuleViolation, match=OLD):
            findings.record(said(f"《{OLD}》第一条"), enterprise, found_on=clock.today(), **act)
        with pytest.raises(RuleViolation, match=PLAN):
            findings.edit(row, said(f"《{PLAN}》第一条"), **act)


@pytest.mark.rule("F7.3")
def test_a_rectification_order_asks_the_register_again(app: Flask, world: World) -> None:
    register.add(NEW)
    with transaction():
        act = {"by": world.user("jxw-inspector"), "now": clock.now()}
        made = findings.record(said(f"《{NEW}》第一条"), world.org("rq"), found_on=clock.today(), **act)
        finding_id = made.id
    register.article(NEW, "第一条", "item")
    with pytest.raises(RuleViolation, match="没有登记为可以责令改正"), transaction():
        rectifying.draft(
            [again(finding_id)], rectifying.Asked(), by=world.user("jxw-inspector"), now=clock.now()
        )
    row = register.source(NEW)
    with transaction():
        facts = {"status": "repealed", "repealed_on": clock.today()}
        held = db.session.get_one(LegalSource, row.id)
        legal_register.change_status(held, facts, "依据公报", by=world.user("jxw-leader"), now=clock.now())
    with pytest.raises(RuleViolation, match="已经废止"), transaction():
        rectifying.draft(
            [again(finding_id)], rectifying.Asked(), by=world.user("jxw-inspector"), now=clock.now()
        )


def again(finding_id: int) -> Finding:
    return db.session.get_one(Finding, finding_id)


def test_a_notice_is_not_sent_to_review_on_a_repealed_basis(office: Office) -> None:
    register.uncitable(clock.today())
    notice_id = office.draft()
    with transaction():
        row = db.session.get_one(Notice, notice_id)
        row.values = row.values | {"basis": f"《{OLD}》第五条"}
    with pytest.raises(RuleViolation, match="已经废止"):
        office.act(notice_id, "submit", "jxw-clerk")
    page = office.world.client("jxw-clerk").get(f"/notices/{notice_id}").get_data(as_text=True)
    assert f"请改引《{NEW}》" in page
    with transaction():
        row = db.session.get_one(Notice, notice_id)
        row.values = row.values | {"basis": f"《{NEW}》第五条"}
    assert office.act(notice_id, "submit", "jxw-clerk").state == "in_review"


def test_the_page_of_a_notice_says_that_its_system_is_a_draft(office: Office) -> None:
    register.load()
    notice_id = office.draft()
    page = office.world.client("jxw-clerk").get(f"/notices/{notice_id}").get_data(as_text=True)
    assert "还是征求意见稿" in page
    assert "印出的文书不会自动写明" in page
    office.act(notice_id, "submit", "jxw-clerk")
    issued = office.issued()
    page = office.world.client("jxw-clerk").get(f"/notices/{issued}").get_data(as_text=True)
    assert "还是征求意见稿" in page
    assert "征求意见稿" not in str(office.notice(issued).content)


@pytest.mark.rule("F6.2b")
def test_a_checklist_item_on_a_repealed_source_is_not_published(app: Flask, world: World) -> None:
    register.load()
    with transaction():
        made = checklists.adopt(world.org("jxw"), by=world.user("jxw-supervisor"), now=clock.now())
        names = {
            one.basis for version in made for one in checklists.content(version).items if "《" in one.basis
        }
        version = next(v for v in made if any("《" in one.basis for one in checklists.content(v).items))
        version_id = version.id
        checklists.require_items_citable(checklists.content(version))
    assert names
    cited = legal.register().cited(next(iter(sorted(names))))[0][1]
    assert cited is not None
    with transaction():
        for row in db.session.scalars(select(LegalSource).where(LegalSource.kind != "system")):
            row.status, row.repealed_on = "repealed", clock.today()
    row = db.session.get_one(ChecklistVersion, version_id)
    with pytest.raises(RuleViolation, match="已经废止"):
        checklists.publish(row, by=world.user("jxw-leader"), now=clock.now())


@pytest.mark.rule("F6.1")
def test_a_plan_on_a_repealed_source_is_not_submitted(app: Flask, world: World) -> None:
    register.uncitable(clock.today())
    planned = Planned()
    plan_id = planned.draft(basis=f"《{OLD}》第六条")
    planned.targeted(plan_id, planned.certified()[:2])
    with pytest.raises(RuleViolation, match="已经废止"):
        planned.approved(plan_id)


# ---- pages -------------------------------------------------------------------------------------------------


def test_the_register_is_read_by_all_and_kept_by_the_regulator(app: Flask, world: World) -> None:
    register.load()
    row = register.source("重庆市天然气管理条例")
    page = world.client("rq-dispatcher").get("/legal-sources").get_data(as_text=True)
    for words in ("重庆市天然气管理条例", "征求意见稿", "施行中", "服务监管制度"):
        assert words in page
    path = f"/legal-sources/{row.id}"
    assert "第三十二条" in world.client("rq-dispatcher").get(path).get_data(as_text=True)
    assert world.client("rq-leader").get(f"{path}/status").status_code == 403
    assert world.client("jxw-clerk").get(f"{path}/status").status_code == 403
    client = world.client("jxw-supervisor")
    lacking = client.submit(
        f"{path}/status", {"status": "repealed", "version": str(row.version), "reason": "依据公报"}
    )
    assert lacking.status_code == 422
    typed = {
        "status": "repealed", "version": str(row.version), "reason": "据市人大公报",
        "repealed_on": clock.today().isoformat(), "replaced_by": "重庆市燃气管理条例",
    }  # fmt: skip
    assert client.submit(f"{path}/status", typed).status_code == 303
    page = client.get(path).get_data(as_text=True)
    for words in ("已废止", "请改引《重庆市燃气管理条例》", "据市人大公报"):
        assert words in page
    assert client.submit(f"{path}/status", typed).status_code == 409  # somebody else's version
    listed = client.get("/legal-sources?status=repealed").get_data(as_text=True)
    assert "由《重庆市燃气管理条例》代替" in listed
    assert "城市供水条例" not in listed


def test_a_source_and_its_articles_are_entered(app: Flask, world: World) -> None:
    client = world.client("jxw-supervisor")
    typed = {
        "name": "《示例办法》",
        "kind": "rule",
        "status": "in_force",
        "reason": "核对原文",
        "sectors": ["gas"],
    }
    made = client.submit("/legal-sources/new", typed)
    assert made.status_code == 303
    again = client.submit("/legal-sources/new", typed | {"name": "示例办法（2020年）"})
    assert again.status_code == 422
    path = made.headers["Location"]
    article = {"article": "12", "text": "提要：示例。", "allows": ["item", "order"], "reason": "核对原文"}
    assert client.submit(f"{path}/articles/new", article).status_code == 303
    assert client.submit(f"{path}/articles/new", article).status_code == 422
    page = client.get(path).get_data(as_text=True)
    assert "第十二条" in page
    assert "检查依据、责令改正" in page
    assert client.submit(f"{path}/articles/new", article | {"article": "前言"}).status_code == 422


def test_forms_offer_what_may_be_cited(app: Flask, world: World) -> None:
    register.load()
    register.uncitable(clock.today())
    page = world.client("jxw-inspector").get("/findings/new").get_data(as_text=True)
    assert "《重庆市天然气管理条例》第三十二条" in page
    assert f"《{NEW}》" in page
    assert f"《{OLD}》" not in page
