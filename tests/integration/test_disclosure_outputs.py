"""What leaves the house: directory and guide as pages and PDF, what the portal reads, the list of due days."""

from __future__ import annotations

import io
import json
from dataclasses import asdict

import pdfplumber
import pytest
from flask import Flask

from blueprints.disclosure.queries import published
from blueprints.disclosure.service import deciding, duties, papers
from core import clock
from core.db import transaction
from domain.documents import check
from tests.factories.disclosure import HOTLINE, Column, fill_register
from tests.factories.world import World


@pytest.fixture
def column(app: Flask) -> Column:
    """The gas company, disclosing since June."""
    fill_register()
    found = Column()
    found.profile()
    return found


@pytest.mark.rule("F3.3.1", "F3.3.2", "F3.3.3", "F3.3.4", "F3.3.5")
def test_the_directory_has_every_duty_that_applies_in_the_columns_of_the_trade(column: Column) -> None:
    rows = papers.directory_rows(column.organization, clock.today())
    assert len(papers.DIRECTORY_HEADS) == 8
    assert [row[0] for row in rows] == [str(n) for n in range(1, 13)]
    assert len({row[1] for row in rows}) == 5
    prices = next(row for row in rows if row[2] == "价格和收费标准及其依据")
    assert prices[3:] == (
        "销售价格、收费项目和标准、依据的文件和文号、执行的时间", "形成或变更之日起20个工作日内",
        "示例燃气公司", "网上专栏、营业厅公示", "全社会",
    )  # fmt: skip
    check(papers.directory(column.organization, clock.today()))


def test_directory_and_guide_are_printed(column: Column, world: World) -> None:
    client, own = world.client("rq-discloser"), column.organization.id
    for name, words in (("directory", "公开内容"), ("guide", "怎样申请公开")):
        answer = client.get(f"/disclosure/enterprises/{own}/{name}.pdf")
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        with pdfplumber.open(io.BytesIO(answer.data)) as pdf:
            text = "".join(page.extract_text() or "" for page in pdf.pages)
        assert words in text.replace("\n", "")
        html = client.get(f"/disclosure/enterprises/{own}/{name}").get_data(as_text=True)
        assert words in html
        assert f"/disclosure/enterprises/{own}/{name}.pdf" in html


@pytest.mark.rule("F1", "F3.3.4")
def test_the_guide_names_the_regulator_and_its_number(column: Column) -> None:
    sections = dict(papers.guide_sections(column.organization, clock.today()))
    assert sections["公开机构"][0] == "公开机构：示例综合部"
    assert sections["监督"] == [
        f"认为本单位没有依法公开的，可以向示例区经济信息委反映，监督电话：{HOTLINE}。"
    ]
    assert len(sections["主动公开的范围"]) == 5


@pytest.mark.rule("F3.3.1", "F3.3.5")
def test_the_public_reads_what_stands_and_no_name_of_a_person(column: Column) -> None:
    column.published("prices", body="第一版")
    column.published("prices", body="第二版")
    column.draft("phones", body="草稿里的内容")
    column.submit(column.draft("overview", body="还没有审核"))
    withdrawn = column.published("laws", body="撤下的内容")
    leader = column.by("leader")
    with transaction():
        deciding.withdraw(column.version(withdrawn), "示例理由", by=leader, now=clock.now())
    (one,) = published(column.organization.id)
    assert (one.duty.code, one.class_, one.body, one.number) == ("prices", 5, "第二版", 2)
    assert [(e.number, e.published_on, e.ended_on) for e in one.earlier] == [
        (1, clock.today(), clock.today())
    ]
    assert len(one.sha256) == 64
    assert one.places[0] == ("online", "https://example.com/online")
    shown = json.dumps(asdict(one), ensure_ascii=False, default=str)
    for private in ("公开员", "分管经理", "草稿里的内容", "撤下的内容", "还没有审核", "第一版"):
        assert private not in shown, private
    assert published(column.world.org("gd").id) == []


def test_classes_come_in_their_order(column: Column) -> None:
    for duty in ("prices", "outlets", "laws", "processes", "systems"):
        column.published(duty)
    assert [one.class_ for one in published(column.organization.id)] == [1, 2, 3, 4, 5]


def test_the_command_lists_every_due_day_of_the_year(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(
        args=["disclosure", "dues", "--org", "gs", "--year", "2026", "--json"]
    )
    assert answer.exit_code == 0
    data = json.loads(answer.output.strip().splitlines()[-1])
    dues = {row["duty"]: [day["due"] for day in row["dues"]] for row in data["duties"]}
    assert (data["org"], data["year"]) == ("gs", 2026)
    assert len(dues["water_weekly"]) == 52
    assert dues["water_weekly"][0] == "2026-01-07"
    assert dues["water_half_yearly"] == ["2026-01-20", "2026-07-20"]
    assert len(dues["water_network"]) == 24
    assert dues["laws"][9] == "2026-11-03"
    assert {row["clause"] for row in data["duties"]} == {""}
    assert "gas_quality" not in dues


def test_the_command_speaks_plainly(app: Flask) -> None:
    runner = app.test_cli_runner()
    answer = runner.invoke(args=["disclosure", "dues", "--org", "rq", "--year", "2026"])
    assert "燃气气质和压力（每月：期满次月10日前）〔F3.3.5〕" in answer.output
    assert "  2026-11-10  2026年10月" in answer.output
    for code in ("无此企业", "jxw"):
        answer = runner.invoke(args=["disclosure", "dues", "--org", code, "--year", "2026"])
        assert answer.exit_code == 2
        assert "没有代号为" in answer.output
    assert runner.invoke(args=["disclosure", "dues", "--org", "rq", "--year", "3000"]).exit_code == 2


def test_of_reports_the_newest_period_is_shown_and_the_others_are_named(column: Column) -> None:
    for period in ("2026-08", "2026-09", "2026-07"):
        column.published("gas_quality", period=period, title=f"公报 {period}")
    (one,) = published(column.organization.id)
    assert (one.period, one.title) == ("2026-09", "公报 2026-09")
    assert [(e.period, e.ended_on) for e in one.earlier] == [("2026-07", None), ("2026-08", None)]


def test_what_does_not_apply_is_not_in_the_directory(column: Column) -> None:
    own, by, supervisor = column.organization, column.by("discloser"), column.by("jxw-supervisor")
    with transaction():
        row = duties.claim(own, "gas_safety", "没有入户管道", by=by, now=clock.now())
        assert len(papers.directory_rows(own, clock.today())) == 12
        duties.decide(row, True, "", by=supervisor, now=clock.now())
        rows = papers.directory_rows(own, clock.today())
    assert len(rows) == 11
    assert "安全用气常识和入户安检安排" not in {row[2] for row in rows}
