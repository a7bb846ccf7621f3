"""What a case is to the two rates (Q2): from intake to archive through the services, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from blueprints.complaints import queries_rates
from blueprints.complaints.models import Approval, Case
from blueprints.complaints.queries_rates import DENOMINATOR, LATE, NUMERATOR, PARTS, RATES, REOPENED, Split
from blueprints.complaints.service import rating
from core import clock, clocks
from core.calendar_store import load_calendar
from core.clocks import Clock, Limit
from core.db import db, transaction
from domain.deadlines import Unit
from domain.rates import COUNTED, ENDED, EXCLUDED, Outcome
from domain.rulesets import Ruleset
from tests.conftest import MONDAY
from tests.factories.cases import Desk, at
from tests.factories.world import World
from tests.rule_data import ruleset

OCTOBER = rating.Period(date(2026, 10, 1), date(2026, 10, 31))
WEDNESDAY, NEXT_WEEK, LATER = at("2026-10-14 10:00"), at("2026-10-20 10:00"), at("2026-11-20 10:00")


@pytest.fixture
def office(each_app: Flask) -> Desk:
    """A desk on both databases, one after the other."""
    return Desk()


def outcomes(case_id: int, now: datetime | None = None) -> tuple[str, str]:
    """What a case is to (acceptance, completion) at a moment."""
    db.session.rollback()
    columns = [queries_rates.outcome(code, now or clock.now()) for code in ("acceptance", "completion")]
    row = db.session.execute(select(*columns).where(Case.id == case_id)).one()
    return row[0], row[1]


def water(office: Desk, **fields: object) -> int:
    """A complaint that the water company received an hour ago."""
    return office.register("gs-dispatcher", "gs", channel="department_phone", **fields)


def accept(office: Desk, case_id: int) -> None:
    office.do(case_id, "accept", "gs-dispatcher", notice_way="电话")


def inquiry(office: Desk) -> int:
    """An inquiry that the water company received an hour ago: answered, it is accepted and completed."""
    return water(office, type="inquiry")


def answer(office: Desk, case_id: int) -> None:
    office.do(
        case_id, "answer_now", "gs-dispatcher", text="阶梯水价按年累计计算，超出部分加价。", **office.told()
    )


# Accepted and completed, in time or not


@pytest.mark.rule("Q2")
def test_accepted_within_the_limit_counts_while_the_completion_is_still_open(office: Desk) -> None:
    case = water(office)
    assert outcomes(case) == ("open_not_due", "open_not_due")
    accept(office, case)
    assert outcomes(case) == ("timely", "open_not_due")


@pytest.mark.rule("Q2")
def test_accepted_after_the_limit_is_late_and_completed_in_time_is_timely(office: Desk) -> None:
    case = inquiry(office)
    with clock.frozen(WEDNESDAY):
        answer(office, case)
        assert outcomes(case) == ("late", "timely")


@pytest.mark.rule("Q2", "Q5")
def test_an_open_overdue_case_is_late_before_anybody_ends_it(office: Desk) -> None:
    case = water(office)
    due = clocks.open_of("case", case, "completion")[0].due_at
    assert outcomes(case, WEDNESDAY) == ("late", "open_not_due")
    assert outcomes(case, due - timedelta(seconds=1)) == ("late", "open_not_due")
    assert outcomes(case, due) == ("late", "late")
    with clock.frozen(LATER):
        accept(office, case)
        assert outcomes(case) == ("late", "late")


# Left out, each for its reason, also once they are archived


@pytest.mark.rule("Q2")
def test_a_declined_case_is_left_out(office: Desk) -> None:
    case = water(office)
    office.do(case, "decline", "gs-dispatcher", reason="不属于供水范围，请向物业反映", **office.told())
    assert outcomes(case, LATER) == ("declined", "declined")
    office.do(case, "archive", "gs-dispatcher")
    assert office.case(case).state == "archived"
    assert outcomes(case, LATER) == ("declined", "declined")


@pytest.mark.rule("Q2")
def test_a_merged_case_is_left_out_until_it_is_taken_apart_again(office: Desk) -> None:
    main, case = water(office), water(office)
    number = office.case(main).number
    office.do(case, "merge", "gs-dispatcher", other=number)
    assert outcomes(case, LATER) == ("merged", "merged")
    assert outcomes(main, LATER) == ("late", "late")
    office.do(case, "unmerge", "gs-dispatcher", reason="不是同一件事")
    assert outcomes(case) == ("open_not_due", "open_not_due")
    assert outcomes(case, LATER) == ("late", "late")


@pytest.mark.rule("Q2")
def test_a_withdrawn_case_is_left_out(office: Desk) -> None:
    case = water(office)
    accept(office, case)
    office.do(case, "request_withdrawal", "gs-dispatcher", reason="已自行解决，要求撤回", told_how="电话")
    office.do(case, "decide_withdrawal", "gs-leader", approve=True)
    assert outcomes(case, LATER) == ("withdrawn", "withdrawn")
    office.do(case, "archive", "gs-dispatcher")
    assert office.case(case).state == "archived"
    assert outcomes(case, LATER) == ("withdrawn", "withdrawn")


@pytest.mark.rule("Q2")
def test_a_case_without_the_limit_is_left_out(office: Desk) -> None:
    case = water(office)
    with transaction():
        clocks.void("case", case, at=clock.now(), obligation="completion")
    assert outcomes(case, LATER) == ("late", "no_limit")


# Which limit decides


@pytest.mark.rule("Q2")
def test_the_first_completion_decides_over_a_reopened_case(office: Desk) -> None:
    case = inquiry(office)
    answer(office, case)
    office.do(case, "callback", "gs-dispatcher", solved=False, satisfied="dissatisfied")
    found = office.case(case)
    assert (found.reopened, found.completed_at) == (1, None)
    assert outcomes(case, LATER) == ("timely", "timely")
    assert numbers("completion", REOPENED, now=LATER) == [found.number]


@pytest.mark.rule("Q2")
def test_a_late_first_completion_stays_late(office: Desk) -> None:
    case = inquiry(office)
    with clock.frozen(NEXT_WEEK):
        answer(office, case)
        office.do(case, "callback", "gs-dispatcher", solved=False, satisfied="dissatisfied")
        answer(office, case)
        assert outcomes(case) == ("late", "late")


@pytest.mark.rule("Q2")
def test_a_case_that_was_declined_and_taken_up_again_counts_by_its_new_limit(office: Desk) -> None:
    case = inquiry(office)
    office.do(case, "decline", "gs-dispatcher", reason="不属于供水范围，请向物业反映", **office.told())
    with clock.frozen(NEXT_WEEK):
        office.do(case, "reopen", "gs-dispatcher", reason="用户补充了证据，属于供水范围")
        assert outcomes(case) == ("timely", "open_not_due")
        answer(office, case)
        assert outcomes(case) == ("timely", "timely")


def law(case_id: int, days: int) -> None:
    """A limit of law beside the ruleset's own."""
    limit = Limit("completion", "城镇燃气管理条例第29条", days, Unit.DAY, "law", basis="条例")
    with transaction():
        case = db.session.get_one(Case, case_id)
        clocks.start("case", case_id, limit, since=case.received_at, calendar=load_calendar())


