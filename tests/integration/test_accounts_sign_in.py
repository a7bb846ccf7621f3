"""Sign-in, lockout, sessions, passwords."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from blueprints.accounts.models import LoginSession, LoginThrottle
from blueprints.accounts.service import signing_in
from core import clock
from core.audit import AuditEntry
from core.db import db, transaction
from tests.factories.world import PASSWORD

NEW = "Xin-mima-2027-hao"


def attempt(client, login, password=PASSWORD, **extra):
    return client.submit("/sign-in", {"login": login, "password": password, **extra})


def open_sessions(world, login):
    user = world.user(login)
    rows = select(LoginSession).where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
    return list(db.session.scalars(rows))


def words(response):
    """The page's text without its keys and without the name that was typed."""
    html = re.sub(r'value="[^"]*"|content="[^"]*"', "", response.get_data(as_text=True))
    return re.sub(r"\s+", " ", html)


def changed(client, old=PASSWORD, new=NEW, again=None):
    return client.submit("/password", {"old": old, "password": new, "again": again or new})


# ---- the door ----------------------------------------------------------------------------------------------


def test_sign_in_opens_the_front_page_and_is_on_record(each_app, each_world):
    client = each_app.test_client()
    answer = attempt(client, " GD-Dispatcher ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/password").status_code == 200
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.action, entry.subject_label) == ("account.sign_in", "gd-dispatcher")
    assert entry.organization == "示例供电公司"


