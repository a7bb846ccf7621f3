"""The demo: what it prints, every state there and lawful, repeated cases like the played ones."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text

from blueprints.accounts.models import Organization, User
from blueprints.accounts.service.signing_in import PasswordPolicy, password_due, sign_in
from blueprints.complaints import queries, queries_bench, service
from blueprints.complaints.models import (
    Approval,
    Attachment,
    Case,
    CaseAccess,
    CaseLink,
    Complainant,
    Dossier,
    LedgerRow,
    SupervisionOrder,
)
from blueprints.complaints.service.access import refresh
from blueprints.complaints.service.closing import dossier_content, dossier_digest
from blueprints.complaints.service.next_step import next_organization, next_row
from blueprints.complaints.workflow import State
from blueprints.home.demo import bulk, load, texts
from blueprints.rulebook.service import pinned
from core import audit, clock
from core.calendar_store import load_calendar
from core.clocks import Clock, reckon
from core.db import db, transaction
from core.privacy import decrypt
from core.sequences import NumberSeries
from domain.deadlines import Unit
from domain.roles import ADMIN_ROLES, ENTERPRISE_ROLES, REGULATOR_ROLES, Role
from tests.conftest import MONDAY, make_app
from tests.plain_cases import in_step

PLAYED, CASES = load.DEFAULT, 900


def run(app: Flask, *arguments: str) -> Result:
    """The command line, with its two streams apart."""
    return app.test_cli_runner().invoke(args=["demo", "load", *arguments])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Result]]:
    """One demo for all tests of this module: played cases and some hundreds of repeated ones."""
    app = make_app(tmp_path_factory.mktemp("demo"))
    with clock.frozen(MONDAY), app.app_context():
        db.create_all()
    with clock.frozen(MONDAY):
        result = run(app, "--cases", str(CASES), "--seed", "7", "--json")
    with clock.frozen(MONDAY), app.app_context():
        yield app, result
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def cases(loaded: tuple[Flask, Result]) -> list[Case]:
    """All cases, in the order in which they were stored."""
    db.session.rollback()
    return list(db.session.scalars(select(Case).order_by(Case.id)))


@pytest.fixture
def played(cases: list[Case]) -> list[Case]:
    """Those that went through the services."""
    return cases[:PLAYED]


@pytest.fixture
def repeated(cases: list[Case]) -> list[Case]:
    """Those that were inserted in batches."""
    return cases[PLAYED:]


def clocks_by_case() -> dict[int, list[Clock]]:
    found = defaultdict(list)
    mine = select(Clock).where(Clock.subject_type == "case")
    for row in db.session.scalars(mine.order_by(Clock.due_at, Clock.id)):
        found[row.subject_id].append(row)
    return found


# ---- the command -------------------------------------------------------------------------------------------


def test_the_last_line_is_one_json_document_with_accounts_and_cases(loaded: tuple[Flask, Result]) -> None:
    _, result = loaded
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert set(told) == {"accounts", "cases"}
    assert told["cases"] == CASES == db.session.scalar(select(func.count()).select_from(Case))
    assert {tuple(account) for account in told["accounts"]} == {("name", "role", "password")}
    wanted = dict.fromkeys(ADMIN_ROLES, 1) | dict.fromkeys(REGULATOR_ROLES, 2)
    wanted |= dict.fromkeys(ENTERPRISE_ROLES, 3) | {Role.HANDLER: 6}
    assert Counter(Role(account["role"]) for account in told["accounts"]) == Counter(wanted)
    assert "请勿用于正式环境" in result.stderr


def test_printed_accounts_sign_in_and_need_not_change_their_password(loaded: tuple[Flask, Result]) -> None:
    told = json.loads(loaded[1].stdout.splitlines()[-1])
    for account in told["accounts"][::6]:
        with transaction():
            assert sign_in(account["name"], account["password"], address="", now=clock.now())
        user = db.session.scalars(select(User).where(User.login == account["name"])).one()
        assert not password_due(user, PasswordPolicy(), clock.now())
        assert [role.value for role in user.roles] == [account["role"]]


def test_a_second_demo_is_refused_in_one_sentence(loaded: tuple[Flask, Result]) -> None:
    before = db.session.scalar(select(func.count()).select_from(Organization))
    result = run(loaded[0], "--cases", "5")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "系统里已经有单位，没有装入演示数据；演示数据只能装进空的系统。\n"
    assert db.session.scalar(select(func.count()).select_from(Organization)) == before


@pytest.mark.parametrize("wrong", ["--cases=x", "--cases=-1", "--cases=1000001", "--seed=a"])
def test_wrong_use_is_one_sentence(loaded: tuple[Flask, Result], wrong: str) -> None:
    result = run(loaded[0], wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_without_tables_it_says_how_to_make_them(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with app.app_context():
        result = run(app)
    assert result.exit_code == 2
    assert "db upgrade" in result.stderr


def test_the_same_seed_and_moment_make_the_same_demo(tmp_path: Path) -> None:
    told = []
    for name, seed in (("one", 4), ("two", 4), ("three", 5)):
        app = make_app(tmp_path / name) if (tmp_path / name).mkdir() is None else None
        with clock.frozen(MONDAY), app.app_context():
            db.create_all()
            made = load.load(24, seed, clock.now(), lambda words: None)
            columns = (Case.number, Case.title, Case.content, Case.state, Case.received_at, Case.due_on)
            people = select(Complainant.name, Complainant.phone, Complainant.account_number)
            told.append([made.accounts, db.session.execute(select(*columns).order_by(Case.id)).all(),
                         db.session.execute(people.order_by(Complainant.id)).all()])  # fmt: skip
            db.session.remove()
            db.engine.dispose()
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_administrators_that_are_there_already_stay_as_they_are(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with clock.frozen(MONDAY), app.app_context():
        db.create_all()
        assert app.test_cli_runner().invoke(args=["users", "create-admin"]).exit_code == 0
        told = json.loads(run(app, "--cases", "0", "--json").stdout.splitlines()[-1])
        assert told["cases"] == 0
        assert "sysadmin" not in {account["name"] for account in told["accounts"]}
        assert db.session.scalars(select(User).where(User.login == "sysadmin")).one().must_change_password
        db.session.remove()
        db.engine.dispose()


# ---- what is there -----------------------------------------------------------------------------------------


def test_every_state_type_and_level_is_there(played: list[Case]) -> None:
    assert {case.state for case in played} == set(State)
    assert {case.type for case in played} == {"complaint", "suggestion", "inquiry", "help_request", "report"}
    assert {case.level for case in played} == {1, 2, 3}
    assert {case.enterprise.code for case in played} == {"gd", "rq", "gs"}
    assert {case.conclusion for case in played} >= {"substantiated", "partly", "unsubstantiated"}
    assert {case.service_class for case in played} >= {"misconduct", "lapse", "misunderstanding"}


def test_every_turn_is_there(played: list[Case]) -> None:
    today = clock.today()
    waiting = {(a.kind, a.state) for a in db.session.scalars(select(Approval))}
    assert waiting >= {(kind, "pending") for kind in ("extension", "suspension", "withdrawal", "return")}
    orders, links = select(SupervisionOrder.state), select(CaseLink.kind)
    assert set(db.session.scalars(orders)) == {"open", "answered", "lifted"}
    assert set(db.session.scalars(links)) == {"merged", "duplicate", "follow_up"}
    running = [case for case in played if case.due_at is not None]
    assert sum(case.due_at <= clock.now() for case in running) >= 4
    assert any(case.due_on == today for case in running)
    assert any(case.due_provisional for case in running)
    assert any(case.suspended_at for case in played)
    assert any(case.sent_back for case in played)
    assert any(case.reopened == 2 and case.supervision_proposed for case in played)
    assert any(case.next_talk_on and case.next_talk_on <= today + timedelta(days=3) for case in played)
    assert any(case.urgent and case.open_assignments and case.accepted_at is None for case in played)
    assert any(sum(c.headcount for c in case.complainants) > 40 for case in played)
    assert any(case.anonymous for case in played)
    assert db.session.scalar(select(func.count()).select_from(Attachment))
    assert db.session.scalar(select(func.count()).where(LedgerRow.sampled_at.is_not(None)))


def test_a_surge_is_pointed_out_and_each_bench_has_work(loaded: tuple[Flask, Result]) -> None:
    dispatcher = db.session.scalars(select(User).where(User.login == "gs-dispatcher")).one()
    surges = queries.surges(dispatcher, now=clock.now(), days=3, at_least=5)
    assert [(s.place, s.count) for s in surges] == [("示例庭院", 6)]
    for login in ("jxw-clerk", "jxw-supervisor", "swj-supervisor", "gd-handler", "rq-handler2", "gs-leader"):
        person = db.session.scalars(select(User).where(User.login == login)).one()
        assert queries_bench.waiting_and_unread(person)[0] > 0, login


def test_the_year_is_covered_up_to_now(played: list[Case]) -> None:
    months = {(case.received_at.year, case.received_at.month) for case in played}
    assert len(months) >= 12
    assert max(step.at for case in played for step in case.steps) < clock.now()
    late = [case for case in played if case.registered_at - case.received_at > timedelta(hours=24)]
    assert late
    assert all(case.late_entry_reason for case in late)


def test_names_and_places_are_invented(cases: list[Case]) -> None:
    for person in db.session.scalars(select(Complainant)):
        assert person.name.startswith("示例用户")
        assert re.fullmatch(r"1380000\d{4}", person.phone)
    assert all(case.place.startswith("示例") for case in cases)


def test_every_course_of_steps_is_unbroken(cases: list[Case]) -> None:
    for case in cases:
        steps = [step for step in case.steps if step.action != "progress_notice"]
        assert [step.at for step in case.steps] == sorted(step.at for step in case.steps)
        assert (steps[0].action, steps[0].state_before, steps[-1].state_after) == ("register", "", case.state)
        for earlier, later in pairwise(steps):
            assert earlier.state_after == later.state_before, (case.number, later.action)
        assert case.received_at <= case.registered_at == steps[0].at


# ---- repeated cases keep the same invariants ---------------------------------------------------------------


def test_lists_repeat_what_clocks_and_tables_say(cases: list[Case]) -> None:
    clocks = clocks_by_case()
    for case in cases:
        row = next_row(case, pinned(case.ruleset_version_id))
        running = [c for c in clocks[case.id] if c.state == "open"]
        strictest = running[0] if running else None
        assert case.next_action == (row.action if row else ""), case.number
        assert case.next_org_id == (next_organization(case, row) if row else None), case.number
        assert case.due_on == (strictest.due_on if strictest else None)
        assert case.due_at == (strictest.due_at if strictest else None)
        assert case.due_name == (strictest.name if strictest else "")
        assert case.due_provisional == bool(strictest and strictest.provisional)


def test_limits_are_counted_from_their_start_and_ended_as_they_say(repeated: list[Case]) -> None:
    clocks, calendar = clocks_by_case(), load_calendar()
    for case in repeated:
        assert clocks[case.id]
        for c in clocks[case.id]:
            due = reckon(c.amount, Unit(c.unit), c.started_at, calendar)
            assert (c.due_on, c.due_at, c.provisional) == (due.due_on, due.due_at, due.provisional)
            assert c.explanation == due.explanation
            if c.state in ("met", "late"):
                assert (c.state == "met") == (c.ended_at < c.due_at)
            if c.obligation in ("acceptance", "completion") and not case.reopened:
                assert c.started_at == case.received_at


def test_numbers_have_no_gaps(cases: list[Case]) -> None:
    series = defaultdict(list)
    for case in cases:
        name, _, number = case.number.partition("-")
        series[name[:2], int(name[2:])].append(int(number))
    stored = {(s.series, s.year): s.last for s in db.session.scalars(select(NumberSeries))}
    for key, numbers in series.items():
        assert sorted(numbers) == list(range(1, stored[key] + 1)), key
    assert all(stored[key] for key in stored)
    of_case = {case.id: case.number for case in cases}
    for order in db.session.scalars(select(SupervisionOrder)):
        assert re.fullmatch(rf"{of_case[order.case_id]}督[1-9]", order.number)


def test_repeated_cases_have_their_people_steps_and_words(repeated: list[Case], played: list[Case]) -> None:
    assert len(repeated) == CASES - PLAYED
    assert {case.state for case in repeated} >= {"archived", "investigating", "dispatched", "replied"}
    for case in repeated:
        assert case.anonymous or case.complainants
        told = json.dumps([step.facts for step in case.steps], ensure_ascii=False) + case.title + case.content
        assert "%(" not in told
        assert "@@" not in told
        for name in re.findall(rf"示例用户[{texts.STEMS}{texts.BRANCHES}]+\d*", told):
            assert name in {person.name for person in case.complainants}
        for number in re.findall(r"编号(.诉\d{4}-\d{6})", told):
            assert number == case.number
    assert len({case.number for case in (*repeated, *played)}) == CASES


def derived() -> tuple[list[Any], list[Any]]:
    """Who may see each case and what is found of it, as it is stored."""
    access = db.session.execute(select(CaseAccess.__table__).order_by(CaseAccess.scope, CaseAccess.case_id))
    found = db.session.execute(text("SELECT rowid, text, names FROM case_search ORDER BY rowid"))
    return [tuple(row) for row in access], [tuple(row) for row in found]


def test_repeated_cases_are_seen_and_found_as_if_they_had_been_worked_on(repeated: list[Case]) -> None:
    access, found = derived()
    assert {row.case_id for row in db.session.execute(select(CaseAccess.case_id))} >= {c.id for c in repeated}
    assert [row[0] for row in found] == list(range(1, CASES + 1))
    refresh(db.session(), [case.id for case in repeated])
    anew = derived()
    db.session.rollback()
    assert anew == (access, found)


def test_lists_and_searches_say_what_the_cases_say(loaded: tuple[Flask, Result]) -> None:
    assert len(in_step()) == CASES


def test_days_in_the_words_of_repeated_cases_are_their_own(repeated: list[Case]) -> None:
    for case in repeated:
        received = clock.local_date(case.received_at)
        for step in case.steps:
            if "told_at" in step.facts:
                at = clock.to_local(step.at)
                assert step.facts["told_at"] == f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
            notice = str(step.facts.get("text") or "")
            if step.action == "progress_notice" and "收到" in notice:
                assert f"{received.month}月{received.day}日" in notice


def test_dossiers_of_repeated_cases_are_whole(repeated: list[Case]) -> None:
    archived = [case for case in repeated if case.state == "archived"]
    assert archived
    for case in archived[::7]:
        dossier = db.session.scalars(select(Dossier).where(Dossier.case_id == case.id)).one()
        assert dossier.digest == dossier_digest(dossier.body) == case.steps[-1].facts["digest"]
        told = json.loads(dossier.body)
        names = (*Case.__table__.columns.keys(), "complainants", "attachments")
        before = SimpleNamespace(**{name: getattr(case, name) for name in names}, steps=case.steps[:-1])
        plain, personal = dossier_content(before)
        assert told["case"] == json.loads(json.dumps(plain))
        assert decrypt("case", case.id, told["personal"]) == json.loads(json.dumps(personal))


def test_the_chain_holds_with_one_row_a_batch(loaded: tuple[Flask, Result]) -> None:
    assert audit.verify().holds
    batches = select(audit.AuditEntry).where(audit.AuditEntry.action == "demo.batch")
    rows = list(db.session.scalars(batches))
    assert len(rows) == -(-(CASES - PLAYED) // bulk.BATCH)
    assert sum(json.loads(row.changes)["cases"][1] for row in rows) == CASES - PLAYED


def test_work_goes_on_with_repeated_cases(repeated: list[Case]) -> None:
    """The next step of each open case is there for somebody."""
    people = list(db.session.scalars(select(User)))
    for case in [case for case in repeated if case.next_action and case.suspended_at is None][:40]:
        mine = [p for p in people if p.organization_id == case.next_org_id]
        options = [o for p in mine for o in service.options(case, p, now=clock.now())]
        assert any(option.main for option in options), (case.number, case.state)
    accepted = next(case for case in repeated if case.next_action == "investigate")
    unit = accepted.open_assignments[-1]
    by = next(p for p in people if p.organization_id == unit.organization_id and Role.DISPATCHER in p.roles)
    with transaction():
        data = {"investigator_id": by.id}
        service.perform(accepted, "investigate", data, by=by, now=clock.now(), calendar=load_calendar())
    assert db.session.get_one(Case, accepted.id).state == "investigating"
