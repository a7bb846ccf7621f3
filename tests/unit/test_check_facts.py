"""What a tablet may record in an on-site check, and what is missing before it can be signed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.check_facts import Photo, answers_of, clean, counts, lacks
from domain.checklists import CheckItem, Checklist, Shown
from domain.errors import InvalidInput
from domain.merging import Entry, State, standings, state_of
from domain.score_rules import Gate, PerOccurrence, Range

CHECKLIST = Checklist(
    {"A": "网点"},
    (
        CheckItem("S01", "A", "有网点", PerOccurrence({"缺一处": Decimal(1)}), Decimal(5), evidence={"photo": "deviation"}),
        CheckItem("S02", "A", "柜台整洁", Range(Decimal(1), Decimal(3)), Decimal(3), repeat="柜台"),
        CheckItem("S03", "A", "没有强制服务", Gate(), Decimal(0), shown=Shown("S01", "ok")),
    ),
)
VISIT = {
    "@arrived": {"value": "2026-10-12T09:05"}, "@certificates_shown": {"value": "2026-10-12T09:06"},
    "@rights_told": {"value": "2026-10-12T09:07"}, "@outcome": {"value": "done"},
    "@present": {"value": {"name": "示例负责人", "post": "主任", "phone": "023-00000001"}},
    "@ended": {"value": "2026-10-12T10:40"},
}  # fmt: skip


def state(answers: dict[str, Any] | None = None, facts: dict[str, Any] | None = None) -> State:
    told = {("S01", ""): {"value": {}}, ("S02", ""): {"value": {"deduction": "0", "reason": ""}}, ("S03", ""): {"value": True}}
    rows = {(item, ""): data for item, data in (VISIT if facts is None else facts).items()} | (told if answers is None else answers)
    return state_of(standings(Entry(f"e{n:02d}", *key, data) for n, (key, data) in enumerate(rows.items())))


def words(*args: Any) -> list[str]:
    return [lack.words for lack in lacks(*args)]


@pytest.mark.rule("F6.2b")
def test_a_complete_check_lacks_nothing():
    assert words(CHECKLIST, state(), []) == []
    assert counts(CHECKLIST, state()) == {"asked": 3, "answered": 3, "deviations": 0, "na": 0}


@pytest.mark.rule("F6.2b")
def test_unanswered_items_and_lacking_evidence_are_named():
    answers = {("S01", ""): {"value": {"缺一处": 2}}}
    assert words(CHECKLIST, state(answers), []) == ["S01缺照片。", "S02还没有作答。"]
    assert words(CHECKLIST, state(answers), [Photo("p", "S01", "")]) == ["S02还没有作答。"]


def test_a_photo_taken_back_is_no_evidence():
    answers = {("S01", ""): {"value": {"缺一处": 2}}, ("@photo", "p"): {"value": "removed"}}
    assert "S01缺照片。" in words(CHECKLIST, state(answers), [Photo("p", "S01", "")])


def test_every_named_counter_has_to_be_answered():
    answers = {
        ("S01", ""): {"value": {"缺一处": 0}}, ("S03", ""): {"na": "没有收费"}, ("S02", "1号"): {"value": {"deduction": "0"}},
        ("@instance:柜台", "1号"): {"value": True}, ("@instance:柜台", "2号"): {"value": True},
        ("@instance:柜台", "3号"): {"value": False},
    }  # fmt: skip
    found = state(answers)
    assert list(answers_of(CHECKLIST, found)["S02"]) == ["1号", "2号"]
    assert words(CHECKLIST, found, []) == ["S02（2号）还没有作答。"]


@pytest.mark.rule("F6.2b")
def test_obstructed_or_closed_needs_its_reason_and_a_photo_only():
    facts = {"@arrived": VISIT["@arrived"], "@ended": VISIT["@ended"], "@outcome": {"value": "closed"}}
    assert words(CHECKLIST, state({}, facts), []) == ["请写明受阻或者关门的情况，至少 4 个字。", "请拍一张受阻或者关门的照片。"]
    facts["@outcome"] = {"value": "closed", "note": "门已上锁，无人应答"}
    assert words(CHECKLIST, state({}, facts), [Photo("p", "@outcome", "")]) == []


@pytest.mark.rule("F6.2b")
def test_the_visit_itself_has_to_be_recorded():
    assert words(CHECKLIST, state(None, {}), [])[:3] == ["还没有记录到达时间。", "还没有记录检查情况。", "还没有记录结束时间。"]
    late = VISIT | {"@ended": {"value": "2026-10-12T08:40"}}
    assert words(CHECKLIST, state(None, late), []) == ["结束时间早于到达时间。"]


def test_a_contradiction_has_to_be_decided():
    rows = [Entry("a", "S01", "", {"value": {}}), Entry("b", "S01", "", {"value": {"缺一处": 1}})]
    assert words(CHECKLIST, state_of(standings(rows)), [])[0] == "S01有不同的答案，请选定一个。"


@pytest.mark.parametrize(
    ("item", "instance", "data"),
    [
        ("X99", "", {"value": {}}), ("S01", "1号", {"value": {}}), ("S01", "", []), ("S01", "", {"value": 1.5}),
        ("S01", "", {"value": {"没有的": 1}}), ("S01", "", {"value": {"缺一处": -1}}), ("S01", "", {"odd": 1}),
        ("S01", "", {"na": ""}), ("S01", "", {"note": "x" * 3000, "value": {}}), ("S01", "", {"note": "a\x00b", "value": {}}),
        ("S01", "", {"value": {"缺一处": {"a": {"b": {"c": {"d": 1}}}}}}), ("S01", "", {"value": 2**40}),
        ("S02", "\ud800", {"value": {"deduction": "0"}}), ("S02", "", {"value": {"deduction": "9", "reason": "脏"}}),
        ("S02", "", {"value": {"deduction": "2", "reason": ""}}), ("S03", "", {"value": "yes"}),
        ("@arrived", "", {"value": "昨天"}), ("@arrived", "", {"value": "2026-13-40T99:99"}), ("@outcome", "", {"value": "left"}),
        ("@outcome", "", {"value": {}}), ("@present", "", {"value": "某人"}), ("@present", "", {"value": {"id": "1"}}),
        ("@location", "", {"value": {"lat": "91"}}), ("@nothing", "", {"value": 1}), ("@instance:窗口", "1号", {"value": True}),
        ("@instance:柜台", " ", {"value": True}), ("@photo", "", {"value": "removed"}), ("@arrived", "x", {"value": "2026-10-12T09:05"}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(item: str, instance: str, data: Any):
    with pytest.raises(InvalidInput):
        clean(CHECKLIST, item, instance, data)


def test_what_is_meant_is_taken_unchanged():
    for item, data in VISIT.items():
        assert clean(CHECKLIST, item, "", data) == data
    assert clean(CHECKLIST, "S02", "1号", {"value": {"deduction": "1.5", "reason": "积灰"}, "note": "语音输入"})
    assert clean(CHECKLIST, "S01", "", {}) == {}
