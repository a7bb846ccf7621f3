"""Draws: frozen and committed to, witnessed, drawn, checked by anybody; what is closed stays closed."""

from __future__ import annotations

import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from blueprints.inspection.service import drawing
from core import audit, clock
from core.db import transaction
from core.privacy import decrypt
from domain import draws
from domain.errors import InvalidInput, RuleViolation
from tests.factories.inspection import SECRETS, Lot
from tests.factories.papers import text_of
from tests.factories.registry_service import fill_service
from tests.factories.world import World


@pytest.fixture
def lot(world: World) -> Lot:
    return Lot()


@pytest.mark.rule("F6.1", "F5.3")
def test_a_draw_holds_and_names_targets_and_inspectors(lot: Lot) -> None:
    row = lot.row(lot.drawn())
    made = drawing.export(row)
    assert draws.verify(row.record).holds
    assert row.number == "JXW-2026-001"
    assert {s.name: len(s.taken) for s in made.strata} == {"供气": 2, "供电": 1}
    assert "G01" not in [key for s in made.strata for key in s.taken]
    assert len(made.teams) == 3
    assert all(len(team.taken) == 2 for team in made.teams)
    assert audit.verify().holds


@pytest.mark.rule("F6.1")
def test_the_lot_is_closed_until_it_is_drawn(lot: Lot) -> None:
    row = lot.row(lot.frozen())
    sealed = decrypt("draw", row.id, row.sealed_nonce)
    assert sealed is not None
    assert sealed["nonce"] not in row.record
    assert draws.commitment(sealed["nonce"]) == drawing.export(row).commit
    assert all(number not in row.record for number, _ in SECRETS.values())
    page = lot.world.client("rq-leader").get(f"/public/draws/{row.number}/").get_data(as_text=True)
    assert drawing.export(row).frame_digest in page
    assert "G02" not in page
    assert (
        lot.world.client("rq-leader").get(f"/public/draws/{row.number}/{row.number}.json").status_code == 404
    )


@pytest.mark.rule("F6.1")
def test_a_witness_who_tells_another_number_is_refused(lot: Lot) -> None:
    draw_id, by = lot.frozen(), lot.by
    wrong = SECRETS | {"示例见证人乙": ("314160", "EF56AB78")}
    with pytest.raises(RuleViolation, match="不符") as refused, transaction():
        drawing.open_draw(lot.row(draw_id), wrong, "", by=by, now=clock.now())
    assert refused.value.clause == "F6.1"
    assert lot.row(draw_id).state == "frozen"


@pytest.mark.rule("F6.1")
def test_nothing_changes_once_it_is_frozen(lot: Lot) -> None:
    draw_id, by = lot.frozen(), lot.by
    with pytest.raises(RuleViolation, match="不能修改"), transaction():
        drawing.edit(lot.row(draw_id), lot.plan(), by=by, now=clock.now())
    with pytest.raises(RuleViolation, match="不能冻结"), transaction():
        drawing.freeze(lot.row(draw_id), by=by, now=clock.now())
    with pytest.raises(RuleViolation, match="不能登记见证"), transaction():
        drawing.commit_witness(lot.row(draw_id), "示例见证人丙", "1", "X", by=by, now=clock.now())


@pytest.mark.rule("F6.1")
def test_two_different_witnesses_bind_themselves_before_the_freeze(lot: Lot) -> None:
    draw_id, by = lot.draft(), lot.by
    with pytest.raises(RuleViolation, match="两位见证人"), transaction():
        drawing.freeze(lot.row(draw_id), by=by, now=clock.now())
    with transaction():
        drawing.commit_witness(lot.row(draw_id), "示例见证人甲", "271828", "AB", by=by, now=clock.now())
    with pytest.raises(InvalidInput, match="换一位"), transaction():
        drawing.commit_witness(lot.row(draw_id), "示例见证人甲", "1", "AB", by=by, now=clock.now())
    with pytest.raises(InvalidInput, match="数字") as refused, transaction():
        drawing.commit_witness(lot.row(draw_id), "示例见证人乙", "二七一", "AB", by=by, now=clock.now())
    assert refused.value.field == "number"