def test_of_two_limits_the_one_that_was_missed_decides(office: Desk) -> None:
    strict, loose = office.handed_over(), office.handed_over()
    law(strict, 2)
    law(loose, 60)
    assert (outcomes(strict, NEXT_WEEK)[1], outcomes(loose, NEXT_WEEK)[1]) == ("late", "open_not_due")


def test_a_suspended_case_is_overdue_by_law_alone(office: Desk) -> None:
    own, lawful = office.handed_over(), office.handed_over()
    law(lawful, 3)
    for case in (own, lawful):
        office.do(case, "request_suspension", "rq-dispatcher", reason="等待司法鉴定结果")
        office.do(case, "decide_suspension", "jxw-supervisor", approve=True)
    assert (outcomes(own, LATER)[1], outcomes(lawful, LATER)[1]) == ("open_not_due", "late")
    with clock.frozen(LATER):
        office.do(own, "resume", "rq-dispatcher", reason="鉴定结果已出")
        assert outcomes(own)[1] == "open_not_due"


def test_suspending_what_is_overdue_does_not_mend_it(office: Desk) -> None:
    case = office.handed_over()
    with clock.frozen(LATER):
        office.do(case, "request_suspension", "rq-dispatcher", reason="等待司法鉴定结果")
        office.do(case, "decide_suspension", "jxw-supervisor", approve=True)
        assert outcomes(case)[1] == "late"


# The SQL against the same rules written once more in Python, over cases in every condition


