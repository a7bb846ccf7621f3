"""会商: the regulator settles who of several enterprises answers for what, on record (F5.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from blueprints.accounts.queries import people_with_role
from blueprints.complaints import facts
from blueprints.complaints.models import Case, Consultation
from blueprints.complaints.parties import enterprises_of
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.next_step import case_path
from core.authz import Role
from core.clock import local_date
from core.inbox import tell
from core.wording import date_words
from domain.errors import InvalidInput

NEEDED = {"chair": "请填写主持人。", "attendees": "请填写参加人员。", "text": "请写明会商查明的事实。"}


@effect("consult")
def consult(act: Act) -> None:
    """One row a consultation; the last one is what the combined reply rests on."""
    data = act.data
    held_at = data.get("held_at")
    if held_at is None or held_at > act.now:
        raise InvalidInput("会商时间不能晚于现在。", "held_at")
    for name, message in NEEDED.items():
        if not str(data.get(name) or "").strip():
            raise InvalidInput(message, name)
    liability = [_liability(act, *enterprise) for enterprise in enterprises_of(act.case)]
    reply = str(data.get("reply") or "").strip() or combined(act.case, liability)
    act.case.consultations.append(
        Consultation(
            held_at=held_at, place=str(data.get("place") or ""), chair=data["chair"], facts=data["text"],
            attendees=data["attendees"], liability=liability, reply=reply, recorded_by_id=act.by.id,
            recorded_at=act.now,
        )
    )  # fmt: skip
    act.record("held_at", "place", "chair", "attendees", "text", reply=reply)
    act.record(liability=[liability_words(row) for row in liability])
    _tell_parties(act)


def _liability(act: Act, organization_id: int, name: str, kind: str) -> dict[str, Any]:
    """What one enterprise answers for. Errors: InvalidInput at its field."""
    duty = str(act.data.get(f"duty_{organization_id}") or "").strip()
    if not duty:
        raise InvalidInput(f"请写明{name}的责任；没有责任的也要写明。", f"duty_{organization_id}")
    due_on: date | None = act.data.get(f"due_{organization_id}")
    if due_on is not None and due_on < local_date(act.now):
        raise InvalidInput("完成日期不能早于今天。", f"due_{organization_id}")
    measures = str(act.data.get(f"measures_{organization_id}") or "").strip()
    return {
        "organization_id": organization_id, "name": name, "kind": kind, "duty": duty, "measures": measures,
        "due_on": due_on.isoformat() if due_on else "",
    }  # fmt: skip


def liability_words(row: dict[str, Any]) -> str:
    """示例燃气公司：没有提前告知；措施：……；10月20日前完成"""
    parts = [f"{row['name']}：{row['duty']}"]
    if row["measures"]:
        parts.append(f"措施：{row['measures']}")
    if row["due_on"]:
        parts.append(f"{date_words(date.fromisoformat(row['due_on']))}前完成")
    return "；".join(part.rstrip("。；") for part in parts)


def combined(case: Case, liability: list[dict[str, Any]]) -> str:
    """One reply for all enterprises, drawn up from who answers for what."""
    names = "、".join(row["name"] for row in liability)
    told = "。".join(liability_words(row) for row in liability)
    return f"您好：您反映的“{case.title}”涉及{names}，经主管部门会商，各单位的责任和措施如下：{told}。"


def prepared_reply(case: Case) -> str:
    """The combined reply of the last consultation; empty where the case has none since it was reopened."""
    if not case.consultations or not facts.done(case, "consult"):
        return ""
    return str(case.consultations[-1].reply)


def verified_words(case: Case) -> str:
    """What each unit found, for the form of the consultation."""
    said = [s for s in facts.steps_since(case, facts.REOPENING) if s.action == "verify"]
    units = {a.id: a.organization.name for a in case.assignments}
    lines = [
        f"{units.get(s.assignment_id or 0, s.actor_unit)}：{s.facts.get('findings') or ''}" for s in said
    ]
    return "\n".join(lines)


def _tell_parties(act: Act) -> None:
    for organization_id, _, _ in enterprises_of(act.case):
        people = people_with_role(organization_id, Role.DISPATCHER, Role.ENTERPRISE_LEADER)
        text = f"{act.case.number}已会商，请按会商记录落实本单位的责任和措施。"
        clause = act.ruleset.action("consult").clause or ""
        tell([p.id for p in people], text, link=case_path(act.case), now=act.now, clause=clause)