@pytest.mark.rule("F6.1")
def test_a_public_value_must_come_later_than_the_freeze(lot: Lot) -> None:
    today = clock.today()
    people = tuple(lot.certified())
    facts = {"source": "public", "source_name": "双色球第2026119期开奖号码", "inspectors": people}
    with pytest.raises(InvalidInput) as refused:
        lot.draft(**facts, source_on=today)
    assert refused.value.field == "source_on"
    draw_id, by = lot.frozen(**facts, source_on=today + timedelta(days=2)), lot.by
    with pytest.raises(RuleViolation, match="还没有产生"), transaction():
        drawing.open_draw(lot.row(draw_id), {}, "03,07,12,18,25,31+09", by=by, now=clock.now())
    with clock.frozen(clock.now() + timedelta(days=2)), transaction():
        drawing.open_draw(lot.row(draw_id), {}, "03,07,12,18,25,31+09", by=lot.by, now=clock.now())
    assert draws.verify(lot.row(draw_id).record).holds


@pytest.mark.rule("F6.1")
def test_void_draws_stay_listed_and_numbers_have_no_gap(lot: Lot) -> None:
    first, by = lot.frozen(), lot.by
    people = tuple(int(key[1:]) for key in lot.row(first).plan["inspectors"])
    with transaction():
        drawing.void(lot.row(first), "名单漏了一家企业", by=by, now=clock.now())
    second = lot.frozen(inspectors=people)
    assert [lot.row(i).number for i in (first, second)] == ["JXW-2026-001", "JXW-2026-002"]
    page = lot.world.client("jxw-leader").get("/draws").get_data(as_text=True)
    assert "JXW-2026-001" in page
    assert "已作废" in page
    assert "名单漏了一家企业" in lot.world.client("rq-leader").get("/public/draws/JXW-2026-001/").get_data(
        as_text=True
    )


@pytest.mark.rule("F6.1")
def test_a_substitute_comes_by_rank_with_a_reason(lot: Lot) -> None:
    draw_id, by = lot.drawn(), lot.by
    made = drawing.export(lot.row(draw_id))
    gas = made.ranking("供气")
    with pytest.raises(InvalidInput, match="理由"), transaction():
        drawing.substitute(lot.row(draw_id), "供气", gas.taken[0], "", by=by, now=clock.now())
    with transaction():
        drawing.substitute(lot.row(draw_id), "供气", gas.taken[0], "网点正在装修停业", by=by, now=clock.now())
    after = drawing.export(lot.row(draw_id))
    assert after.ranking("供气").current == (gas.reserves[0], gas.taken[1])
    assert draws.verify(after).holds