def expected(case: Case, running: Sequence[Clock], withdrawn: bool, code: str, now: datetime) -> str:
    """The rules as they are told on the page."""
    shelved = case.state == "archived" and case.closed_at is None
    if case.merged_into_id is not None:
        return "merged"
    if case.state == "withdrawn" or case.ended_how == "returned" or (shelved and withdrawn):
        return "withdrawn"
    if case.ended_how == "transferred":
        return "transferred"
    if case.state == "declined" or shelved or case.ended_how == "no_more":
        return "declined" if case.state == "declined" or shelved else "no_more"
    if case.incident_id is not None:
        return "incident"
    valid = [c for c in running if c.obligation == code and c.state != "void"]
    if not valid:
        return "no_limit"
    first = min(c.started_at for c in valid)
    standing = set()
    for c in (c for c in valid if c.started_at == first):
        held = case.suspended_at is not None and c.source != "law" and c.due_at > case.suspended_at
        overdue = c.state == "open" and c.due_at <= now and not held
        standing.add("late" if overdue else c.state)
    return "late" if "late" in standing else "open_not_due" if "open" in standing else "timely"


def shake(rng: Random, ids: Sequence[int]) -> None:
    """Bring cases and their clocks into any condition at all."""
    states = ("registered", "dispatched", "replied", "closed", "archived", "declined", "withdrawn")
    with transaction() as session:
        for case_id in ids:
            values = {
                "state": rng.choice(states),
                "closed_at": rng.choice((None, MONDAY)),
                "suspended_at": rng.choice((None, None, MONDAY + timedelta(days=rng.randint(0, 9)))),
                "merged_into_id": rng.choice((None,) * 9 + (ids[0],)),
                "reopened": rng.choice((0, 0, 1)),
                "ended_how": rng.choice(("",) * 9 + ("no_more", "returned", "transferred")),
                "incident_id": rng.choice((None,) * 9 + (1,)),
            }
            session.execute(update(Case).where(Case.id == case_id).values(**values))
            if rng.random() < 0.3:
                approval = Approval(
                    case_id=case_id, kind="withdrawal", reason="不再要求办理", requested_by_id=1
                )
                approval.state, approval.requested_at = rng.choice(("approved", "refused")), MONDAY
                session.add(approval)
            for old in clocks.of_subject("case", case_id):
                again = {c.key: getattr(old, c.key) for c in Clock.__table__.columns if c.key != "id"}
                if rng.random() < 0.5:
                    later = timedelta(days=rng.randint(0, 6))
                    changed = {"started_at": old.started_at + later, "source": rng.choice(("law", "local"))}
                    changed["due_at"] = old.due_at + timedelta(days=rng.randint(-3, 9))
                    changed["state"] = rng.choice(("open", "met", "late", "void"))
                    session.add(Clock(**(again | changed)))
                old.state = rng.choice(("open", "open", "met", "late", "void"))


@pytest.mark.rule("Q2")
def test_sql_says_what_the_rules_say(office: Desk) -> None:
    ids = [water(office) for _ in range(120)]
    shake(Random("rates"), ids)
    now, seen = NEXT_WEEK.astimezone(UTC), Counter[str]()
    for case in db.session.scalars(select(Case)).all():
        approved = any(a.kind == "withdrawal" and a.state == "approved" for a in case.approvals)
        running = clocks.of_subject("case", case.id)
        wanted = tuple(expected(case, running, approved, code, now) for code in ("acceptance", "completion"))
        assert outcomes(case.id, now) == wanted, case.id
        seen.update(wanted)
    assert set(seen) == {str(outcome) for outcome in Outcome}, seen
    check_parts(now)


def numbers(rate: str, part: str, *, now: datetime) -> list[str]:
    """The cases of one part of a rate."""
    db.session.rollback()
    wanted = select(Case.number).where(*queries_rates.conditions(rate, part, now=now)).order_by(Case.id)
    return list(db.session.scalars(wanted))


def check_parts(now: datetime) -> None:
    """Counts, lists and the filters of lists agree for every part of every rate."""
    found = rating.statistics([], OCTOBER, Split.TYPE, [ruleset("qitaihe")], now=now)
    everybody = queries_rates.listed([], now=now)
    assert found.whole.received == len(everybody)
    for code in RATES:
        rate = found.whole.rates[code]
        sizes = {DENOMINATOR: rate.denominator, NUMERATOR: rate.numerator, LATE: rate.late,
                 REOPENED: rate.reopened, "excluded": rate.excluded}  # fmt: skip
        sizes |= {queries_rates.excluded_part(kind): rate.of(kind) for kind in EXCLUDED}
        assert set(sizes) == set(PARTS)
        for part, size in sizes.items():
            listed = [c.number for c in everybody if c.outcomes[code] in PARTS[part]]
            if part == REOPENED:
                listed = [c.number for c in everybody if c.reopened and c.outcomes[code] in COUNTED]
            assert numbers(code, part, now=now) == sorted(listed), (code, part)
            assert len(listed) == size, (code, part)
    ended = queries_rates.listed([], now=now, ended=True)
    assert {c.number for c in ended} == {c.number for c in everybody if c.outcomes["completion"] in ENDED}


