"""Cases in every state, so that every page and every form of a step has something to show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from unittest import mock

from sqlalchemy import select

from blueprints.complaints.models import Case, Ledger
from blueprints.complaints.queries_case import case_for
from blueprints.complaints.service import options
from blueprints.complaints.service.ledger import sample
from blueprints.notices import queries
from blueprints.notices.service import options as notice_options
from blueprints.notices.service import printing
from core import clock
from core.db import db, transaction
from tests.factories.cases import SUBSTANTIAL, Desk
from tests.factories.filled import Filled
from tests.factories.notices import Office, empty_sheets
from tests.factories.shared_cases import shared

PEOPLE = (
    "jxw-clerk", "jxw-supervisor", "jxw-leader", "rq-dispatcher", "rq-handler", "rq-leader",
    "gs-dispatcher", "gs-handler", "gs-leader",
)  # fmt: skip


def handed_over_cases(desk: Desk) -> list[int]:
    """The gas company's cases, one for each state of the long way."""
    registered = desk.register("jxw-clerk", "rq")
    waiting = desk.register("jxw-clerk", "rq", significant=True)
    desk.do(waiting, "request_info", "jxw-clerk", missing="书面投诉材料", written=True, told_how="电话")
    written = desk.register("jxw-clerk", "rq", significant=True)
    accepted = desk.register("jxw-clerk", "rq", urgent=True)
    desk.do(accepted, "accept", "jxw-clerk", nature="internal")
    investigating, verified = desk.handed_over(), desk.handed_over()
    investigator = desk.world.user("rq-handler").id
    desk.do(investigating, "investigate", "rq-handler", investigator_id=investigator)
    desk.verified(verified, "rq", service_class="")
    rectifying = desk.handed_over()
    desk.verified(rectifying, "rq", service_class="")
    plan = {"measures": "完善停供告知流程", "responsible": "营业厅主任"}
    desk.do(rectifying, "rectify", "rq-handler", due_on=clock.today() + timedelta(days=3), **plan)
    reviewed = desk.reported()
    called_back = desk.reported()
    for case in (reviewed, called_back):
        desk.do(case, "review_accept", "jxw-supervisor")
    desk.do(called_back, "callback", "jxw-clerk", solved=True, satisfied="satisfied")
    archived = desk.closed()
    desk.do(archived, "archive", "jxw-clerk")
    declined = desk.register("jxw-clerk", "rq")
    desk.do(declined, "decline", "jxw-clerk", reason="不属于供气服务范围，请向物业反映", **desk.told())
    merged = desk.register("jxw-clerk", "rq")
    desk.do(merged, "merge", "jxw-clerk", other=desk.case(registered).number)
    return [registered, waiting, written, accepted, investigating, verified, rectifying,
            desk.replied_handover(), desk.reported(), reviewed, called_back, desk.closed(), archived,
            declined, merged]  # fmt: skip


def requested_cases(desk: Desk) -> list[int]:
    """Cases with something to decide: a return, a suspension, a withdrawal, a supervision order, a stop."""
    returned, suspending = desk.handed_over(), desk.handed_over()
    desk.do(returned, "return_assignment", "rq-handler", reason="不属于本班职责范围")
    desk.do(suspending, "request_suspension", "rq-dispatcher", reason="等待司法鉴定结果")
    stopped, supervised = desk.handed_over(), desk.handed_over()
    desk.do(stopped, "request_suspension", "rq-dispatcher", reason="等待司法鉴定结果")
    desk.do(stopped, "decide_suspension", "jxw-supervisor", approve=True)
    desk.do(supervised, "supervise", "jxw-supervisor", reason="久拖不决，影响恶劣", workdays=3)
    withdrawing = desk.register("jxw-clerk", "rq")
    desk.do(withdrawing, "request_withdrawal", "jxw-clerk", reason="已自行解决，要求撤回", told_how="电话")
    fresh, inquiry = (
        desk.register("rq-dispatcher", "rq", type="inquiry", channel="gas_hotline") for _ in range(2)
    )
    question = {"units": desk.department("rq"), "requirement": "阶梯气价怎么算？"}
    desk.do(inquiry, "ask", "rq-dispatcher", **question)
    return [returned, suspending, stopped, supervised, withdrawing, fresh, inquiry]


