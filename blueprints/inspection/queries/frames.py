"""Frames of samples: every record of an enterprise in a period, as it is now, names and phones masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select

from blueprints.accounts.models import Department
from blueprints.complaints.labels import value_words
from blueprints.complaints.models import Assignment, Case, CaseStep, Complainant
from blueprints.complaints.views.words import LEVELS, words_for
from blueprints.complaints.workflow import STATE_NAMES, State
from blueprints.disclosure.models import DisclosureVersion
from blueprints.disclosure.queries.duties import duty_named
from blueprints.registry.models import Certificate, OpeningLog, ServiceRequest, Visit
from blueprints.registry.queries.services import REQUEST_KINDS, REQUEST_STATES
from blueprints.registry.queries.staff import POSTS
from blueprints.registry.queries.visits import STATES as VISIT_STATES
from core.clock import local_midnight, to_local
from core.db import db
from core.privacy import mask_name, mask_phone

CHUNK = 500
LONGEST = 100
HIDDEN = "＊＊"
ABSENT = "（没有记录）"
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?!\d)")
NAMES = re.compile(r"^(姓名|.*(联系人|户主|户名|用户姓名|诉求人|投诉人))")
PHONES = re.compile(r"电话|手机|联系方式")
SHEET = "sheet"
Snapshot = list[list[str]]


class Record(NamedTuple):
    """One record of a frame: `stratum` empty where no strata are asked for."""

    stratum: str
    key: str
    snapshot: Snapshot


class Source(NamedTuple):
    """Where records come from: its name, what it can be stratified by, and what reads it."""

    name: str
    strata: Mapping[str, str]
    read: Callable[[int, date, date, str], Iterator[Record]]


def _moment(at: datetime | None) -> str:
    return f"{to_local(at):%Y-%m-%d %H:%M}" if at else ""


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _told(*pairs: tuple[str, Any]) -> Snapshot:
    """What is kept of a record; what is not recorded says so."""
    return [
        [label, masked(label, str(value)) if value not in (None, "") else ABSENT] for label, value in pairs
    ]


def masked(label: str, text: str) -> str:
    """A value as it is kept: a column of names or phones masked, phones in any other text as well."""
    if NAMES.search(label):
        return mask_name(text)
    if PHONES.search(label):
        return mask_phone(text)
    return PHONE.sub(lambda found: mask_phone(found.group()), text)


def _within(column: Any, since: date, until: date) -> list[ColumnElement[bool]]:
    return [column >= local_midnight(since), column < local_midnight(until + timedelta(days=1))]


# ---- cases ----------------------------------------------------------------------------------------------


def _cases(enterprise_id: int, since: date, until: date, by: str) -> Iterator[Record]:
    wanted = select(Case).where(Case.enterprise_id == enterprise_id, *_within(Case.received_at, since, until))
    found = list(db.session.scalars(wanted.order_by(Case.id)))
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        ids = [case.id for case in part]
        steps = _steps(ids)
        units = _departments(ids)
        people = _people(ids)
        for case in part:
            title = "（保密件）" if case.confidential else _hidden(case.title, people.get(case.id, ()))
            yield _case(case, title, steps.get(case.id, []), units.get(case.id, ""), by)


def _people(ids: Sequence[int]) -> dict[int, list[str]]:
    """What is said of the people of each case."""
    found: dict[int, list[str]] = {}
    for row in db.session.scalars(select(Complainant).where(Complainant.case_id.in_(ids))):
        told = (row.name, row.phone, row.address, row.account_number)
        found.setdefault(row.case_id, []).extend(told)
    return found


def _hidden(text: str, secrets: Iterable[str]) -> str:
    """A text without what is said of people, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 2:
            text = text.replace(secret, HIDDEN)
    return text


def _steps(ids: Sequence[int]) -> dict[int, list[CaseStep]]:
    found: dict[int, list[CaseStep]] = {}
    rows = select(CaseStep).where(CaseStep.case_id.in_(ids)).order_by(CaseStep.id)
    for step in db.session.scalars(rows):
        found.setdefault(step.case_id, []).append(step)
    return found


