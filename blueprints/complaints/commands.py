"""Commands on cases."""

from __future__ import annotations

from datetime import date

import click

from blueprints.complaints.service import retention
from core import clock
from core.db import transaction


@click.group()
def complaints() -> None:
    """诉求件。"""


@complaints.command()
@click.option("--before", required=True, help="YYYY-MM-DD：在这一天之前结案的归档件")
def anonymise(before: str) -> None:
    """把超过期限的归档件匿名化（永久保管的除外）。"""
    try:
        day = date.fromisoformat(before)
    except ValueError as error:
        raise click.UsageError("日期请写成 YYYY-MM-DD。") from error
    total = 0
    while True:
        with transaction():
            done = retention.run(clock.local_midnight(day), now=clock.now())
        total += done
        if not done:
            break
    click.echo(f"已匿名 {total} 件。")
