"""Rules of accounts that need no database: 三员分立, login names, addresses of this site, passwords."""

from __future__ import annotations

from itertools import combinations

import pytest

from blueprints.accounts.models import Organization, User
from blueprints.accounts.service.people import login_name, one_time_password
from blueprints.accounts.service.roles import check_separation, fitting_roles
from blueprints.accounts.service.signing_in import PasswordPolicy, check_policy
from blueprints.accounts.sessions import local_path
from core.authz import ADMIN_ROLES, ENTERPRISE_ROLES, REGULATOR_ROLES, Role
from domain.errors import InvalidInput, RuleViolation


def person(kind=None):
    organization = Organization(kind=kind, code="gd", name="示例供电公司", active=True) if kind else None
    return User(login="x", name="示例用户甲", active=True, organization=organization)


@pytest.mark.parametrize("kind", [None, "regulator", "enterprise"])
def test_an_administrators_role_is_held_alone(kind):
    for pair in combinations(Role, 2):
        if ADMIN_ROLES & set(pair):
            with pytest.raises(RuleViolation, match="三员分立"):
                check_separation(person(kind), frozenset(pair))


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [(None, ADMIN_ROLES), ("regulator", REGULATOR_ROLES), ("enterprise", ENTERPRISE_ROLES)],
)
def test_each_role_suits_one_kind_of_organization(kind, fitting):
    assert set(fitting_roles(person(kind))) == fitting
    for role in Role:
        if role in fitting:
            check_separation(person(kind), frozenset({role}))
        else:
            with pytest.raises(RuleViolation, match="不能任"):
                check_separation(person(kind), frozenset({role}))


@pytest.mark.parametrize(
    ("typed", "kind", "name"),
    [
        ("zhangsan", "enterprise", "gd-zhangsan"),
        (" GD-Zhangsan ", "enterprise", "gd-zhangsan"),
        ("rq-zhangsan", "enterprise", "gd-rq-zhangsan"),
        ("gd", "enterprise", "gd-gd"),
        ("sysadmin2", None, "sysadmin2"),
    ],
)
def test_login_names_carry_the_code_of_the_organization(typed, kind, name):
    assert login_name(typed, person(kind).organization) == name


@pytest.mark.parametrize(
    ("typed", "kind"), [("gd-x", None), ("", None), ("9", None), ("张三", None), ("a b", "enterprise")]
)
def test_refused_login_names(typed, kind):
    with pytest.raises(InvalidInput):
        login_name(typed, person(kind).organization)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/a?b=c", "/a?b=c"),
        ("/a?b=//c", "/a?b=//c"),
        ("/a#b", "/a"),
        ("///evil.example/", "/evil.example/"),
        ("////evil.example/", None),
        ("//evil.example/", None),
        ("https://evil.example/", None),
        ("https:evil.example", None),
        ("/\\evil.example/", None),
        ("\\\\evil.example", None),
        ("/\t/evil.example", None),
        ("/\n/evil.example", None),
        ("/\x00", None),
        ("/\ud800", None),
        ("javascript:alert(1)", None),
        ("evil", None),
        ("//[", None),
        ("", None),
    ],
)
def test_addresses_of_this_site(address, path):
    assert local_path(address) == path


def test_a_referrer_must_be_of_this_host():
    assert local_path("http://here/a?b", own_host="here") == "/a?b"
    for address in ("http://there/a", "http://here@there/a", "ftp://here/a", "/a", ""):
        assert local_path(address, own_host="here") is None


@pytest.mark.parametrize("length", [8, 10, 30])
def test_one_time_passwords_satisfy_the_policy(length):
    policy = PasswordPolicy(length, 0)
    made = {one_time_password(policy) for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_policy(password, "gd-x", policy)
