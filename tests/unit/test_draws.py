"""Draws: a good export holds, each tampered one is told apart, and a shell script comes to the same tickets."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain import draws
from domain.draws import Draw, Source, SourceKind, Witness, from_json, to_json, verify
from domain.errors import InvalidInput
from domain.sampling import sha256
from tests.factories.draws import DRAWN, LOTTERY, OPENED, PUBLISHED, VECTORS, vector_draw, witnessed_draw

SCRIPT = Path(__file__).resolve().parents[1] / "shell" / "verify_draw.sh"
FACTS = VECTORS["draw_v1"]
ZEROS = "0" * 64
Data = dict[str, Any]


def tampered(change: Callable[[Data], object], draw: Draw | None = None) -> Data:
    """The export of the draw with something changed."""
    data: Data = json.loads(to_json(draw or vector_draw()))
    change(data)
    return data


def by_shell(path: Path) -> subprocess.CompletedProcess[str]:
    """The shell script over a file."""
    return subprocess.run(["sh", str(SCRIPT), str(path)], capture_output=True, text=True, check=False)


# ---- good ones -----------------------------------------------------------------------------------------------


@pytest.mark.rule("F5.3", "F6.1")
@pytest.mark.parametrize("make", [vector_draw, witnessed_draw])
def test_an_export_is_canonical_and_holds(make: Callable[[], Draw]) -> None:
    draw = make()
    text = to_json(draw)
    assert from_json(text) == draw
    assert to_json(from_json(text.encode())) == text
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert verify(draw) == verify(text) == verify(json.loads(text)) == draws.Verification(True, None)
    assert verify(text).as_json() == {"holds": True, "first_difference": None}


@pytest.mark.rule("F6.1")
def test_the_draw_of_the_vectors_comes_out() -> None:
    draw = vector_draw()
    assert (draw.frame_digest, draw.seed) == (FACTS["pool_digest"], FACTS["seed"])
    assert [f"{t.id}:{t.ticket[:16]}" for t in draw.ranking("气").ranked] == FACTS["rank_气"]
    assert draw.ranking("气").taken == ("G03", "G05")
    assert draw.ranking("气").reserves == ("G02", "G04", "G01")
    team = draw.ranking("INSP|G03")
    assert [f"{t.id}:{t.ticket[:12]}" for t in team.ranked] == FACTS["insp_G03_excluding_P02"]
    assert (team.target, team.taken) == ("G03", ("P03", "P05"))


@pytest.mark.rule("F6.1")
@pytest.mark.parametrize("make", [vector_draw, witnessed_draw])
def test_a_shell_script_comes_to_the_same_tickets(make: Callable[[], Draw], tmp_path: Path) -> None:
    draw = make()
    (tmp_path / "draw.json").write_text(to_json(draw), encoding="utf-8")
    found = by_shell(tmp_path / "draw.json")
    assert (found.returncode, found.stderr[:6]) == (0, "holds:")
    expected = [line for ranking in (*draw.strata, *draw.teams) for line in ranking.tickets]
    assert sorted(found.stdout.splitlines()) == sorted(expected)


def test_the_script_copes_with_quotes_backslashes_and_blanks(tmp_path: Path) -> None:
    lines = ['a"b|x\\y', 'a"b|x"y,', "a'b| 空 格 ", 'a"b|\\"', "a'b|$(id)", "[|]", "{|}"]
    draw = draws.freeze(
        "编号 '1'", "查", lines, {'a"b': 2, "a'b": 1}, draws.commitment("n"), LOTTERY, PUBLISHED,
        inspectors=['"P"', "\\"], exclusions={'a"b|\\"': '理由": "'},
    )  # fmt: skip
    draw = draws.run(draw, "n", "值", DRAWN)
    for ranking in draw.strata:
        for target in ranking.taken:
            draw = draws.team_up(draw, target, 1)
    assert verify(to_json(draw)).first_difference is None
    (tmp_path / "draw.json").write_text(to_json(draw), encoding="utf-8")
    found = by_shell(tmp_path / "draw.json")
    assert (found.returncode, found.stderr[:6]) == (0, "holds:")


@pytest.mark.rule("F6.1")
def test_an_enterprise_checks_its_own_ticket_with_one_line() -> None:
    draw = vector_draw()
    for ranking in (draw.ranking("气"), draw.ranking("INSP|G03")):
        for ticket in ranking.ranked:
            line = draws.shell_line(draw, ranking.name, ticket.id)
            found = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
            assert found.stdout.split()[0] == ticket.ticket
    with pytest.raises(InvalidInput):
        draws.shell_line(draw, "气", "G99")


def test_a_shell_line_runs_nothing_but_the_hash() -> None:
    nasty = "'; touch /tmp/x; echo '$(id)`id`\\"
    draw = draws.freeze("N", "查", [f"甲|{nasty}"], {"甲": 1}, draws.commitment("n"), LOTTERY, PUBLISHED)
    draw = draws.run(draw, "n", "e", DRAWN)
    line = draws.shell_line(draw, "甲", nasty)
    found = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert found.stdout.split()[0] == draw.ranking("甲").ranked[0].ticket


# ---- tampered ones -------------------------------------------------------------------------------------------


def swap(values: list[Any], one: int, other: int) -> None:
    values[one], values[other] = values[other], values[one]


def other_digit(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def stratum(data: Data, name: str = "气") -> Data:
    return next(row for row in [*data["strata"], *data["teams"]] if row["name"] == name)


TAMPERED: dict[str, tuple[Callable[[Data], object], str]] = {
    "a line of the frame changed": (lambda d: d["frame"].__setitem__(4, "气|G06"), "名单摘要"),
    "a line removed": (lambda d: d["frame"].pop(0), "名单摘要"),
    "a line moved": (lambda d: swap(d["frame"], 0, 1), "位置不对"),
    "a line twice": (lambda d: d["frame"].insert(1, d["frame"][0]), "重复"),
    "a line with two bars": (lambda d: d["frame"].__setitem__(0, "气|G|01"), "名单第1行"),
    "frame digest": (lambda d: d.update(frame_digest=ZEROS), "名单摘要"),
    "nonce": (lambda d: d.update(nonce=other_digit(d["nonce"])), "承诺值"),
    "nonce and commitment": (lambda d: d.update(nonce="x", commit=sha256("x")), "种子"),
    "commitment": (lambda d: d.update(commit=ZEROS), "承诺值"),
    "entropy": (lambda d: d.update(entropy="SSQ2024101:03,07,12,18,25,31+10"), "种子"),
    "seed": (lambda d: d.update(seed=other_digit(d["seed"])), "种子"),
    "draw number": (lambda d: d.update(number="CQFL-2024-04"), "第1名"),
    "a ticket": (
        lambda d: stratum(d)["tickets"].__setitem__(0, other_digit(stratum(d)["tickets"][0])), "第1名的票",
    ),
    "rank order": (lambda d: swap(stratum(d)["tickets"], 1, 2), "第2名的票"),
    "a ticket left out": (lambda d: stratum(d)["tickets"].pop(), "第5名的票"),
    "taken": (lambda d: stratum(d).update(taken=["G03", "G02"]), "抽中的应为G03、G05"),
    "taken and reserves": (
        lambda d: stratum(d).update(taken=["G02", "G05"], reserves=["G03", "G04", "G01"]), "抽中的应为",
    ),
    "reserves": (lambda d: swap(stratum(d)["reserves"], 0, 1), "候补"),
    "quota": (lambda d: stratum(d).update(quota=1), "抽中的应为"),
    "size": (lambda d: stratum(d).update(size=6), "数量"),
    "a stratum left out": (lambda d: d["strata"].pop(), "各组的名称"),
    "a target excluded afterwards": (lambda d: d["exclusions"].update({"气|G03": "已检查"}), "第1名的票"),
    "a recusal taken back": (lambda d: d["exclusions"].clear(), "G03”的检查人员第"),
    "a recusal without reason": (lambda d: d["exclusions"].update({"INSP|G03|P02": " "}), "没有写明理由"),
    "a recusal of a stranger": (lambda d: d["exclusions"].update({"INSP|G03|P99": "回避"}), "不在名单中"),
    "an inspector changed": (lambda d: stratum(d, "INSP|G03").update(taken=["P03", "P04"]), "抽中的应为P03、P05"),
    "an inspector removed from the pool": (lambda d: d["inspectors"].pop(), "检查人员名单摘要"),
    "a team left out": (lambda d: d["teams"].pop(), "没有抽取检查人员"),
    "a team for a target not drawn": (lambda d: stratum(d, "INSP|G03").update(name="INSP|G04"), "没有抽中"),
    "a substitute out of turn": (
        lambda d: stratum(d).update(replaced=[{"id": "G03", "by": "G04", "reason": "停业"}]), "递补的应为G02",
    ),
    "a substitute without reason": (
        lambda d: stratum(d).update(replaced=[{"id": "G03", "by": "G02", "reason": ""}]), "没有写明理由",
    ),
    "one replaced who was not drawn": (
        lambda d: stratum(d).update(replaced=[{"id": "G01", "by": "G02", "reason": "停业"}]), "没有被抽中",
    ),
    "published after the draw": (lambda d: d.update(published_at=DRAWN), "抽取之前公布"),
    "a time without its zone": (lambda d: d.update(published_at="2024-09-02T09:00:00"), "时间"),
    "no seed at all": (lambda d: d.update(seed=""), "还没有进行"),
    "a void one without reason": (lambda d: d.update(void={"reason": "", "at": DRAWN}), "作废"),
    "text that UTF-8 cannot write": (lambda d: d.update(seed="\ud800"), "种子"),
}  # fmt: skip


@pytest.mark.rule("F5.3", "F6.1")
@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_named(name: str) -> None:
    change, words = TAMPERED[name]
    found = verify(tampered(change))
    assert not found.holds
    assert words in (found.first_difference or ""), found.first_difference
    (found.first_difference or "").encode()


@pytest.mark.parametrize(
    "name", ["a line of the frame changed", "a line moved", "nonce", "entropy", "seed", "a ticket", "rank order",
             "taken", "an inspector changed", "a recusal taken back", "commitment"],
)  # fmt: skip
def test_the_shell_script_notices_too(name: str, tmp_path: Path) -> None:
    text = json.dumps(tampered(TAMPERED[name][0]), ensure_ascii=False, indent=1, sort_keys=True)
    (tmp_path / "draw.json").write_text(text + "\n", encoding="utf-8")
    assert by_shell(tmp_path / "draw.json").returncode == 1


def witness(data: Data, place: int = 0) -> Data:
    found: Data = data["witnesses"][place]
    return found


@pytest.mark.rule("F6.1")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: witness(d).update(number="481517"), "与事先提交的承诺值不符"),
        (lambda d: witness(d).update(nonce="n3"), "与事先提交的承诺值不符"),
        (
            lambda d: witness(d).update(number="481517", commit=draws.witness_commitment("481517", "n1")),
            "由见证人的数",
        ),
        (lambda d: witness(d).update(committed_at=OPENED), "开启之后才提交"),
        (lambda d: witness(d).update(number="", opened_at=""), "没有开启"),
        (lambda d: witness(d).update(opened_at="2024-09-04T00:00:00+08:00"), "在抽取之后才开启"),
        (lambda d: witness(d).update(number="四"), "1到20位数字"),
        (lambda d: witness(d, 1).update(name=witness(d)["name"]), "见证人重复"),
        (lambda d: d["witnesses"].pop(), "两名以上见证人"),
        (lambda d: swap(d["witnesses"], 0, 1), "由见证人的数"),
        (lambda d: d.update(entropy="W:1+2"), "由见证人的数"),
        (lambda d: stratum(d, "供气")["replaced"].clear(), None),
    ],
)
def test_witnesses_are_held_to_what_they_committed(
    change: Callable[[Data], object], words: str | None
) -> None:
    found = verify(tampered(change, witnessed_draw()))
    assert found.holds is (words is None)
    assert (words or "") in (found.first_difference or ""), found.first_difference


# ---- the way of a draw ---------------------------------------------------------------------------------------


def test_a_frozen_draw_tells_nothing_and_does_not_hold_yet() -> None:
    frozen = draws.freeze("N", "查", ["甲|1", "甲|2"], {"甲": 1}, draws.commitment("n"), LOTTERY, PUBLISHED)
    assert not frozen.is_drawn
    assert frozen.ranking("甲").tickets == ()
    assert "还没有进行" in (verify(frozen).first_difference or "")
    assert verify(draws.void(frozen, "名单有误", OPENED)).holds
    with pytest.raises(InvalidInput):
        draws.team_up(frozen, "1", 1)


def test_a_void_draw_is_checked_all_the_same() -> None:
    void = draws.void(vector_draw(), "公布后发现名单有误", DRAWN)
    assert verify(void).holds
    assert not verify(replace(void, entropy="x")).holds
    assert not verify(replace(void, seed="")).holds
    with pytest.raises(InvalidInput):
        draws.void(void, " ", DRAWN)
    with pytest.raises(InvalidInput):
        draws.run(void, FACTS["nonce"], "x", DRAWN)


def test_only_as_many_ranks_as_asked_for_are_listed() -> None:
    lines = [f"甲|{n}" for n in range(200)]
    frozen = draws.freeze("N", "查", lines, {"甲": 10}, draws.commitment("n"), LOTTERY, PUBLISHED)
    full, short = draws.run(frozen, "n", "e", DRAWN), draws.run(frozen, "n", "e", DRAWN, reserves=5)
    assert short.ranking("甲").tickets == full.ranking("甲").tickets[:15]
    assert verify(short).holds
    assert verify(full).holds


@pytest.mark.rule("F6.1")
def test_substitutes_come_in_rank_order() -> None:
    draw = vector_draw()
    draw = draws.substitute(draw, "气", "G05", "停业")
    assert draw.ranking("气").current == ("G03", "G02")
    draw = draws.team_up(draw, "G02", 2)
    draw = draws.substitute(draw, "气", "G02", "不可抗力")
    assert draw.ranking("气").current == ("G03", "G04")
    assert "G04”没有抽取检查人员" in (verify(draw).first_difference or "")
    draw = draws.team_up(draw, "G04", 2)
    assert verify(to_json(draw)).first_difference is None
    for name, id, reason in (("气", "G05", "再次"), ("气", "G03", ""), ("油", "G03", "停业")):
        with pytest.raises(InvalidInput):
            draws.substitute(draw, name, id, reason)
    draw = draws.substitute(draw, "气", "G04", "停业")
    with pytest.raises(InvalidInput, match="没有候补"):
        draws.substitute(draw, "气", "G01", "停业")


@pytest.mark.parametrize(
    "bad",
    [
        {"commit": "x"},
        {"lines": ["甲|1|2"]},
        {"quotas": {"乙": 1}},
        {"quotas": {"甲": 3}},
        {"exclusions": {"甲|9": "已检查"}},
        {"exclusions": {"甲|1": ""}},
        {"source": Source(SourceKind.PUBLIC, " ")},
        {"published_at": "昨天"},
        {"number": "A|B"},
        {"purpose": " "},
        {"inspectors": ["P1", "P1"]},
        {"inspectors": ["P|1"]},
        {"witnesses": [Witness("甲", ZEROS, "没有时间")]},
    ],
)
def test_what_cannot_be_frozen_is_refused(bad: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "number": "N", "purpose": "查", "lines": ["甲|1", "甲|2"], "quotas": {"甲": 1},
        "commit": draws.commitment("n"), "source": LOTTERY, "published_at": PUBLISHED,
    }  # fmt: skip
    draws.freeze(**good)
    with pytest.raises(InvalidInput):
        draws.freeze(**good | bad)


def test_witnesses_may_come_after_the_freeze_but_not_after_the_draw() -> None:
    source = Source(SourceKind.WITNESSES, "两名见证人的数")
    frozen = draws.freeze("N", "查", ["甲|1"], {"甲": 1}, draws.commitment("n"), source, PUBLISHED)
    with pytest.raises(InvalidInput, match="两名以上"):
        draws.run(frozen, "n", "", DRAWN)
    both = tuple(Witness(name, draws.witness_commitment("1", name), PUBLISHED) for name in ("甲", "乙"))
    frozen = replace(frozen, witnesses=both)
    with pytest.raises(InvalidInput, match="没有开启"):
        draws.run(frozen, "n", "", DRAWN)
    for name in ("甲", "乙"):
        frozen = draws.open_witness(frozen, name, "1", name, OPENED)
    assert verify(draws.run(frozen, "n", "", DRAWN)).holds


def test_a_draw_is_done_once_and_as_committed() -> None:
    frozen = draws.freeze("N", "查", ["甲|1"], {"甲": 1}, draws.commitment("n"), LOTTERY, PUBLISHED)
    for nonce, entropy, at in (
        ("m", "e", DRAWN),
        ("n", "e|f", DRAWN),
        ("n", "", DRAWN),
        ("n", "e", PUBLISHED),
    ):
        with pytest.raises(InvalidInput):
            draws.run(frozen, nonce, entropy, at)
    done = draws.run(frozen, "n", "e", DRAWN)
    with pytest.raises(InvalidInput):
        draws.run(done, "n", "e", DRAWN)
    with pytest.raises(InvalidInput, match="不够"):
        draws.run(replace(frozen, exclusions={"甲|1": "已检查"}), "n", "e", DRAWN)


def test_a_witness_opens_what_was_committed() -> None:
    frozen = replace(
        witnessed_draw(), seed="", witnesses=(Witness("甲", draws.witness_commitment("1", "n"), PUBLISHED),)
    )
    opened = draws.open_witness(frozen, "甲", "1", "n", OPENED)
    assert opened.witnesses[0].number == "1"
    for name, number in (("甲", "2"), ("乙", "1")):
        with pytest.raises(InvalidInput):
            draws.open_witness(frozen, name, number, "n", OPENED)


# ---- files that are none, and the command --------------------------------------------------------------------


def broken(change: Callable[[Data], object]) -> str:
    data = copy.deepcopy(tampered(lambda d: None))
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", b"\xff\xfe", "null", "[" * 100_000, "1e999", '{"format": "draw/1"}',
        broken(lambda d: d.pop("nonce")), broken(lambda d: d.update(more=1)), broken(lambda d: d.update(frame={})),
        broken(lambda d: d.update(format="draw/2")), broken(lambda d: d.update(seed=1)),
        broken(lambda d: d["frame"].append(1)), broken(lambda d: stratum(d).update(quota=True)),
        broken(lambda d: stratum(d).pop("taken")), broken(lambda d: d.update(strata=[1])),
        broken(lambda d: d.update(void="x")), broken(lambda d: d["exclusions"].update(a=1)),
        broken(lambda d: d["entropy_source"].update(kind="dice")), broken(lambda d: d.update(witnesses=[{}])),
        broken(lambda d: stratum(d).update(replaced=[{"id": "G01"}])), broken(lambda d: d.update({"\ud800": 1})),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused(text: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        verify(text)