@pytest.mark.rule("F6.1")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quotas": {"供气": 5}}, "quotas"),
        ({"quotas": {"供水": 1}}, "quotas"),
        ({"quotas": {}}, "quotas"),
        ({"total": 99}, "total"),
        ({"lines": ("供气|G|01",)}, "lines"),
        ({"lines": ()}, "lines"),
        ({"exclusions": {"供气|G99": "没有这个"}}, "exclusions"),
        ({"per_target": 1}, "per_target"),
        ({"inspectors": ()}, "inspectors"),
        ({"recusals": (("G02", "P999", "亲属"),)}, "recusals"),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_its_field(lot: Lot, changed, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        lot.draft(**changed)
    assert refused.value.field == field


@pytest.mark.rule("F6.1")
def test_an_expired_certificate_is_not_drawn(lot: Lot) -> None:
    people = tuple(lot.certified())
    with clock.frozen(clock.now() + timedelta(days=800)), pytest.raises(InvalidInput, match="执法证当天有效"):
        lot.draft(inspectors=people)


def test_the_way_through_the_pages(app: Flask, lot: Lot, tmp_path: Path) -> None:
    lot.certified()
    client = lot.world.client("jxw-inspector")
    ids = [str(lot.world.user(login).id) for login in ("jxw-inspector", "jxw-supervisor")]
    form = {
        "title": "网点抽查", "purpose": "年度计划", "kind": "list", "lines": "供气|G01\n供气|G02\n供气|G03", "quotas": "供气 1",
        "per_target": "2", "inspectors": ids, "source": "witnesses", "exclusions": "供气|G03 停业装修",
    }  # fmt: skip
    wrong = client.submit("/draws/new", form | {"quotas": "供气两个"})
    assert wrong.status_code == 422
    assert "供气两个" in wrong.get_data(as_text=True)
    path = client.submit("/draws/new", form).headers["Location"]
    assert client.submit(f"{path}/edit", form | {"version": "1", "title": "网点服务抽查"}).status_code == 303
    assert client.submit(f"{path}/freeze").status_code == 409
    for name, (number, code) in SECRETS.items():
        one = {"name": name, "number": number, "code": code}
        assert client.submit(f"{path}/witness", one).status_code == 303
    assert client.submit(f"{path}/freeze").status_code == 303
    (a, b) = SECRETS.values()
    numbers = {"number_0": a[0], "code_0": a[1], "number_1": b[0], "code_1": "XX"}
    refused = client.submit(f"{path}/open", numbers)
    assert refused.status_code == 409
    assert "F6.1" in refused.get_data(as_text=True)
    with clock.frozen(clock.now() + timedelta(minutes=30)):
        assert client.submit(f"{path}/open", numbers | {"code_1": b[1]}).status_code == 303
    page = client.get(path).get_data(as_text=True)
    assert "sha256sum" in page
    assert "停业装修" in page
    exported = client.get(f"{path}/export.json").data
    file = tmp_path / "draw.json"
    file.write_bytes(exported)
    result = app.test_cli_runner().invoke(args=["draws", "verify", str(file), "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"holds": True, "first_difference": None})
    public = app.test_client().get("/public/draws/JXW-2026-001/").get_data(as_text=True)
    assert "三、抽取结果" in public
    made = draws.from_json(exported)
    best = made.ranking("供气").ranked[0]
    line = draws.shell_line(made, "供气", best.id)
    told = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert told.split()[0] == best.ticket


def test_only_the_own_regulator_sees_a_draw(lot: Lot) -> None:
    draw_id = lot.drawn()
    assert lot.world.client("jxw-leader").get(f"/draws/{draw_id}").status_code == 200
    assert lot.world.client("swj-leader").get(f"/draws/{draw_id}").status_code == 404
    assert lot.world.client("rq-leader").get(f"/draws/{draw_id}").status_code == 403
    assert lot.world.client("jxw-leader").get(f"/draws/{draw_id}/edit").status_code == 403


def test_frames_of_what_is_supervised(lot: Lot) -> None:
    fill_service()
    row = lot.row(lot.draft(kind="outlet", lines=(), quotas={"示例燃气公司": 1}, exclusions={}))
    assert row.plan["lines"] == ["示例燃气公司|O00001"]
    assert row.labels["O00001"] == "东城营业厅"
    people = tuple(int(key[1:]) for key in row.plan["inspectors"])
    row = lot.row(
        lot.draft(kind="enterprise", lines=(), quotas={}, total=1, exclusions={}, inspectors=people)
    )
    assert row.plan["lines"] == ["供气|rq", "供电|gd"] or row.plan["lines"] == ["供电|gd", "供气|rq"]
    assert date.fromisoformat("2026-10-12") == clock.today()


@pytest.mark.rule("F6.1")
def test_a_draw_is_exported_by_its_number(app: Flask, lot: Lot, tmp_path: Path) -> None:
    number, file = lot.row(lot.drawn()).number or "", tmp_path / "draw.json"
    runner = app.test_cli_runner()
    assert runner.invoke(args=["draws", "export", number, str(file)]).exit_code == 0
    assert runner.invoke(args=["draws", "verify", str(file)]).exit_code == 0
    assert runner.invoke(args=["draws", "export", "没有的编号", str(file)]).exit_code == 2
    assert runner.invoke(args=["draws", "export", number, str(tmp_path / "no" / "x.json")]).exit_code == 2


@pytest.mark.rule("F6.1", "F6.2b")
def test_the_printed_record_shows_what_anybody_can_check(lot: Lot) -> None:
    row = lot.row(lot.drawn())
    answer = lot.world.client("jxw-leader").get(f"/draws/{row.id}/record.pdf")
    made, page = drawing.export(lot.row(row.id)), text_of(answer.data)
    for text in (
        made.frame_digest,
        made.commit,
        made.seed,
        "示执00001",
        "示例见证人甲",
        "本年已综合查过一次",
    ):
        assert text in page
    draft = lot.draft(inspectors=(), per_target=0)
    assert lot.world.client("jxw-leader").get(f"/draws/{draft}/record.pdf").status_code == 409
