"""The unit's work: investigate, verify, correct, rectify, apologise, talk (Q3.1, Q6, F5.2)."""

from __future__ import annotations

from datetime import timedelta

from blueprints.accounts.models import User
from blueprints.accounts.queries import people_with_role
from blueprints.complaints.people import discreet
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.dispatching import own_assignment
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.next_step import case_path
from blueprints.complaints.service.progress import record_notice
from core.authz import Role
from core.clock import local_date
from core.db import db
from core.inbox import tell
from domain.errors import InvalidInput

LONGEST_TALK_GAP = timedelta(days=365)


def _need(act: Act, name: str, message: str) -> None:
    if not str(act.data.get(name) or "").strip():
        raise InvalidInput(message, name)


@effect("investigate")
def investigate(act: Act) -> None:
    """Name one investigator of the responsible unit (Q3.1a)."""
    assignment = own_assignment(act)
    person = db.session.get(User, int(act.data["investigator_id"]))
    if person is None or not person.active or person.organization_id != assignment.organization_id:
        raise InvalidInput("调查人须是本单位的在岗人员。", "investigator_id")
    assignment.investigator_id, assignment.responsible_id = person.id, person.id
    assignment.state = "investigating"
    act.assignment_id = assignment.id
    act.record("text", investigator=person.name, units=[assignment.unit_name])
    if person.id != act.by.id:
        text = f"{act.case.number}《{discreet(act.case.title, act.case)[:40]}》由您负责调查。"
        tell(
            [person.id],
            text,
            link=case_path(act.case),
            now=act.now,
            clause=act.ruleset.action("investigate").clause or "",
        )
    record_notice(act, "progress_dispatched")


@effect("verify")
def verify(act: Act) -> None:
    """The conclusion of one unit; the case keeps the gravest finding of its main units."""
    case, data = act.case, act.data
    assignment = own_assignment(act)
    if assignment.investigator_id is None:
        raise InvalidInput("请先指定调查人。", "findings")
    assignment.state = "verified"
    act.assignment_id = assignment.id
    order = ("", "unsubstantiated", "partly", "substantiated")
    if order.index(data["conclusion"]) >= order.index(case.conclusion):
        case.conclusion = data["conclusion"]
    case.reasonable = bool(case.reasonable) or bool(data["reasonable"])
    if data.get("service_class"):
        case.service_class = data["service_class"]
    case.sent_back = False
    act.record(
        "findings", "evidence", "conclusion", "reasonable", "service_class", units=[assignment.unit_name]
    )


@effect("report_misconduct")
def report_misconduct(act: Act) -> None:
    """Q3.1b: told to the leader in charge and handled by procedure."""
    leader = db.session.get(User, int(act.data.get("leader_id") or 0))
    if (
        leader is None
        or leader.organization_id != act.by.organization_id
        or Role.ENTERPRISE_LEADER not in leader.roles
    ):
        raise InvalidInput("请选择本单位分管领导。", "leader_id")
    _need(act, "text", "请写明汇报的具体情况和处理程序。")
    act.record("text", reported_to=leader.name)
    text = f"{act.case.number}核实为违规或工作失职，已向您汇报：{act.data['text'][:80]}"
    tell([leader.id], text, link=case_path(act.case), now=act.now, clause="Q3.1b")


@effect("correct_lapse")
def correct_lapse(act: Act) -> None:
    """Q3.1c: sanction by the unit's rules, and the immediate correction with its proof."""
    _need(act, "sanction", "请写明按本单位制度对当事人的处理。")
    _need(act, "measures", "请写明如何立即纠正。")
    _need(act, "proof", "请写明纠正的佐证（可同时上传附件）。")
    act.record("sanction", "measures", "proof")


@effect("explain")
def explain(act: Act) -> None:
    """Q3.1d: how the misunderstanding was explained."""
    _need(act, "text", "请写明解释内容。")
    act.record("text", "way", "accepted")


@effect("rectify")
def rectify(act: Act) -> None:
    """Measures, responsible person and due day."""
    _need(act, "measures", "请写明整改措施。")
    _need(act, "responsible", "请写明责任人。")
    due_on = act.data.get("due_on")
    if due_on is None or due_on < local_date(act.now):
        raise InvalidInput("请填写今天或以后的整改完成日期。", "due_on")
    act.case.rectification, act.case.rectification_due_on = "planned", due_on
    clause = act.ruleset.action("rectify").clause or ""
    deadlines.start_until(act, "rectification", "整改完成", due_on, clause)
    act.record("measures", "responsible", "due_on")


@effect("complete_rectification")
def complete_rectification(act: Act) -> None:
    """Result and proof."""
    _need(act, "result", "请写明整改结果。")
    _need(act, "proof", "请写明佐证（可同时上传照片等附件）。")
    act.case.rectification, act.case.rectification_due_on = "completed", None
    deadlines.stop(act, "rectification")
    act.record("result", "proof")


@effect("apologise")
def apologise(act: Act) -> None:
    """Q6.1: by the leader in charge or the head of department, in person."""
    told_at = act.data.get("told_at")
    if told_at is None or told_at > act.now:
        raise InvalidInput("致歉时间不能晚于现在。", "told_at")
    _need(act, "way", "请选择致歉方式。")
    act.record("way", "told_at", "in_person", "text", person=act.by.name)


@effect("talk")
def talk(act: Act) -> None:
    """One explaining talk with the person."""
    _need(act, "text", "请写明沟通内容。")
    act.case.talks += 1
    if act.data.get("accepted"):
        act.case.next_talk_on = None
    act.record("way", "told_at", "text", "accepted")


@effect("shelve_talk")
def shelve_talk(act: Act) -> None:
    """Q6.2: keep the talk open until a better moment; its day comes back into the work list."""
    next_on = act.data.get("next_on")
    today = local_date(act.now)
    if next_on is None or next_on <= today:
        raise InvalidInput("请填写今天之后的下次沟通日期。", "next_on")
    if next_on - today > LONGEST_TALK_GAP:
        raise InvalidInput("下次沟通日期请在一年之内。", "next_on")
    _need(act, "reason", "请记录已作的沟通和未获理解的情况。")
    act.case.next_talk_on = next_on
    act.record("reason", "next_on")


@effect("note")
def note(act: Act) -> None:
    """A note or a piece of evidence on the way."""
    _need(act, "text", "请填写内容。")
    act.record("text")


def leaders_of(organization_id: int) -> list[User]:
    """Leaders in charge and heads of department of an enterprise."""
    return people_with_role(organization_id, Role.ENTERPRISE_LEADER)
