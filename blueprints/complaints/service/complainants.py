"""The people of a case after its registration: added, changed, removed; spoken to through the regulator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blueprints.accounts.queries import people_with_role
from blueprints.complaints import facts
from blueprints.complaints.models import Case, Complainant
from blueprints.complaints.people import (
    CONFIDENTIAL,
    discreet,
    group_is_significant,
    heads,
    hidden_from,
    hide,
    identity_in,
    keep_title,
    present,
)
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.next_step import SUBJECT, case_path
from core import audit
from core.authz import Role
from core.db import db
from core.inbox import tell
from core.privacy import mask_name
from domain.errors import InvalidInput, RuleViolation

MOST_PEOPLE = 500
TOLD = ("name", "phone", "address", "account_number")


@effect("change_people")
def change_people(act: Act) -> None:
    """Who complains, corrected with a reason. The step names them masked, or only counts them where the case
    is confidential; whoever is taken out stays on record, so that texts that name them remain masked."""
    if hidden_from(act.case, act.by) is not None:
        raise RuleViolation(CONFIDENTIAL, None, "需要更正的，请由受理单位办理。")
    if len(str(act.data.get("reason") or "").strip()) < 5:
        raise InvalidInput("请写明更正理由（不少于 5 个字）。", "reason")
    case, before = act.case, [_plain(p) for p in present(act.case.complainants)]
    said: list[list[str]] = []
    _remove(act, said)
    _change(act, said)
    _add(act, said)
    _speak(act, said)
    _protect(act, said)
    here = present(case.complainants)
    if not here and not case.anonymous:
        raise InvalidInput("至少要有一位诉求人。", "removed")
    if not said:
        raise InvalidInput("没有改动任何内容。", "reason")
    db.session.flush()
    if group_is_significant(here, act.ruleset) and not case.significant:
        case.significant = True
        said.append(["significant", "否", f"是（{heads(here)} 人一起反映）"])
    keep_title(case)
    act.record("reason")
    act.facts["changes"] = said
    _keep(act, before, [_plain(p) for p in here])


def _plain(person: Complainant) -> dict[str, Any]:
    return {name: getattr(person, name) for name in (*TOLD, "representative", "headcount")}


def _keep(act: Act, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    """Names and numbers in full stand in the audit log only, sealed with the key of the case."""
    audit.record(
        "case.people", subject=audit.Subject(SUBJECT, act.case.id, act.case.number), by=act.by, now=act.now,
        changes={"complainants": [len(before), len(after)]}, personal={"complainants": [before, after]},
    )  # fmt: skip


def _called(act: Act, names: Iterable[str]) -> str:
    """张*、李*; of a confidential case their number."""
    known = list(names)
    if act.case.confidential:
        return f"{len(known)} 人"
    more = f"等 {len(known)} 人" if len(known) > 10 else ""
    return "、".join(mask_name(name) if name else "（未留姓名）" for name in known[:10]) + more


def _mine(act: Act, person_id: Any) -> Complainant:
    person: Complainant
    for person in present(act.case.complainants):
        if person.id == int(person_id):
            return person
    raise InvalidInput("没有这位诉求人。", "person_id")


def _former(case: Case, old: Mapping[str, Any]) -> None:
    case.complainants.append(Complainant(**{n: old[n] for n in TOLD}, representative=False, headcount=0))


def _remove(act: Act, said: list[list[str]]) -> None:
    gone = [_mine(act, person_id) for person_id in act.data.get("removed") or []]
    for person in gone:
        person.representative, person.headcount = False, 0
    if gone:
        said.append(["removed", _called(act, (p.name for p in gone)), ""])


def _change(act: Act, said: list[list[str]]) -> None:
    if not act.data.get("person_id"):
        return
    person, old = _mine(act, act.data["person_id"]), {}
    for name in TOLD:
        new = str(act.data.get(name) or "").strip()
        if new and new != getattr(person, name):
            old[name] = getattr(person, name)
    if not old:
        return
    if any(old.values()):
        _former(act.case, dict.fromkeys(TOLD, "") | old)
    for name in old:
        setattr(person, name, str(act.data[name]).strip())
    said.append(["complainant", _called(act, [old.get("name", person.name)]), _called(act, [person.name])])


def _add(act: Act, said: list[list[str]]) -> None:
    added = list(act.data.get("added") or [])
    if not added:
        return
    here = present(act.case.complainants)
    known = {(p.name, p.phone) for p in here}
    fresh = [p for p in dict.fromkeys(added) if (p.name, p.phone) not in known]
    if len(here) + len(fresh) > MOST_PEOPLE:
        raise InvalidInput(f"一件最多登记 {MOST_PEOPLE} 位诉求人；其余的写在人数里。", "added")
    if not fresh:
        raise InvalidInput("名单里的人都已经登记了。", "added")
    for place, person in enumerate(fresh):
        speaks = not here and place == 0
        act.case.complainants.append(Complainant(**(vars(person) | {"representative": speaks})))
    said.append(["added", "", _called(act, (p.name for p in fresh))])
    if act.case.anonymous:
        act.case.anonymous = False
        said.append(["anonymous", "是", "否，已留下姓名或电话"])


def _speak(act: Act, said: list[list[str]]) -> None:
    """Who represents the others, and how many they are."""
    chosen = {int(i) for i in act.data.get("representative_ids") or []}
    here = present(act.case.complainants)
    if chosen:
        before = [p for p in here if p.representative]
        now = [p for p in here if p.id in chosen]
        if not now:
            raise InvalidInput("没有这位诉求人。", "representative_ids")
        if now != before:
            for person in here:
                person.representative = person in now
            said.append(["representative", _called(act, (p.name for p in before)),
                         _called(act, (p.name for p in now))])  # fmt: skip
    number = act.data.get("headcount")
    if number and here and int(number) != heads(here):
        if int(number) < len(here):
            raise InvalidInput(f"名单上已有 {len(here)} 人，人数不能更少。", "headcount")
        said.append(["headcount", str(heads(here)), str(number)])
        for person in here:
            person.headcount = 1
        speaker = next((p for p in here if p.representative), here[0])
        speaker.headcount = int(number)


def _protect(act: Act, said: list[list[str]]) -> None:
    """Asked for confidentiality, or lifted it; a report stays confidential whatever is asked."""
    wanted = act.data.get("confidential")
    if wanted is None or wanted == act.case.confidential:
        return
    if not wanted and act.ruleset.type(act.case.type).confidential:
        raise InvalidInput("举报一律保密，不能取消。", "confidential")
    said.append(["confidential", "是" if act.case.confidential else "否", "是" if wanted else "否"])
    act.case.confidential = bool(wanted)
    if wanted:
        keep_files_back(act.case)


def keep_files_back(case: Case) -> None:
    """A case has become confidential: what its receiver attached before may tell who reported."""
    for attachment in case.attachments:
        if attachment.added_by.organization_id in (case.receiving_org_id, case.regulator_id):
            attachment.kept_back = True


@effect("relay_question")
def relay_question(act: Act) -> None:
    """The enterprise asks the reporter something; the regulator puts it to them."""
    if not str(act.data.get("text") or "").strip():
        raise InvalidInput("请写明要问什么。", "text")
    act.record("text")
    clerks = people_with_role(act.case.regulator_id, Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR)
    text = f"{act.case.number}：经营单位请转问举报人。"
    tell([p.id for p in clerks], text, link=case_path(act.case), now=act.now)


@effect("relay_answer")
def relay_answer(act: Act) -> None:
    """The regulator passes on what the reporter answered, without anything that says who it is."""
    text = str(act.data.get("text") or "").strip()
    if not text:
        raise InvalidInput("请写明举报人的回答。", "text")
    if not facts.question_open(act.case):
        raise InvalidInput("没有等待转问的问题。", "text")
    if identity_in(text, act.case.complainants):
        raise InvalidInput("回答里写有举报人的姓名、称呼、电话、户号或地址，请改写后再转告。", "text")
    act.record(text=hide(text, act.case.complainants))
    units = {a.organization_id for a in act.case.open_assignments}
    people = [p.id for o in sorted(units) for p in people_with_role(o, Role.DISPATCHER, Role.HANDLER)]
    told = f"{act.case.number}《{discreet(act.case.title, act.case)[:40]}》：举报人的回答已转来。"
    tell(people, told, link=case_path(act.case), now=act.now)