@pytest.mark.parametrize(
    ("wanted", "landing"),
    [
        ("/password", "/password"),
        ("/password?a=1&b=2", "/password?a=1&b=2"),
        ("/people?q=%E7%94%B2", "/people?q=%E7%94%B2"),
        ("/people?q=甲", "/people?q=%E7%94%B2"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_next_never_leaves_the_site(app, wanted, landing):
    assert attempt(app.test_client(), "gd-handler", next=wanted).location == landing


def test_the_wanted_page_comes_back_after_signing_in(app):
    client = app.test_client()
    asked = client.get("/people?q=a")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/people?q%3Da"
    page = client.get(asked.location).get_data(as_text=True)
    assert 'name="next" value="/people?q=a"' in page
    assert attempt(client, "gd-accounts", next="/people?q=a").location == "/people?q=a"


def test_who_is_signed_in_already_goes_straight_on(world):
    client = world.client("gd-handler")
    assert client.get("/sign-in?next=/password").location == "/password"


def test_signing_in_again_ends_what_the_browser_held(app, world):
    client = world.client("gd-handler")
    held = client.get_cookie("session").value
    attempt(client, "rq-handler")
    assert open_sessions(world, "gd-handler") == []
    thief = app.test_client()
    thief.set_cookie("session", held)
    assert thief.get("/password").status_code == 303


def test_a_token_from_before_signing_in_is_not_kept(app):
    client = app.test_client()
    token = client.token("/sign-in")
    assert attempt(client, "gd-handler").status_code == 303
    assert client.token() != token


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/password", "/people/new"])
def test_no_post_without_a_token(world, path):
    client = world.client("gd-accounts")
    assert client.post(path, data={"login": "gd-handler", "password": PASSWORD}).status_code == 400


@pytest.mark.parametrize("login", ["a\x00b", "x" * 5000, "<b>", "' or 1=1 --", "甲" * 64, "a\ud800"])
def test_odd_names_are_refused(each_app, login):
    client = each_app.test_client()
    data = {"login": login.encode("utf-8", "surrogatepass"), "password": "x", "csrf_token": client.token()}
    assert client.post("/sign-in", data=data).status_code == 422


# ---- lockout -----------------------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(each_app, each_world, moment):
    client = each_app.test_client()
    for _ in range(5):
        assert attempt(client, "gd-handler", "falsch").status_code == 422
    assert attempt(client, "gd-handler").status_code == 422
    assert attempt(client, "gd-handler2").status_code == 303
    with clock.frozen(moment + timedelta(minutes=14, seconds=59)):
        assert attempt(each_app.test_client(), "gd-handler").status_code == 422
    with clock.frozen(moment + timedelta(minutes=15)):
        assert attempt(each_app.test_client(), "gd-handler").status_code == 303


def test_four_wrong_passwords_do_not_lock_and_success_starts_anew(app):
    for _ in range(2):
        for _ in range(4):
            attempt(app.test_client(), "gd-handler", "falsch")
        assert attempt(app.test_client(), "gd-handler").status_code == 303


def test_unknown_wrong_disabled_and_locked_look_the_same(app, world):
    with transaction():
        world.user("rq-handler").active = False
    pages = {}
    for login, password in (
        ("niemand", PASSWORD),
        ("gd-handler", "falsch"),
        ("rq-handler", PASSWORD),
        ("gs-handler", "falsch"),
    ):
        client = app.test_client()
        tries = 6 if login in ("gs-handler", "niemand") else 1
        answers = [attempt(client, login, password) for _ in range(tries)]
        assert {a.status_code for a in answers} == {422}
        pages[login] = {words(a).replace(login, "") for a in answers}
    assert len(set().union(*pages.values())) == 1
    assert signing_in.REFUSED in words(answers[0])


def test_unknown_names_cost_the_same_work(app, world, monkeypatch):
    with transaction():
        world.user("gd-handler").password_hash = signing_in.hash_password(PASSWORD)
    hashes = []
    real = signing_in.check_password_hash
    monkeypatch.setattr(signing_in, "check_password_hash", lambda h, p: hashes.append(h) or real(h, p))
    attempt(app.test_client(), "niemand")
    attempt(app.test_client(), "gd-handler", "falsch")
    assert [h.split("$")[0] for h in hashes] == [signing_in.HASH_METHOD] * 2
    assert len(hashes[0].split("$")[2]) == len(hashes[1].split("$")[2])
    assert not real(signing_in.NOBODY, PASSWORD)


def test_the_lock_is_kept_in_the_database_and_on_record(app, world):
    for _ in range(5):
        attempt(app.test_client(), "niemand", "x")
    world.fresh()
    assert db.session.get(LoginThrottle, "niemand").failures == 5
    labels = db.session.scalars(select(AuditEntry.subject_label)).all()
    assert labels == ["n******"] * 5, "what somebody typed by mistake, a password perhaps, is not kept"


def test_wrong_passwords_at_the_same_moment_are_all_counted(each_app, each_world):
    clients = [each_app.test_client() for _ in range(4)]
    for client in clients:
        client.get("/sign-in")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda client: attempt(client, "niemand", "x").status_code, clients))
    assert answers == [422] * 4
    each_world.fresh()
    assert db.session.get(LoginThrottle, "niemand").failures == 4


# ---- how a session ends ------------------------------------------------------------------------------------


def test_sign_out_ends_every_session_of_the_person(each_app, each_world):
    here, there = each_world.client("gd-handler", each_app), each_world.client("gd-handler", each_app)
    held = here.get_cookie("session").value
    other = each_world.client("gd-dispatcher", each_app)
    assert here.submit("/sign-out").location == "/sign-in"
    assert "已退出登录" in here.get("/sign-in").get_data(as_text=True)
    here.set_cookie("session", held)
    for client in (here, there):
        assert client.get("/password").status_code == 303
    assert other.get("/password").status_code == 200
    assert open_sessions(each_world, "gd-handler") == []


def test_sign_out_is_no_link(world):
    client = world.client("gd-handler")
    assert client.get("/sign-out").status_code == 405
    assert client.get("/password").status_code == 200


def test_half_an_hour_without_a_request_ends_the_session(each_app, each_world, moment):
    client = each_world.client("gd-handler", each_app)
    with clock.frozen(moment + timedelta(minutes=29)):
        assert client.get("/password").status_code == 200
    with clock.frozen(moment + timedelta(minutes=58)):
        assert client.get("/password").status_code == 200
    with clock.frozen(moment + timedelta(minutes=88, seconds=1)):
        gone = client.get("/password?x=1")
        assert (gone.status_code, gone.location) == (303, "/sign-in?next=/password?x%3D1")
        assert "登录已超时" in client.get("/sign-in").get_data(as_text=True)


def test_an_expired_form_comes_back_to_its_page(world, moment):
    client = world.client("gd-accounts")
    token = client.token()
    with clock.frozen(moment + timedelta(hours=1)):
        answer = client.post(
            "/people/new", data={"csrf_token": token}, headers={"Referer": "http://localhost/people/new?x=1"}
        )
        assert (answer.status_code, answer.location) == (303, "/sign-in?next=/people/new?x%3D1")
        foreign = client.post("/people/new", data={"csrf_token": token}, headers={"Referer": "http://evil/x"})
        assert foreign.location == "/sign-in"


def test_an_expired_session_sends_htmx_to_the_door(world, moment):
    client = world.client("gd-accounts")
    headers = {"HX-Request": "true", "Referer": "http://localhost/people"}
    with clock.frozen(moment + timedelta(hours=1)):
        answer = client.get("/people?q=x", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/people"
    assert "Location" not in answer.headers


def test_a_first_visit_is_not_called_a_timeout(app):
    client = app.test_client()
    assert "超时" not in client.get("/people", follow_redirects=True).get_data(as_text=True)


# ---- passwords ---------------------------------------------------------------------------------------------


def test_changing_the_password_ends_every_session(each_app, each_world):
    here, there = each_world.client("gd-handler", each_app), each_world.client("gd-handler", each_app)
    assert changed(here).location == "/sign-in"
    assert here.get("/password").status_code == there.get("/password").status_code == 303
    client = each_app.test_client()
    assert attempt(client, "gd-handler").status_code == 422
    assert attempt(client, "gd-handler", NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "reason"),
    [
        ("falsch", NEW, NEW, "原密码不正确"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与原密码相同"),
        (PASSWORD, NEW, NEW + "x", "两次填写的新密码不一致"),
        (PASSWORD, "Kurz-1", "Kurz-1", "密码至少 10 位"),
        (PASSWORD, "nurkleinbuchstaben", "nurkleinbuchstaben", "三种"),
        (PASSWORD, "Gd-Handler-2027", "Gd-Handler-2027", "不能包含用户名"),
        (PASSWORD, "A1-" + "x" * 300, "A1-" + "x" * 300, "最多填写 200 个字"),
    ],
)
def test_weak_or_wrong_new_passwords(app, world, old, new, again, reason):
    client = world.client("gd-handler")
    answer = changed(client, old, new, again)
    assert answer.status_code == 422
    assert reason in answer.get_data(as_text=True)
    assert new not in answer.get_data(as_text=True)
    assert client.get("/password").status_code == 200
    assert attempt(app.test_client(), "gd-handler").status_code == 303


def test_a_given_password_must_be_changed_before_anything_else(app, world):
    with transaction():
        world.user("gd-accounts").must_change_password = True
    client = world.client("gd-accounts")
    assert client.get("/people").location == "/password"
    assert client.submit("/people/new").location == "/password"
    fragment = client.get("/people", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == "/password"
    page = client.get("/password").get_data(as_text=True)
    assert "首次登录" in page
    assert "/people" not in page
    assert changed(client).status_code == 303
    assert attempt(client, "gd-accounts", NEW).status_code == 303
    assert client.get("/people").status_code == 200


def test_an_old_password_must_be_changed(app, world, moment):
    app.config["PASSWORD_MAX_AGE_DAYS"] = 180
    with clock.frozen(moment + timedelta(days=180)):
        assert world.client("gd-accounts").get("/people").status_code == 200
    with clock.frozen(moment + timedelta(days=180, seconds=1)):
        assert world.client("gd-accounts").get("/people").location == "/password"


def test_minimum_length_is_a_setting(app, world):
    app.config["PASSWORD_MIN_LENGTH"] = 20
    answer = changed(world.client("gd-handler"))
    assert answer.status_code == 422
    assert "密码至少 20 位" in answer.get_data(as_text=True)