def _departments(ids: Sequence[int]) -> dict[int, str]:
    """The first responsible department of each case."""
    rows = (
        select(Assignment.case_id, Department.name)
        .join(Department, Department.id == Assignment.department_id)
        .where(Assignment.case_id.in_(ids), Assignment.state != "cancelled")
        .order_by(Assignment.id.desc())
    )
    return {row.case_id: row.name for row in db.session.execute(rows)}


def _case(case: Case, title: str, steps: Iterable[CaseStep], unit: str, by: str) -> Record:
    words = words_for()
    kind, level = words.types.get(case.type, case.type), LEVELS[case.level]
    stratum = {"type": kind, "level": level, "department": unit or "没有责任部门"}.get(by, "")
    done = "\n".join(f"{_moment(step.at)}　{step.name}（{step.actor_unit}）" for step in steps)
    snapshot = _told(
        ("编号", case.number), ("标题", title),
        ("事项类型", kind), ("来源渠道", words.channels.get(case.channel, case.channel)),
        ("影响程度", level), ("责任部门", unit), ("收到", _moment(case.received_at)),
        ("登记", _moment(case.registered_at)), ("受理", _moment(case.accepted_at)),
        ("办理期限", _day(case.due_on) or _moment(case.due_at)), ("办结", _moment(case.completed_at)),
        ("结案", _moment(case.closed_at)), ("状态", STATE_NAMES[State(case.state)]),
        ("核实结论", value_words("conclusion", case.conclusion)),
        ("回访满意度", value_words("satisfied", case.satisfied)), ("办理经过", done),
    )  # fmt: skip
    return Record(stratum, case.number, snapshot)


# ---- the service register -------------------------------------------------------------------------------


def _visits(enterprise_id: int, since: date, until: date, by: str) -> Iterator[Record]:
    rows = select(Visit).where(
        Visit.organization_id == enterprise_id, *_within(Visit.slot_from, since, until)
    )
    for row in db.session.scalars(rows.order_by(Visit.id)):
        state = VISIT_STATES[row.state]
        people = (row.user_name, row.user_phone, row.user_address)
        snapshot = _told(
            ("编号", row.number), ("事项", _hidden(row.purpose, people)), ("班组", row.team),
            ("用户", f"{mask_name(row.user_name)} {mask_phone(row.user_phone)}"),
            ("约定时段", f"{_moment(row.slot_from)} 至 {to_local(row.slot_until):%H:%M}"),
            ("预约", _moment(row.agreed_at)), ("到达", _moment(row.arrived_at)),
            ("结束", _moment(row.ended_at)), ("迟到分钟", row.late_minutes), ("状态", state),
            ("结果", _hidden(row.outcome, people)),
            ("违约", _hidden(row.breach_reason, people) if row.breach else "无"),
        )  # fmt: skip
        yield Record({"state": state, "team": row.team or "没有班组"}.get(by, ""), row.number, snapshot)


def _certificates(enterprise_id: int, since: date, until: date, by: str) -> Iterator[Record]:
    rows = select(Certificate).where(
        Certificate.organization_id == enterprise_id,
        Certificate.valid_from <= until,
        Certificate.valid_until >= since,
    )
    for row in db.session.scalars(rows.order_by(Certificate.id)):
        post = POSTS[row.staff.post]
        snapshot = _told(
            ("证书编号", row.number), ("员工", f"{mask_name(row.staff.name)}（工号 {row.staff.badge}）"),
            ("岗位", post), ("证书", row.name), ("发证单位", row.issuer), ("有效期起", _day(row.valid_from)),
            ("有效期止", _day(row.valid_until)),
            ("撤销", f"{_day(row.revoked_on)} {row.revoked_reason}" if row.revoked_on else "无"),
        )  # fmt: skip
        yield Record(post if by == "post" else "", row.number, snapshot)