@pytest.mark.parametrize(
    "pair", [("acceptance", "nothing"), ("nothing", "numerator"), ("cross", "numerator")]
)
def test_words_that_mean_nothing_find_nothing(office: Desk, pair: tuple[str, str]) -> None:
    water(office)
    assert numbers(*pair, now=clock.now()) == []


# Periods, scopes and splits


@pytest.mark.rule("Q2")
def test_a_case_belongs_to_the_day_of_its_receipt_in_shanghai(office: Desk) -> None:
    late = {"late_entry_reason": "系统故障，次日补登"}
    moments = ("2026-10-31 23:59", "2026-11-01 00:00", "2026-09-30 23:59", "2026-10-01 00:00")
    with clock.frozen(at("2026-11-02 09:00")):
        made = {text: water(office, received_at=at(text), **late) for text in moments}
        db.session.rollback()
        inside = set(
            db.session.scalars(select(Case.id).where(*queries_rates.in_period(OCTOBER.first, OCTOBER.last)))
        )
    assert inside == {made["2026-10-31 23:59"], made["2026-10-01 00:00"]}


def lines(who: str | None, split: Split, rules: Ruleset, *, now: datetime | None = None) -> dict[object, int]:
    """How many cases of October stand in each row, as a person sees it."""
    db.session.rollback()
    now, by = now or clock.now(), World().user(who) if who else None
    scope = rating.scope_of(by, OCTOBER, now=now, calendar=load_calendar())
    found = rating.statistics(scope, OCTOBER, split, [rules], now=now)
    assert sum(line.received for line in found.lines) == found.whole.received == found.cross.total
    return {line.key: line.received for line in found.lines}


def test_people_count_the_cases_that_they_see(office: Desk, each_world: World) -> None:
    fuling = ruleset("fuling")
    office.handed_over("rq")
    office.register("rq-dispatcher", "rq", channel="gas_hotline")
    office.handed_over("gd")
    water(office)
    rq, gd = each_world.org("rq").id, each_world.org("gd").id
    assert lines("jxw-clerk", Split.ENTERPRISE, fuling) == {rq: 1, gd: 1}
    assert lines("rq-dispatcher", Split.ENTERPRISE, fuling) == {rq: 2}
    assert lines("rq-handler", Split.ENTERPRISE, fuling) == {rq: 1}
    assert lines("rq-handler2", Split.ENTERPRISE, fuling) == {}
    assert lines("swj-clerk", Split.ENTERPRISE, fuling) == {}
    assert lines("sysadmin", Split.ENTERPRISE, fuling) == {}
    assert sum(lines(None, Split.ENTERPRISE, fuling).values()) == 4


def test_a_case_is_counted_for_one_department(office: Desk, each_world: World) -> None:
    case = office.own_water()
    two = [*office.department("gs"), *office.department("gs", "抢修班")]
    office.do(case, "dispatch", "gs-dispatcher", units=two[1:], requirement="请协助", kind="assisting")
    water(office)
    hall = each_world.department("gs").id
    assert lines("gs-leader", Split.DEPARTMENT, ruleset("qitaihe")) == {hall: 1, None: 1}
    for unit, wanted in ((str(hall), 1), ("0", 1), (str(each_world.department("gs", "抢修班").id), 0)):
        db.session.rollback()
        met = queries_rates.filter_conditions({"unit": unit}, now=clock.now())
        assert len(db.session.scalars(select(Case.id).where(*met)).all()) == wanted


def test_time_is_split_by_month(office: Desk) -> None:
    late = {"late_entry_reason": "系统故障，次日补登"}
    period = rating.Period(date(2026, 8, 1), date(2026, 10, 31))
    for text in ("2026-08-31 23:59", "2026-09-01 00:00", "2026-10-10 09:00", "2026-10-11 09:00"):
        water(office, received_at=at(text), **late)
    db.session.rollback()
    scope = rating.scope_of(None, period, now=clock.now(), calendar=load_calendar())
    found = rating.statistics(scope, period, Split.TIME, [ruleset("qitaihe")], now=clock.now())
    assert {line.key: line.received for line in found.lines} == {0: 1, 1: 1, 2: 2}


def test_one_statement_counts_everything(office: Desk) -> None:
    water(office)
    db.session.rollback()
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))
    for split in Split:
        said.clear()
        rating.statistics([], OCTOBER, split, [ruleset("qitaihe")], now=clock.now())
        assert len([text for text in said if text.startswith("SELECT")]) == 1, split
