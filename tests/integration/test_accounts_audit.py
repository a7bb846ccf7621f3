"""The pages of the audit log and the command line of accounts."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select, text

from blueprints.accounts.models import User
from blueprints.accounts.service import audit_words
from core import audit, clock
from core.audit import SYSTEM, AuditEntry, Subject
from core.authz import Role
from core.db import db, side_transaction, transaction


def fill(count=3, action="account.changed", **more):
    with transaction():
        for number in range(count):
            audit.record(
                action,
                subject=Subject("user", 1, f"示例{number}"),
                by=SYSTEM,
                now=clock.now(),
                changes={"name": ["旧名", "<b>新名"], "active": [True, False]},
                **more,
            )


def rows(page):
    return [int(n) for n in re.findall(r'<td class="num" data-label="序号">(\d+)</td>', page)]


def break_chain(seq):
    """As somebody with the database in hand would do it."""
    for trigger in audit.SQLITE_GUARDS:
        db.session.execute(text(f"DROP TRIGGER {trigger.split()[2]}"))
    db.session.execute(text("UPDATE audit_entry SET actor_name = '别人' WHERE seq = :seq"), {"seq": seq})
    with transaction():
        pass


def test_changes_read_as_words_and_personal_values_stay_sealed(each_app, each_world):
    client = each_world.client("auditadmin", each_app)
    fill(1, personal={"phone": [None, "13800001234"]})
    page = client.get("/audit-log").get_data(as_text=True)
    for words in ("修改账号", "旧名", "&lt;b&gt;新名", "启用", "已加密", "示例0"):
        assert words in page
    assert "13800001234" not in page
    each_world.fresh()
    tip = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert tip.digest in page


def test_paging_by_key_shows_each_entry_once(each_app, each_world):
    client = each_world.client("auditadmin", each_app)
    fill(120)
    path, seen, pages = "/audit-log?action=修改账号", [], []
    while path:
        pages.append(rows(html := client.get(path).get_data(as_text=True)))
        seen += pages[-1]
        follow = re.search(r'href="([^"]+)" rel="next"', html)
        path = follow.group(1).replace("&amp;", "&") if follow else None
    assert [len(p) for p in pages] == [50, 50, 20]
    assert seen == sorted(seen, reverse=True)
    back = re.search(r'href="([^"]+)" rel="prev"', html).group(1).replace("&amp;", "&")
    assert rows(client.get(back).get_data(as_text=True)) == pages[1]


FILTERS = {
    "action=修改账号": 2,
    "action=account.changed": 2,
    "action=没有这个": 0,
    "person=系统": 2,
    "person=GD-handler": 1,
    "person=供电": 1,
    "person=%25": 0,
    "subject=示例1": 1,
    "subject=_": 0,
    "kind=user": 4,
    "kind=organization": 0,
    "since=2026-10-12": 4,
    "until=2026-10-12": 4,
    "since=2026-10-13": 0,
    "until=2026-10-11": 0,
    "until=2026-10-12&since=2026/10/12&person=系统&action=修改": 2,
}


def test_filters(each_app, each_world):
    each_world.client("gd-handler", each_app)
    fill(2)
    client = each_world.client("auditadmin", each_app)
    pages = {query: client.get(f"/audit-log?{query}").get_data(as_text=True) for query in FILTERS}
    assert {query: len(rows(page)) for query, page in pages.items()} == FILTERS


def test_odd_addresses(each_app, each_world):
    client = each_world.client("auditadmin", each_app)
    mistaken = ("since=x", "until=9999-99-99", "kind=x", "person=" + "a" * 999)
    odd = ("subject=%ff", "before=x", "before=" + "9" * 20, "after=-1", "action=%27", "after=0", "before=0")
    found = {query: client.get(f"/audit-log?{query}").status_code for query in (*mistaken, *odd)}
    assert found == {**dict.fromkeys(mistaken, 422), **dict.fromkeys(odd, 200)}
    assert client.get("/audit-log?person=%00").status_code == 400


def test_verifying_from_the_page(each_app, each_world):
    client = each_world.client("auditadmin", each_app)
    fill(3)
    answer = client.submit("/audit-log/verify", follow_redirects=True).get_data(as_text=True)
    assert "核验通过：共 4 条" in answer
    assert "核验日志" in answer
    each_world.fresh()
    assert audit.verify() == audit.Verification(5, True, None)


def test_verifying_does_not_hold_the_write_lock(world, monkeypatch):
    client = world.client("auditadmin")

    def verify():
        db.session.scalar(select(func.count()).select_from(AuditEntry))
        with side_transaction() as other:
            other.execute(text("UPDATE login_throttle SET failures = 0"))
        return audit.Verification(1, True, None)

    monkeypatch.setattr(audit, "verify", verify)
    assert client.submit("/audit-log/verify").status_code == 303


def test_verifying_a_broken_chain_from_the_page(world):
    client = world.client("auditadmin")
    fill(3)
    break_chain(3)
    answer = client.submit("/audit-log/verify", follow_redirects=True).get_data(as_text=True)
    assert "核验不通过：第 3 条起对不上" in answer
    assert "第一处异常" in answer


def test_words_of_other_features():
    audit_words.add_words({"test.done": "试验"}, {"test": "试验品"}, {"test_field": "试验项"})
    audit_words.add_words({"test.done": "别的"})
    assert audit_words.action_name("test.done") == "试验"
    assert audit_words.subject_name("unknown") == "unknown"
    stored = json.dumps({"test_field": [["a", "b"], []], "x": 3, "y": [None, None], "z": [None, {"a": 1}]})
    read = [(c.field, c.old, c.new) for c in audit_words.changes_of(stored)]
    assert read == [("试验项", "a、b", "（无）"), ("x", None, "3"), ("z", None, '{"a": 1}')]


# ---- command line ------------------------------------------------------------------------------------------


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=list(arguments))


def test_audit_verify_prints_json(each_app, each_world):
    fill(2)
    result = run(each_app, "audit", "verify", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[-1]) == {"rows": 2, "holds": True, "first_bad": None}
    assert run(each_app, "audit", "verify").stdout == "审计日志完整：共 2 条。\n"


def test_audit_verify_names_the_first_bad_row(app, world):
    fill(4)
    break_chain(2)
    result = run(app, "audit", "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout.splitlines()[-1]) == {"rows": 2, "holds": False, "first_bad": 2}


def emptied():
    """The tables without any row, as a fresh install has them."""
    db.session.remove()
    db.drop_all()
    db.create_all()


def test_create_admin_makes_the_three_and_nothing_else(each_app):
    emptied()
    result = run(each_app, "users", "create-admin")
    assert result.exit_code == 0
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [(login, names) for login, _, names in lines] == [
        ("sysadmin", "系统管理员"),
        ("secadmin", "安全管理员"),
        ("auditadmin", "审计管理员"),
    ]
    people = db.session.scalars(select(User).order_by(User.id)).all()
    assert [p.roles for p in people] == [{Role.SYSTEM_ADMIN}, {Role.SECURITY_ADMIN}, {Role.AUDIT_ADMIN}]
    assert all(p.must_change_password and p.organization is None for p in people)
    db.session.rollback()
    client = each_app.test_client()
    assert client.submit("/sign-in", {"login": "sysadmin", "password": lines[0][1]}).status_code == 303
    assert client.get("/people").location == "/password"
    again = run(each_app, "users", "create-admin")
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == "管理员账号已经存在，没有新建任何账号。\n"
    assert db.session.scalar(select(func.count()).select_from(User)) == 3


def test_create_admin_refuses_when_somebody_has_such_a_role_already(app, world):
    result = run(app, "users", "create-admin")
    assert (result.exit_code, result.stdout) == (1, "")


def test_reset_password_of_an_administrator(app, world):
    client = world.client("secadmin")
    result = run(app, "users", "reset-password", "SecAdmin")
    login, password = result.stdout.strip().split("\t")
    assert (result.exit_code, login) == (0, "secadmin")
    assert client.get("/roles").status_code == 303
    fresh = app.test_client()
    assert fresh.submit("/sign-in", {"login": "secadmin", "password": password}).status_code == 303
    assert fresh.get("/roles").location == "/password"
    assert run(app, "users", "reset-password", "niemand").exit_code == 1


@pytest.mark.parametrize(
    "command", [("users", "create-admin"), ("audit", "verify"), ("users", "reset-password", "x")]
)
def test_a_database_without_tables_is_one_sentence(app, command):
    db.session.remove()
    db.drop_all()
    result = run(app, *command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
