"""查看原始记录 (F6.2a): frozen, drawn, looked at, confirmed by a second person, concluded with its bounds."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.complaints.models import Case
from blueprints.inspection.queries.frames import masked
from blueprints.inspection.service import sampling, working
from core import audit, clock, files
from core.db import db, transaction
from domain import draws
from domain.errors import InvalidInput, RuleViolation
from domain.sample_plans import SizeRule
from tests.factories.cases import Desk
from tests.factories.inspection import Lot
from tests.factories.papers import text_of
from tests.factories.record_samples import OPENED, WITNESSES, Sampling, cases
from tests.factories.registry_people import fill_people
from tests.factories.registry_service import fill_service
from tests.factories.world import World

SHEET = ("台账.csv", "单号,班组,电话\nA1,东,\nA2,西,13800000002\nA3,东,13800000003\nA4,东,\n".encode())
OF_SHEET: dict[str, Any] = {
    "source": "sheet", "since": None, "until": None, "key_column": "单号", "sheet": SHEET,
    "rule": SizeRule("fixed", number=2),
}  # fmt: skip


@pytest.fixture
def one(world: World) -> Sampling:
    return Sampling()


@pytest.mark.rule("F6.2a")
def test_sixty_cases_with_three_deviations_show_the_bound(one: Sampling) -> None:
    cases(80)
    sample_id = one.drawn(rule=SizeRule("fixed", number=60))
    for rank in range(1, 61):
        one.answer(sample_id, rank, {5: "deviation", 20: "missing", 60: "deviation"}.get(rank, "conform"))
    for rank in (5, 20):
        one.confirm(sample_id, rank)
    with pytest.raises(RuleViolation, match="还有 1 件不合格没有复核") as refused:
        one.conclude(sample_id)
    assert refused.value.clause == "F6.2a"
    one.confirm(sample_id, 60)
    result = one.conclude(sample_id).result
    assert (result["C1"]["failed"], result["C1"]["missing"], result["C2"]["failed"]) == (3, 1, 0)
    words = "抽查60件，不合格3件，不合格率5.00%；有95%的把握认为不合格率不超过"
    client = one.world.client("jxw-leader")
    page = client.get(f"/samples/{sample_id}").get_data(as_text=True)
    paper = client.get(f"/samples/{sample_id}/record.pdf")
    assert paper.mimetype == "application/pdf"
    for text in ("".join(page.split()), text_of(paper.data)):
        assert words in text
        assert "8.75%（全部80件中不超过7件）" in text
    assert audit.verify().holds


@pytest.mark.rule("F6.2a")
def test_the_draw_can_be_recomputed_by_anybody(app: Flask, one: Sampling, tmp_path: Any) -> None:
    cases(8)
    sample_id = one.drawn()
    exported = one.world.client("jxw-leader").get(f"/samples/{sample_id}/export.json").data
    assert draws.verify(exported).holds
    made = draws.from_json(exported)
    assert [record.key for record in one.row(sample_id).records] == list(made.ranking("全部").taken)
    file = tmp_path / "sample.json"
    file.write_bytes(exported)
    result = app.test_cli_runner().invoke(args=["draws", "verify", str(file), "--json"])
    assert json.loads(result.stdout)["holds"] is True
    assert one.row(sample_id).frame_digest == made.frame_digest


@pytest.mark.rule("F6.2a")
def test_a_paper_shows_the_record_as_it_was_at_the_freeze(one: Sampling) -> None:
    cases(1)
    Desk().register("rq-dispatcher", "rq", channel="gas_hotline", title="停供没有提前告知示例路1号示例用户甲")
    sample_id, by = one.frozen(), one.by
    with transaction():
        for case in db.session.scalars(select(Case)):
            case.title = "事后改写的标题"
    with transaction():
        sampling.draw(one.row(sample_id), OPENED, "", by=by, now=clock.now() + timedelta(minutes=30))
    paper = one.paper(sample_id, 1)
    assert "停供没有提前告知" in dict(paper.snapshot)["标题"]
    page = one.world.client("jxw-leader").get(f"/sampled/{paper.id}").get_data(as_text=True)
    assert "停供没有提前告知" in page
    assert "事后改写的标题" not in page
    row = one.row(sample_id)
    assert row.frame_file is not None
    kept = files.path_of(row.frame_file.sha256).read_text("utf-8")
    assert len(kept.splitlines()) == 2
    assert "13800000001" not in kept
    assert "示例用户甲" not in kept
    assert "示例路1号" not in kept


@pytest.mark.rule("F6.2a")
def test_the_lot_is_closed_until_both_witnesses_open(one: Sampling) -> None:
    cases(4)
    sample_id, by = one.frozen(), one.by
    row = one.row(sample_id)
    assert "271828" not in row.record
    assert not row.records
    wrong = OPENED | {"示例见证人乙": ("314160", "EF56AB78")}
    with pytest.raises(RuleViolation, match="不符"), transaction():
        sampling.draw(one.row(sample_id), wrong, "", by=by, now=clock.now())
    with pytest.raises(RuleViolation, match="不能修改"), transaction():
        sampling.edit(one.row(sample_id), one.plan(), None, by=by, now=clock.now())


@pytest.mark.parametrize(
    ("random", "field"),
    [
        (sampling.Randomness("witnesses", WITNESSES[:1]), "name_1"),
        (sampling.Randomness("witnesses", (WITNESSES[0], WITNESSES[0])), "name_1"),
        (sampling.Randomness("witnesses", (WITNESSES[0], ("乙", "", "x"))), "name_1"),
        (sampling.Randomness("witnesses", (WITNESSES[0], ("乙", "三", "x"))), "number_1"),
        (sampling.Randomness("public", (), "开奖", None), "source_name"),
        (sampling.Randomness("public", (), "双色球第100期", None), "source_on"),
    ],
)
def test_without_a_random_value_nothing_is_frozen(one: Sampling, random: Any, field: str) -> None:
    cases(3)
    sample_id, by = one.draft(), one.by
    with pytest.raises(InvalidInput) as refused, transaction():
        sampling.freeze(one.row(sample_id), random, by=by, now=clock.now())
    assert refused.value.field == field
    assert one.row(sample_id).number is None


def test_a_public_value_is_waited_for(one: Sampling) -> None:
    cases(3)
    sample_id, by = one.draft(), one.by
    later = clock.now() + timedelta(days=2)
    random = sampling.Randomness("public", (), "双色球第100期", clock.local_date(later))
    with transaction():
        sampling.freeze(one.row(sample_id), random, by=by, now=clock.now())
    with pytest.raises(RuleViolation, match="还没有产生"), transaction():
        sampling.draw(one.row(sample_id), {}, "1 2 3", by=by, now=clock.now())
    with transaction():
        sampling.draw(one.row(sample_id), {}, "1 2 3", by=by, now=later)
    assert len(one.row(sample_id).records) == 2


@pytest.mark.rule("F6.2a")
def test_nobody_confirms_the_own_paper_and_a_returned_one_is_done_again(one: Sampling) -> None:
    cases(2)
    sample_id, by = one.drawn(), one.by
    one.answer(sample_id, 1, "deviation")
    with pytest.raises(RuleViolation, match="不能复核自己的底稿"):
        one.confirm(sample_id, 1, one.login)
    second = one.world.user("jxw-supervisor")
    with transaction():
        paper = one.paper(sample_id, 1)
        working.review(paper, confirmed=False, remark="录音在档案室", by=second, now=clock.now())
    with pytest.raises(RuleViolation, match="没有查看"):
        one.conclude(sample_id)
    one.answer(sample_id, 1, "conform")
    with pytest.raises(RuleViolation, match="有不合格的底稿"):
        one.confirm(sample_id, 1)
    one.answer(sample_id, 2, "deviation")
    one.confirm(sample_id, 2)
    with pytest.raises(RuleViolation, match="已经由另一人复核"):
        one.answer(sample_id, 2, "conform")
    assert one.conclude(sample_id).result["C1"]["failed"] == 1
    with pytest.raises(RuleViolation, match="已有结论"), transaction():
        sampling.void(one.row(sample_id), "不想要这个结论", by=by, now=clock.now())


@pytest.mark.rule("F6.2a")
def test_it_is_extended_only_as_declared(one: Sampling) -> None:
    cases(9)
    sample_id, by = one.drawn(extend_from=1, extend_by=3), one.by
    one.answer(sample_id, 1)
    with pytest.raises(RuleViolation, match="没有达到事先声明的条件"), transaction():
        sampling.extend(one.row(sample_id), by=by, now=clock.now())
    one.answer(sample_id, 2, "missing")
    one.confirm(sample_id, 2)
    with pytest.raises(RuleViolation, match="扩大抽样"):
        one.conclude(sample_id)
    with transaction():
        sampling.extend(one.row(sample_id), by=by, now=clock.now())
    row = one.row(sample_id)
    ranked = [ticket.id for ticket in sampling.export(row).ranking("全部").ranked]
    assert [record.key for record in row.records] == ranked[:5]
    assert [record.extension for record in row.records] == [False, False, True, True, True]
    with pytest.raises(RuleViolation), transaction():
        sampling.extend(one.row(sample_id), by=by, now=clock.now())


def test_where_nothing_is_left_nothing_is_extended(one: Sampling) -> None:
    sample_id = one.drawn(**(OF_SHEET | {"rule": SizeRule("fixed", number=4)}), extend_from=1, extend_by=3)
    for rank in range(1, 5):
        one.answer(sample_id, rank, "deviation")
        one.confirm(sample_id, rank)
    assert one.conclude(sample_id).result["C1"]["failed"] == 4


@pytest.mark.rule("F6.2a")
def test_a_spreadsheet_is_kept_with_its_hash_and_stratified(one: Sampling) -> None:
    plan = OF_SHEET | {"method": "stratified", "stratum_column": "班组", "minimum": 1}
    sample_id = one.drawn(**plan)
    row = one.row(sample_id)
    assert row.size["strata"] == {"东": 3, "西": 1}
    assert sorted(record.stratum for record in row.records) == ["东", "西"]
    assert next(r for r in row.records if r.stratum == "西").snapshot == [
        ["单号", "A2"],
        ["班组", "西"],
        ["电话", "138****0002"],
    ]
    sent = one.world.client("jxw-leader").get(f"/samples/{sample_id}/sheet")
    assert sent.data == SHEET[1]
    assert row.sheet_file is not None
    assert row.sheet_file.sha256 in one.world.client("jxw-leader").get(f"/samples/{sample_id}").get_data(
        as_text=True
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sheet": ("a.csv", "单号,班组\nA1,东\nA1,西\n".encode())}, "sheet"),
        ({"sheet": ("a.csv", "单号,班组\nA1,东\n,西\n".encode())}, "sheet"),
        ({"sheet": ("a.exe", b"MZ")}, "sheet"),
        ({"sheet": ("a.xlsx", b"PK\x03\x04 no workbook")}, "sheet"),
        ({"sheet": None}, "sheet"),
        ({"key_column": "编号"}, "key_column"),
        ({"stratum_column": "街道"}, "stratum_column"),
        ({"rule": SizeRule("fixed", number=9)}, "number"),
        ({"criteria": ()}, "criteria"),
        ({"extend_from": 2}, "extend_by"),
        ({"method": "all", "extend_from": 2, "extend_by": 2}, "extend_by"),
    ],
)
def test_what_cannot_be_sampled_is_refused_at_its_field(one: Sampling, changed: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        one.draft(**(OF_SHEET | changed))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("label", "text", "kept"),
    [
        ("内容", "请回电13800000001，或023-12345678", "请回电138****0001，或023****5678"),
        ("联系人", "示例用户甲", "示****"),
        ("手机", "13800000001", "138****0001"),
        ("编号", "气诉2026-000007", "气诉2026-000007"),
        ("企业名称", "示例燃气公司", "示例燃气公司"),
    ],
)
def test_names_and_phones_are_masked(label: str, text: str, kept: str) -> None:
    assert masked(label, text) == kept


def test_all_records_are_looked_at_without_a_draw(one: Sampling) -> None:
    sample_id = one.frozen(**(OF_SHEET | {"method": "all"}))
    row = one.row(sample_id)
    assert (row.state, len(row.records), row.record) == ("working", 4, "")
    for rank in range(1, 5):
        one.answer(sample_id, rank)
    assert "全部4件都已查看" in one.conclude(sample_id).result["C1"]["bound"]


@pytest.mark.rule("F6.2a")
def test_a_systematic_sample_takes_every_so_many(one: Sampling) -> None:
    sample_id = one.drawn(**(OF_SHEET | {"method": "systematic"}))
    keys = [record.key for record in one.row(sample_id).records]
    assert keys in (["A1", "A3"], ["A2", "A4"])


@pytest.mark.rule("F6.2a")
@pytest.mark.parametrize(
    ("source", "by"),
    [
        ("visits", "state"),
        ("certificates", "post"),
        ("requests", "kind"),
        ("opening", "outlet"),
        ("disclosure", "duty"),
    ],
)
def test_frames_of_the_register(one: Sampling, source: str, by: str) -> None:
    from tests.factories.disclosure import fill_disclosure

    fill_service()
    fill_people()
    fill_disclosure()
    since = clock.today() - timedelta(days=700)
    plan = {"source": source, "by": by, "method": "stratified", "rule": SizeRule("percentage", percent="100")}
    row = one.row(one.drawn(since=since, until=clock.today() + timedelta(days=60), **plan))
    assert row.records
    told = json.dumps([record.snapshot for record in row.records], ensure_ascii=False)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", told)


def test_numbers_are_consecutive_and_void_ones_stay_listed(one: Sampling) -> None:
    first, by = one.frozen(**OF_SHEET), one.by
    with transaction():
        sampling.void(one.row(first), "名单交错了", by=by, now=clock.now())
    second = one.frozen(**OF_SHEET)
    assert [one.row(id).number for id in (first, second)] == ["JXW-抽样-2026-001", "JXW-抽样-2026-002"]
    page = one.world.client("jxw-leader").get("/samples").get_data(as_text=True)
    assert "JXW-抽样-2026-001" in page
    assert "名单交错了" in one.world.client("jxw-leader").get(f"/samples/{first}").get_data(as_text=True)


def test_only_the_own_regulator_sees_a_sample(one: Sampling) -> None:
    sample_id = one.drawn(**OF_SHEET)
    paper = one.paper(sample_id, 1).id
    for path in (f"/samples/{sample_id}", f"/sampled/{paper}", f"/samples/{sample_id}/record.pdf"):
        assert one.world.client("swj-leader").get(path).status_code == 404
        assert one.world.client("rq-leader").get(path).status_code == 403
    assert one.world.client("jxw-leader").submit(f"/sampled/{paper}", {"version": "1"}).status_code == 403
    assert Lot().world.client("jxw-leader").get(f"/samples/{sample_id}/void").status_code == 403


def test_evidence_is_kept_with_its_criterion(one: Sampling) -> None:
    paper = one.paper(one.drawn(**OF_SHEET), 1).id
    client = one.world.client("jxw-inspector")
    given = {"version": "1", "result_0": "deviation", "remark_0": "没有回应", "result_1": "conform"}
    hostile = client.submit(f"/sampled/{paper}", given | {"file_0": (io.BytesIO(b"MZ"), "a.exe")})
    assert hostile.status_code == 422
    assert "不接受这种文件" in hostile.get_data(as_text=True)
    kept = given | {"file_0": (io.BytesIO("值班记录复印".encode()), "C:\\值班\\记录.txt")}
    assert client.submit(f"/sampled/{paper}", kept).status_code == 303
    assert "记录.txt" in client.get(f"/sampled/{paper}").get_data(as_text=True)
    sent = client.get("/sample-evidence/1")
    assert sent.data == "值班记录复印".encode()
    assert one.world.client("swj-leader").get("/sample-evidence/1").status_code == 404


FORM = {
    "title": "诉求件抽查", "source": "cases", "since": "2026-10-01", "until": "2026-10-12", "method": "simple",
    "rule": "discovery", "confidence": "0.95", "defects": "2", "criteria": "一小时内回应 | F4.1\n有核实记录",
}  # fmt: skip


def drawn_by_pages(one: Sampling, client: Any) -> str:
    """The page of a sample that was planned, changed, frozen and drawn by forms."""
    form = FORM | {"enterprise_id": str(one.world.org("rq").id)}
    assert client.submit("/samples/new", form | {"defects": ""}).status_code == 422
    stratified = client.submit("/samples/new", form | {"method": "stratified", "by": "visits:team"})
    assert "请选择和名单相配的分层办法" in stratified.get_data(as_text=True)
    path: str = client.submit("/samples/new", form).headers["Location"]
    assert "若有 2 件不合格" in client.get(path).get_data(as_text=True)
    by_level = {"version": "1", "rule": "fixed", "number": "2", "method": "stratified", "by": "cases:level"}
    assert client.submit(f"{path}/edit", form | by_level).status_code == 303
    assert client.get(f"{path}/edit").status_code == 200
    frozen, opened = {"kind": "witnesses"}, {}
    for at, (name, number, code) in enumerate(WITNESSES):
        opened |= {f"number_{at}": number, f"code_{at}": code}
        frozen |= {f"name_{at}": name}
    assert client.submit(f"{path}/freeze", frozen | opened | {"name_1": ""}).status_code == 422
    assert client.submit(f"{path}/freeze", frozen | opened).status_code == 303
    with clock.frozen(clock.now() + timedelta(minutes=30)):
        assert client.submit(f"{path}/draw", opened).status_code == 303
    return path


def test_the_way_through_the_pages(one: Sampling) -> None:
    cases(5)
    client = one.world.client("jxw-inspector")
    path = drawn_by_pages(one, client)
    first, last = (one.paper(int(path.rpartition("/")[2]), rank).id for rank in (1, 2))
    bare = client.submit(f"/sampled/{first}", {"version": "1", "result_0": "missing", "result_1": "na"})
    assert bare.status_code == 422
    assert "请写明是什么问题" in bare.get_data(as_text=True)
    given = {"version": "1", "result_0": "missing", "remark_0": "没有录音", "result_1": "na"}
    assert client.submit(f"/sampled/{first}", given).headers["Location"] == f"/sampled/{last}"
    assert client.submit(f"/sampled/{first}", given).status_code == 409
    given = {"version": "1", "result_0": "conform", "result_1": "conform"}
    assert client.submit(f"/sampled/{last}", given).headers["Location"] == path
    assert client.submit(f"/sampled/{first}/review", {"verdict": "confirm"}).status_code == 409
    second = one.world.client("jxw-supervisor")
    assert "复核下一件" in second.get(path).get_data(as_text=True)
    assert second.submit(f"/sampled/{first}/review", {"verdict": "return"}).status_code == 422
    assert second.submit(f"/sampled/{first}/review", {"verdict": "confirm"}).status_code == 303
    assert client.submit(f"{path}/conclude").status_code == 303
    assert "抽查2件，不合格1件" in client.get(path).get_data(as_text=True)
    assert "没有录音" in text_of(client.get(f"{path}/record.pdf").data)
