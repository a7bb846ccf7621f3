"""Command line: `checklists load`, the built-in checklists as drafts of a regulator."""

from __future__ import annotations

from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import organization_by_code, people_with_role
from blueprints.inspection.service.checklists import adopt
from core import clock
from core.authz import Role
from core.db import transaction

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"

checklists = AppGroup("checklists", help="检查表。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


def _drafter(organization: Organization, login: str | None) -> User:
    """The person by that name, else the first who writes checklists there."""
    people = people_with_role(organization.id, Role.INSPECTOR, Role.REGULATOR_SUPERVISOR)
    found = next((one for one in people if login in (None, one.login)), None)
    if found is None:
        _wrong("本单位没有可以起草检查表的人员（检查人员或者督办人员）。")
    return found


@checklists.command("load")
@click.option("--organization", "code", metavar="CODE", required=True, help="主管部门的代号。")
@click.option("--by", "login", metavar="LOGIN", help="以谁的名义起草；不写的，是本单位第一位检查人员。")
def load_command(code: str, login: str | None) -> None:
    """把内置检查表作为草稿放进一个主管部门的清单，由另一人公布；同名的不再放。"""
    try:
        with transaction():
            organization = organization_by_code(code)
            if organization is None or not organization.is_regulator:
                _wrong(f"没有代号为“{code[:40]}”的主管部门。")
            made = adopt(organization, by=_drafter(organization, login), now=clock.now())
            names = [row.label for row in made]
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    for name in names:
        click.echo(f"草稿：{name}")
    click.echo(f"放进清单 {len(names)} 份草稿。" if names else "内置检查表都已经在清单里。")
