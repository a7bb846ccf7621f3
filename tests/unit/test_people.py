"""Texts in which nobody is named, who may know people, groups; and that one place decides it for the sources."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.complaints.forms.complainants import people_in, people_of_file
from blueprints.complaints.people import (
    CONFIDENTIAL,
    SAMPLED,
    group_words,
    heads,
    hidden_from,
    hide,
    identity_in,
    may_have,
    present,
    representative,
)
from domain.errors import InvalidInput
from domain.roles import Role

ROOT = Path(__file__).resolve().parents[2]


def person(name: str = "示例用户甲", phone: str = "13800000001", **more: Any) -> Any:
    known = {"address": "示例路1号", "account_number": "AB12345678", "representative": True, "headcount": 1}
    return SimpleNamespace(name=name, phone=phone, **(known | more))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("示例用户甲来电", "诉求人来电"),
        ("示例 用户甲 来电", "诉求人 来电"),
        ("电话13800000001。", "电话（已隐去）。"),
        ("电话138-0000-0001。", "电话（已隐去）。"),
        ("电话138 0000 0001。", "电话（已隐去）。"),
        ("户号ab-1234-5678欠费", "户号（已隐去）欠费"),
        ("住示例路 1 号", "住（已隐去）"),
        ("与此无关", "与此无关"),
        ("", ""),
    ],
)
def test_nothing_that_says_who_it_is_stays(text: str, told: str) -> None:
    assert hide(text, [person()]) == told
    assert identity_in(text, [person()]) is (text != told)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("王小明", "王先生说、王女士说", "诉求人说、诉求人说"),
        ("欧阳小明", "欧阳师傅说", "诉求人说"),
        ("王小明", "王村停气", "王村停气"),
    ],
)
def test_a_surname_with_a_form_of_address(name: str, text: str, told: str) -> None:
    assert hide(text, [person(name)]) == told


@given(
    before=st.text("停气用户甲乙0123456789 -", max_size=20), after=st.text("停气用户甲乙0123456789 -", max_size=20),
    phone=st.from_regex(r"1[3-9]\d{9}", fullmatch=True), gap=st.sampled_from(["", " ", "-", " - "]),
)  # fmt: skip
def test_a_number_is_found_however_it_is_grouped(before: str, after: str, phone: str, gap: str) -> None:
    spelt = gap.join((phone[:3], phone[3:7], phone[7:]))
    told = hide(f"{before}|{spelt}|{after}", [person(phone=phone)])
    assert spelt not in told
    assert "".join(c for c in spelt if c.isdigit()) not in "".join(c for c in told.split("|")[1] if c.isdigit())


def test_who_speaks_for_a_group_and_how_many_they_are() -> None:
    one, two, gone = person("甲甲", representative=False), person("乙乙", headcount=12), person("丙丙", headcount=0)
    group = [gone, one, two]
    assert present(group) == [one, two]
    assert representative(group) is two
    assert (heads(group), group_words(group)) == (12, "等 12 人")
    assert (heads([one]), group_words([one]), representative([])) == (1, "", None)
    assert hide("丙丙说", group) == "诉求人说"


def who(org: int, *roles: Role, regulator: bool = False) -> Any:
    place = SimpleNamespace(id=org, is_regulator=regulator)
    return SimpleNamespace(id=9, organization_id=org, organization=place, roles=frozenset(roles))


@pytest.mark.rule("Q2")
@pytest.mark.parametrize(
    ("receiver", "regulator", "by", "why"),
    [
        (1, 1, who(1, Role.REGULATOR_CLERK, regulator=True), None),
        (1, 1, who(1, Role.INSPECTOR, regulator=True), CONFIDENTIAL),
        (1, 1, who(2, Role.DISPATCHER), CONFIDENTIAL),
        (1, 1, who(2, Role.ENTERPRISE_LEADER), CONFIDENTIAL),
        (2, None, who(2, Role.DISPATCHER), None),
        (2, None, who(2, Role.HANDLER), CONFIDENTIAL),
        (2, 1, who(2, Role.DISPATCHER), None),
        (2, None, who(1, Role.REGULATOR_CLERK, regulator=True), SAMPLED),
    ],
)
def test_who_may_know_a_confidential_reporter(
    receiver: int, regulator: int | None, by: Any, why: str | None
) -> None:
    case = SimpleNamespace(confidential=True, receiving_org_id=receiver, regulator_id=regulator, assignments=[])
    assert hidden_from(case, by) == why
    assert may_have(SimpleNamespace(kept_back=True, added_by_id=9, step_id=None), case, by) is (why is None)
    assert may_have(SimpleNamespace(kept_back=False, added_by_id=9, step_id=None), case, by)


def test_a_pasted_list() -> None:
    found = people_in("甲甲，13800000001，A1，示例路1号\n\n乙乙\t13800000002\n丙丙")
    assert [(p.name, p.phone, p.account_number, p.address) for p in found] == [
        ("甲甲", "13800000001", "A1", "示例路1号"), ("乙乙", "13800000002", "", ""), ("丙丙", "", "", ""),
    ]  # fmt: skip
    assert not any(p.representative for p in found)
    with pytest.raises(InvalidInput, match="第 2 行的电话"):
        people_in("甲甲\n乙乙，不是电话")
    with pytest.raises(InvalidInput, match="超过 500 人"):
        people_in("\n".join(f"用户{n}" for n in range(501)))


def test_a_list_in_a_file() -> None:
    found = people_of_file("序号,姓名,联系电话,户号\n1,甲甲,13800000001,A1\n2,乙乙,,\n".encode())
    assert [(p.name, p.phone, p.account_number) for p in found] == [("甲甲", "13800000001", "A1"), ("乙乙", "", "")]
    with pytest.raises(InvalidInput):
        people_of_file("只有一行字".encode())


READERS = {
    "blueprints/complaints/people.py": "decides, hides",
    "blueprints/complaints/views/people.py": "masks, shows to whom it may",
    "blueprints/complaints/views/export_rows.py": "masks, leaves out by hidden_from",
    "blueprints/complaints/service/exporting.py": "reads for export_rows",
    "blueprints/complaints/service/noticing.py": "papers; nobody in a confidential case",
    "blueprints/complaints/service/progress.py": "notice to the person, by who may speak to them",
    "blueprints/complaints/service/intake.py": "stores",
    "blueprints/complaints/service/bulk.py": "stores",
    "blueprints/complaints/service/complainants.py": "changes; steps name people masked",
    "blueprints/complaints/service/closing.py": "dossier, sealed with the key of the case",
    "blueprints/complaints/service/retention.py": "forgets",
    "blueprints/complaints/service/access.py": "search index, without a confidential one's people",
    "blueprints/complaints/service/overlays.py": "keeps files back when a case becomes confidential",
    "blueprints/complaints/service/completing.py": "completes an emergency, after hidden_from",
    "blueprints/hotline/service/incident_tellings.py": "asks whether there is a phone",
    "blueprints/complaints/service/generalising.py": "takes them out of a text that is shared",
    "blueprints/hotline/queries/emergencies.py": "reads for views that ask hidden_from",
    "blueprints/hotline/queries/incidents.py": "who is told of an incident, after hidden_from",
    "blueprints/complaints/service/repeats.py": "compares",
    "blueprints/complaints/service/answering.py": "counts",
    "blueprints/complaints/service/reviewing.py": "counts",
    "blueprints/complaints/queries.py": "compares, for people_known",
    "blueprints/complaints/queries_case.py": "compares; alike() is asked only where nobody is hidden",
    "blueprints/complaints/queries_repeats.py": "compares, for people_known",
    "blueprints/complaints/facts.py": "counts",
    "blueprints/complaints/forms/complainants.py": "masks, for who may change them",
    "blueprints/complaints/routes/case.py": "reveals for a reason, after may_reveal",
    "blueprints/complaints/views/case_data.py": "shows by hidden_from",
    "blueprints/complaints/models/case.py": "the table",
    "blueprints/complaints/models/__init__.py": "the table",
    "blueprints/inspection/queries/frames.py": "hides them in frames",
    "blueprints/complaints/views/phrases.py": "how a text speaks to the person, after people_hidden",
    "blueprints/home/demo/patterns.py": "stores invented ones",
}
READING = re.compile(r"\bComplainant\b|\.complainants\b")


def test_nothing_else_reads_complainants() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "blueprints").rglob("*.py")
        if READING.search(path.read_text("utf-8"))
    }
    assert found - READERS.keys() <= set(), "who reads complainants says here what for, and asks hidden_from"