def water_cases(desk: Desk) -> list[int]:
    """The water company's: each class of a service complaint, a talk kept open, a suggestion on its way."""
    found = []
    for service_class in ("misconduct", "lapse", "misunderstanding"):
        case = desk.own_water()
        desk.verified(case, "gs", service_class=service_class)
        found.append(case)
    talked = desk.own_water()
    misread = {"conclusion": "unsubstantiated", "service_class": "misunderstanding"}
    desk.verified(talked, "gs", reasonable=False, **misread)
    desk.do(talked, "explain", "gs-handler", text="解释计费规则", way="电话", accepted=False)
    desk.do(talked, "reply", "gs-handler", text=SUBSTANTIAL, **desk.told())
    for _ in range(2):
        desk.do(talked, "talk", "gs-handler", text="再次解释", accepted=False, **desk.told())
    idea = desk.register("gs-dispatcher", "gs", type="suggestion", channel="department_phone")
    desk.do(idea, "accept", "gs-dispatcher", notice_way="电话")
    asked = desk.register("gs-dispatcher", "gs", type="suggestion", channel="department_phone")
    desk.do(asked, "accept", "gs-dispatcher", notice_way="电话")
    promised = {"reply_needed": True, "reply_promised_on": clock.today() + timedelta(days=3)}
    desk.do(asked, "refer_to_leader", "gs-dispatcher", text="建议提前三天通知停水", **promised)
    return [*found, talked, idea, asked]


def office_cases(desk: Desk) -> list[int]:
    """A confidential report with a question, the same matter again on its way to its end, a case of two
    companies, a round with a question to its sender."""
    relayed = desk.handed_over("rq", confidential=True)
    desk.do(relayed, "relay_question", "rq-handler", text="停气的是哪一栋？")
    first = desk.closed()
    asked, agreed = (desk.register("jxw-clerk", "rq") for _ in range(2))
    again = {"other": desk.case(first).number, "reason": "时间地点要求都相同", "nothing_new": True}
    for case in (asked, agreed):
        desk.do(case, "request_no_more", "jxw-clerk", **again)
    desk.do(agreed, "decide_no_more", "jxw-leader", approve=True)
    origin = {"source": "12345", "number": "202610120009", "digest": "1" * 64, "data": {}}
    outside = desk.register("jxw-clerk", "rq", origin=origin)
    desk.do(outside, "outside_sign", "jxw-clerk")
    desk.do(outside, "outside_ask", "jxw-clerk", kind="return", reason="不属于本区供气范围")
    return [relayed, first, asked, agreed, shared(desk), outside]


def every_state(desk: Desk, filled: Filled) -> list[int]:
    """All of the above, and a case that the regulator sampled from a ledger."""
    with transaction():
        supervisor = desk.world.user("jxw-supervisor")
        ledger = db.session.get_one(Ledger, filled.ledger_id)
        sample(ledger, [filled.ledger_row_id], "抽查热线件的办理", by=supervisor, now=clock.now())
    made = [*handed_over_cases(desk), *requested_cases(desk), *water_cases(desk), *office_cases(desk)]
    rest = set(db.session.scalars(select(Case.id))) - {filled.case_id, filled.own_case_id, *made}
    return [filled.case_id, filled.own_case_id, *made, *sorted(rest)]


def notices_in_every_state() -> list[int]:
    """The regulator's notices, one for each state; the one that was served was sent to the gas company."""
    office = Office()
    drafted, waiting, legal, to_sign, discarded = (office.draft("rectification_order") for _ in range(5))
    for notice in (waiting, legal, to_sign):
        office.act(notice, "submit", "jxw-clerk")
    for notice in (legal, to_sign):
        office.act(notice, "review", "jxw-supervisor")
    office.act(to_sign, "legal_review", "jxw-leader")
    office.act(discarded, "discard", "jxw-clerk", "不再需要发文")
    signed, stuck = office.signed(), office.signed()
    with mock.patch.object(printing, "draw", side_effect=printing.PrintFailed("印制进程超出了时间上限。")):
        office.issue(stuck)
    with empty_sheets():
        issued, served, archived, void = (office.issued() for _ in range(4))
        office.void(void)
    office.sent(served)
    office.serve(archived)
    office.answered(archived)
    office.act(archived, "archive", "jxw-clerk")
    return [drafted, waiting, legal, to_sign, discarded, signed, stuck, issued, served, archived, void]


def notice_steps(notices: Iterable[int]) -> dict[str, tuple[str, str]]:
    """For each step of a notice that somebody can take now: who, and the address of its form."""
    found: dict[str, tuple[str, str]] = {}
    for notice_id in notices:
        for login in ("jxw-clerk", "jxw-supervisor", "jxw-leader", "rq-leader"):
            by = Desk().world.user(login)
            notice = queries.notice_for(notice_id, by)
            for option in notice_options(notice, by) if notice else ():
                if option.blocked is None and option.action not in ("edit", "serve", "record_answer"):
                    found.setdefault(option.action, (login, f"/notices/{notice_id}/do/{option.action}"))
    return found


def steps_of(desk: Desk, cases: Iterable[int]) -> dict[str, tuple[str, int]]:
    """For each step that somebody can take now: who, and on which case (the first one found)."""
    found: dict[str, tuple[str, int]] = {}
    for case_id in cases:
        for login in PEOPLE:
            by = desk.world.user(login)
            case = case_for(case_id, by)
            if case is None:
                continue
            for option in options(case, by, now=clock.now()):
                if option.blocked is None:
                    found.setdefault(option.action, (login, case_id))
    return found