def _requests(enterprise_id: int, since: date, until: date, by: str) -> Iterator[Record]:
    rows = select(ServiceRequest).where(
        ServiceRequest.organization_id == enterprise_id, *_within(ServiceRequest.received_at, since, until)
    )
    for row in db.session.scalars(rows.order_by(ServiceRequest.id)):
        kind, people = REQUEST_KINDS[row.kind], (row.user_name, row.user_phone)
        snapshot = _told(
            ("编号", row.number), ("类别", kind), ("内容", _hidden(row.content, people)),
            ("用户", f"{mask_name(row.user_name)} {mask_phone(row.user_phone)}".strip()),
            ("收到", _moment(row.received_at)), ("首问人", mask_name(row.first_receiver.name)),
            ("期限", _day(row.due_on) or _moment(row.due_at)), ("办结", _moment(row.ended_at)),
            ("超期", "是" if row.late else "否"), ("状态", REQUEST_STATES[row.state]),
            ("结果", _hidden(row.outcome, people)),
            ("不能受理的理由", _hidden(row.refusal, people) or "不涉及"),
            ("告知", f"{_moment(row.told_at)} {row.told_how}".strip()),
        )  # fmt: skip
        yield Record(kind if by == "kind" else "", row.number, snapshot)


def _openings(enterprise_id: int, since: date, until: date, by: str) -> Iterator[Record]:
    rows = select(OpeningLog).where(
        OpeningLog.organization_id == enterprise_id, OpeningLog.day >= since, OpeningLog.day <= until
    )
    for row in db.session.scalars(rows.order_by(OpeningLog.id)):
        snapshot = _told(
            ("网点", row.outlet.name), ("日期", _day(row.day)), ("开门", _moment(row.opened_at)),
            ("关门", _moment(row.closed_at)), ("晚开分钟", row.late_minutes), ("早关分钟", row.early_minutes),
            ("记录", _moment(row.recorded_at)), ("说明", row.remark or "无"),
        )  # fmt: skip
        key = f"O{row.outlet_id:05d}-{row.day:%Y%m%d}"
        yield Record(row.outlet.name if by == "outlet" else "", key, snapshot)


def _disclosed(enterprise_id: int, since: date, until: date, by: str) -> Iterator[Record]:
    rows = select(DisclosureVersion).where(
        DisclosureVersion.organization_id == enterprise_id,
        DisclosureVersion.published_on >= since,
        DisclosureVersion.published_on <= until,
    )
    for row in db.session.scalars(rows.order_by(DisclosureVersion.id)):
        duty = duty_named(row.item.duty).item
        snapshot = _told(
            ("公开事项", duty), ("标题", row.title), ("版本", row.number), ("报告期", row.period or "不分期"),
            ("内容", row.body), ("附件", f"{len(row.files)} 个"), ("公布凭证", f"{len(row.proofs)} 个"),
            ("公布", _moment(row.published_at)), ("撤下或替换", _day(row.ended_on) or "仍在公布"),
        )  # fmt: skip
        yield Record(duty if by == "duty" else "", f"{row.item.duty}-{row.number}", snapshot)


FRAMES: dict[str, Source] = {
    "cases": Source("诉求件", {"type": "事项类型", "level": "影响程度", "department": "责任部门"}, _cases),
    "visits": Source("上门服务", {"state": "状态", "team": "班组"}, _visits),
    "certificates": Source("员工上岗证", {"post": "岗位"}, _certificates),
    "requests": Source("服务请求", {"kind": "类别"}, _requests),
    "opening": Source("网点开门记录", {"outlet": "网点"}, _openings),
    "disclosure": Source("已公布的公开事项", {"duty": "事项"}, _disclosed),
}
SOURCES = {name: source.name for name, source in FRAMES.items()} | {SHEET: "企业交来的表格"}


def records_of(source: str, enterprise_id: int, since: date, until: date, by: str) -> list[Record]:
    """Every record of a source in a period (both days included) as it is now; `by`: what makes the strata."""
    frame = FRAMES[source]
    found = frame.read(enterprise_id, since, until, by if by in frame.strata else "")
    return [Record(fitting(row.stratum), fitting(row.key), row.snapshot) for row in found]


def fitting(text: str) -> str:
    """A name as it can stand in a line `stratum|id` of a frame."""
    return " ".join(text.replace("|", "／").split())[:LONGEST]
